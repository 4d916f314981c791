#pragma once
// BroadcastQueue: messages that every member should hear, handed out packet by packet, the least
// told first, until each was told often enough for a cluster of this size that all have heard with
// near certainty. A newer message of the same key takes the place of the older. One thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace watchfire::alerting {

class BroadcastQueue {
 public:
  // `key` "": takes the place of nothing.
  void Push(std::string key, std::string message);
  // Messages that fit into `room` bytes, each with `overhead` more; counted as told once.
  std::vector<std::string> Take(size_t nodes, size_t overhead, size_t room);
  size_t size() const { return entries_.size(); }
  // Drops the oldest beyond `most`; returns how many.
  size_t Prune(size_t most);

 private:
  struct Entry {
    std::string key;
    std::string message;
    int told = 0;
  };
  std::vector<Entry> entries_;  // oldest first
};

}  // namespace watchfire::alerting

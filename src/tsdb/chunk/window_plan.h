#pragma once
// Chooses the windows of changed values so that a chunk becomes as short as its format allows.
// Readers take any window that is wide enough; Prometheus opens one only where the old does not
// fit, and then the tightest for that one value. The choice is a shortest path: a window that holds
// from one changed value to another costs 11 bits and is as wide as the widest of them needs.
//
// Of all starts of the window that ends at the newest value, those that need the same window are
// one group. Inside a group a start is kept only if it is cheaper than all newer ones, and it can
// be cheaper by 11 bits at most (opening anew costs no more), so a group has at most 12 starts, and
// the oldest is the cheapest. Groups widen as they age; there are rarely more than five. So
// planning costs some 40 ns a changed value and is exact. Holds scratch memory: reuse it.
// Thread-compatible.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace watchfire::chunk {

struct Window {
  uint32_t first = 0;  // changed value that it begins with, from 0
  uint8_t leading = 0;
  uint8_t trailing = 0;
};

class WindowPlan {
 public:
  // Forgets all values.
  void Clear();
  // The next changed value has this many zeros around it (leading at most 31).
  void Add(unsigned leading, unsigned trailing);
  // The best windows for all values so far, ascending by first; valid until the next call.
  std::span<const Window> Solve();

 private:
  static constexpr uint32_t kOpenBits = 5 + 6;
  static constexpr uint32_t kControlBits = 2;  // in front of every changed value
  static constexpr size_t kMaxStarts = kOpenBits + 1;

  struct Group {
    uint8_t leading = 0;
    uint8_t trailing = 0;
    uint8_t count = 0;
    std::array<uint32_t, kMaxStarts> starts;  // ascending

    int64_t value_bits() const { return int64_t{kControlBits} + 64 - leading - trailing; }
  };

  int64_t CostFrom(uint32_t start, int64_t value_bits) const;
  // Adds a start newer than those of the group, and drops those that it beats.
  void Keep(Group& group, uint32_t start) const;
  void Widen(uint8_t leading, uint8_t trailing);

  std::vector<Group> groups_;    // oldest first; windows of older ones are wider
  std::vector<uint32_t> best_;   // [n]: bits of the first n values
  std::vector<uint32_t> start_;  // [n]: where the window of value n-1 begins
  std::vector<uint8_t> leading_;
  std::vector<uint8_t> trailing_;
  std::vector<Window> windows_;
};

}  // namespace watchfire::chunk

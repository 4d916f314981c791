#pragma once
// Answers for those who ask the same at the same time: a question that is under way is joined, and
// what was answered within the last second is answered again. Thirty people before one dashboard
// cost little more than one. Internal to this room.
//
// Thread-safe. Bounded in bytes; what is larger than a quarter of that is not kept, but shared by
// those who waited. An answer that was cancelled belongs to nobody: the next who waits asks anew.

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"
#include "client/registry.h"
#include "grafana/queries/queries.h"

namespace watchfire::grafana {

class AnswerCache {
 public:
  struct Options {
    int64_t keep_ms = 1000;
    size_t max_bytes = 16 << 20;
  };
  struct Made {
    QueryAnswer answer;
    bool cancelled = false;
  };

  AnswerCache(Options options, client::Registry* registry, const Clock* clock);

  // `make` runs in this thread, or in that of another who asked before. Status 499 if `cancelled`
  // (may be null) became true while waiting.
  QueryAnswer Get(const std::string& key, const std::atomic<bool>* cancelled,
                  const std::function<Made()>& make);

  size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    QueryAnswer answer;
    size_t size = 0;
    int64_t until_ns = 0;
  };
  // One question under way.
  struct Running {
    bool done = false;
    Made made;
  };

  // Gives those who wait the answer, or the question where it was cancelled.
  void Finish(const std::string& key, Running& running, const Made& made);
  void Drop() REQUIRES(mutex_);
  void Keep(const std::string& key, const QueryAnswer& answer) REQUIRES(mutex_);

  const Options options_;
  const Clock* const clock_;
  client::Counter* hits_ = nullptr;
  client::Counter* joined_ = nullptr;
  client::Counter* misses_ = nullptr;

  mutable Mutex mutex_;
  CondVar done_;
  std::list<Entry> entries_ GUARDED_BY(mutex_);  // oldest first, which is in order of until_ns
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::shared_ptr<Running>> running_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace watchfire::grafana

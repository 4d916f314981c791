#pragma once
// Memory that one scrape needs while it is processed, kept and handed from scrape to scrape, so
// that a target holds none of it between two scrapes. Thread-safe; owned by the manager.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "exposition/parser.h"
#include "storage/appender.h"

namespace watchfire::scrape {

struct Scratch {
  exposition::PageValues page;
  exposition::SeriesLabelsView labels;
  std::vector<double> row;
  std::vector<double> stale_values;
  std::vector<storage::SeriesRef> stale;
  std::vector<storage::RowError> errors;
};

class ScratchPool {
 public:
  std::unique_ptr<Scratch> Take() {
    MutexLock lock(mutex_);
    if (scratches_.empty()) return std::make_unique<Scratch>();
    std::unique_ptr<Scratch> scratch = std::move(scratches_.back());
    scratches_.pop_back();
    return scratch;
  }
  void Give(std::unique_ptr<Scratch> scratch) {
    MutexLock lock(mutex_);
    scratches_.push_back(std::move(scratch));
  }

  std::string TakeBuffer() {
    MutexLock lock(mutex_);
    if (buffers_.empty()) return {};
    std::string buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
  }
  // As it is: the fetcher counts on its size. Huge and surplus buffers are not worth keeping.
  void GiveBuffer(std::string buffer) {
    if (buffer.capacity() > kMostBufferBytes) return;
    MutexLock lock(mutex_);
    if (buffers_.size() < kMostBuffers) buffers_.push_back(std::move(buffer));
  }

 private:
  static constexpr size_t kMostBufferBytes = 4 << 20;
  static constexpr size_t kMostBuffers = 16;

  Mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> scratches_ GUARDED_BY(mutex_);
  std::vector<std::string> buffers_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::scrape

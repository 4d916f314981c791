#pragma once
// The scrape_failure_log_file: one line of JSON for each scrape that failed. Pools that name the
// same file share one object, so that lines never mix. Thread-safe.

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"

namespace watchfire::scrape {

class FailureLog {
 public:
  static Result<std::shared_ptr<FailureLog>> Open(const std::string& path, FileSystem& files);
  void Write(TimeMs now, std::string_view job, std::string_view url, std::string_view error);

 private:
  explicit FailureLog(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}

  Mutex mutex_;
  std::unique_ptr<AppendFile> file_ GUARDED_BY(mutex_);
  bool failed_ GUARDED_BY(mutex_) = false;  // said once that lines are lost
};

}  // namespace watchfire::scrape

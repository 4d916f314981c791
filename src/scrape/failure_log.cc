#include "scrape/failure_log.h"

#include "base/log.h"
#include "codec/json_writer.h"

namespace watchfire::scrape {

Result<std::shared_ptr<FailureLog>> FailureLog::Open(const std::string& path, FileSystem& files) {
  std::unique_ptr<AppendFile> file = TRY(files.OpenAppend(path, /*truncate=*/false));
  return std::shared_ptr<FailureLog>(new FailureLog(std::move(file)));
}

void FailureLog::Write(TimeMs now, std::string_view job, std::string_view url,
                       std::string_view error) {
  codec::JsonWriter line;
  line.BeginObject();
  line.Field("time", FormatRfc3339(now));
  line.Field("level", "ERROR");
  line.Field("msg", error);
  line.Field("job_name", job);
  line.Field("target", url);
  line.EndObject();
  bool said;
  Result<void> written;
  {
    MutexLock lock(mutex_);
    written = file_->Append(line.Take() + "\n");
    said = failed_;
    failed_ = !written.ok();
  }
  if (!written.ok() && !said) {
    WF_LOG(kError, "Cannot write to the scrape failure log", {"component", "scrape manager"},
           {"err", written.error()});
  }
}

}  // namespace watchfire::scrape

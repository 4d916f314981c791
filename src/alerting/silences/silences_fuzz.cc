// Any bytes as a snapshot or as a peer's records: taken or refused with a place, never worse; what
// was taken is written in a way that is read back as the same.
#include "alerting/silences/silences.h"

#include "base/check.h"
#include "base/log.h"
#include "testing/fault_file_system.h"

namespace {

class StillClock final : public watchfire::Clock {
 public:
  watchfire::TimeMs Now() const override { return 0; }
  int64_t MonotonicNs() const override { return 0; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using watchfire::alerting::Silences;
  static const StillClock clock;
  watchfire::ConfigureLogging(watchfire::LogLevel::kError, watchfire::LogFormat::kLogfmt);
  std::string log;
  watchfire::CaptureLogs(&log);
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  watchfire::testing::FaultFileSystem files;
  files.SetContent("silences", std::string(bytes));

  Silences loaded({.clock = &clock});
  if (loaded.Load("silences", files).ok()) {
    std::string written = loaded.Marshal();
    Silences again({.clock = &clock});
    files.SetContent("silences", written);
    WF_CHECK(again.Load("silences", files).ok());
    WF_CHECK(again.Marshal() == written);
  }
  Silences merged({.clock = &clock});
  if (merged.Merge(bytes).ok()) {
    watchfire::model::Labels labels = watchfire::model::Labels::Of({{"a", "b"}, {"c", "d"}});
    static_cast<void>(merged.MutedBy(1, labels, 0));
    merged.Gc(1);
  }
  watchfire::CaptureLogs(nullptr);
  return 0;
}

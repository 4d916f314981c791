// Any bytes as a snapshot or as a peer's records: taken or refused with a place, never worse; what
// was taken is written in a way that is read back as the same.
#include "alerting/nflog/notification_log.h"

#include "base/check.h"
#include "testing/fault_file_system.h"

namespace {

class StillClock final : public watchfire::Clock {
 public:
  watchfire::TimeMs Now() const override { return 0; }
  int64_t MonotonicNs() const override { return 0; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using watchfire::alerting::NotificationLog;
  static const StillClock clock;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  watchfire::testing::FaultFileSystem files;
  files.SetContent("nflog", std::string(bytes));
  NotificationLog loaded({.clock = &clock});
  if (loaded.Load("nflog", files).ok()) {
    std::string written = loaded.Marshal();
    NotificationLog again({.clock = &clock});
    files.SetContent("nflog", written);
    WF_CHECK(again.Load("nflog", files).ok());
    WF_CHECK(again.Marshal() == written);
  }
  NotificationLog merged({.clock = &clock});
  if (merged.Merge(bytes).ok()) {
    static_cast<void>(merged.Find({"g", "r", "i", 0}));
    merged.Gc(1);
  }
  return 0;
}

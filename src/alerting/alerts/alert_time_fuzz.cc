// Times from clients: whatever is read must print, and read back as the same moment.
#include "alerting/alerts/alert.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using watchfire::alerting::AlertTime;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::optional<AlertTime> time = watchfire::alerting::ParseAlertTime(text);
  if (!time) return 0;
  std::optional<AlertTime> again =
      watchfire::alerting::ParseAlertTime(watchfire::alerting::FormatNanos(*time));
  WF_CHECK(again.has_value() && again->unix_ns == time->unix_ns);
  WF_CHECK(again->offset_s == time->offset_s);
  return 0;
}

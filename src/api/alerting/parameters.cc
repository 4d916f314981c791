#include "api/alerting/parameters.h"

#include <cmath>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::api {

Result<uint64_t> ParseFingerprint(std::string_view text) {
  uint64_t value = 0;
  for (char c : text) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return Error::Invalid("invalid fingerprint {}", GoQuote(text));
    value = value << 4 | static_cast<uint64_t>(digit);
  }
  if (text.size() != 16) return Error::Invalid("invalid fingerprint {}", GoQuote(text));
  return value;
}

Result<TimeMs> TimeParam(const net::Values& query, std::string_view name, TimeMs otherwise) {
  std::string_view text = query.Get(name);
  if (text.empty()) return otherwise;
  if (std::optional<double> seconds = ParseFloat(text)) {
    // Far enough for everybody, and milliseconds that fit.
    if (std::abs(*seconds) < 1e12) return static_cast<TimeMs>(std::llround(*seconds * 1000));
  } else if (std::optional<TimeMs> time = ParseRfc3339(text)) {
    return *time;
  }
  return Error::Invalid("invalid parameter {}: cannot parse {} to a valid timestamp", GoQuote(name),
                        GoQuote(text));
}

Result<int64_t> NumberParam(const net::Values& query, std::string_view name, int64_t otherwise,
                            int64_t min, int64_t max) {
  std::string_view text = query.Get(name);
  if (text.empty()) return otherwise;
  std::optional<int64_t> value = ParseInt(text);
  if (!value || *value < min || *value > max) {
    return Error::Invalid("invalid parameter {}: {} is no number from {} to {}", GoQuote(name),
                          GoQuote(text), min, max);
  }
  return *value;
}

}  // namespace watchfire::api

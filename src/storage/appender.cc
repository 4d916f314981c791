#include "storage/appender.h"

#include <fmt/core.h>

#include "base/numbers.h"

namespace watchfire::storage {

std::string_view AppendErrorText(AppendError error) {
  switch (error) {
    case AppendError::kNone:
      return "";
    case AppendError::kOutOfOrder:
      return "out of order sample";
    case AppendError::kDuplicateTimestamp:
      return "duplicate sample for timestamp";
    case AppendError::kOutOfBounds:
      return "out of bounds";
    case AppendError::kTooOld:
      return "too old sample";
    case AppendError::kUnknownRef:
      return "unknown series reference";
  }
  return "";
}

std::string DuplicateSampleText(TimeMs t, double existing, double rejected) {
  return fmt::format("{} {}; overrides not allowed: existing {}, new value {}",
                     AppendErrorText(AppendError::kDuplicateTimestamp), t, FormatFloatGo(existing),
                     FormatFloatGo(rejected));
}

}  // namespace watchfire::storage

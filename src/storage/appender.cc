#include "storage/appender.h"

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

}  // namespace watchfire::storage

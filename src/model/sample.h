#pragma once
// Samples and the special values they carry. A stale marker is a NaN with bits of its own, written
// when a series ends; it is compared by bits, never by ==.

#include <bit>
#include <cmath>
#include <cstdint>

#include "base/clock.h"

namespace watchfire::model {

inline constexpr uint64_t kStaleNanBits = 0x7ff0000000000002ULL;
inline constexpr uint64_t kNormalNanBits = 0x7ff8000000000001ULL;
inline const double kStaleNan = std::bit_cast<double>(kStaleNanBits);
inline const double kNormalNan = std::bit_cast<double>(kNormalNanBits);

inline bool IsStaleNan(double v) {
  return std::bit_cast<uint64_t>(v) == kStaleNanBits;
}
inline bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

struct Sample {
  TimeMs t = 0;
  double v = 0;
};

}  // namespace watchfire::model

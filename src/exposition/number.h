#pragma once
// The number of a sample line, read in place. Three of four values on real pages are integers and
// most others have at most 15 significant digits: those are exact as digits × or ÷ a power of ten
// (Clinger's fast path); the rest goes to ParseFloat. Pure functions.

#include <cstdint>
#include <string_view>

#include "base/numbers.h"

namespace watchfire::exposition {

namespace internal {

// Powers that a double holds exactly.
inline constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
inline constexpr int kMostExactPower = 22;
inline constexpr int kMostDigits = 18;  // fit an int64 with room

// Every shape the fast path declines. Takes the bytes up to a blank, a newline or `end`.
const char* ReadNumberSlowly(const char* at, const char* end, double* value);

}  // namespace internal

// Reads a number that starts at `at` and returns the byte behind it; nullptr when there is none.
// Blanks, newline and `end` stop it; the caller checks what follows.
inline const char* ReadNumber(const char* at, const char* end, double* value) {
  const char* start = at;
  bool negative = at != end && *at == '-';
  if (negative) ++at;
  uint64_t mantissa = 0;
  int digits = 0;
  int fraction = 0;
  auto read_digits = [&](int most) {
    const char* from = at;
    while (at != end && static_cast<unsigned>(*at - '0') < 10 && at - from <= most) {
      mantissa = mantissa * 10 + static_cast<unsigned>(*at++ - '0');
    }
    return static_cast<int>(at - from);
  };
  digits = read_digits(internal::kMostDigits);
  if (digits == 0 || digits > internal::kMostDigits) {
    return internal::ReadNumberSlowly(start, end, value);
  }
  int exponent = 0;
  if (at != end && *at == '.') {
    ++at;
    fraction = read_digits(internal::kMostDigits - digits);
    if (digits + fraction > internal::kMostDigits) {
      return internal::ReadNumberSlowly(start, end, value);
    }
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    bool minus = at != end && *at == '-';
    if (at != end && (*at == '-' || *at == '+')) ++at;
    const char* from = at;
    while (at != end && static_cast<unsigned>(*at - '0') < 10 && at - from < 4) {
      exponent = exponent * 10 + (*at++ - '0');
    }
    if (at == from) return internal::ReadNumberSlowly(start, end, value);
    if (minus) exponent = -exponent;
  }
  bool ended = at == end || *at == '\n' || *at == ' ' || *at == '\t';
  exponent -= fraction;
  if (!ended) return internal::ReadNumberSlowly(start, end, value);
  double v = static_cast<double>(mantissa);
  if (exponent != 0) {
    bool exact = mantissa <= (uint64_t{1} << 53) && exponent >= -internal::kMostExactPower &&
                 exponent <= internal::kMostExactPower;
    if (!exact) return internal::ReadNumberSlowly(start, end, value);
    if (exponent > 0) {
      v *= internal::kPowersOfTen[exponent];
    } else {
      v /= internal::kPowersOfTen[-exponent];
    }
  }
  *value = negative ? -v : v;
  return at;
}

}  // namespace watchfire::exposition

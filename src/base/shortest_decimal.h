#pragma once
// The shortest decimal that reads back as the same double, and the closest of these: the digits
// behind every number that the API prints. R. Giulietti's "The Schubfach way to render doubles"
// (2020): one table look-up and three 64×128-bit products, no loops. A pure function; a third of
// the time of std::to_chars, which the test compares it with.

#include <cstdint>

namespace watchfire {

// digits × 10^exponent; at most 17 digits, the last of which may be zeros.
struct ShortDecimal {
  uint64_t digits = 0;
  int exponent = 0;
};

// `v` is finite and above 0.
ShortDecimal ShortestDecimal(double v);

}  // namespace watchfire

#include "base/shortest_decimal.h"

#include <array>
#include <bit>
#include <cstddef>

namespace watchfire {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr int kMinPower = -292;
constexpr int kMaxPower = 324;
constexpr int kMantissaBits = 52;
constexpr int kExponentBias = 1075;

struct Power {
  uint64_t high = 0;
  uint64_t low = 0;
};

// A power of ten's leading 256 bits while the table is made; words[0] is the lowest. The error of
// cutting off, one unit in the last place a step, stays far below the 128 bits that are kept.
struct Wide {
  std::array<uint64_t, 4> words{};

  constexpr void TimesTen() {
    Uint128 carry = 0;
    for (uint64_t& word : words) {
      carry += static_cast<Uint128>(word) * 10;
      word = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
    auto top = static_cast<uint64_t>(carry);
    while (top != 0) {
      for (size_t i = 0; i < 4; ++i) {
        uint64_t above = i == 3 ? top : words[i + 1];
        words[i] = (words[i] >> 1) | (above << 63);
      }
      top >>= 1;
    }
  }
  constexpr void ByTen() {
    uint64_t rest = 0;
    for (size_t i = 4; i-- > 0;) {
      Uint128 part = (static_cast<Uint128>(rest) << 64) | words[i];
      words[i] = static_cast<uint64_t>(part / 10);
      rest = static_cast<uint64_t>(part % 10);
    }
    // The bits that come in from below are those of the next digits, not zeros.
    while ((words[3] >> 63) == 0) {
      rest *= 2;
      uint64_t bit = rest >= 10 ? 1 : 0;
      rest -= bit * 10;
      for (size_t i = 4; i-- > 1;) words[i] = (words[i] << 1) | (words[i - 1] >> 63);
      words[0] = (words[0] << 1) | bit;
    }
  }
};

// Rounded up, as the algorithm wants it; 10^0 … 10^55 fit exactly.
constexpr Power RoundedUp(const Wide& wide) {
  Power power{wide.words[3], wide.words[2]};
  if (wide.words[1] == 0 && wide.words[0] == 0) return power;
  if (++power.low == 0) ++power.high;
  return power;
}

constexpr auto kPowers = [] {
  std::array<Power, kMaxPower - kMinPower + 1> powers{};
  Wide wide;
  wide.words[3] = 1ULL << 63;  // 10^0
  Wide up = wide;
  for (int k = 0; k <= kMaxPower; ++k) {
    powers[static_cast<size_t>(k - kMinPower)] = RoundedUp(up);
    up.TimesTen();
  }
  Wide down = wide;
  for (int k = -1; k >= kMinPower; --k) {
    down.ByTen();
    powers[static_cast<size_t>(k - kMinPower)] = RoundedUp(down);
  }
  return powers;
}();

// ⌊log2(10^k)⌋ for |k| ≤ 1233.
constexpr int FloorLog2OfPower(int k) {
  return (k * 1'741'647) >> 19;
}

// ⌊power × c / 2^128⌋ with the lowest bit set if anything was cut off ("round to odd").
inline uint64_t ScaleToOdd(const Power& power, uint64_t c) {
  Uint128 low = static_cast<Uint128>(power.low) * c;
  Uint128 sum = static_cast<Uint128>(power.high) * c + static_cast<uint64_t>(low >> 64);
  auto rest = static_cast<uint64_t>(sum);
  return static_cast<uint64_t>(sum >> 64) | (rest > 1 ? 1 : 0);
}

}  // namespace

ShortDecimal ShortestDecimal(double v) {
  auto bits = std::bit_cast<uint64_t>(v);
  uint64_t fraction = bits & ((1ULL << kMantissaBits) - 1);
  int biased = static_cast<int>(bits >> kMantissaBits);
  uint64_t c = biased == 0 ? fraction : fraction | (1ULL << kMantissaBits);
  int q = (biased == 0 ? 1 : biased) - kExponentBias;

  // Below a power of two the neighbour is only half as far away.
  bool close_below = fraction == 0 && biased > 1;
  int k = (q * 1'262'611 - (close_below ? 524'031 : 0)) >> 22;
  int shift = q + FloorLog2OfPower(-k) + 1;
  const Power& power = kPowers[static_cast<size_t>(-k - kMinPower)];

  // The value and the ends of what rounds to it, in quarters of 10^k.
  uint64_t value = ScaleToOdd(power, (4 * c) << shift);
  uint64_t lower = ScaleToOdd(power, (4 * c - (close_below ? 1 : 2)) << shift);
  uint64_t upper = ScaleToOdd(power, (4 * c + 2) << shift);
  if (c % 2 != 0) {  // ties go to even numbers, so the ends belong to the neighbours
    ++lower;
    --upper;
  }

  uint64_t s = value / 4;
  if (s >= 10) {
    uint64_t tens = s / 10;
    bool below_fits = lower <= 40 * tens;
    bool above_fits = 40 * tens + 40 <= upper;
    if (below_fits != above_fits) return {tens + (above_fits ? 1 : 0), k + 1};
  }
  bool below_fits = lower <= 4 * s;
  bool above_fits = 4 * s + 4 <= upper;
  if (below_fits != above_fits) return {s + (above_fits ? 1 : 0), k};
  uint64_t middle = 4 * s + 2;
  bool round_up = value > middle || (value == middle && s % 2 != 0);
  return {s + (round_up ? 1 : 0), k};
}

}  // namespace watchfire

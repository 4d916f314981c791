#include "base/float_text.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/shortest_decimal.h"

namespace watchfire {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53
// Decimals of up to 15 digits and the doubles nearest to them are pairs: if k / 10^n is `v`, then
// no other decimal of that length is.
constexpr double kUniqueDigits = 1e15;
constexpr unsigned kMostDecimals = 8;
constexpr uint64_t kEight = 100'000'000;

constexpr auto kPowers = [] {
  std::array<uint64_t, 20> powers{};
  uint64_t power = 1;
  for (uint64_t& p : powers) {
    p = power;
    power *= 10;
  }
  return powers;
}();

constexpr std::array<double, kMostDecimals + 1> kFloatPowers = {1,   1e1, 1e2, 1e3, 1e4,
                                                                1e5, 1e6, 1e7, 1e8};

// The digits of v < 10^8 as bytes 0 … 9, the first in the lowest byte: halves, then pairs, then
// single digits, each split by one multiplication for all parts at once.
[[gnu::always_inline]] inline uint64_t EightDigits(uint64_t number) {
  auto v = static_cast<uint32_t>(number);
  uint64_t halves = v / 10'000 | static_cast<uint64_t>(v % 10'000) << 32;
  uint64_t hundreds = (halves * 10'486 >> 20) & 0x0000'007f'0000'007f;
  uint64_t pairs = hundreds | (halves - 100 * hundreds) << 16;
  uint64_t tens = (pairs * 103 >> 10) & 0x000f'000f'000f'000f;
  return tens | (pairs - 10 * tens) << 8;
}

constexpr uint64_t kAsciiZeros = 0x3030'3030'3030'3030;

// With leading zeros, eight bytes.
[[gnu::always_inline]] inline void WriteEight(char* out, uint64_t v) {
  uint64_t text = EightDigits(v) | kAsciiZeros;
  std::memcpy(out, &text, sizeof text);
}

char* WriteUpToEight(char* out, uint64_t v) {
  uint64_t digits = EightDigits(v);
  // The last digit always counts.
  auto leading = static_cast<unsigned>(std::countr_zero(digits | 1ULL << 56)) / 8;
  uint64_t text = (digits | kAsciiZeros) >> (leading * 8);
  std::memcpy(out, &text, sizeof text);
  return out + (8 - leading);
}

char* WriteWord(char* out, const char* word, size_t size) {
  std::memcpy(out, word, size);
  return out + size;
}

char* StripZeros(char* end) {
  while (end[-1] == '0') --end;
  return end;
}

// d.ddde±xx
char* WriteScientific(char* out, ShortDecimal decimal) {
  char* end = WriteUint(out + 1, decimal.digits);
  auto exponent = static_cast<int>(end - out) - 2 + decimal.exponent;
  end = StripZeros(end);
  out[0] = out[1];
  if (end == out + 2) {
    end = out + 1;
  } else {
    out[1] = '.';
  }
  *end++ = 'e';
  *end++ = exponent < 0 ? '-' : '+';
  auto size = static_cast<unsigned>(exponent < 0 ? -exponent : exponent);
  if (size < 10) *end++ = '0';
  return WriteUint(end, size);
}

// A number below 1: zeros after the point, then the digits.
char* WriteSmall(char* out, uint64_t digits, unsigned decimals) {
  unsigned count = 17;
  while (digits < kPowers[count - 1]) --count;
  std::memcpy(out, "0.000000", 8);
  return StripZeros(WriteUint(out + 2 + (decimals - count), digits));
}

// `decimals` digits of the fraction, at most 16, without the zeros at the end.
char* WriteFraction(char* out, uint64_t fraction, unsigned decimals) {
  fraction *= kPowers[16 - decimals];
  WriteEight(out, fraction / kEight);
  WriteEight(out + 8, fraction % kEight);
  return StripZeros(out + decimals);
}

char* WriteDecimal(char* out, ShortDecimal decimal) {
  if (decimal.exponent >= 0) {
    out = WriteUint(out, decimal.digits);
    std::memset(out, '0', static_cast<size_t>(decimal.exponent));
    return out + decimal.exponent;
  }
  auto decimals = static_cast<unsigned>(-decimal.exponent);
  if (decimals > 16 || decimal.digits < kPowers[decimals]) {
    return WriteSmall(out, decimal.digits, decimals);
  }
  uint64_t whole = decimal.digits / kPowers[decimals];
  out = WriteUint(out, whole);
  *out++ = '.';
  return WriteFraction(out, decimal.digits - whole * kPowers[decimals], decimals);
}

}  // namespace

char* WriteUint(char* out, uint64_t v) {
  if (v < 10) {
    *out = static_cast<char>('0' + v);
    return out + 1;
  }
  if (v < kEight) return WriteUpToEight(out, v);
  uint64_t high = v / kEight;
  if (high < kEight) {
    out = WriteUpToEight(out, high);
  } else {
    out = WriteUpToEight(out, high / kEight);
    WriteEight(out, high % kEight);
    out += 8;
  }
  WriteEight(out, v % kEight);
  return out + 8;
}

char* WriteInt(char* out, int64_t v) {
  if (v >= 0) return WriteUint(out, static_cast<uint64_t>(v));
  *out++ = '-';
  return WriteUint(out, 0 - static_cast<uint64_t>(v));
}

char* WriteFloatJson(char* out, double v) {
  if (!(std::fabs(v) < HUGE_VAL)) {
    if (std::isnan(v)) return WriteWord(out, "NaN", 3);
    return WriteWord(out, v > 0 ? "+Inf" : "-Inf", 4);
  }
  if (std::signbit(v)) {
    *out++ = '-';
    v = -v;
  }
  // Most samples are whole numbers.
  if (v < kExactIntegers && v == static_cast<double>(static_cast<int64_t>(v))) {
    return WriteUint(out, static_cast<uint64_t>(v));
  }
  ShortDecimal decimal = ShortestDecimal(v);
  return v < 1e-6 || v >= 1e21 ? WriteScientific(out, decimal) : WriteDecimal(out, decimal);
}

char* FloatTexts::Write(char* out, double v) {
  double size = std::fabs(v);
  if (!(size >= 1e-6 && size < kExactIntegers)) return WriteFloatJson(out, v);
  auto whole = static_cast<int64_t>(size);
  if (std::signbit(v)) *out++ = '-';
  if (size == static_cast<double>(whole)) return WriteUint(out, static_cast<uint64_t>(whole));
  if (decimals_ == 0) return WriteLong(out, size);

  double power = kFloatPowers[decimals_];
  double scaled = size * power + 0.5;
  if (scaled >= kUniqueDigits) return WriteLong(out, size);
  auto digits = static_cast<int64_t>(scaled);
  if (static_cast<double>(digits) / power != size) return WriteLong(out, size);
  out = WriteUint(out, static_cast<uint64_t>(whole));
  *out++ = '.';
  auto fraction = static_cast<uint64_t>(digits) - static_cast<uint64_t>(whole) * kPowers[decimals_];
  WriteEight(out, fraction * kPowers[8 - decimals_]);
  return StripZeros(out + decimals_);
}

char* FloatTexts::WriteLong(char* out, double v) {
  char* end = WriteFloatJson(out, v);
  // Long values come in rows, so after one it is not looked for short ones each time.
  if (decimals_ == 0 && ++long_row_ % 8 != 0) return end;
  auto point = static_cast<const char*>(std::memchr(out, '.', static_cast<size_t>(end - out)));
  auto decimals = point == nullptr ? SIZE_MAX : static_cast<size_t>(end - point) - 1;
  decimals_ = decimals <= kMostDecimals ? static_cast<unsigned>(decimals) : 0;
  return end;
}

}  // namespace watchfire

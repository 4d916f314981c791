#include "tsdb/block/ulid.h"

#include <sys/random.h>

#include "base/check.h"

namespace watchfire::block {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kTimeBytes = 6;
constexpr uint8_t kNoDigit = 0xff;

constexpr std::array<uint8_t, 256> MakeDigitValues() {
  std::array<uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (size_t i = 0; i < kDigits.size(); ++i) {
    char c = kDigits[i];
    values[static_cast<uint8_t>(c)] = static_cast<uint8_t>(i);
    if (c >= 'A') values[static_cast<uint8_t>(c - 'A' + 'a')] = static_cast<uint8_t>(i);
  }
  return values;
}
constexpr std::array<uint8_t, 256> kDigitValues = MakeDigitValues();

}  // namespace

Ulid Ulid::New(TimeMs now) {
  Ulid ulid;
  auto time = static_cast<uint64_t>(now);
  for (size_t i = 0; i < kTimeBytes; ++i) {
    ulid.bytes[i] = static_cast<uint8_t>(time >> (8 * (kTimeBytes - 1 - i)));
  }
  size_t wanted = ulid.bytes.size() - kTimeBytes;
  // So few bytes come at once or not at all; without random names two blocks could be one.
  WF_CHECK(getrandom(ulid.bytes.data() + kTimeBytes, wanted, 0) == static_cast<ssize_t>(wanted));
  return ulid;
}

// 26 digits are 130 bits: the first digit has only three bits to give.
std::optional<Ulid> Ulid::Parse(std::string_view text) {
  if (text.size() != kUlidDigits) return std::nullopt;
  unsigned __int128 number = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    uint8_t digit = kDigitValues[static_cast<uint8_t>(text[i])];
    if (digit == kNoDigit || (i == 0 && digit > 7)) return std::nullopt;
    number = number << 5 | digit;
  }
  Ulid ulid;
  for (size_t i = ulid.bytes.size(); i-- > 0; number >>= 8) {
    ulid.bytes[i] = static_cast<uint8_t>(number);
  }
  return ulid;
}

std::string Ulid::ToString() const {
  unsigned __int128 number = 0;
  for (uint8_t byte : bytes) number = number << 8 | byte;
  std::string text(kUlidDigits, '0');
  for (size_t i = text.size(); i-- > 0; number >>= 5) {
    text[i] = kDigits[static_cast<size_t>(number & 31)];
  }
  return text;
}

TimeMs Ulid::time() const {
  uint64_t time = 0;
  for (size_t i = 0; i < kTimeBytes; ++i) time = time << 8 | bytes[i];
  return static_cast<TimeMs>(time);
}

}  // namespace watchfire::block

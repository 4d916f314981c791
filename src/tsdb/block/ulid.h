#pragma once
// ULIDs name blocks: 48 bits of milliseconds and 80 random bits in 26 digits of Crockford's base
// 32, so that names sort by the time they were made. Values.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace watchfire::block {

inline constexpr size_t kUlidDigits = 26;

struct Ulid {
  std::array<uint8_t, 16> bytes{};
  auto operator<=>(const Ulid&) const = default;

  // Random bits come from the kernel.
  static Ulid New(TimeMs now);
  // nullopt unless these are 26 digits (upper or lower case) that fit into 128 bits.
  static std::optional<Ulid> Parse(std::string_view text);
  std::string ToString() const;
  TimeMs time() const;
};

}  // namespace watchfire::block

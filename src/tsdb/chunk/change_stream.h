#pragma once
// How a change list lies in the arena: a stream's first cell and the later ones, and what its modes
// mean. Shared by the writer (change_list.cc) and the decoder (change_decode.cc); nobody else
// includes it. The drawing is in docs/format/head.md.

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "tsdb/chunk/arena.h"

namespace watchfire::chunk {

inline constexpr uint64_t kStaleBits = 0x7ff0000000000002ULL;

// Modes 0…9: integers scaled by 10^mode. kXor: differences of bits.
inline constexpr uint8_t kMaxScale = 9;
inline constexpr uint8_t kXor = 15;
inline constexpr std::array<double, kMaxScale + 1> kPowers = {1e0, 1e1, 1e2, 1e3, 1e4,
                                                              1e5, 1e6, 1e7, 1e8, 1e9};

// The first cell of a stream: its state, then data. Later cells: a link, then data.
struct StreamHead {
  uint64_t first;     // bits of the first sample
  uint64_t previous;  // newest real value: scaled integer, or bits
  int64_t delta;      // of the newest integer change
  Arena::Handle tail;
  uint16_t tail_used;  // bits
  uint16_t start;      // column index of the first sample
  uint8_t mode;
  uint8_t first_mode;
  uint8_t window_a;  // integers: width; XOR: leading zeros
  uint8_t window_b;  // XOR: significant bits, 0 before the first
  uint8_t cells;
  uint8_t unused[3];
};
static_assert(sizeof(StreamHead) == 40);

inline constexpr uint32_t kLinkBytes = 4;
inline constexpr uint32_t kFirstHeader = sizeof(StreamHead) + kLinkBytes;
// Data bytes by place in the chain; the last size repeats. Small steps keep the unused end small.
inline constexpr std::array<uint32_t, 6> kCellBytes = {64 - kFirstHeader, 28, 44, 60, 92, 124};

inline uint32_t CellData(uint32_t number) {
  return kCellBytes[number < kCellBytes.size() ? number : kCellBytes.size() - 1];
}
inline StreamHead& HeadOf(const Arena& arena, Arena::Handle stream) {
  return *reinterpret_cast<StreamHead*>(arena.At(stream));
}
inline char* LinkOf(char* cell, uint32_t number) {
  return number == 0 ? cell + sizeof(StreamHead) : cell;
}
inline char* DataOf(char* cell, uint32_t number) {
  return cell + (number == 0 ? kFirstHeader : kLinkBytes);
}

// v·10^scale as an integer from which v comes back bit by bit.
inline std::optional<int64_t> Scaled(uint64_t bits, uint8_t scale) {
  double v = std::bit_cast<double>(bits);
  double scaled = v * kPowers[scale];
  if (!(std::fabs(scaled) < 9007199254740992.0)) return std::nullopt;
  if (scale == 0) {
    auto whole = static_cast<int64_t>(v);
    if (std::bit_cast<uint64_t>(static_cast<double>(whole)) != bits) return std::nullopt;
    return whole;
  }
  auto m = static_cast<int64_t>(scaled + std::copysign(0.5, scaled));
  if (std::bit_cast<uint64_t>(static_cast<double>(m) / kPowers[scale]) != bits) return std::nullopt;
  return m;
}
inline uint64_t Unscaled(int64_t m, uint8_t scale) {
  return std::bit_cast<uint64_t>(static_cast<double>(m) / kPowers[scale]);
}

// What `previous` is when a stream starts in `mode` after the value `bits`.
inline uint64_t FirstPrevious(uint64_t bits, uint8_t mode) {
  if (mode == kXor) return bits;
  std::optional<int64_t> m = Scaled(bits, mode);
  return m ? static_cast<uint64_t>(*m) : 0;
}

// After a prefix of 111.
enum class Escape : uint8_t { kStale = 0, kScale = 1, kToXor = 2 };

}  // namespace watchfire::chunk

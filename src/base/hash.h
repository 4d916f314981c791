#pragma once
// Hashes. XxHash64 where upstream's value is visible to users (scrape offsets, limit_ratio, group
// slots); Hash (XXH3) for everything inside. Neither is safe against people who choose the input:
// tables that hold foreign keys are bounded by a limit instead. KeyedHash is, for tables that take
// equal hashes for equal keys; its values differ from process to process.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace watchfire {

// XXH3, 64 bits, with the default secret.
uint64_t Hash(std::string_view bytes);
// XXH64 with seed 0, as Prometheus uses for label sets.
uint64_t XxHash64(std::string_view bytes);

// XXH3 with a secret that is drawn at the start of the process.
uint64_t KeyedHash(std::string_view bytes);

// Mixes two hashes; the order matters.
inline uint64_t HashCombine(uint64_t a, uint64_t b) {
  a ^= b + 0x9e3779b97f4a7c15ULL + (a << 12) + (a >> 4);
  a *= 0xff51afd7ed558ccdULL;
  return a ^ (a >> 32);
}

// For HashMap with string keys: accepts std::string, std::string_view and literals alike.
struct StringHash {
  using is_transparent = void;
  using is_avalanching = void;
  size_t operator()(std::string_view text) const { return static_cast<size_t>(Hash(text)); }
};
struct StringEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

}  // namespace watchfire

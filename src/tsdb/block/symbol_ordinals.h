#pragma once
// SymbolOrdinals: symbol → its place in the sorted list, for a million symbols in eight to sixteen
// bytes each: a hash table of places alone, the texts stay where the caller has them. Thread-
// compatible.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace watchfire::block {

class SymbolOrdinals {
 public:
  // At most 2^31 symbols, distinct; they and their texts outlive this.
  explicit SymbolOrdinals(std::span<const std::string_view> symbols);

  std::optional<uint32_t> Find(std::string_view symbol) const;

 private:
  static constexpr uint32_t kFree = UINT32_MAX;

  const std::span<const std::string_view> symbols_;  // the caller's
  std::vector<uint32_t> slots_;  // a power of two of them, at most two thirds taken
  size_t mask_ = 0;
};

}  // namespace watchfire::block

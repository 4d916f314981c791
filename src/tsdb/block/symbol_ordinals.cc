#include "tsdb/block/symbol_ordinals.h"

#include <bit>

#include "base/check.h"
#include "base/hash.h"

namespace watchfire::block {

SymbolOrdinals::SymbolOrdinals(std::span<const std::string_view> symbols) : symbols_(symbols) {
  WF_CHECK(symbols.size() < (size_t{1} << 31));
  slots_.assign(std::bit_ceil(symbols.size() + symbols.size() / 2 + 2), kFree);
  mask_ = slots_.size() - 1;
  for (size_t i = 0; i < symbols.size(); ++i) {
    size_t slot = static_cast<size_t>(Hash(symbols[i])) & mask_;
    while (slots_[slot] != kFree) slot = (slot + 1) & mask_;
    slots_[slot] = static_cast<uint32_t>(i);
  }
}

std::optional<uint32_t> SymbolOrdinals::Find(std::string_view symbol) const {
  size_t slot = static_cast<size_t>(Hash(symbol)) & mask_;
  for (; slots_[slot] != kFree; slot = (slot + 1) & mask_) {
    if (symbols_[slots_[slot]] == symbol) return slots_[slot];
  }
  return std::nullopt;
}

}  // namespace watchfire::block

#include "tsdb/block/symbol_table.h"

#include <algorithm>

#include "base/bytes.h"
#include "tsdb/block/section.h"

namespace watchfire::block {
namespace {

constexpr uint32_t kEvery = 32;
constexpr size_t kCountBytes = 4;

}  // namespace

Result<SymbolTable> SymbolTable::Open(std::string_view file, uint64_t offset, int version) {
  SymbolTable table;
  table.version_ = version;
  table.file_ = file;
  if (offset == 0) return table;
  table.section_ = TRY(CheckedSectionAt(file, offset));
  ByteReader in(table.section_);
  table.count_ = in.Be32();
  std::string_view previous;
  for (uint32_t i = 0; i < table.count_; ++i) {
    if (i % kEvery == 0) table.marks_.push_back(static_cast<uint32_t>(in.offset()));
    std::string_view text = in.String();
    if (!in.ok())
      return Error::Corrupt("{} of {} symbols are missing", table.count_ - i, table.count_);
    if (version > 1 && i > 0 && text <= previous)
      return Error::Corrupt("symbol {} is out of order", i);
    previous = text;
  }
  table.marks_.shrink_to_fit();
  return table;
}

std::string_view SymbolTable::TextAt(uint32_t mark) const {
  return ByteReader(section_.substr(mark)).String();
}

Result<std::string_view> SymbolTable::Text(uint32_t ref) const {
  if (version_ == 1) {
    ByteReader in(file_.substr(std::min<size_t>(ref, file_.size())));
    std::string_view text = in.String();
    if (!in.ok()) return Error::Corrupt("unknown symbol offset {}", ref);
    return text;
  }
  if (ref >= count_) return Error::Corrupt("unknown symbol offset {}", ref);
  ByteReader in(section_.substr(marks_[ref / kEvery]));
  for (uint32_t i = ref % kEvery; i > 0; --i) in.String();
  return in.String();
}

std::optional<uint32_t> SymbolTable::Find(std::string_view text) const {
  if (version_ == 1) return FindByWalk(text);
  auto above = std::partition_point(marks_.begin(), marks_.end(),
                                    [&](uint32_t mark) { return TextAt(mark) <= text; });
  if (above == marks_.begin()) return std::nullopt;
  auto stretch = static_cast<uint32_t>(above - marks_.begin() - 1);
  ByteReader in(section_.substr(marks_[stretch]));
  uint32_t end = std::min(count_ - stretch * kEvery, kEvery);
  for (uint32_t i = 0; i < end; ++i) {
    std::string_view met = in.String();
    if (met == text) return stretch * kEvery + i;
    if (met > text) break;
  }
  return std::nullopt;
}

// Version 1 names symbols by their place in the file and promises no order.
std::optional<uint32_t> SymbolTable::FindByWalk(std::string_view text) const {
  auto section_start = static_cast<size_t>(section_.data() - file_.data());
  ByteReader in(section_.substr(std::min(kCountBytes, section_.size())));
  for (uint32_t i = 0; i < count_; ++i) {
    size_t at = section_start + kCountBytes + in.offset();
    if (in.String() == text) return static_cast<uint32_t>(at);
  }
  return std::nullopt;
}

std::vector<std::string_view> SymbolTable::All() const {
  std::vector<std::string_view> all;
  all.reserve(count_);
  ByteReader in(section_.substr(std::min(kCountBytes, section_.size())));
  for (uint32_t i = 0; i < count_; ++i) all.push_back(in.String());
  if (version_ == 1) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }
  return all;
}

}  // namespace watchfire::block

#include "tsdb/block/postings_table.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "tsdb/block/section.h"

namespace watchfire::block {
namespace {

constexpr uint32_t kEvery = 32;
constexpr uint64_t kKeysOfAnEntry = 2;

}  // namespace

PostingsTable::Cursor::Cursor(const PostingsTable& table, const Name& name, uint32_t first_mark)
    : table_(table),
      name_(name),
      index_(first_mark * table.every_),
      in_(table.section_.substr(name.marks[first_mark])) {}

bool PostingsTable::Cursor::Next() {
  if (index_ >= name_.num_values) return false;
  if (!table_.ordered_) in_ = ByteReader(table_.section_.substr(name_.marks[index_]));
  ++index_;
  Entry entry = ReadEntry(&in_);
  value_ = entry.value;
  offset_ = entry.offset;
  return in_.ok();
}

PostingsTable::Entry PostingsTable::ReadEntry(ByteReader* in) {
  Entry entry;
  // Another number of keys was never written.
  if (in->Uvarint() != kKeysOfAnEntry) in->Bytes(in->remaining() + 1);
  entry.name = in->String();
  entry.value = in->String();
  entry.offset = in->Uvarint();
  return entry;
}

PostingsTable::Entry PostingsTable::EntryAt(uint32_t mark) const {
  ByteReader in(section_.substr(mark));
  return ReadEntry(&in);
}

Result<PostingsTable> PostingsTable::Open(std::string_view file, uint64_t offset, int version) {
  PostingsTable table;
  if (offset == 0) return table;
  table.ordered_ = version > 1;
  table.every_ = table.ordered_ ? kEvery : 1;
  table.section_ = TRY(CheckedSectionAt(file, offset));
  ByteReader in(table.section_);
  table.count_ = in.Be32();
  std::map<std::string_view, Name> unordered;
  Entry previous;
  for (uint32_t i = 0; i < table.count_; ++i) {
    auto mark = static_cast<uint32_t>(in.offset());
    Entry entry = ReadEntry(&in);
    if (!in.ok()) {
      return Error::Corrupt("{} of {} entries are missing", table.count_ - i, table.count_);
    }
    if (entry.name.empty()) {
      if (table.ordered_ && i > 0) return Error::Corrupt("entries are out of order");
      if (entry.value.empty()) table.all_series_ = entry.offset;
    } else if (table.ordered_) {
      TRY(table.Add(entry, previous, mark));
    } else {
      Name& name = unordered[entry.name];
      name.text = entry.name;
      name.marks.push_back(mark);
      ++name.num_values;
    }
    previous = entry;
  }
  if (!table.names_.empty()) table.names_.back().marks.shrink_to_fit();
  for (auto& [text, name] : unordered) table.names_.push_back(std::move(name));
  table.SortUnordered();
  return table;
}

Result<void> PostingsTable::Add(const Entry& entry, const Entry& previous, uint32_t mark) {
  if (std::tie(entry.name, entry.value) <= std::tie(previous.name, previous.value)) {
    return Error::Corrupt("entries are out of order");
  }
  if (names_.empty() || entry.name != previous.name) {
    if (!names_.empty()) names_.back().marks.shrink_to_fit();
    names_.push_back({entry.name, 0, {}});
  }
  Name& name = names_.back();
  if (name.num_values % every_ == 0) name.marks.push_back(mark);
  ++name.num_values;
  return {};
}

void PostingsTable::SortUnordered() {
  if (ordered_) return;
  for (Name& name : names_) {
    std::sort(name.marks.begin(), name.marks.end(),
              [&](uint32_t a, uint32_t b) { return EntryAt(a).value < EntryAt(b).value; });
  }
}

const PostingsTable::Name* PostingsTable::FindName(std::string_view text) const {
  auto at = std::partition_point(names_.begin(), names_.end(),
                                 [&](const Name& name) { return name.text < text; });
  return at != names_.end() && at->text == text ? &*at : nullptr;
}

// The last mark whose value is not above `value`; the first if there is none.
uint32_t PostingsTable::MarkBelow(const Name& name, std::string_view value) const {
  auto above = std::partition_point(name.marks.begin(), name.marks.end(),
                                    [&](uint32_t mark) { return EntryAt(mark).value <= value; });
  return above == name.marks.begin() ? 0 : static_cast<uint32_t>(above - name.marks.begin() - 1);
}

std::optional<uint64_t> PostingsTable::Find(const Name& name, std::string_view value) const {
  Cursor cursor = ValuesFrom(name, value);
  while (cursor.Next()) {
    if (cursor.value() == value) return cursor.offset();
    if (cursor.value() > value) break;
  }
  return std::nullopt;
}

PostingsTable::Cursor PostingsTable::ValuesFrom(const Name& name, std::string_view from) const {
  return Cursor(*this, name, MarkBelow(name, from));
}

uint64_t PostingsTable::memory_bytes() const {
  uint64_t bytes = names_.capacity() * sizeof(Name);
  for (const Name& name : names_) bytes += name.marks.capacity() * sizeof(uint32_t);
  return bytes;
}

}  // namespace watchfire::block

#include "tsdb/block/postings_writer.h"

#include <algorithm>

#include "base/crc32c.h"

namespace watchfire::block {
namespace {

constexpr size_t kReadBytes = size_t{1} << 20;
constexpr size_t kListBytes = size_t{64} << 10;
constexpr size_t kLogPieceBytes = size_t{64} << 10;
constexpr size_t kSeriesUnit = 16;
// Length, number of series, checksum.
constexpr uint64_t kListOverhead = 3 * sizeof(uint32_t);
constexpr uint64_t kLabelsInKey = 2;

// Walks over the entries of the series section in file order.
class SectionReader {
 public:
  SectionReader(ReadFileHandle& file, const SeriesSection& section)
      : file_(file), next_(section.begin), end_(section.end), window_at_(section.begin) {}

  // False at the end. `body` is valid until the next call.
  Result<bool> Next(uint32_t* ref, ByteReader* body) {
    if (next_ >= end_) return false;
    *ref = static_cast<uint32_t>(next_ / kSeriesUnit);
    ByteReader head(TRY(View(std::min<uint64_t>(end_ - next_, kMaxVarintBytes))));
    uint64_t length = head.Uvarint();
    if (!head.ok() || length > end_ - next_) return Torn();
    uint64_t size = head.offset() + length + sizeof(uint32_t);
    if (size > end_ - next_) return Torn();
    std::string_view entry = TRY(View(size));
    *body = ByteReader(entry.substr(head.offset(), static_cast<size_t>(length)));
    next_ += (size + kSeriesUnit - 1) / kSeriesUnit * kSeriesUnit;
    return true;
  }

  Error Torn() const { return Error::Corrupt("index: series entry at {} was not kept", next_); }

 private:
  // `n` bytes at next_.
  Result<std::string_view> View(uint64_t n) {
    uint64_t begin = next_ - window_at_;
    if (begin + n > window_.size()) {
      window_.resize(
          static_cast<size_t>(std::min<uint64_t>(std::max<uint64_t>(n, kReadBytes), end_ - next_)));
      size_t got = TRY(file_.ReadAt(next_, window_.data(), window_.size()));
      if (got < window_.size()) return Torn();
      window_at_ = next_;
      begin = 0;
    }
    return std::string_view(window_).substr(static_cast<size_t>(begin), static_cast<size_t>(n));
  }

  ReadFileHandle& file_;
  uint64_t next_;
  const uint64_t end_;
  uint64_t window_at_;
  std::string window_;
};

}  // namespace

Result<void> PostingsWriter::BeginList(uint64_t size) {
  uint64_t length = sizeof(uint32_t) * (size + 1);
  if (length > UINT32_MAX) return Error::Limit("postings of {} series are too long", size);
  ByteWriter head;
  head.Be32(static_cast<uint32_t>(length));
  TRY(file_->Append(head.view()));
  list_.clear();
  list_.Be32(static_cast<uint32_t>(size));
  list_crc_ = 0;
  ++num_lists_;
  return {};
}

Result<void> PostingsWriter::FlushList() {
  list_crc_ = Crc32c(list_.view(), list_crc_);
  TRY(file_->Append(list_.view()));
  list_.clear();
  return {};
}

Result<void> PostingsWriter::AddToList(uint32_t ref) {
  list_.Be32(ref);
  return list_.size() < kListBytes ? Result<void>() : FlushList();
}

Result<void> PostingsWriter::EndList() {
  TRY(FlushList());
  list_.Be32(list_crc_);
  TRY(file_->Append(list_.view()));
  return {};
}

Result<void> PostingsWriter::WritePostings(std::span<const PostingsName> names) {
  TRY(file_->Pad(sizeof(uint32_t)));
  first_list_ = file_->position();
  TRY(WriteAll());
  while (!names.empty()) {
    size_t taken = 0;
    uint64_t pairs = 0;
    do {
      pairs += names[taken++].num_series;
    } while (taken < names.size() && pairs + names[taken].num_series <= batch_);
    pairs_.resize(static_cast<size_t>(pairs));
    TRY(WriteBatch(names.first(taken)));
    names = names.subspan(taken);
  }
  std::vector<Pair>().swap(pairs_);
  return {};
}

Result<void> PostingsWriter::WriteAll() {
  TRY(BeginList(section_.num_series));
  SectionReader reader(series_, section_);
  uint32_t ref = 0;
  ByteReader body({});
  while (TRY(reader.Next(&ref, &body))) TRY(AddToList(ref));
  return EndList();
}

Result<void> PostingsWriter::WriteBatch(std::span<const PostingsName> names) {
  std::vector<std::span<Pair>> pairs_by_name;
  size_t begin = 0;
  for (const PostingsName& name : names) {
    pairs_by_name.push_back(std::span(pairs_).subspan(begin, name.num_series));
    begin += name.num_series;
  }
  TRY(CollectPairs(names, &pairs_by_name));
  for (std::span<Pair> pairs : pairs_by_name) TRY(WriteName(pairs));
  return {};
}

Result<void> PostingsWriter::CollectPairs(std::span<const PostingsName> names,
                                          std::vector<std::span<Pair>>* pairs_by_name) {
  std::vector<Pair*> ends;
  for (std::span<Pair> pairs : *pairs_by_name) ends.push_back(pairs.data());
  SectionReader reader(series_, section_);
  uint32_t ref = 0;
  ByteReader body({});
  const uint64_t last_name = names.back().ordinal;
  while (TRY(reader.Next(&ref, &body))) {
    uint64_t num_labels = body.Uvarint();
    size_t at = 0;  // in names; labels come in order of names, too
    for (uint64_t i = 0; i < num_labels; ++i) {
      uint64_t name = body.Uvarint();
      uint64_t value = body.Uvarint();
      if (name > last_name || !body.ok()) break;
      while (names[at].ordinal < name) ++at;
      if (names[at].ordinal != name) continue;
      WF_CHECK(ends[at] < (*pairs_by_name)[at].data() + (*pairs_by_name)[at].size());
      *ends[at]++ = (value << 32) | ref;
    }
    if (!body.ok()) return reader.Torn();
  }
  for (size_t i = 0; i < ends.size(); ++i) {
    WF_CHECK(ends[i] == (*pairs_by_name)[i].data() + (*pairs_by_name)[i].size());
  }
  return {};
}

Result<void> PostingsWriter::WriteName(std::span<Pair> pairs) {
  if (!std::is_sorted(pairs.begin(), pairs.end())) std::sort(pairs.begin(), pairs.end());
  uint64_t last_value = 0;
  for (size_t i = 0; i < pairs.size();) {
    uint64_t value = pairs[i] >> 32;
    size_t end = i;
    while (end < pairs.size() && pairs[end] >> 32 == value) ++end;
    if (log_.empty() || log_.back().size() + 2 * kMaxVarintBytes > kLogPieceBytes) {
      log_.emplace_back().reserve(kLogPieceBytes);
    }
    ByteWriter entry;
    entry.Uvarint(value - last_value);
    entry.Uvarint(end - i);
    log_.back().append(entry.view());
    last_value = value;
    TRY(BeginList(end - i));
    for (; i < end; ++i) TRY(AddToList(static_cast<uint32_t>(pairs[i])));
    TRY(EndList());
  }
  return {};
}

// Calls visit(name, value, offset of the list) in the table's order.
template <typename Visit>
Result<void> PostingsWriter::ForEachTableEntry(std::span<const PostingsName> names,
                                               Visit visit) const {
  uint64_t offset = first_list_;
  TRY(visit(std::string_view(), std::string_view(), offset));
  offset += kListOverhead + sizeof(uint32_t) * section_.num_series;
  size_t piece = 0;
  ByteReader log(log_.empty() ? std::string_view() : std::string_view(log_[0]));
  for (const PostingsName& name : names) {
    uint64_t value = 0;
    for (uint64_t seen = 0; seen < name.num_series;) {
      if (log.empty()) log = ByteReader(log_[++piece]);
      value += log.Uvarint();
      uint64_t num_series = log.Uvarint();
      WF_CHECK(log.ok());
      TRY(visit(symbols_[name.ordinal], symbols_[static_cast<size_t>(value)], offset));
      offset += kListOverhead + sizeof(uint32_t) * num_series;
      seen += num_series;
    }
  }
  return {};
}

Result<void> PostingsWriter::WriteTable(std::span<const PostingsName> names) {
  ByteWriter entry;
  auto encode = [&entry](std::string_view name, std::string_view value, uint64_t offset) {
    entry.clear();
    entry.Uvarint(kLabelsInKey);
    entry.String(name);
    entry.String(value);
    entry.Uvarint(offset);
  };
  // The length comes first, so the entries are made twice.
  uint64_t length = sizeof(uint32_t);
  TRY(ForEachTableEntry(
      names, [&](std::string_view name, std::string_view value, uint64_t offset) -> Result<void> {
        encode(name, value, offset);
        length += entry.size();
        return {};
      }));
  if (length > UINT32_MAX) return Error::Limit("postings table of {} bytes is too large", length);
  entry.clear();
  entry.Be32(static_cast<uint32_t>(length));
  TRY(file_->Append(entry.view()));
  entry.clear();
  entry.Be32(static_cast<uint32_t>(num_lists_));
  uint32_t crc = Crc32c(entry.view());
  TRY(file_->Append(entry.view()));
  TRY(ForEachTableEntry(
      names, [&](std::string_view name, std::string_view value, uint64_t offset) -> Result<void> {
        encode(name, value, offset);
        crc = Crc32c(entry.view(), crc);
        return file_->Append(entry.view());
      }));
  entry.clear();
  entry.Be32(crc);
  return file_->Append(entry.view());
}

}  // namespace watchfire::block

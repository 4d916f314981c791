#include "tsdb/block/index_writer.h"

#include <algorithm>

#include "base/crc32c.h"
#include "tsdb/block/postings_writer.h"

namespace watchfire::block {
namespace {

// Series are named by their place in units of 16 bytes, in 32 bits.
constexpr uint64_t kMaxSeriesEnd = uint64_t{kSeriesAlignment} << 32;

size_t UvarintSize(uint64_t v) {
  size_t n = 1;
  for (; v >= 0x80; v >>= 7) ++n;
  return n;
}

}  // namespace

Result<std::unique_ptr<IndexWriter>> IndexWriter::Create(FileSystem& fs, const std::string& path,
                                                         std::span<const std::string_view> symbols,
                                                         size_t postings_batch) {
  for (size_t i = 1; i < symbols.size(); ++i) {
    if (symbols[i - 1] < symbols[i]) continue;
    return Error::Invalid("symbols out of order: \"{}\" after \"{}\"", symbols[i], symbols[i - 1]);
  }
  OutputFile file = TRY(OutputFile::Create(fs, path));
  std::unique_ptr<IndexWriter> writer(
      new IndexWriter(fs, std::move(file), symbols, postings_batch));
  TRY(writer->WriteSymbols());
  TRY(writer->file_.Pad(kSeriesAlignment));
  writer->series_begin_ = writer->file_.position();
  return writer;
}

Result<void> IndexWriter::WriteSymbols() {
  uint64_t length = sizeof(uint32_t);
  for (std::string_view symbol : symbols_) length += UvarintSize(symbol.size()) + symbol.size();
  if (length > UINT32_MAX) return Error::Limit("symbol table of {} bytes is too large", length);
  entry_.Be32(kIndexMagic);
  entry_.U8(kIndexVersion);
  WF_CHECK(entry_.size() == kIndexHeaderBytes);
  entry_.Be32(static_cast<uint32_t>(length));
  TRY(file_.Append(entry_.view()));

  entry_.clear();
  entry_.Be32(static_cast<uint32_t>(symbols_.size()));
  uint32_t crc = Crc32c(entry_.view());
  TRY(file_.Append(entry_.view()));
  for (std::string_view symbol : symbols_) {
    entry_.clear();
    entry_.String(symbol);
    crc = Crc32c(entry_.view(), crc);
    TRY(file_.Append(entry_.view()));
  }
  entry_.clear();
  entry_.Be32(crc);
  return file_.Append(entry_.view());
}

size_t IndexWriter::NameIndex(uint32_t ordinal) {
  auto [place, is_new] = name_index_.try_emplace(ordinal, names_.size());
  if (is_new) names_.push_back({ordinal, 0});
  return place->second;
}

Result<void> IndexWriter::ResolveLabels(const model::Labels& labels) {
  next_labels_.clear();
  auto missing = [](std::string_view symbol) {
    return Error::Invalid("symbol \"{}\" was not announced", symbol);
  };
  size_t i = 0;
  for (const model::LabelView& label : labels) {
    Label found;
    bool same_name = i < labels_.size() && symbols_[labels_[i].name] == label.name;
    if (same_name) {
      found = labels_[i];
    } else {
      std::optional<uint32_t> name = ordinals_.Find(label.name);
      if (!name) return missing(label.name);
      found.name = *name;
      found.name_index = NameIndex(*name);
    }
    if (!same_name || symbols_[found.value] != label.value) {
      std::optional<uint32_t> value = ordinals_.Find(label.value);
      if (!value) return missing(label.value);
      found.value = *value;
    }
    next_labels_.push_back(found);
    ++i;
  }
  return {};
}

Result<void> IndexWriter::EncodeChunks(std::span<const ChunkEntry> chunks) {
  entry_.Uvarint(chunks.size());
  const ChunkEntry* before = nullptr;
  for (const ChunkEntry& chunk : chunks) {
    if (chunk.maxt < chunk.mint || (before != nullptr && chunk.mint <= before->maxt)) {
      return Error::Invalid("chunks out of order: [{}, {}] after one that ends at {}", chunk.mint,
                            chunk.maxt, before == nullptr ? chunk.mint : before->maxt);
    }
    auto length = static_cast<uint64_t>(chunk.maxt) - static_cast<uint64_t>(chunk.mint);
    if (before == nullptr) {
      entry_.Varint(chunk.mint);
      entry_.Uvarint(length);
      entry_.Uvarint(chunk.ref);
    } else {
      entry_.Uvarint(static_cast<uint64_t>(chunk.mint) - static_cast<uint64_t>(before->maxt));
      entry_.Uvarint(length);
      entry_.Varint(static_cast<int64_t>(chunk.ref - before->ref));
    }
    before = &chunk;
  }
  return {};
}

Result<void> IndexWriter::Add(const model::Labels& labels, std::span<const ChunkEntry> chunks) {
  TRY(ResolveLabels(labels));
  // Symbols are sorted, so their places compare as their texts do.
  bool above =
      std::lexicographical_compare(labels_.begin(), labels_.end(), next_labels_.begin(),
                                   next_labels_.end(), [](const Label& a, const Label& b) {
                                     return a.name != b.name ? a.name < b.name : a.value < b.value;
                                   });
  if (!above && num_series_ > 0) {
    return Error::Invalid("series out of order: {}", labels.ToString());
  }
  if (next_labels_.empty()) return Error::Invalid("series without labels");

  entry_.clear();
  entry_.Uvarint(next_labels_.size());
  for (const Label& label : next_labels_) {
    entry_.Uvarint(label.name);
    entry_.Uvarint(label.value);
  }
  TRY(EncodeChunks(chunks));
  if (file_.position() + entry_.size() >= kMaxSeriesEnd) {
    return Error::Limit("index of more than 64 GiB");
  }
  uint32_t crc = Crc32c(entry_.view());
  char length[kMaxVarintBytes];
  size_t n = 0;
  uint64_t size = entry_.size();
  for (; size >= 0x80; size >>= 7) length[n++] = static_cast<char>(size | 0x80);
  length[n++] = static_cast<char>(size);
  entry_.Be32(crc);
  TRY(file_.Append({length, n}));
  TRY(file_.Append(entry_.view()));
  TRY(file_.Pad(kSeriesAlignment));

  for (const Label& label : next_labels_) ++names_[label.name_index].num_series;
  std::swap(labels_, next_labels_);
  ++num_series_;
  return {};
}

Result<void> IndexWriter::WriteContents(uint64_t series_end, uint64_t postings_table) {
  ByteWriter contents;
  contents.Be64(kIndexHeaderBytes);
  contents.Be64(series_begin_);
  contents.Be64(series_end);      // label indices: not written any more, by nobody
  contents.Be64(postings_table);  // their table
  contents.Be64(series_end);      // postings
  contents.Be64(postings_table);
  contents.Be32(Crc32c(contents.view()));
  return file_.Append(contents.view());
}

Result<void> IndexWriter::Finish() {
  uint64_t series_end = file_.position();
  TRY(file_.Flush());
  std::sort(names_.begin(), names_.end(),
            [](const PostingsName& a, const PostingsName& b) { return a.ordinal < b.ordinal; });
  std::unique_ptr<ReadFileHandle> series = TRY(fs_.OpenRead(file_.path()));
  PostingsWriter postings(*series, {series_begin_, series_end, num_series_}, symbols_,
                          postings_batch_, &file_);
  TRY(postings.WritePostings(names_));
  uint64_t postings_table = file_.position();
  TRY(postings.WriteTable(names_));
  TRY(WriteContents(series_end, postings_table));
  return file_.Finish();
}

}  // namespace watchfire::block

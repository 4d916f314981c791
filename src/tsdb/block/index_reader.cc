#include "tsdb/block/index_reader.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "tsdb/block/section.h"

namespace watchfire::block {
namespace {

constexpr uint32_t kMagic = 0xBAAAD700;
constexpr size_t kHeaderBytes = 5;
constexpr size_t kContentsBytes = 6 * 8;
constexpr size_t kChecksumBytes = 4;
constexpr uint64_t kSeriesAlignment = 16;
// Longer lists are compared with their checksum once; 16 KiB take a few microseconds.
constexpr size_t kLongList = 16384;

struct Contents {
  uint64_t symbols = 0;
  uint64_t postings_table = 0;
};

Result<Contents> ReadContents(std::string_view file) {
  std::string_view bytes = file.substr(file.size() - kContentsBytes - kChecksumBytes);
  ByteReader in(bytes);
  Contents contents;
  contents.symbols = in.Be64();
  in.Be64();  // series: read by reference only
  in.Be64();  // label indices and their table: no longer used
  in.Be64();
  in.Be64();  // postings: read by their table only
  contents.postings_table = in.Be64();
  if (in.Be32() != Crc32c(bytes.substr(0, kContentsBytes))) {
    return Error::Corrupt("read TOC: invalid checksum");
  }
  return contents;
}

// Sums wrap, as the writer's differences do.
int64_t Plus(int64_t a, uint64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + b);
}

Result<void> DecodeLabels(ByteReader* in, SeriesEntry* out) {
  uint64_t count = in->Uvarint();
  for (uint64_t i = 0; i < count && in->ok(); ++i) {
    uint64_t name = in->Uvarint();
    uint64_t value = in->Uvarint();
    if (name > UINT32_MAX || value > UINT32_MAX) return Error::Corrupt("read series: no symbol");
    out->labels.emplace_back(static_cast<uint32_t>(name), static_cast<uint32_t>(value));
  }
  if (!in->ok()) return Error::Corrupt("read series: invalid size");
  return {};
}

Result<void> DecodeChunks(ByteReader* in, SeriesEntry* out) {
  uint64_t count = in->Uvarint();
  ChunkMeta chunk;
  for (uint64_t i = 0; i < count && in->ok(); ++i) {
    chunk.mint = i == 0 ? in->Varint() : Plus(chunk.maxt, in->Uvarint());
    chunk.maxt = Plus(chunk.mint, in->Uvarint());
    chunk.ref = i == 0 ? in->Uvarint() : chunk.ref + static_cast<uint64_t>(in->Varint());
    if (chunk.maxt < chunk.mint)
      return Error::Corrupt("read series: a chunk ends before it starts");
    out->chunks.push_back(chunk);
  }
  if (!in->ok()) return Error::Corrupt("read series: invalid size");
  return {};
}

}  // namespace

Result<std::unique_ptr<IndexReader>> IndexReader::Open(FileSystem& fs, const std::string& path) {
  return Open(TRY(fs.Map(path)));
}

Result<std::unique_ptr<IndexReader>> IndexReader::Open(MappedFile file) {
  std::unique_ptr<IndexReader> reader(new IndexReader(std::move(file)));
  TRY(reader->ReadTables());
  return reader;
}

Result<void> IndexReader::ReadTables() {
  std::string_view file = file_.bytes();
  if (file.size() < kHeaderBytes + kContentsBytes + kChecksumBytes) {
    return Error::Corrupt("index header: invalid size");
  }
  ByteReader header(file);
  if (uint32_t magic = header.Be32(); magic != kMagic) {
    return Error::Corrupt("invalid magic number {:x}", magic);
  }
  version_ = header.U8();
  if (version_ < 1 || version_ > 3)
    return Error::Corrupt("unknown index file version {}", version_);
  Contents contents = TRY(ReadContents(file));
  Result<SymbolTable> symbols = SymbolTable::Open(file, contents.symbols, version_);
  if (!symbols.ok()) return symbols.error().With("read symbols");
  symbols_ = *std::move(symbols);
  Result<PostingsTable> table = PostingsTable::Open(file, contents.postings_table, version_);
  if (!table.ok()) return table.error().With("read postings table");
  table_ = *std::move(table);
  return {};
}

Result<PostingsView> IndexReader::Postings(std::string_view name, std::string_view value) const {
  const PostingsTable::Name* known = table_.FindName(name);
  if (known == nullptr) return PostingsView();
  std::optional<uint64_t> offset = table_.Find(*known, value);
  return offset ? PostingsAt(*offset) : PostingsView();
}

Result<PostingsView> IndexReader::AllPostings() const {
  std::optional<uint64_t> offset = table_.all_series();
  return offset ? PostingsAt(*offset) : PostingsView();
}

Result<PostingsView> IndexReader::PostingsAt(uint64_t offset) const {
  Result<std::string_view> section = SectionAt(file_.bytes(), offset);
  bool is_long = section.ok() && section->size() > kLongList;
  bool verified = false;
  if (is_long) {
    MutexLock lock(mutex_);
    verified = verified_.contains(offset);
  }
  if (section.ok() && !verified) section = CheckedSectionAt(file_.bytes(), offset);
  if (!section.ok()) return section.error().With("decode postings");
  if (is_long && !verified) {
    MutexLock lock(mutex_);
    verified_.insert(offset);
  }
  ByteReader in(*section);
  uint64_t count = in.Be32();
  if (!in.ok() || in.remaining() != 4 * count) {
    return Error::Corrupt(
        "unexpected postings length, should be {} bytes for {} postings, got {} bytes", 4 * count,
        count, in.remaining());
  }
  return PostingsView(in.Rest());
}

Result<std::string_view> IndexReader::SeriesBytes(SeriesRef ref) const {
  std::string_view file = file_.bytes();
  bool aligned = version_ > 1;
  if (ref > file.size() / (aligned ? kSeriesAlignment : 1)) {
    return Error::Corrupt("read series {}: invalid size", ref);
  }
  ByteReader in(file.substr(static_cast<size_t>(aligned ? ref * kSeriesAlignment : ref)));
  uint64_t length = in.Uvarint();
  std::string_view bytes = in.Bytes(static_cast<size_t>(length));
  uint32_t checksum = in.Be32();
  if (!in.ok()) return Error::Corrupt("read series {}: invalid size", ref);
  if (Crc32c(bytes) != checksum) return Error::Corrupt("read series {}: invalid checksum", ref);
  return bytes;
}

Result<void> IndexReader::ReadSeries(SeriesRef ref, SeriesEntry* out) const {
  out->labels.clear();
  out->chunks.clear();
  ByteReader in(TRY(SeriesBytes(ref)));
  TRY(DecodeLabels(&in, out));
  return DecodeChunks(&in, out);
}

Result<void> IndexReader::ReadSeriesLabels(SeriesRef ref, SeriesEntry* out) const {
  out->labels.clear();
  out->chunks.clear();
  ByteReader in(TRY(SeriesBytes(ref)));
  return DecodeLabels(&in, out);
}

Result<model::Labels> IndexReader::LabelsOf(const SeriesEntry& entry, SymbolCache* cache) const {
  std::vector<model::LabelView> pairs;
  pairs.reserve(entry.labels.size());
  for (auto [name, value] : entry.labels) {
    pairs.push_back({TRY(cache->Text(symbols_, name)), TRY(cache->Text(symbols_, value))});
  }
  return model::Labels::FromPairs(std::move(pairs));
}

}  // namespace watchfire::block

#include "tsdb/block/chunk_reader.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/numbers.h"

namespace watchfire::block {
namespace {

constexpr uint32_t kMagic = 0x85BD40DD;
constexpr uint8_t kVersion = 1;
constexpr size_t kHeaderBytes = 8;
constexpr size_t kEncodingBytes = 1;
constexpr size_t kChecksumBytes = 4;
// Lengths have 32 bits.
constexpr size_t kMaxLengthBytes = 5;
constexpr size_t kNameDigits = 6;

Result<void> CheckHeader(std::string_view file, size_t index) {
  if (file.size() < kHeaderBytes)
    return Error::Corrupt("invalid segment header in segment {}", index);
  ByteReader in(file);
  if (uint32_t magic = in.Be32(); magic != kMagic) {
    return Error::Corrupt("invalid magic number {:x}", magic);
  }
  if (uint8_t version = in.U8(); version != kVersion) {
    return Error::Corrupt("invalid chunk format version {}", version);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ChunkReader>> ChunkReader::Open(FileSystem& fs,
                                                       const std::string& directory) {
  std::unique_ptr<ChunkReader> reader(new ChunkReader());
  for (const DirEntry& entry : TRY(fs.ListDirectory(directory))) {
    std::optional<uint64_t> number = ParseUint(entry.name);
    if (entry.is_directory || !number || entry.name.size() < kNameDigits) continue;
    // References count the files: with one missing they would mean chunks of others.
    if (*number != reader->files_.size() + 1) {
      return Error::Corrupt("chunk segment {:06} is missing in {}", reader->files_.size() + 1,
                            directory);
    }
    MappedFile file = TRY(fs.Map(JoinPath(directory, entry.name)));
    TRY(CheckHeader(file.bytes(), reader->files_.size()));
    reader->size_bytes_ += file.bytes().size();
    reader->files_.push_back(std::move(file));
  }
  return reader;
}

Result<chunk::ChunkView> ChunkReader::Read(const ChunkMeta& meta) const {
  uint64_t index = meta.ref >> 32;
  uint64_t offset = meta.ref & 0xffffffff;
  if (index >= files_.size()) return Error::Corrupt("segment index {} out of range", index);
  std::string_view file = files_[static_cast<size_t>(index)].bytes();
  if (offset + kMaxLengthBytes > file.size()) {
    return Error::Corrupt(
        "segment doesn't include enough bytes to read the chunk size data field - required:{}, "
        "available:{}",
        offset + kMaxLengthBytes, file.size());
  }
  ByteReader in(file.substr(static_cast<size_t>(offset)));
  uint64_t length = in.Uvarint();
  if (!in.ok() || in.offset() > kMaxLengthBytes) {
    return Error::Corrupt("reading chunk length failed with {}", in.offset());
  }
  size_t checked = kEncodingBytes + static_cast<size_t>(length);
  if (in.remaining() < checked + kChecksumBytes) {
    return Error::Corrupt(
        "segment doesn't include enough bytes to read the chunk - required:{}, available:{}",
        offset + in.offset() + checked + kChecksumBytes, file.size());
  }
  std::string_view bytes = in.Bytes(checked);
  uint32_t expected = in.Be32();
  if (uint32_t actual = Crc32c(bytes); actual != expected) {
    return Error::Corrupt("checksum mismatch expected:{:x}, actual:{:x}", expected, actual);
  }
  auto encoding = static_cast<uint8_t>(bytes[0]);
  if (encoding == 0 || encoding > static_cast<uint8_t>(chunk::Encoding::kFloatHistogramSt)) {
    return Error::Corrupt("invalid chunk encoding \"{}\"", encoding);
  }
  return chunk::ChunkView{meta.mint, meta.maxt, static_cast<chunk::Encoding>(encoding),
                          bytes.substr(kEncodingBytes)};
}

void ChunkReader::Forget() const {
  for (const MappedFile& file : files_) file.Forget(0, file.bytes().size());
}

}  // namespace watchfire::block

#include "tsdb/block/chunk_writer.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32c.h"

namespace watchfire::block {
namespace {

// References have 32 bits for the offset, which tables of other programs take for signed.
constexpr uint64_t kMaxSegmentBytes = INT32_MAX;

}  // namespace

ChunkWriter::ChunkWriter(FileSystem& fs, std::string directory, uint64_t max_segment_bytes)
    : fs_(fs),
      directory_(std::move(directory)),
      max_segment_bytes_(std::min(max_segment_bytes, kMaxSegmentBytes)) {}

Result<void> ChunkWriter::NextSegment() {
  if (segment_) TRY(segment_->Finish());
  segment_.reset();
  ++num_segments_;
  segment_.emplace(
      TRY(OutputFile::Create(fs_, JoinPath(directory_, fmt::format("{:06}", num_segments_)))));
  ByteWriter header;
  header.Be32(kChunkFileMagic);
  header.U8(kChunkFileVersion);
  header.Bytes(std::string_view("\0\0\0", 3));
  WF_CHECK(header.size() == kChunkFileHeaderBytes);
  return segment_->Append(header.view());
}

Result<uint64_t> ChunkWriter::Add(const chunk::ChunkView& chunk) {
  if (chunk.data.size() > kMaxSegmentBytes / 2) {
    return Error::Limit("chunk of {} bytes is too large", chunk.data.size());
  }
  uint64_t most = kMaxVarintBytes + 1 + chunk.data.size() + sizeof(uint32_t);
  if (!segment_ || (segment_->position() + most > max_segment_bytes_ &&
                    segment_->position() > kChunkFileHeaderBytes)) {
    TRY(NextSegment());
  }
  uint64_t ref = (uint64_t{num_segments_ - 1} << 32) | segment_->position();

  char head[kMaxVarintBytes + 1];
  size_t n = 0;
  uint64_t length = chunk.data.size();
  for (; length >= 0x80; length >>= 7) head[n++] = static_cast<char>(length | 0x80);
  head[n++] = static_cast<char>(length);
  head[n] = static_cast<char>(chunk.encoding);
  uint32_t crc = Crc32c(chunk.data, Crc32c({&head[n], 1}));
  ++n;
  uint32_t tail = __builtin_bswap32(crc);
  TRY(segment_->Append({head, n}));
  TRY(segment_->Append(chunk.data));
  TRY(segment_->Append({reinterpret_cast<const char*>(&tail), sizeof(tail)}));
  return ref;
}

Result<void> ChunkWriter::Finish() {
  if (segment_) TRY(segment_->Finish());
  segment_.reset();
  return fs_.SyncDirectory(directory_);
}

}  // namespace watchfire::block

#include "tsdb/wal/head_chunks.h"

#include <algorithm>

#include "base/crc32c.h"
#include "base/log.h"
#include "base/numbers.h"

namespace watchfire::wal {
namespace {

constexpr uint32_t kMagic = 0x0130BC91;
constexpr uint8_t kVersion = 1;
constexpr size_t kHeaderBytes = 8;
constexpr uint8_t kOutOfOrderBit = 0x80;
constexpr size_t kChunkHeadBytes = 3 * sizeof(uint64_t) + 1;
constexpr size_t kChecksumBytes = 4;

std::optional<uint32_t> ParseNumber(std::string_view name) {
  bool digits = name.size() >= 6 && name.find_first_not_of("0123456789") == std::string_view::npos;
  std::optional<uint64_t> number = digits ? ParseUint(name) : std::nullopt;
  if (!number || *number > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

// A file that was being made when the program ended: nothing in it, or only the room for it.
Result<bool> HasHeader(FileSystem& fs, const HeadChunksFile& file) {
  std::unique_ptr<ReadFileHandle> handle = TRY(fs.OpenRead(file.path));
  char magic[4] = {};
  size_t got = TRY(handle->ReadAt(0, magic, sizeof magic));
  return got == sizeof magic &&
         std::string_view(magic, sizeof magic) != std::string_view("\0\0\0\0", 4);
}

}  // namespace

std::string HeadChunksName(uint32_t number) {
  return fmt::format("{:06}", number);
}

Result<std::vector<HeadChunksFile>> ListHeadChunks(FileSystem& fs, const std::string& directory) {
  std::vector<HeadChunksFile> files;
  if (!fs.Exists(directory)) return files;
  for (const DirEntry& entry : TRY(fs.ListDirectory(directory))) {
    std::optional<uint32_t> number = ParseNumber(entry.name);
    if (!number || entry.is_directory) continue;
    files.push_back({*number, JoinPath(directory, entry.name), entry.size});
  }
  std::sort(files.begin(), files.end(),
            [](const HeadChunksFile& a, const HeadChunksFile& b) { return a.number < b.number; });
  if (!files.empty() && !TRY(HasHeader(fs, files.back()))) {
    WF_LOG(kWarn, "Removing a file of head chunks that was never written",
           {"file", files.back().path});
    TRY(fs.Remove(files.back().path));
    files.pop_back();
  }
  for (size_t i = 1; i < files.size(); ++i) {
    if (files[i].number != files[i - 1].number + 1) {
      return Error::Corrupt("files of head chunks are not sequential: {} follows {}", files[i].path,
                            files[i - 1].path);
    }
  }
  return files;
}

HeadChunksReader::HeadChunksReader(std::string_view file) : file_(file) {
  ByteReader in(file);
  uint32_t magic = in.Be32();
  uint8_t version = in.U8();
  if (file.size() < kHeaderBytes) {
    Damaged("the header is cut");
  } else if (magic != kMagic) {
    Damaged(fmt::format("invalid magic number {:x}", magic));
  } else if (version != kVersion) {
    Damaged(fmt::format("invalid chunk format version {}", version));
  } else {
    next_ = kHeaderBytes;
  }
}

bool HeadChunksReader::Damaged(std::string_view what) {
  status_ = Error::Corrupt("head chunks, offset {}: {}", next_, what);
  next_ = file_.size();
  return false;
}

bool HeadChunksReader::Next(HeadChunk* chunk) {
  if (!status_.ok() || next_ >= file_.size()) return false;
  std::string_view rest = file_.substr(next_);
  ByteReader in(rest);
  uint64_t series = in.Be64();
  uint64_t mint = in.Be64();
  uint64_t maxt = in.Be64();
  if (series == 0 && mint == 0 && maxt == 0) {
    // Files are made with room to grow: the rest must be that.
    if (rest.find_first_not_of('\0') != std::string_view::npos) {
      return Damaged("a byte that is not zero in the unused end");
    }
    next_ = file_.size();
    return false;
  }
  uint8_t encoding = in.U8();
  std::string_view data = in.Bytes(in.Uvarint());
  size_t covered = in.offset();
  uint32_t checksum = in.Be32();
  if (!in.ok()) return Damaged("a chunk is cut");
  if (Crc32c(rest.substr(0, covered)) != checksum) return Damaged("a checksum does not match");
  if (next_ > UINT32_MAX) return Damaged("the file is too large");
  chunk->series = series;
  chunk->mint = static_cast<TimeMs>(mint);
  chunk->maxt = static_cast<TimeMs>(maxt);
  chunk->encoding = encoding & static_cast<uint8_t>(~kOutOfOrderBit);
  chunk->out_of_order = (encoding & kOutOfOrderBit) != 0;
  chunk->data = data;
  offset_ = static_cast<uint32_t>(next_);
  next_ += in.offset();
  return true;
}

Result<void> RemoveHeadChunks(FileSystem& fs, const std::string& directory, uint32_t from) {
  std::vector<HeadChunksFile> files = TRY(ListHeadChunks(fs, directory));
  // From the end, so that a crash in the middle leaves consecutive numbers.
  for (auto file = files.rbegin(); file != files.rend() && file->number >= from; ++file) {
    TRY(fs.Remove(file->path));
  }
  return {};
}

Result<uint64_t> TruncateHeadChunks(FileSystem& fs, const std::string& directory, TimeMs mint) {
  uint64_t removed = 0;
  for (const HeadChunksFile& file : TRY(ListHeadChunks(fs, directory))) {
    MappedFile mapped = TRY(fs.Map(file.path));
    HeadChunksReader reader(mapped.bytes());
    HeadChunk chunk;
    bool old = true;
    while (old && reader.Next(&chunk)) old = chunk.maxt < mint;
    if (!old || !reader.status().ok()) break;
    TRY(fs.Remove(file.path));
    ++removed;
  }
  return removed;
}

Result<std::unique_ptr<HeadChunksWriter>> HeadChunksWriter::Open(FileSystem& fs,
                                                                 std::string directory,
                                                                 uint64_t max_bytes) {
  TRY(fs.CreateDirectories(directory));
  std::vector<HeadChunksFile> files = TRY(ListHeadChunks(fs, directory));
  std::unique_ptr<HeadChunksWriter> writer(
      new HeadChunksWriter(fs, std::move(directory), max_bytes));
  TRY(writer->OpenFile(files.empty() ? 1 : files.back().number + 1));
  return writer;
}

Result<void> HeadChunksWriter::OpenFile(uint32_t number) {
  number_ = number;
  file_ = TRY(fs_.OpenAppend(JoinPath(directory_, HeadChunksName(number)), true));
  ByteWriter header;
  header.Be32(kMagic);
  header.U8(kVersion);
  header.Bytes(std::string_view("\0\0\0", 3));
  TRY(file_->Append(header.view()));
  return fs_.SyncDirectory(directory_);
}

Result<HeadChunkRef> HeadChunksWriter::Write(const HeadChunk& chunk) {
  if (file_ == nullptr) return Error::Unavailable("head chunks are closed");
  uint64_t size = kChunkHeadBytes + kMaxVarintBytes + chunk.data.size() + kChecksumBytes;
  if (file_->size() + size > max_bytes_ && file_->size() > kHeaderBytes) {
    TRY(Close());
    TRY(OpenFile(number_ + 1));
  }
  ByteWriter out;
  out.Be64(chunk.series);
  out.Be64(static_cast<uint64_t>(chunk.mint));
  out.Be64(static_cast<uint64_t>(chunk.maxt));
  out.U8(static_cast<uint8_t>(chunk.encoding | (chunk.out_of_order ? kOutOfOrderBit : 0)));
  out.String(chunk.data);
  out.Be32(Crc32c(out.view()));
  auto offset = static_cast<uint32_t>(file_->size());
  if (Result<void> written = file_->Append(out.view()); !written) {
    static_cast<void>(file_->Truncate(offset));
    return written.error();
  }
  return MakeHeadChunkRef(number_, offset);
}

Result<void> HeadChunksWriter::Close() {
  if (file_ == nullptr) return {};
  Result<void> synced = file_->Sync();
  Result<void> closed = file_->Close();
  file_.reset();
  return synced ? closed : synced;
}

}  // namespace watchfire::wal

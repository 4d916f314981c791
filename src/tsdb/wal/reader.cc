#include "tsdb/wal/reader.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "codec/compress.h"
#include "codec/zstd.h"

namespace watchfire::wal {
Reader::Reader(FileSystem& fs, std::vector<SegmentFile> segments)
    : fs_(fs), segments_(std::move(segments)) {}

bool Reader::Damaged(std::string reason) {
  corruption_ = Corruption{segments_[current_].number, good_bytes_, std::move(reason)};
  stopped_ = true;
  return false;
}

// Reads the next page of the open segment; false at its end or on an error.
bool Reader::FillPage() {
  page_start_ += page_.size();
  page_.resize(kPageBytes);
  page_used_ = 0;
  Result<size_t> got = file_->ReadAt(page_start_, page_.data(), kPageBytes);
  if (!got) {
    status_ = got.error();
    stopped_ = true;
    page_.clear();
    return false;
  }
  page_.resize(*got);
  bytes_read_ += *got;
  return !page_.empty();
}

bool Reader::NextSegment() {
  if (file_ != nullptr) {
    if (current_ + 1 >= segments_.size()) return false;
    ++current_;
  } else if (segments_.empty()) {
    return false;
  }
  Result<std::unique_ptr<ReadFileHandle>> file = fs_.OpenRead(segments_[current_].path);
  if (!file) {
    status_ = file.error();
    stopped_ = true;
    return false;
  }
  file_ = std::move(*file);
  page_.clear();
  page_used_ = 0;
  page_start_ = 0;
  good_bytes_ = 0;
  return true;
}

Reader::Step Reader::ReadFragment(uint8_t* type, std::string_view* data) {
  while (true) {
    if (file_ == nullptr || page_used_ == page_.size()) {
      if (file_ == nullptr || !FillPage()) return stopped_ ? Step::kStop : Step::kEndOfSegment;
    }
    std::string_view rest = std::string_view(page_).substr(page_used_);
    auto header_type = static_cast<uint8_t>(rest[0]);
    if ((header_type & kFragmentTypeMask) == static_cast<uint8_t>(FragmentType::kPadding)) {
      if (rest.find_first_not_of('\0') != std::string_view::npos) {
        Damaged("unexpected non-zero byte in padded page");
        return Step::kStop;
      }
      page_used_ = page_.size();
      continue;
    }
    if (rest.size() < kFragmentHeaderBytes) {
      Damaged("unexpected end of a fragment's header");
      return Step::kStop;
    }
    ByteReader header(rest.substr(0, kFragmentHeaderBytes));
    *type = header.U8();
    uint16_t length = header.Be16();
    uint32_t crc = header.Be32();
    if (length > rest.size() - kFragmentHeaderBytes) {
      Damaged(fmt::format("invalid size {}: the page has {} bytes left", length,
                          rest.size() - kFragmentHeaderBytes));
      return Step::kStop;
    }
    *data = rest.substr(kFragmentHeaderBytes, length);
    if (Crc32c(*data) != crc) {
      Damaged(fmt::format("unexpected checksum {:x}, expected {:x}", Crc32c(*data), crc));
      return Step::kStop;
    }
    page_used_ += kFragmentHeaderBytes + length;
    return Step::kFragment;
  }
}

Result<void> Reader::Decompress(uint8_t flags, std::string_view bytes) {
  if ((flags & kZstdFlag) != 0) {
    return codec::ZstdDecompressTo(bytes, kMaxRecordBytes, &decompressed_);
  }
  decompressed_ = TRY(codec::SnappyDecompress(bytes, kMaxRecordBytes));
  return {};
}

bool Reader::Deliver(uint8_t flags, std::string_view bytes, std::string_view* record) {
  if ((flags & (kSnappyFlag | kZstdFlag)) == 0) {
    *record = bytes;
  } else {
    Result<void> plain = Decompress(flags, bytes);
    if (!plain) return Damaged(plain.error().message());
    *record = decompressed_;
  }
  good_bytes_ = page_start_ + page_used_;
  return true;
}

bool Reader::Next(std::string_view* record) {
  bool inside = false;
  assembled_.clear();
  while (!stopped_) {
    uint8_t type = 0;
    std::string_view data;
    Step step = file_ == nullptr ? Step::kEndOfSegment : ReadFragment(&type, &data);
    if (step == Step::kStop) return false;
    if (step == Step::kEndOfSegment) {
      if (inside) return Damaged("last record is torn");
      if (!NextSegment()) {
        stopped_ = true;
        return false;
      }
      continue;
    }
    auto kind = static_cast<FragmentType>(type & kFragmentTypeMask);
    bool starts = kind == FragmentType::kFull || kind == FragmentType::kFirst;
    bool known = kind <= FragmentType::kLast;
    if (!known || starts == inside) {
      return Damaged(fmt::format("unexpected fragment of type {}", type));
    }
    if (kind == FragmentType::kFull) return Deliver(type, data, record);
    if (assembled_.size() + data.size() > kMaxRecordBytes) return Damaged("record is too large");
    assembled_.append(data);
    inside = true;
    if (kind == FragmentType::kLast) return Deliver(type, assembled_, record);
  }
  return false;
}

Result<void> Repair(FileSystem& fs, const std::string& directory, const Corruption& corruption) {
  std::vector<SegmentFile> segments = TRY(ListSegments(fs, directory));
  // From the end, so that a crash in the middle leaves consecutive numbers.
  for (auto it = segments.rbegin(); it != segments.rend(); ++it) {
    if (it->number > corruption.segment) TRY(fs.Remove(it->path));
    if (it->number != corruption.segment) continue;
    std::unique_ptr<AppendFile> file = TRY(fs.OpenAppend(it->path, false));
    TRY(file->Truncate(corruption.good_bytes));
    TRY(file->Sync());
    TRY(file->Close());
  }
  return fs.SyncDirectory(directory);
}

}  // namespace watchfire::wal

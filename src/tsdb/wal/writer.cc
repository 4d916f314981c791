#include "tsdb/wal/writer.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/log.h"
#include "codec/compress.h"
#include "codec/zstd.h"
#include "tsdb/wal/record.h"

namespace watchfire::wal {

WalMetrics MakeWalMetrics(client::Registry& r, const std::string& prefix) {
  WalMetrics m{};
  m.fsync_duration_seconds = &r.AddSummary(prefix + "fsync_duration_seconds",
                                           "Duration of write log fsync.", {0.5, 0.9, 0.99});
  m.page_flushes = &r.AddCounter(prefix + "page_flushes_total", "Total number of page flushes.");
  m.completed_pages =
      &r.AddCounter(prefix + "completed_pages_total", "Total number of completed pages.");
  m.truncations = &r.AddCounter(prefix + "truncations_total",
                                "Total number of write log truncations attempted.");
  m.truncations_failed = &r.AddCounter(prefix + "truncations_failed_total",
                                       "Total number of write log truncations that failed.");
  m.truncate_duration_seconds =
      &r.AddSummary(prefix + "truncate_duration_seconds", "Duration of WAL truncation.", {});
  m.writes_failed = &r.AddCounter(prefix + "writes_failed_total",
                                  "Total number of write log writes that failed.");
  m.corruptions = &r.AddCounter(prefix + "corruptions_total", "Total number of WAL corruptions.");
  m.segment_current = &r.AddGauge(prefix + "segment_current",
                                  "Write log segment index that TSDB is currently writing to.");
  m.storage_size_bytes =
      &r.AddGauge(prefix + "storage_size_bytes", "Size of the write log directory.");
  m.record_part_writes = &r.AddCounter(prefix + "record_part_writes_total",
                                       "Total number of record parts written before flushing.");
  m.record_parts_bytes =
      &r.AddCounter(prefix + "record_parts_bytes_written_total",
                    "Total number of record part bytes written before flushing.");
  m.record_bytes_saved = &r.AddCounterFamily(
      prefix + "record_bytes_saved_total",
      "Total number of bytes saved by the optional record compression.", {"compression"});
  return m;
}

PreparedRecord Prepare(Compression compression, std::string_view record) {
  WF_CHECK(compression != Compression::kAuto);
  PreparedRecord out;
  if (compression == Compression::kSnappy) {
    out.bytes = codec::SnappyCompress(record);
    out.flag = kSnappyFlag;
  } else if (compression == Compression::kZstd) {
    // Values are eight bytes: shorter repetitions in samples are chance.
    bool samples = TypeOf(record) == RecordType::kSamples;
    codec::ZstdCompressTo(record, {.hash_log = 12, .min_match = samples ? 7 : 5}, &out.bytes);
    out.flag = kZstdFlag;
  }
  if (compression == Compression::kNone || out.bytes.size() >= record.size()) {
    out.bytes.assign(record);
    out.flag = 0;
  }
  out.saved_bytes = record.size() - out.bytes.size();
  return out;
}

Result<std::unique_ptr<Writer>> Writer::Open(const WriterOptions& options) {
  TRY(options.fs->CreateDirectories(options.directory));
  std::vector<SegmentFile> segments = TRY(ListSegments(*options.fs, options.directory));
  uint64_t next = segments.empty() ? 0 : segments.back().number + 1;
  // After a checkpoint without segments the numbers go on behind it.
  if (auto checkpoint = TRY(FindCheckpoint(*options.fs, options.directory))) {
    next = std::max(next, checkpoint->number + 1);
  }
  std::unique_ptr<Writer> writer(new Writer(options, next));
  uint64_t bytes = 0;
  for (const SegmentFile& segment : segments) bytes += segment.size;
  if (options.metrics != nullptr) {
    options.metrics->storage_size_bytes->Set(static_cast<double>(bytes));
  }
  MutexLock lock(writer->mutex_);
  TRY(writer->OpenSegment(next));
  return writer;
}

Writer::~Writer() {
  if (Result<void> closed = Close(); !closed) {
    WF_LOG(kError, "Closing the write-ahead log failed", {"err", closed.error()});
  }
}

uint64_t Writer::segment() const {
  MutexLock lock(mutex_);
  return open_segment_;
}

Result<void> Writer::OpenSegment(uint64_t number) {
  std::string path = JoinPath(options_.directory, SegmentName(number));
  file_ = TRY(options_.fs->OpenAppend(path, true));
  open_segment_ = number;
  size_ = 0;
  buffer_.clear();
  if (options_.metrics != nullptr) {
    options_.metrics->segment_current->Set(static_cast<double>(number));
  }
  return options_.fs->SyncDirectory(options_.directory);
}

// Payload bytes that one record may still have in this segment.
uint64_t Writer::RoomInSegment() const {
  uint64_t in_page = kPageBytes - size_ % kPageBytes;
  uint64_t later_pages = (options_.segment_bytes - size_ - in_page) / kPageBytes;
  uint64_t room = later_pages * (kPageBytes - kFragmentHeaderBytes);
  if (size_ + in_page > options_.segment_bytes) return 0;
  return room + (in_page > kFragmentHeaderBytes ? in_page - kFragmentHeaderBytes : 0);
}

void Writer::Add(const PreparedRecord& record) {
  std::string_view rest = record.bytes;
  bool first = true;
  while (first || !rest.empty()) {
    size_t left = kPageBytes - size_ % kPageBytes;
    if (left < kFragmentHeaderBytes || (left == kFragmentHeaderBytes && !rest.empty())) {
      buffer_.append(left, '\0');
      size_ += left;
      continue;
    }
    std::string_view part = rest.substr(0, left - kFragmentHeaderBytes);
    rest.remove_prefix(part.size());
    FragmentType type = first ? (rest.empty() ? FragmentType::kFull : FragmentType::kFirst)
                              : (rest.empty() ? FragmentType::kLast : FragmentType::kMiddle);
    first = false;
    uint32_t crc = __builtin_bswap32(Crc32c(part));
    uint16_t length = __builtin_bswap16(static_cast<uint16_t>(part.size()));
    char header[kFragmentHeaderBytes];
    header[0] = static_cast<char>(static_cast<uint8_t>(type) | record.flag);
    std::memcpy(header + 1, &length, sizeof length);
    std::memcpy(header + 3, &crc, sizeof crc);
    buffer_.append(header, sizeof header);
    buffer_.append(part);
    size_ += sizeof header + part.size();
    if (options_.metrics != nullptr) {
      options_.metrics->record_part_writes->Increment();
      options_.metrics->record_parts_bytes->Increment(static_cast<double>(part.size()));
    }
  }
}

Result<void> Writer::Flush() {
  if (buffer_.empty()) return {};
  TRY(file_->Append(buffer_));
  if (options_.metrics != nullptr) {
    uint64_t before = size_ - buffer_.size();
    options_.metrics->page_flushes->Increment(
        static_cast<double>((size_ + kPageBytes - 1) / kPageBytes - before / kPageBytes));
    options_.metrics->completed_pages->Increment(
        static_cast<double>(size_ / kPageBytes - before / kPageBytes));
    options_.metrics->storage_size_bytes->Increment(static_cast<double>(buffer_.size()));
  }
  buffer_.clear();
  return {};
}

Result<void> Writer::SyncFile() {
  if (options_.metrics == nullptr) return file_->Sync();
  int64_t start = options_.clock->MonotonicNs();
  Result<void> synced = file_->Sync();
  options_.metrics->fsync_duration_seconds->Observe(
      static_cast<double>(options_.clock->MonotonicNs() - start) * 1e-9);
  return synced;
}

Result<void> Writer::CutSegment() {
  if (size_ % kPageBytes != 0) {
    size_t padding = kPageBytes - size_ % kPageBytes;
    buffer_.append(padding, '\0');
    size_ += padding;
  }
  TRY(Flush());
  TRY(SyncFile());
  Result<void> closed = file_->Close();
  file_.reset();
  TRY(closed);
  return OpenSegment(open_segment_ + 1);
}

Result<void> Writer::WriteAll(std::span<const PreparedRecord> records) {
  for (const PreparedRecord& record : records) {
    if (size_ > 0 && record.bytes.size() > RoomInSegment()) TRY(CutSegment());
    if (record.bytes.size() > RoomInSegment() || record.bytes.size() > kMaxRecordBytes) {
      return Error::Limit("write-ahead log: a record of {} bytes does not fit in a segment",
                          record.bytes.size());
    }
    Add(record);
  }
  return Flush();
}

// After a failure: the log ends at end_ again, whatever was written behind it.
Result<void> Writer::CutBack() {
  torn_ = true;
  buffer_.clear();
  for (uint64_t number = open_segment_; number > end_.segment; --number) {
    file_.reset();
    std::string path = JoinPath(options_.directory, SegmentName(number));
    if (options_.fs->Exists(path)) TRY(options_.fs->Remove(path));
    open_segment_ = number - 1;
  }
  if (file_ == nullptr) {
    std::string path = JoinPath(options_.directory, SegmentName(end_.segment));
    file_ = TRY(options_.fs->OpenAppend(path, false));
  }
  TRY(file_->Truncate(end_.size));
  size_ = end_.size;
  torn_ = false;
  return {};
}

Result<void> Writer::Log(std::span<const PreparedRecord> records) {
  MutexLock lock(mutex_);
  if (open_segment_ == UINT64_MAX) return Error::Unavailable("write-ahead log is closed");
  Result<void> written = torn_ ? CutBack() : Result<void>();
  if (written) written = WriteAll(records);
  if (written) {
    end_ = {open_segment_, size_};
    if (options_.metrics != nullptr) {
      for (const PreparedRecord& record : records) {
        if (record.saved_bytes == 0) continue;
        const char* name = record.flag == kZstdFlag ? "zstd" : "snappy";
        options_.metrics->record_bytes_saved->With({name}).Increment(
            static_cast<double>(record.saved_bytes));
      }
    }
    return {};
  }
  if (options_.metrics != nullptr) options_.metrics->writes_failed->Increment();
  // A failure to cut back now is seen again, and told, by the next Log.
  static_cast<void>(CutBack());
  return written;
}

Result<uint64_t> Writer::NextSegment() {
  MutexLock lock(mutex_);
  if (open_segment_ == UINT64_MAX) return Error::Unavailable("write-ahead log is closed");
  if (torn_) TRY(CutBack());
  Result<void> cut = CutSegment();
  if (!cut) {
    static_cast<void>(CutBack());
    return cut.error();
  }
  end_ = {open_segment_, 0};
  return open_segment_;
}

Result<void> Writer::Sync() {
  MutexLock lock(mutex_);
  if (file_ == nullptr) return {};
  return SyncFile();
}

Result<void> Writer::Close() {
  MutexLock lock(mutex_);
  if (open_segment_ == UINT64_MAX) return {};
  if (torn_) TRY(CutBack());
  open_segment_ = UINT64_MAX;
  if (file_ == nullptr) return {};  // opening it had failed
  Result<void> synced = SyncFile();
  Result<void> closed = file_->Close();
  file_.reset();
  return synced ? closed : synced;
}

}  // namespace watchfire::wal

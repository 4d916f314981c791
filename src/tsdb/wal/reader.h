#pragma once
// Reader: the records of a list of segments, in order, decompressed, one page of memory at a time.
// It stops for good at the first byte that is not as it was written and says where; Repair then
// makes the log end there. One thread.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "tsdb/wal/segment.h"

namespace watchfire::wal {

struct Corruption {
  uint64_t segment = 0;
  // End of the last whole record of that segment.
  uint64_t good_bytes = 0;
  std::string reason;
};

class Reader {
 public:
  Reader(FileSystem& fs, std::vector<SegmentFile> segments);

  // The next record, valid until the next call. False at the end, at damage, or when reading
  // failed.
  bool Next(std::string_view* record);

  // Segment of the record that Next returned.
  uint64_t segment() const { return segments_.empty() ? 0 : segments_[current_].number; }
  // After Next returned false:
  const std::optional<Corruption>& corruption() const { return corruption_; }
  // The disk's own errors; ok at damage.
  const Result<void>& status() const { return status_; }
  // End of the record that Next returned, in its segment.
  uint64_t good_bytes() const { return good_bytes_; }
  // Bytes of all segments read so far.
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  enum class Step : uint8_t { kFragment, kEndOfSegment, kStop };
  Step ReadFragment(uint8_t* type, std::string_view* data);
  bool FillPage();
  bool NextSegment();
  bool Damaged(std::string reason);
  Result<void> Decompress(uint8_t flags, std::string_view bytes);
  bool Deliver(uint8_t flags, std::string_view bytes, std::string_view* record);

  FileSystem& fs_;
  std::vector<SegmentFile> segments_;
  size_t current_ = 0;
  std::unique_ptr<ReadFileHandle> file_;
  std::string page_;
  size_t page_used_ = 0;     // of page_
  uint64_t page_start_ = 0;  // offset of page_ in the segment
  uint64_t good_bytes_ = 0;
  uint64_t bytes_read_ = 0;
  std::string assembled_;
  std::string decompressed_;
  std::optional<Corruption> corruption_;
  Result<void> status_;
  bool stopped_ = false;
};

// Cuts the damaged segment after its last whole record and removes the later ones, as upstream
// does; what was before stays.
Result<void> Repair(FileSystem& fs, const std::string& directory, const Corruption& corruption);

}  // namespace watchfire::wal

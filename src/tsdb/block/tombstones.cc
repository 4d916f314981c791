#include "tsdb/block/tombstones.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "tsdb/block/meta.h"

namespace watchfire::block {
namespace {

constexpr uint32_t kMagic = 0x0130BA30;
constexpr uint8_t kVersion = 1;
constexpr size_t kHeaderBytes = 5;
constexpr size_t kChecksumBytes = 4;
// A stone has at least three bytes, so this is more than a hundred million deletions.
constexpr uint64_t kMaxFileBytes = 1ULL << 30;

// Whether `later` starts after the millisecond behind `earlier`.
bool IsApart(const Interval& earlier, const Interval& later) {
  return earlier.maxt < INT64_MAX && earlier.maxt + 1 < later.mint;
}

}  // namespace

void AddInterval(Interval added, Intervals* to) {
  auto first = std::partition_point(to->begin(), to->end(),
                                    [&](const Interval& old) { return IsApart(old, added); });
  auto last = first;
  while (last != to->end() && !IsApart(added, *last)) {
    added.mint = std::min(added.mint, last->mint);
    added.maxt = std::max(added.maxt, last->maxt);
    ++last;
  }
  to->insert(to->erase(first, last), added);
}

bool IsCovered(TimeMs mint, TimeMs maxt, const Intervals& by) {
  auto at =
      std::partition_point(by.begin(), by.end(), [&](const Interval& i) { return i.maxt < mint; });
  return at != by.end() && at->Covers(mint) && at->Covers(maxt);
}

bool IsCovered(TimeMs t, const Intervals& by) {
  return IsCovered(t, t, by);
}

uint64_t CountIntervals(const Tombstones& tombstones) {
  uint64_t count = 0;
  for (const auto& [ref, intervals] : tombstones) count += intervals.size();
  return count;
}

Result<Tombstones> ParseTombstones(std::string_view file) {
  if (file.size() < kHeaderBytes + kChecksumBytes) {
    return Error::Corrupt("tombstones: invalid size {}", file.size());
  }
  ByteReader header(file);
  if (uint32_t magic = header.Be32(); magic != kMagic) {
    return Error::Corrupt("tombstones: invalid magic number {:x}", magic);
  }
  if (uint8_t version = header.U8(); version != kVersion) {
    return Error::Corrupt("tombstones: invalid format version {}", version);
  }
  std::string_view stones = file.substr(kHeaderBytes, file.size() - kHeaderBytes - kChecksumBytes);
  if (ByteReader(file.substr(file.size() - kChecksumBytes)).Be32() != Crc32c(stones)) {
    return Error::Corrupt("tombstones: checksum did not match");
  }
  Tombstones out;
  ByteReader in(stones);
  while (in.ok() && !in.empty()) {
    SeriesRef ref = in.Uvarint();
    TimeMs mint = in.Varint();
    TimeMs maxt = in.Varint();
    if (in.ok() && mint <= maxt) AddInterval({mint, maxt}, &out[ref]);
  }
  if (!in.ok()) return Error::Corrupt("tombstones: a stone is cut off");
  return out;
}

std::string PrintTombstones(const Tombstones& tombstones) {
  ByteWriter out;
  out.Be32(kMagic);
  out.U8(kVersion);
  for (const auto& [ref, intervals] : tombstones) {
    for (const Interval& interval : intervals) {
      out.Uvarint(ref);
      out.Varint(interval.mint);
      out.Varint(interval.maxt);
    }
  }
  out.Be32(Crc32c(out.view().substr(kHeaderBytes)));
  return out.Take();
}

Result<Tombstones> ReadTombstones(FileSystem& fs, const std::string& block_directory) {
  Result<std::string> file = fs.ReadFile(JoinPath(block_directory, kTombstonesFile), kMaxFileBytes);
  if (!file.ok() && file.error().code() == ErrorCode::kNotFound) return Tombstones();
  return ParseTombstones(TRY(std::move(file)));
}

Result<void> WriteTombstones(FileSystem& fs, const std::string& block_directory,
                             const Tombstones& tombstones) {
  return fs.WriteFileAtomically(JoinPath(block_directory, kTombstonesFile),
                                PrintTombstones(tombstones));
}

}  // namespace watchfire::block

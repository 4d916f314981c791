#pragma once
// Tombstones: which time ranges of which series of a block are deleted, until a compaction leaves
// them out for good. The file is Prometheus' (docs/format/block.md). Values; a block shares them
// with its readers by a snapshot that is swapped whole.

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"

namespace watchfire::block {

using SeriesRef = uint64_t;

// Both ends inclusive.
struct Interval {
  TimeMs mint = 0;
  TimeMs maxt = 0;
  bool Covers(TimeMs t) const { return t >= mint && t <= maxt; }
  bool operator==(const Interval&) const = default;
};

// Ascending, disjoint and not even touching (a gap of 1 ms is closed).
using Intervals = std::vector<Interval>;
void AddInterval(Interval added, Intervals* to);
bool IsCovered(TimeMs mint, TimeMs maxt, const Intervals& by);  // wholly, by one of them
bool IsCovered(TimeMs t, const Intervals& by);

using Tombstones = std::map<SeriesRef, Intervals>;
uint64_t CountIntervals(const Tombstones& tombstones);

Result<Tombstones> ParseTombstones(std::string_view file);
std::string PrintTombstones(const Tombstones& tombstones);
// A missing file is no tombstones.
Result<Tombstones> ReadTombstones(FileSystem& fs, const std::string& block_directory);
Result<void> WriteTombstones(FileSystem& fs, const std::string& block_directory,
                             const Tombstones& tombstones);

}  // namespace watchfire::block

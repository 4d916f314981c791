#pragma once
// The snapshot that a Prometheus with memory-snapshot-on-shutdown leaves: for each series of its
// head the labels, the number that the log gives it, and the chunk that was still in memory.
// `chunk_snapshot.000007.0000001234/` is the state when the log ended at that segment and offset;
// inside are segments as in the log. Read only: what it holds is in the log, too, unless that is
// damaged. Layout: docs/format/wal.md.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "model/labels.h"
#include "tsdb/wal/record.h"

namespace watchfire::wal {

struct SnapshotSeries {
  Ref ref = 0;
  model::Labels labels;
  bool has_chunk = false;
  TimeMs mint = 0;  // of the chunk
  TimeMs maxt = 0;
  uint8_t encoding = 0;   // as in blocks
  std::string_view data;  // lives as long as the record
};
Result<SnapshotSeries> DecodeSnapshotSeries(std::string_view record);

struct SnapshotDirectory {
  uint64_t segment = 0;
  uint64_t offset = 0;
  std::string path;
};
// The newest one in a data directory, if there is one.
Result<std::optional<SnapshotDirectory>> FindSnapshot(FileSystem& fs,
                                                      const std::string& data_directory);

// Calls `series` for each; tombstones and exemplars are passed over. kCorrupt at the first damage:
// what came before it is good.
Result<void> ReadSnapshot(FileSystem& fs, const SnapshotDirectory& snapshot,
                          const std::function<void(const SnapshotSeries&)>& series);

}  // namespace watchfire::wal

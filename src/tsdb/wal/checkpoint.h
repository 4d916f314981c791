#pragma once
// checkpoint.N: what is still needed of the segments up to N and of the checkpoint before it, in
// the log's own format, so that those can go. It is built beside, as checkpoint.N.tmp, synced and
// renamed when whole; a crash in between leaves a .tmp that the next start removes. Rules of what
// stays are upstream's, and so either program reads the other's. One thread.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "tsdb/wal/record.h"
#include "tsdb/wal/segment.h"

namespace watchfire::wal {

struct CheckpointOptions {
  FileSystem* fs = nullptr;
  std::string directory;  // of the log
  uint64_t last_segment = 0;
  Compression compression = Compression::kZstd;
  uint64_t segment_bytes = kDefaultSegmentBytes;
  TimeMs mint = 0;            // samples and exemplars before it go
  TimeMs tombstone_mint = 0;  // tombstones that end before it go
  std::function<bool(Ref)> keep_series;
};

struct CheckpointStats {
  uint64_t series = 0;  // dropped
  uint64_t samples = 0;
  uint64_t tombstones = 0;
  uint64_t exemplars = 0;
  uint64_t metadata = 0;
};

// Writes checkpoint.<last_segment>. What it replaces is there until RemoveObsolete (segment.h).
Result<CheckpointStats> WriteCheckpoint(const CheckpointOptions& options);

// Up to which segment the log should be replaced, of the segments `first` … `last`, which is being
// written: two thirds of those before `last`, since the newest third holds what is in memory.
// Nothing if that is not more than one segment.
std::optional<uint64_t> CheckpointTarget(uint64_t first, uint64_t last);

}  // namespace watchfire::wal

#pragma once
// meta.json: what a block says about itself, in Prometheus' format (docs/format/block.md). Keys,
// their order, tabs and left-out zeros are upstream's, so that a file of either program reads the
// same. Values.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "tsdb/block/ulid.h"

namespace watchfire::block {

inline constexpr std::string_view kMetaFile = "meta.json";
inline constexpr std::string_view kIndexFile = "index";
inline constexpr std::string_view kTombstonesFile = "tombstones";
inline constexpr std::string_view kChunksDirectory = "chunks";

// Upstream's hints in compaction.hints.
inline constexpr std::string_view kFromOutOfOrder = "from-out-of-order";
inline constexpr std::string_view kFromStaleSeries = "from-stale-series";
inline constexpr std::string_view kFromSelectedSeries = "from-selected-series";

struct BlockStats {
  uint64_t num_samples = 0;
  uint64_t num_float_samples = 0;
  uint64_t num_histogram_samples = 0;
  uint64_t num_series = 0;
  uint64_t num_chunks = 0;
  uint64_t num_tombstones = 0;
  bool operator==(const BlockStats&) const = default;
};

struct BlockDesc {
  Ulid ulid;
  TimeMs mint = 0;
  TimeMs maxt = 0;
  bool operator==(const BlockDesc&) const = default;
};

struct BlockMeta {
  Ulid ulid;
  TimeMs mint = 0;  // half open: [mint, maxt)
  TimeMs maxt = 0;
  BlockStats stats;
  int level = 1;
  std::vector<Ulid> sources;  // sorted; of a level 1 block: itself
  bool deletable = false;
  std::vector<BlockDesc> parents;
  bool failed = false;
  std::vector<std::string> hints;

  bool HasHint(std::string_view hint) const;
  bool operator==(const BlockMeta&) const = default;
};

// Keys that are not known are let go. kCorrupt: no JSON, or values that cannot be;
// `unexpected meta file version N`.
Result<BlockMeta> ParseMeta(std::string_view text);
std::string PrintMeta(const BlockMeta& meta);

Result<BlockMeta> ReadMeta(FileSystem& fs, const std::string& block_directory);
// By a temporary file, synced and renamed.
Result<void> WriteMeta(FileSystem& fs, const std::string& block_directory, const BlockMeta& meta);

}  // namespace watchfire::block

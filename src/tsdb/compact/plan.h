#pragma once
// What to compact next: upstream's rules over the metas of the blocks that are there. Small blocks
// are merged into aligned windows of the next larger range once nothing more can come into the
// window; overlaps are mended first; blocks that are mostly deleted are rewritten. Pure functions.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tsdb/block/block.h"

namespace watchfire::compact {

// min, ×3, ×9 … as long as it is at most `max_ms`; min alone if max is not above it.
std::vector<int64_t> Ranges(int64_t min_ms, int64_t max_ms);

// Paths of the blocks to compact into one, in order of mint; empty when there is nothing to do.
// `ranges` as from Ranges. The stats' num_tombstones must be current, as Block::Delete writes them.
// Blocks whose meta is marked deletable are left alone.
//
// Regular blocks, blocks of stale series and blocks of selected series are never mixed; in each
// class, in this order:
// 1. The first run of blocks that overlap in time.
// 2. The newest block set aside: for each larger range, the first aligned window that holds more
//    than one block, none of them failed before, and that is either spanned wholly or ends before
//    the newest of the remaining blocks begins.
// 3. From the newest on, a block of at least the middle range with tombstones for more than 5 % of
//    its series, or a small one with as many tombstones as series.
std::vector<std::string> Plan(std::span<const block::BlockDirectory> blocks,
                              std::span<const int64_t> ranges);

}  // namespace watchfire::compact

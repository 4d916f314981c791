#include "tsdb/compact/plan.h"

#include <algorithm>
#include <array>

namespace watchfire::compact {
namespace {

using block::BlockDirectory;
using block::BlockMeta;
using Blocks = std::vector<const BlockDirectory*>;
using BlocksView = std::span<const BlockDirectory* const>;

constexpr int64_t kRangeFactor = 3;
// Of a large block's series, one tombstone counted as one series.
constexpr double kMaxDeletedShare = 0.05;

enum BlockClass : uint8_t { kRegular, kStale, kSelected, kNumClasses };

BlockClass ClassOf(const BlockMeta& meta) {
  if (meta.HasHint(block::kFromStaleSeries)) return kStale;
  if (meta.HasHint(block::kFromSelectedSeries)) return kSelected;
  return kRegular;
}

// `blocks` by mint.
Blocks FirstOverlap(BlocksView blocks) {
  Blocks run;
  if (blocks.empty()) return run;
  TimeMs end = blocks[0]->meta.maxt;
  for (size_t i = 1; i < blocks.size(); ++i) {
    if (blocks[i]->meta.mint < end) {
      if (run.empty()) run.push_back(blocks[i - 1]);
      run.push_back(blocks[i]);
    } else if (!run.empty()) {
      break;
    }
    end = std::max(end, blocks[i]->meta.maxt);
  }
  return run;
}

TimeMs WindowStart(TimeMs t, int64_t range) {
  int64_t remainder = t % range;
  return remainder < 0 ? t - remainder - range : t - remainder;
}

// Runs of blocks that lie wholly in one aligned window each; those that lie in none are left out.
std::vector<BlocksView> Windows(BlocksView blocks, int64_t range) {
  std::vector<BlocksView> windows;
  for (size_t i = 0; i < blocks.size();) {
    TimeMs end = WindowStart(blocks[i]->meta.mint, range) + range;
    size_t first = i;
    while (i < blocks.size() && blocks[i]->meta.maxt <= end) ++i;
    if (i > first) {
      windows.push_back(blocks.subspan(first, i - first));
    } else {
      ++i;
    }
  }
  return windows;
}

BlocksView FirstFullWindow(BlocksView blocks, std::span<const int64_t> ranges) {
  if (blocks.empty()) return {};
  TimeMs newest_mint = blocks.back()->meta.mint;
  for (size_t r = 1; r < ranges.size(); ++r) {
    for (BlocksView window : Windows(blocks, ranges[r])) {
      if (window.size() < 2) continue;
      if (std::any_of(window.begin(), window.end(),
                      [](const BlockDirectory* block) { return block->meta.failed; })) {
        continue;
      }
      TimeMs begin = window.front()->meta.mint;
      TimeMs end = window.back()->meta.maxt;
      if (end - begin == ranges[r] || end <= newest_mint) return window;
    }
  }
  return {};
}

// From the newest on; the first small block ends the search.
const BlockDirectory* MostlyDeleted(BlocksView blocks, int64_t large_range) {
  for (size_t i = blocks.size(); i-- > 0;) {
    const BlockMeta& meta = blocks[i]->meta;
    auto tombstones = static_cast<double>(meta.stats.num_tombstones);
    auto series = static_cast<double>(meta.stats.num_series);
    if (meta.maxt - meta.mint < large_range) {
      return tombstones > 0 && tombstones >= series ? blocks[i] : nullptr;
    }
    if (tombstones / (series + 1) > kMaxDeletedShare) return blocks[i];
  }
  return nullptr;
}

// `blocks` by mint.
Blocks PlanClass(BlocksView blocks, std::span<const int64_t> ranges) {
  if (Blocks run = FirstOverlap(blocks); !run.empty()) return run;
  if (blocks.empty()) return {};
  // The newest has just come from the head; left alone for a while it can be backed up.
  blocks = blocks.first(blocks.size() - 1);
  BlocksView window = FirstFullWindow(blocks, ranges);
  if (!window.empty()) return Blocks(window.begin(), window.end());
  const BlockDirectory* deleted = MostlyDeleted(blocks, ranges[ranges.size() / 2]);
  return deleted == nullptr ? Blocks() : Blocks{deleted};
}

}  // namespace

std::vector<int64_t> Ranges(int64_t min_ms, int64_t max_ms) {
  WF_CHECK(min_ms > 0);
  std::vector<int64_t> ranges{min_ms};
  while (ranges.back() <= max_ms / kRangeFactor) ranges.push_back(ranges.back() * kRangeFactor);
  return ranges;
}

std::vector<std::string> Plan(std::span<const block::BlockDirectory> blocks,
                              std::span<const int64_t> ranges) {
  WF_CHECK(!ranges.empty());
  std::array<Blocks, kNumClasses> classes;
  for (const BlockDirectory& block : blocks) {
    if (!block.meta.deletable) classes[ClassOf(block.meta)].push_back(&block);
  }
  for (Blocks& all : classes) {
    std::stable_sort(all.begin(), all.end(), [](const BlockDirectory* a, const BlockDirectory* b) {
      return a->meta.mint < b->meta.mint;
    });
    std::vector<std::string> paths;
    for (const BlockDirectory* block : PlanClass(all, ranges)) paths.push_back(block->path);
    if (!paths.empty()) return paths;
  }
  return {};
}

}  // namespace watchfire::compact

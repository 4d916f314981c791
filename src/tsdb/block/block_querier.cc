#include "tsdb/block/block_querier.h"

#include <algorithm>

#include "tsdb/block/block_series_set.h"

namespace watchfire::block {

BlockQuerier::BlockQuerier(std::shared_ptr<const Block> block, TimeMs mint, TimeMs maxt)
    : block_(std::move(block)), tombstones_(block_->tombstones()), mint_(mint), maxt_(maxt) {}

bool BlockQuerier::MayHave(TimeMs mint, TimeMs maxt) const {
  const BlockMeta& meta = block_->meta();
  return std::max(mint, mint_) < meta.maxt && std::min(maxt, maxt_) >= meta.mint;
}

std::unique_ptr<storage::SeriesSet> BlockQuerier::Select(bool, const storage::SelectHints& hints,
                                                         const model::Matchers& matchers) {
  Result<std::vector<uint32_t>> refs = std::vector<uint32_t>();
  if (MayHave(hints.start, hints.end)) refs = block_->index().Select(matchers);
  return std::make_unique<BlockSeriesSet>(block_.get(), tombstones_.get(),
                                          std::max(mint_, hints.start), std::min(maxt_, hints.end),
                                          std::move(refs), hints);
}

Result<std::vector<std::string>> BlockQuerier::LabelNames(const model::Matchers& matchers,
                                                          uint64_t limit) {
  if (!Overlaps()) return std::vector<std::string>();
  return block_->index().LabelNames(matchers, limit);
}

Result<std::vector<std::string>> BlockQuerier::LabelValues(const std::string& name,
                                                           const model::Matchers& matchers,
                                                           uint64_t limit) {
  if (!Overlaps()) return std::vector<std::string>();
  return block_->index().LabelValues(name, matchers, limit);
}

}  // namespace watchfire::block

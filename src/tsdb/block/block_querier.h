#pragma once
// BlockQuerier: the read door (storage/querier.h) over one block. Postings choose the series; of a
// series only the chunks that overlap the range are read and decoded, into columns. Equal
// timestamp arrays of a SeriesSet are one array, whichever series they come from, so what is
// computed per array is computed once per scrape target. Tombstones are those of the moment the
// querier was made.
//
// A damaged chunk ends the walk: the series that needed it shows no samples, the next Next() says
// false and status() tells. Thread-safety as the door's.

#include <memory>
#include <string>
#include <vector>

#include "storage/querier.h"
#include "tsdb/block/block.h"

namespace watchfire::block {

class BlockQuerier final : public storage::Querier {
 public:
  BlockQuerier(std::shared_ptr<const Block> block, TimeMs mint, TimeMs maxt);

  std::unique_ptr<storage::SeriesSet> Select(bool sorted, const storage::SelectHints& hints,
                                             const model::Matchers& matchers) override;
  bool MayHave(TimeMs mint, TimeMs maxt) const override;
  Result<std::vector<std::string>> LabelNames(const model::Matchers& matchers,
                                              uint64_t limit) override;
  Result<std::vector<std::string>> LabelValues(const std::string& name,
                                               const model::Matchers& matchers,
                                               uint64_t limit) override;

 private:
  bool Overlaps() const { return MayHave(mint_, maxt_); }

  std::shared_ptr<const Block> block_;
  std::shared_ptr<const Tombstones> tombstones_;
  TimeMs mint_;
  TimeMs maxt_;
};

}  // namespace watchfire::block

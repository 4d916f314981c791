#pragma once
// BlockSeriesSet: what a Select of a block gives, in label order: series one by one, or in runs
// that are decoded side by side as long as neighbours have the same timestamps. Groups are told
// from the numbers of symbols. One thread per set; block and tombstones must outlive it.
//
// A damaged chunk ends the walk: the series that needed it shows no samples, and status() tells.

#include <memory>
#include <vector>

#include "storage/querier.h"
#include "storage/series_table.h"
#include "tsdb/block/block_series.h"
#include "tsdb/block/symbol_groups.h"

namespace watchfire::block {

class BlockSeriesSet final : public storage::SeriesSet {
 public:
  BlockSeriesSet(const Block* block, const Tombstones* tombstones, TimeMs mint, TimeMs maxt,
                 Result<std::vector<uint32_t>> refs, const storage::SelectHints& hints);
  ~BlockSeriesSet() override;

  bool Next() override;
  storage::Series& At() override { return series_; }
  Result<void> status() const override { return state_.status; }

  bool NextRun(TimeMs mint, TimeMs maxt, storage::SeriesRun* run) override;
  bool NextLatest(TimeMs mint, TimeMs maxt, storage::LatestRun* run) override;
  const model::Labels& RunLabels(size_t i) override;
  const model::Labels& GroupLabels(uint32_t group) const override;
  std::unique_ptr<storage::SeriesTable> TakeTable() override;
  size_t size_estimate() const override { return end_ - next_; }
  std::vector<std::unique_ptr<storage::SeriesSet>> Split(size_t parts) override;

 private:
  class Table;

  // What the parts of a split set share.
  struct Chosen {
    const Block* block;
    const Tombstones* tombstones;
    TimeMs mint;
    TimeMs maxt;
    std::vector<uint32_t> refs;
    Result<void> status;  // of choosing them
    bool groups;
    std::vector<std::string> grouping;
    bool by;
  };
  // A series that was read; its values lie in values_.
  struct Held {
    uint32_t ref = 0;
    uint32_t group = 0;
    std::span<const TimeMs> t;
    std::vector<storage::HistogramSample> histograms;
  };

  BlockSeriesSet(std::shared_ptr<const Chosen> chosen, size_t next, size_t end, uint64_t left);
  static void Init(const Chosen& chosen, BlockSetState* state,
                   std::unique_ptr<SymbolGroups>* groups);
  bool ReadNext(TimeMs mint, TimeMs maxt);
  void AddMember(uint32_t ref);

  std::shared_ptr<const Chosen> chosen_;
  size_t next_;
  size_t end_;
  uint64_t left_;
  BlockSetState state_;
  BlockSeries series_;

  // ---- runs
  std::unique_ptr<SymbolGroups> groups_;
  Held held_;  // the first of the next run, if has_held_
  bool has_held_ = false;
  size_t run_values_ = 0;  // of values_, those of the last run
  std::vector<double> values_;
  std::vector<TimeMs> times_;
  std::vector<uint32_t> members_;  // references
  std::vector<uint32_t> run_groups_;
  std::vector<storage::HistogramSample> histograms_;
};

}  // namespace watchfire::block

#pragma once
// HeadSeriesSet: what a Select of the head gives: the chosen series one by one, or in runs straight
// from the columns (tsdb/samples/sample_runs.h). Series with late samples, deletions or histograms
// come alone. Groups are told from the parts of the labels; texts are made only when they are
// asked for. One thread per set; the querier must outlive it.

#include <memory>
#include <vector>

#include "storage/querier.h"
#include "storage/series_table.h"
#include "tsdb/head/head_series.h"
#include "tsdb/index/part_groups.h"
#include "tsdb/samples/sample_runs.h"

namespace watchfire::head {

class HeadSeriesSet final : public storage::SeriesSet {
 public:
  HeadSeriesSet(Head* head, const View& view, std::vector<SeriesId> ids,
                const storage::SelectHints& hints);
  ~HeadSeriesSet() override;

  bool Next() override;
  storage::Series& At() override { return series_; }
  Result<void> status() const override { return {}; }

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
    Head* head;
    const View* view;
    std::vector<SeriesId> ids;
    std::shared_ptr<const index::LabelStore> store;
    bool groups;
    std::vector<std::string> grouping;
    bool by;
  };

  HeadSeriesSet(std::shared_ptr<const Chosen> chosen, size_t next, size_t end, uint64_t left);
  void Prepare(TimeMs mint, TimeMs maxt);
  void FindSpecial();
  bool IsSpecial(SeriesId id) const {
    return id / 64 < special_.size() && (special_[id / 64] >> (id % 64) & 1) != 0;
  }
  std::span<const SeriesId> PlainOnes() const;
  void Took(std::span<const SeriesId> ids, std::span<const uint32_t> from);
  bool ReadAlone(storage::SeriesRun* run);
  bool LatestAlone(storage::LatestRun* run);
  std::span<const uint32_t> GroupsOfRun();

  std::shared_ptr<const Chosen> chosen_;
  size_t next_;
  size_t end_;
  uint64_t left_;  // at most so many series are still to come
  HeadSeries series_;

  // ---- runs
  TimeMs mint_ = 0;
  TimeMs maxt_ = 0;
  std::unique_ptr<SampleRuns> runs_;
  std::vector<uint64_t> special_;      // bits by id: series that come alone
  std::span<const SeriesId> run_ids_;  // the last run's are run_ids_[run_from_[i]]
  std::span<const uint32_t> run_from_;
  std::unique_ptr<index::PartGroups> groups_;
  std::vector<uint32_t> run_groups_;
  std::vector<storage::HistogramSample> histograms_;
  model::Sample sample_;
  model::Labels labels_;
};

}  // namespace watchfire::head

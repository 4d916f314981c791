#pragma once
// MergedTables: sets of several storages as one, by their tables (series_table.h). Which series are
// the same is worked out once, by hashes; after that each series is read from those that have it.
// In label order if asked for, else in the order of the largest table, with what the others have
// beside it behind. One thread per set.

#include <map>
#include <memory>
#include <vector>

#include "storage/merged_series.h"
#include "storage/querier.h"
#include "storage/series_table.h"

namespace watchfire::storage {

class MergedTables final : public SeriesSet {
 public:
  using Tables = std::vector<std::unique_ptr<SeriesTable>>;
  // `sorted`: the tables are in label order, and so shall this be.
  MergedTables(Tables tables, bool sorted, const SelectHints& hints);
  ~MergedTables() override;

  bool Next() override;
  Series& At() override { return *current_; }
  Result<void> status() const override;

  bool NextRun(TimeMs mint, TimeMs maxt, SeriesRun* run) override;
  bool NextLatest(TimeMs mint, TimeMs maxt, LatestRun* run) override;
  const model::Labels& RunLabels(size_t i) override;
  const model::Labels& GroupLabels(uint32_t group) const override { return *group_labels_[group]; }
  size_t size_estimate() const override { return end_ - next_; }
  std::vector<std::unique_ptr<SeriesSet>> Split(size_t parts) override;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  // Where each series is: a row of places, one a table.
  struct Plan {
    size_t width = 0;
    std::vector<uint32_t> places;
    bool groups = false;
    size_t size() const { return places.size() / width; }
    uint32_t* Add() {
      places.resize(places.size() + width, kNone);
      return places.data() + places.size() - width;
    }
  };
  // One series as it was read.
  struct Held {
    size_t entry = 0;
    std::span<const TimeMs> t;
    std::vector<double> v;
    std::vector<HistogramSample> histograms;
  };

  MergedTables(Tables tables, std::shared_ptr<const Plan> plan, size_t next, size_t end);
  void PlanByHash(Plan* plan);
  void PlanInOrder(Plan* plan);
  std::span<const uint32_t> PlacesOf(size_t entry) const {
    return std::span(plan_->places).subspan(entry * plan_->width, plan_->width);
  }
  bool failed() const;
  // Points at the series; null: nobody has it, or (`shown`) nobody shows it.
  Series* Open(size_t entry, bool shown);
  bool ReadNext(TimeMs mint, TimeMs maxt);  // into held_
  bool LatestOf(size_t entry, TimeMs mint, TimeMs maxt, model::Sample* out);
  uint32_t GroupOf(size_t entry);
  std::span<const uint32_t> GroupsOfRun();

  Tables tables_;
  std::shared_ptr<const Plan> plan_;
  size_t next_ = 0;
  size_t end_ = 0;
  uint64_t left_;
  JoinedTimes joined_;
  MergedSeries merged_;
  Series* current_ = nullptr;
  std::vector<Series*> parts_;

  // ---- runs
  Held held_;  // the first of the next run, if has_held_
  bool has_held_ = false;
  std::vector<size_t> members_;  // entries of the last run
  std::vector<double> values_;
  std::vector<TimeMs> times_;
  std::vector<HistogramSample> histograms_;
  std::vector<uint32_t> run_groups_;
  std::vector<std::vector<uint32_t>> groups_;  // by table and its number
  std::map<model::Labels, uint32_t> group_numbers_;
  std::vector<const model::Labels*> group_labels_;
  model::Labels labels_;
};

}  // namespace watchfire::storage

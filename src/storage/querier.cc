#include "storage/querier.h"

#include "storage/label_groups.h"
#include "storage/series_table.h"

namespace watchfire::storage {

struct SeriesSet::Walk {
  LabelGroups groups{{}, true};
  bool grouped = false;
  uint32_t group = 0;
  TimeMs t = 0;
  double v = 0;
  std::vector<HistogramSample> histograms;
};

void SeriesSet::GroupBy(const SelectHints& hints) {
  if (!hints.groups) return;
  walk_ = std::make_shared<Walk>();
  walk_->groups = LabelGroups(hints.grouping, hints.by);
  walk_->grouped = true;
}

bool SeriesSet::NextRun(TimeMs mint, TimeMs maxt, SeriesRun* run) {
  if (walk_ == nullptr) walk_ = std::make_shared<Walk>();
  while (Next()) {
    Series& series = At();
    Columns columns = series.Read(mint, maxt);
    walk_->histograms = series.ReadHistograms(mint, maxt);
    if (columns.t.empty() && walk_->histograms.empty()) continue;
    *run = {
        1,  columns.t, columns.v.data(), walk_->histograms.empty() ? nullptr : &walk_->histograms,
        {}, columns.st};
    if (walk_->grouped) {
      walk_->group = walk_->groups.Find(series.labels());
      run->groups = {&walk_->group, 1};
    }
    return true;
  }
  return false;
}

bool SeriesSet::NextLatest(TimeMs mint, TimeMs maxt, LatestRun* run) {
  if (walk_ == nullptr) walk_ = std::make_shared<Walk>();
  while (Next()) {
    Series& series = At();
    model::Sample sample;
    bool found = series.Latest(mint, maxt, &sample);
    walk_->histograms = series.ReadHistograms(found ? sample.t + 1 : mint, maxt);
    if (!found && walk_->histograms.empty()) continue;
    *run = {};
    run->count = 1;
    walk_->t = sample.t;
    walk_->v = sample.v;
    if (!walk_->histograms.empty()) {
      run->histogram = &walk_->histograms.back();
      walk_->t = run->histogram->t;
    }
    run->t = {&walk_->t, 1};
    run->v = {&walk_->v, 1};
    if (walk_->grouped) {
      walk_->group = walk_->groups.Find(series.labels());
      run->groups = {&walk_->group, 1};
    }
    return true;
  }
  return false;
}

const model::Labels& SeriesSet::RunLabels(size_t) {
  return At().labels();
}

std::unique_ptr<SeriesTable> SeriesSet::TakeTable() {
  return nullptr;
}

const model::Labels& SeriesSet::GroupLabels(uint32_t group) const {
  return walk_->groups.labels(group);
}

}  // namespace watchfire::storage

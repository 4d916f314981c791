#include "tsdb/head/head_series_set.h"

#include <algorithm>

namespace watchfire::head {
namespace {

constexpr uint32_t kFirst = 0;  // the only place in a run of one
// A part of a split set costs a reader of its own.
constexpr size_t kLeastInPart = 8;

}  // namespace

HeadSeriesSet::HeadSeriesSet(Head* head, const View& view, std::vector<SeriesId> ids,
                             const storage::SelectHints& hints)
    : HeadSeriesSet(
          std::make_shared<const Chosen>(Chosen{head, &view, std::move(ids), head->index_.store(),
                                                hints.groups, hints.grouping, hints.by}),
          0, 0, hints.limit == 0 ? UINT64_MAX : hints.limit) {
  end_ = chosen_->ids.size();
}

HeadSeriesSet::HeadSeriesSet(std::shared_ptr<const Chosen> chosen, size_t next, size_t end,
                             uint64_t left)
    : chosen_(std::move(chosen)),
      next_(next),
      end_(end),
      left_(left),
      series_(chosen_->head, *chosen_->view) {}

HeadSeriesSet::~HeadSeriesSet() = default;

bool HeadSeriesSet::Next() {
  while (next_ < end_ && left_ > 0) {
    series_.Point(chosen_->ids[next_++]);
    if (!series_.Shows()) continue;
    --left_;
    return true;
  }
  return false;
}

void HeadSeriesSet::Prepare(TimeMs mint, TimeMs maxt) {
  if (runs_ != nullptr) return;
  const View& view = *chosen_->view;
  mint_ = std::max(mint, view.mint);
  maxt_ = std::min(maxt, view.maxt);
  runs_ = std::make_unique<SampleRuns>(&chosen_->head->samples_, view.snapshot, mint_, maxt_);
  FindSpecial();
  if (chosen_->groups) {
    groups_ = std::make_unique<index::PartGroups>(*chosen_->store, chosen_->grouping, chosen_->by);
  }
}

void HeadSeriesSet::FindSpecial() {
  const View& view = *chosen_->view;
  std::vector<SeriesId> ids;
  if (view.deleted != nullptr) {
    for (const auto& [id, intervals] : *view.deleted) ids.push_back(static_cast<SeriesId>(id));
  }
  for (const auto& store : view.late) {
    if (store->empty()) continue;
    std::vector<SeriesId> late = store->SeriesIn(mint_, maxt_);
    ids.insert(ids.end(), late.begin(), late.end());
  }
  if (!chosen_->head->histograms_.empty()) chosen_->head->histograms_.AddSeries(&ids);
  if (ids.empty()) return;
  special_.resize(*std::max_element(ids.begin(), ids.end()) / 64 + 1);
  for (SeriesId id : ids) special_[id / 64] |= uint64_t{1} << (id % 64);
}

// From the next one on, up to the first that comes alone.
std::span<const SeriesId> HeadSeriesSet::PlainOnes() const {
  std::span<const SeriesId> ids = std::span(chosen_->ids).subspan(next_, end_ - next_);
  if (ids.size() > left_) ids = ids.first(static_cast<size_t>(left_));
  if (special_.empty()) return ids;
  ids = ids.first(std::min(ids.size(), SampleRuns::kMaxSeries));
  auto special = std::find_if(ids.begin(), ids.end(), [&](SeriesId id) { return IsSpecial(id); });
  return ids.first(static_cast<size_t>(special - ids.begin()));
}

void HeadSeriesSet::Took(std::span<const SeriesId> ids, std::span<const uint32_t> from) {
  run_ids_ = ids;
  run_from_ = from;
  left_ -= from.size();
}

std::span<const uint32_t> HeadSeriesSet::GroupsOfRun() {
  if (groups_ == nullptr) return {};
  if (run_groups_.size() < run_from_.size()) run_groups_.resize(run_from_.size());
  groups_->Find(run_ids_, run_from_, run_groups_.data());
  return std::span(run_groups_).first(run_from_.size());
}

bool HeadSeriesSet::NextRun(TimeMs mint, TimeMs maxt, storage::SeriesRun* run) {
  Prepare(mint, maxt);
  while (next_ < end_ && left_ > 0) {
    std::span<const SeriesId> ids = PlainOnes();
    if (ids.empty()) {
      if (ReadAlone(run)) return true;
      continue;
    }
    SampleRuns::Run found;
    next_ += runs_->Read(ids, &found);
    if (found.from.empty()) continue;
    Took(ids, found.from);
    *run = {found.from.size(), found.t, found.v, nullptr, GroupsOfRun()};
    return true;
  }
  return false;
}

bool HeadSeriesSet::ReadAlone(storage::SeriesRun* run) {
  std::span<const SeriesId> ids = std::span(chosen_->ids).subspan(next_++, 1);
  series_.Point(ids[0]);
  storage::Columns columns = series_.Read(mint_, maxt_);
  histograms_ = series_.ReadHistograms(mint_, maxt_);
  if (columns.t.empty() && histograms_.empty()) return false;
  Took(ids, {&kFirst, 1});
  *run = {1, columns.t, columns.v.data(), histograms_.empty() ? nullptr : &histograms_,
          GroupsOfRun()};
  return true;
}

bool HeadSeriesSet::NextLatest(TimeMs mint, TimeMs maxt, storage::LatestRun* run) {
  Prepare(mint, maxt);
  while (next_ < end_ && left_ > 0) {
    std::span<const SeriesId> ids = PlainOnes();
    if (ids.empty()) {
      if (LatestAlone(run)) return true;
      continue;
    }
    SampleRuns::Newest found;
    next_ += runs_->ReadNewest(ids, &found);
    if (found.from.empty()) continue;
    Took(ids, found.from);
    *run = {found.from.size(), found.t, found.v, nullptr, GroupsOfRun()};
    return true;
  }
  return false;
}

bool HeadSeriesSet::LatestAlone(storage::LatestRun* run) {
  std::span<const SeriesId> ids = std::span(chosen_->ids).subspan(next_++, 1);
  series_.Point(ids[0]);
  sample_ = {};
  bool found = series_.Latest(mint_, maxt_, &sample_);
  histograms_ = series_.ReadHistograms(found ? sample_.t + 1 : mint_, maxt_);
  if (!found && histograms_.empty()) return false;
  const storage::HistogramSample* histogram = histograms_.empty() ? nullptr : &histograms_.back();
  if (histogram != nullptr) sample_ = {histogram->t, 0};
  Took(ids, {&kFirst, 1});
  *run = {1, {&sample_.t, 1}, {&sample_.v, 1}, histogram, GroupsOfRun()};
  return true;
}

const model::Labels& HeadSeriesSet::RunLabels(size_t i) {
  return labels_ = chosen_->store->LabelsOf(run_ids_[run_from_[i]]);
}

const model::Labels& HeadSeriesSet::GroupLabels(uint32_t group) const {
  return groups_->LabelsOf(group);
}

class HeadSeriesSet::Table final : public storage::SeriesTable {
 public:
  explicit Table(std::shared_ptr<const Chosen> chosen)
      : chosen_(std::move(chosen)), series_(chosen_->head, *chosen_->view) {
    if (chosen_->groups) {
      groups_ =
          std::make_unique<index::PartGroups>(*chosen_->store, chosen_->grouping, chosen_->by);
    }
  }
  size_t size() const override { return chosen_->ids.size(); }
  storage::LabelsHash HashAt(size_t i) override {
    index::LabelStore::Parts parts = chosen_->store->PartsOf(chosen_->ids[i]);
    storage::LabelsHash hash = HashOf(index::Side::kShape, parts.shape);
    return hash += HashOf(index::Side::kTarget, parts.target);
  }
  storage::Series& Open(size_t i) override {
    series_.Point(chosen_->ids[i]);
    return series_;
  }
  bool Shows() override { return series_.Shows(); }
  uint32_t GroupAt(size_t i) override { return groups_->Find(chosen_->ids[i]); }
  const model::Labels& GroupLabels(uint32_t group) const override {
    return groups_->LabelsOf(group);
  }
  TimeMs newest() const override { return kMaxTime; }
  Result<void> status() const override { return {}; }
  std::unique_ptr<storage::SeriesTable> Fork() const override {
    return std::make_unique<Table>(chosen_);
  }

 private:
  // No part that has a label has the sum 0.
  storage::LabelsHash HashOf(index::Side side, index::PartId part) {
    std::vector<storage::LabelsHash>& known = hashes_[static_cast<size_t>(side)];
    if (known.size() <= part) known.resize(chosen_->store->parts(side).size());
    if (known[part] == storage::LabelsHash()) {
      chosen_->store->ForEachLabel(side, part, [&](const model::LabelView& label) {
        known[part] += storage::HashOfLabel(label.name, label.value);
      });
    }
    return known[part];
  }

  std::shared_ptr<const Chosen> chosen_;
  HeadSeries series_;
  std::unique_ptr<index::PartGroups> groups_;
  std::array<std::vector<storage::LabelsHash>, 2> hashes_;  // by part
};

std::unique_ptr<storage::SeriesTable> HeadSeriesSet::TakeTable() {
  return std::make_unique<Table>(chosen_);
}

std::vector<std::unique_ptr<storage::SeriesSet>> HeadSeriesSet::Split(size_t parts) {
  std::vector<std::unique_ptr<storage::SeriesSet>> sets;
  size_t count = end_ - next_;
  if (left_ < count || parts < 2 || count < parts * kLeastInPart) return sets;
  for (size_t i = 0; i < parts; ++i) {
    size_t from = next_ + count * i / parts;
    size_t to = next_ + count * (i + 1) / parts;
    sets.push_back(
        std::unique_ptr<storage::SeriesSet>(new HeadSeriesSet(chosen_, from, to, UINT64_MAX)));
  }
  return sets;
}

}  // namespace watchfire::head

#include "tsdb/block/block_series_set.h"

#include <algorithm>

#include "base/hash_map.h"

namespace watchfire::block {
namespace {

constexpr size_t kMaxSeries = 1024;     // in a run
constexpr size_t kMaxValues = 1 << 15;  // unless one series has more
constexpr size_t kLeastInPart = 8;      // of a split set

}  // namespace

BlockSeriesSet::BlockSeriesSet(const Block* block, const Tombstones* tombstones, TimeMs mint,
                               TimeMs maxt, Result<std::vector<uint32_t>> refs,
                               const storage::SelectHints& hints)
    : BlockSeriesSet(
          std::make_shared<const Chosen>(Chosen{
              block, tombstones, mint, maxt, refs.ok() ? *std::move(refs) : std::vector<uint32_t>(),
              refs.ok() ? Result<void>() : Result<void>(refs.error()), hints.groups, hints.grouping,
              hints.by}),
          0, 0, hints.limit == 0 ? UINT64_MAX : hints.limit) {
  end_ = chosen_->refs.size();
}

BlockSeriesSet::BlockSeriesSet(std::shared_ptr<const Chosen> chosen, size_t next, size_t end,
                               uint64_t left)
    : chosen_(std::move(chosen)), next_(next), end_(end), left_(left), series_(&state_) {
  Init(*chosen_, &state_, &groups_);
}

BlockSeriesSet::~BlockSeriesSet() = default;

void BlockSeriesSet::Init(const Chosen& chosen, BlockSetState* state,
                          std::unique_ptr<SymbolGroups>* groups) {
  state->block = chosen.block;
  state->tombstones = chosen.tombstones;
  state->mint = chosen.mint;
  state->maxt = chosen.maxt;
  if (!chosen.status.ok()) state->Fail(chosen.status.error());
  if (chosen.groups) {
    *groups = std::make_unique<SymbolGroups>(&chosen.block->index(), chosen.grouping, chosen.by);
  }
}

bool BlockSeriesSet::Next() {
  while (state_.status.ok() && left_ > 0 && next_ < end_) {
    if (!series_.Point(chosen_->refs[next_++]) || !series_.Shows()) continue;
    --left_;
    return state_.status.ok();
  }
  return false;
}

// The next series with samples, its values behind those that are there.
bool BlockSeriesSet::ReadNext(TimeMs mint, TimeMs maxt) {
  while (state_.status.ok() && left_ > 0 && next_ < end_) {
    held_.ref = chosen_->refs[next_++];
    if (!series_.Point(held_.ref)) return false;
    series_.ReadInto(mint, maxt, &times_, &values_);
    held_.histograms = series_.ReadHistograms(mint, maxt);
    if (!state_.status.ok()) return false;
    if (times_.empty() && held_.histograms.empty()) continue;
    held_.t = state_.arrays.Keep(times_);
    if (groups_ != nullptr) held_.group = groups_->Find(series_.entry());
    --left_;
    return true;
  }
  return false;
}

void BlockSeriesSet::AddMember(uint32_t ref) {
  members_.push_back(ref);
  if (groups_ != nullptr) run_groups_.push_back(held_.group);
  has_held_ = false;
}

bool BlockSeriesSet::NextRun(TimeMs mint, TimeMs maxt, storage::SeriesRun* run) {
  values_.erase(values_.begin(), values_.begin() + static_cast<ptrdiff_t>(run_values_));
  run_values_ = 0;
  members_.clear();
  run_groups_.clear();
  if (!has_held_ && !ReadNext(mint, maxt)) return false;
  std::span<const TimeMs> t = held_.t;
  histograms_ = std::move(held_.histograms);
  AddMember(held_.ref);
  while (histograms_.empty() && members_.size() < kMaxSeries && values_.size() < kMaxValues) {
    has_held_ = ReadNext(mint, maxt);
    if (!has_held_ || held_.t.data() != t.data() || !held_.histograms.empty()) break;
    AddMember(held_.ref);
  }
  run_values_ = members_.size() * t.size();
  *run = {members_.size(), t, values_.data(), histograms_.empty() ? nullptr : &histograms_,
          run_groups_};
  return true;
}

bool BlockSeriesSet::NextLatest(TimeMs mint, TimeMs maxt, storage::LatestRun* run) {
  members_.clear();
  run_groups_.clear();
  times_.clear();
  values_.clear();
  histograms_.clear();
  for (; next_ < end_ && left_ > 0 && members_.size() < kMaxSeries; ++next_) {
    uint32_t ref = chosen_->refs[next_];
    if (!state_.status.ok() || !series_.Point(ref)) break;
    model::Sample sample;
    bool found = series_.Latest(mint, maxt, &sample);
    histograms_ = series_.ReadHistograms(found ? sample.t + 1 : mint, maxt);
    if (!state_.status.ok()) break;
    if (!found && histograms_.empty()) continue;
    if (!histograms_.empty()) {
      if (!members_.empty()) {  // it comes alone, next time
        histograms_.clear();
        break;
      }
      sample = {histograms_.back().t, 0};
    }
    times_.push_back(sample.t);
    values_.push_back(sample.v);
    if (groups_ != nullptr) held_.group = groups_->Find(series_.entry());
    AddMember(ref);
    --left_;
    if (!histograms_.empty()) {
      ++next_;
      break;
    }
  }
  if (members_.empty() || !state_.status.ok()) return false;
  *run = {members_.size(), times_, values_, histograms_.empty() ? nullptr : &histograms_.back(),
          run_groups_};
  return true;
}

const model::Labels& BlockSeriesSet::RunLabels(size_t i) {
  series_.Point(members_[i]);
  return series_.labels();
}

const model::Labels& BlockSeriesSet::GroupLabels(uint32_t group) const {
  return groups_->LabelsOf(group);
}

class BlockSeriesSet::Table final : public storage::SeriesTable {
 public:
  explicit Table(std::shared_ptr<const Chosen> chosen)
      : chosen_(std::move(chosen)), newest_(chosen_->block->meta().maxt - 1), series_(&state_) {
    Init(*chosen_, &state_, &groups_);
  }
  size_t size() const override { return chosen_->refs.size(); }
  storage::LabelsHash HashAt(size_t i) override {
    storage::LabelsHash hash;
    Result<void> read = chosen_->block->index().ReadSeriesLabels(chosen_->refs[i], &entry_);
    if (!read.ok()) {
      state_.Fail(read.error());
      return hash;
    }
    for (auto [name, value] : entry_.labels) hash += HashOf(name, value);
    return hash;
  }
  storage::Series& Open(size_t i) override {
    if (opened_ != i) series_.Point(chosen_->refs[i]);
    opened_ = i;
    return series_;
  }
  bool Shows() override { return series_.Shows(); }
  uint32_t GroupAt(size_t i) override {
    Open(i);
    return groups_->Find(series_.entry());
  }
  const model::Labels& GroupLabels(uint32_t group) const override {
    return groups_->LabelsOf(group);
  }
  TimeMs newest() const override { return newest_; }
  Result<void> status() const override { return state_.status; }
  std::unique_ptr<storage::SeriesTable> Fork() const override {
    return std::make_unique<Table>(chosen_);
  }

 private:
  storage::LabelsHash HashOf(uint32_t name, uint32_t value) {
    auto [known, is_new] = hashes_.try_emplace(uint64_t{name} << 32 | value);
    if (is_new) {
      Result<std::string_view> name_text = chosen_->block->index().symbols().Text(name);
      Result<std::string_view> value_text = chosen_->block->index().symbols().Text(value);
      if (!name_text.ok()) state_.Fail(name_text.error());
      if (!value_text.ok()) state_.Fail(value_text.error());
      if (name_text.ok() && value_text.ok()) {
        known->second = storage::HashOfLabel(*name_text, *value_text);
      }
    }
    return known->second;
  }

  std::shared_ptr<const Chosen> chosen_;
  TimeMs newest_;
  BlockSetState state_;
  BlockSeries series_;
  std::unique_ptr<SymbolGroups> groups_;
  size_t opened_ = SIZE_MAX;
  SeriesEntry entry_;
  HashMap<uint64_t, storage::LabelsHash> hashes_;  // by symbols of name and value
};

std::unique_ptr<storage::SeriesTable> BlockSeriesSet::TakeTable() {
  return std::make_unique<Table>(chosen_);
}

std::vector<std::unique_ptr<storage::SeriesSet>> BlockSeriesSet::Split(size_t parts) {
  std::vector<std::unique_ptr<storage::SeriesSet>> sets;
  size_t count = end_ - next_;
  if (left_ < count || parts < 2 || count < parts * kLeastInPart || !state_.status.ok()) {
    return sets;
  }
  for (size_t i = 0; i < parts; ++i) {
    size_t from = next_ + count * i / parts;
    size_t to = next_ + count * (i + 1) / parts;
    sets.push_back(
        std::unique_ptr<storage::SeriesSet>(new BlockSeriesSet(chosen_, from, to, UINT64_MAX)));
  }
  return sets;
}

}  // namespace watchfire::block

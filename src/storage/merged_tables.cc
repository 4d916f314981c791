#include "storage/merged_tables.h"

#include <algorithm>
#include <numeric>

#include "base/hash_map.h"

namespace watchfire::storage {
namespace {

constexpr size_t kMaxSeries = 1024;     // in a run
constexpr size_t kMaxValues = 1 << 15;  // unless one series has more
constexpr size_t kLeastInPart = 8;      // of a split set

struct HashOfHash {
  using is_avalanching = void;
  size_t operator()(const LabelsHash& hash) const { return static_cast<size_t>(hash.a); }
};

// Where a table's walk in label order stands.
struct Cursor {
  SeriesTable* table = nullptr;
  uint32_t at = 0;
  LabelsHash hash;
  bool has_labels = false;
  model::Labels labels;

  bool AtEnd() const { return at == table->size(); }
  void Set(uint32_t place) {
    at = place;
    has_labels = false;
    if (!AtEnd()) hash = table->HashAt(at);
  }
  const model::Labels& Labels() {
    if (!has_labels) labels = table->Open(at).labels();
    has_labels = true;
    return labels;
  }
};

}  // namespace

MergedTables::MergedTables(Tables tables, bool sorted, const SelectHints& hints)
    : tables_(std::move(tables)),
      left_(hints.limit == 0 ? UINT64_MAX : hints.limit),
      merged_(&joined_),
      groups_(tables_.size()) {
  auto plan = std::make_shared<Plan>();
  plan->width = tables_.size();
  plan->groups = hints.groups;
  if (sorted) {
    PlanInOrder(plan.get());
  } else {
    PlanByHash(plan.get());
  }
  end_ = failed() ? 0 : plan->size();
  plan_ = std::move(plan);
}

MergedTables::MergedTables(Tables tables, std::shared_ptr<const Plan> plan, size_t next, size_t end)
    : tables_(std::move(tables)),
      plan_(std::move(plan)),
      next_(next),
      end_(end),
      left_(UINT64_MAX),
      merged_(&joined_),
      groups_(tables_.size()) {}

MergedTables::~MergedTables() = default;

bool MergedTables::failed() const {
  return std::any_of(tables_.begin(), tables_.end(),
                     [](const auto& table) { return !table->status().ok(); });
}

Result<void> MergedTables::status() const {
  for (const auto& table : tables_) {
    if (Result<void> status = table->status(); !status.ok()) return status;
  }
  return {};
}

void MergedTables::PlanByHash(Plan* plan) {
  std::vector<size_t> order(tables_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return tables_[a]->size() > tables_[b]->size(); });
  HashMap<LabelsHash, uint32_t, HashOfHash> entries;
  entries.reserve(tables_[order[0]]->size());
  plan->places.reserve(tables_[order[0]]->size() * plan->width);
  for (size_t number : order) {
    SeriesTable& table = *tables_[number];
    for (uint32_t i = 0; i < table.size(); ++i) {
      auto fresh = static_cast<uint32_t>(plan->size());
      auto [entry, is_new] = entries.try_emplace(table.HashAt(i), fresh);
      uint32_t* places =
          is_new ? plan->Add() : plan->places.data() + size_t{entry->second} * plan->width;
      places[number] = i;
    }
  }
}

// Labels are compared only where the tables do not go along with each other.
void MergedTables::PlanInOrder(Plan* plan) {
  std::vector<Cursor> cursors(tables_.size());
  for (size_t i = 0; i < cursors.size(); ++i) {
    cursors[i].table = tables_[i].get();
    cursors[i].Set(0);
  }
  while (true) {
    Cursor* first = nullptr;
    for (Cursor& cursor : cursors) {
      if (cursor.AtEnd() || (first != nullptr && cursor.hash == first->hash)) continue;
      if (first == nullptr || cursor.Labels() < first->Labels()) first = &cursor;
    }
    if (first == nullptr) return;
    LabelsHash hash = first->hash;
    uint32_t* places = plan->Add();
    for (size_t i = 0; i < cursors.size(); ++i) {
      if (cursors[i].AtEnd() || !(cursors[i].hash == hash)) continue;
      places[i] = cursors[i].at;
      cursors[i].Set(cursors[i].at + 1);
    }
  }
}

Series* MergedTables::Open(size_t entry, bool shown) {
  parts_.clear();
  std::span<const uint32_t> places = PlacesOf(entry);
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i] == kNone) continue;
    Series& series = tables_[i]->Open(places[i]);
    if (!shown || tables_[i]->Shows()) parts_.push_back(&series);
  }
  if (parts_.empty()) return nullptr;
  if (parts_.size() == 1) return parts_[0];
  merged_.Reset(&parts_);
  return &merged_;
}

bool MergedTables::Next() {
  while (next_ < end_ && left_ > 0 && !failed()) {
    current_ = Open(next_++, true);
    if (current_ == nullptr) continue;
    --left_;
    return !failed();
  }
  return false;
}

bool MergedTables::ReadNext(TimeMs mint, TimeMs maxt) {
  while (next_ < end_ && left_ > 0 && !failed()) {
    held_.entry = next_++;
    Series* series = Open(held_.entry, false);
    Columns columns = series->Read(mint, maxt);
    held_.histograms = series->ReadHistograms(mint, maxt);
    if (columns.t.empty() && held_.histograms.empty()) continue;
    held_.t = columns.t;
    held_.v.assign(columns.v.begin(), columns.v.end());
    --left_;
    return !failed();
  }
  return false;
}

bool MergedTables::NextRun(TimeMs mint, TimeMs maxt, SeriesRun* run) {
  if (!has_held_ && !ReadNext(mint, maxt)) return false;
  members_.assign(1, held_.entry);
  std::span<const TimeMs> t = held_.t;
  values_.swap(held_.v);
  histograms_.swap(held_.histograms);
  has_held_ = false;
  while (histograms_.empty() && members_.size() < kMaxSeries && values_.size() < kMaxValues) {
    has_held_ = ReadNext(mint, maxt);
    if (!has_held_ || held_.t.data() != t.data() || held_.t.size() != t.size() ||
        !held_.histograms.empty()) {
      break;
    }
    has_held_ = false;
    members_.push_back(held_.entry);
    values_.insert(values_.end(), held_.v.begin(), held_.v.end());
  }
  *run = {members_.size(), t, values_.data(), histograms_.empty() ? nullptr : &histograms_,
          GroupsOfRun()};
  return true;
}

// From the newest table to the oldest, as far as these may have a newer one.
bool MergedTables::LatestOf(size_t entry, TimeMs mint, TimeMs maxt, model::Sample* out) {
  std::span<const uint32_t> places = PlacesOf(entry);
  bool found = false;
  for (size_t i = places.size(); i-- > 0;) {
    if (places[i] == kNone || (found && tables_[i]->newest() <= out->t)) continue;
    model::Sample sample;
    if (!tables_[i]->Open(places[i]).Latest(mint, maxt, &sample)) continue;
    if (!found || sample.t > out->t) *out = sample;
    found = true;
  }
  return found;
}

bool MergedTables::NextLatest(TimeMs mint, TimeMs maxt, LatestRun* run) {
  members_.clear();
  times_.clear();
  values_.clear();
  histograms_.clear();
  for (; next_ < end_ && left_ > 0 && members_.size() < kMaxSeries && !failed(); ++next_) {
    model::Sample sample;
    bool found = LatestOf(next_, mint, maxt, &sample);
    histograms_ = Open(next_, false)->ReadHistograms(found ? sample.t + 1 : mint, maxt);
    if (!found && histograms_.empty()) continue;
    if (!histograms_.empty()) {
      if (!members_.empty()) {  // it comes alone, next time
        histograms_.clear();
        break;
      }
      sample = {histograms_.back().t, 0};
    }
    members_.push_back(next_);
    times_.push_back(sample.t);
    values_.push_back(sample.v);
    --left_;
    if (!histograms_.empty()) {
      ++next_;
      break;
    }
  }
  if (members_.empty() || failed()) return false;
  *run = {members_.size(), times_, values_, histograms_.empty() ? nullptr : &histograms_.back(),
          GroupsOfRun()};
  return true;
}

uint32_t MergedTables::GroupOf(size_t entry) {
  std::span<const uint32_t> places = PlacesOf(entry);
  size_t table = 0;
  while (places[table] == kNone) ++table;
  uint32_t theirs = tables_[table]->GroupAt(places[table]);
  std::vector<uint32_t>& known = groups_[table];
  if (known.size() <= theirs) known.resize(theirs + 1, kNone);
  if (known[theirs] == kNone) {
    auto fresh = static_cast<uint32_t>(group_numbers_.size());
    auto [number, is_new] = group_numbers_.try_emplace(tables_[table]->GroupLabels(theirs), fresh);
    if (is_new) group_labels_.push_back(&number->first);
    known[theirs] = number->second;
  }
  return known[theirs];
}

std::span<const uint32_t> MergedTables::GroupsOfRun() {
  run_groups_.clear();
  if (!plan_->groups) return {};
  for (size_t entry : members_) run_groups_.push_back(GroupOf(entry));
  return run_groups_;
}

const model::Labels& MergedTables::RunLabels(size_t i) {
  std::span<const uint32_t> places = PlacesOf(members_[i]);
  size_t table = 0;
  while (places[table] == kNone) ++table;
  return labels_ = tables_[table]->Open(places[table]).labels();
}

std::vector<std::unique_ptr<SeriesSet>> MergedTables::Split(size_t parts) {
  std::vector<std::unique_ptr<SeriesSet>> sets;
  size_t count = end_ - next_;
  if (left_ < count || parts < 2 || count < parts * kLeastInPart || failed()) return sets;
  for (size_t i = 0; i < parts; ++i) {
    Tables forks;
    for (const auto& table : tables_) forks.push_back(table->Fork());
    size_t from = next_ + count * i / parts;
    size_t to = next_ + count * (i + 1) / parts;
    sets.push_back(std::unique_ptr<SeriesSet>(new MergedTables(std::move(forks), plan_, from, to)));
  }
  return sets;
}

}  // namespace watchfire::storage

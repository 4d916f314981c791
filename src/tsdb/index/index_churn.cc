#include <algorithm>
#include <array>
#include <map>

#include "base/check.h"
#include "tsdb/index/index.h"

// The series that go, and the ids that come back.

namespace watchfire::index {
namespace {

// Series removed under one hold of the lock.
constexpr size_t kBatch = 4096;
// A page's lines should stay neighbours: shorter gaps wait for their neighbours to go, unless so
// large a part of all ids lies in them.
constexpr uint32_t kWorthwhileRun = 16;
constexpr uint32_t kMaxFreeFraction = 8;

}  // namespace

bool Index::Use(SeriesId id, uint16_t generation) const {
  State state = StateOf(id);
  while (true) {
    if ((generation & 1) != 0 || (state & ~kMark) != generation) return false;
    if (state == generation) return true;
    if (states_[id].compare_exchange_weak(state, generation, std::memory_order_acq_rel))
      return true;
  }
}

void Index::Mark(std::span<const SeriesId> ids) {
  for (SeriesId id : ids) {
    State state = StateOf(id);
    if ((state & 1) == 0) states_[id].fetch_or(kMark, std::memory_order_acq_rel);
  }
}

std::vector<SeriesId> Index::RemoveMarked(std::span<const SeriesId> ids) {
  std::vector<SeriesId> removed;
  for (size_t from = 0; from < ids.size(); from += kBatch) {
    std::map<PartId, std::vector<SeriesId>> by_target;
    std::map<ValueId, std::vector<SeriesId>> by_metric;
    WriterLock lock(mutex_);
    for (SeriesId id : ids.subspan(from, std::min(kBatch, ids.size() - from))) {
      State state = StateOf(id);
      if ((state & kMark) == 0) continue;
      auto gone = static_cast<State>(((state & ~kMark) + 1) & ~kMark);
      if (!states_[id].compare_exchange_strong(state, gone, std::memory_order_acq_rel)) continue;
      LabelStore::Parts parts = store_->PartsOf(id);
      by_target[parts.target].push_back(id);
      if (auto metric = MetricOf(*store_, parts.shape)) by_metric[*metric].push_back(id);
      store_->Remove(id);
      removed.push_back(id);
      num_series_.fetch_sub(1, std::memory_order_relaxed);
    }
    for (const auto& [part, gone] : by_target) by_target_[part].Remove(gone);
    for (const auto& [value, gone] : by_metric) by_metric_[value].Remove(gone);
  }
  return removed;
}

void Index::Release(std::span<const SeriesId> ids) {
  std::vector<IdList::Run> merged;
  auto push = [&](IdList::Run run) {
    if (!merged.empty() && merged.back().end() == run.first) {
      merged.back().length += run.length;
    } else {
      merged.push_back(run);
    }
  };
  WriterLock lock(mutex_);
  size_t mine = 0;
  for (SeriesId id : ids) {
    while (mine < free_.size() && free_[mine].first < id) push(free_[mine++]);
    push({id, 1});
  }
  while (mine < free_.size()) push(free_[mine++]);
  free_ = std::move(merged);
  num_free_ += static_cast<uint32_t>(ids.size());
}

SeriesId Index::TakeId() {
  if (taking_.length == 0 && num_free_ > 0) {
    auto run = std::find_if(free_.begin(), free_.end(),
                            [](const IdList::Run& one) { return one.length >= kWorthwhileRun; });
    if (run == free_.end() && uint64_t{num_free_} * kMaxFreeFraction > num_ids()) {
      run = free_.begin();
    }
    if (run != free_.end()) {
      taking_ = *run;
      free_.erase(run);
    }
  }
  if (taking_.length == 0) return num_ids();
  --num_free_;
  --taking_.length;
  return taking_.first++;
}

bool Index::IsMostlyGarbage() const {
  ReaderLock lock(mutex_);
  return store_->IsMostlyGarbage();
}

void Index::Rebuild(std::span<const SeriesId> removed) {
  constexpr PartId kUnknown = UINT32_MAX;
  Store fresh = std::make_shared<LabelStore>();
  LabelStore::Translation known;
  std::array<std::vector<PartId>, 2> moved;  // by side and old part
  std::shared_ptr<const LabelStore> old = store();
  auto move = [&](Side side, PartId part) {
    std::vector<PartId>& parts = moved[static_cast<size_t>(side)];
    if (part >= parts.size()) parts.resize(part + 1, kUnknown);
    if (parts[part] == kUnknown) parts[part] = fresh->Import(*old, side, part, &known);
    return parts[part];
  };
  auto move_used = [&] {
    for (Side side : {Side::kShape, Side::kTarget}) {
      for (PartId part = 0, n = old->parts(side).size(); part < n; ++part) {
        if (old->parts(side).series_count(part) > 0) move(side, part);
      }
    }
  };
  // Most of it without the lock; then what came meanwhile.
  move_used();
  WriterLock lock(mutex_);
  move_used();
  std::vector<bool> keep(num_ids());
  for (SeriesId id : removed) keep[id] = true;
  for (SeriesId id = 0, n = num_ids(); id < n; ++id) {
    if (!IsSeries(id) && !keep[id]) {
      fresh->PutRemoved(id, {});
      continue;
    }
    LabelStore::Parts parts = old->PartsOf(id);
    parts = {move(Side::kShape, parts.shape), move(Side::kTarget, parts.target)};
    if (keep[id]) {
      fresh->PutRemoved(id, parts);
    } else {
      fresh->Put(id, parts);
    }
  }
  std::vector<IdList> by_target(fresh->parts(Side::kTarget).size());
  for (PartId part = 0; part < by_target_.size(); ++part) {
    if (by_target_[part].size() == 0) continue;
    by_target[move(Side::kTarget, part)] = std::move(by_target_[part]);
  }
  by_target_ = std::move(by_target);
  std::vector<IdList> by_metric;
  if (std::optional<NameId> name = old->FindName(model::kMetricName)) {
    by_metric.resize(by_metric_.size());
    for (ValueId value = 0; value < by_metric_.size(); ++value) {
      if (by_metric_[value].size() == 0) continue;
      ValueId to = known.values[*name][value];
      by_metric[to] = std::move(by_metric_[value]);
    }
  }
  by_metric_ = std::move(by_metric);
  old_stores_.push_back(std::exchange(store_, std::move(fresh)));
  current_.store(store_.get());
}

void Index::ForgetOldStores() {
  std::vector<Store> old;
  WriterLock lock(mutex_);
  old.swap(old_stores_);
}

}  // namespace watchfire::index

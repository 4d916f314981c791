#include "tsdb/index/index.h"

#include <algorithm>

#include "tsdb/index/label_order.h"

namespace watchfire::index {
namespace {

void SortDescending(std::vector<NamedValue>* list, size_t limit) {
  auto order = [](const NamedValue& a, const NamedValue& b) {
    return a.value != b.value ? a.value > b.value : a.name < b.name;
  };
  size_t n = std::min(limit, list->size());
  std::partial_sort(list->begin(), list->begin() + static_cast<ptrdiff_t>(n), list->end(), order);
  list->resize(n);
}

}  // namespace

Index::Index() : store_(std::make_shared<LabelStore>()) {
  current_ = store_.get();
}

std::shared_ptr<const LabelStore> Index::store() const {
  ReaderLock lock(mutex_);
  return store_;
}

std::optional<SeriesId> Index::Find(const model::Labels& labels) const {
  ReaderLock lock(mutex_);
  std::optional<SeriesId> id = store_->Find(labels);
  // Removal needs the lock, so that the series is there and stays.
  if (id) Use(*id, GenerationOf(*id));
  return id;
}

Result<std::pair<SeriesId, bool>> Index::FindOrCreate(const model::Labels& labels,
                                                      bool expect_new) {
  if (labels.empty()) return Error::Invalid("empty labelset: invalid sample");
  if (!expect_new) {
    if (std::optional<SeriesId> known = Find(labels)) return std::pair(*known, false);
  }
  for (const model::LabelView& label : labels) {
    if (label.name.size() > TextSlab::kMaxText || label.value.size() > TextSlab::kMaxText) {
      return Error::Limit("label {} is longer than {} bytes: invalid sample",
                          label.name.substr(0, 100), TextSlab::kMaxText);
    }
  }
  WriterLock lock(mutex_);
  LabelStore::Parts parts = store_->AddParts(labels);
  if (std::optional<SeriesId> known = store_->Find(parts)) {
    Use(*known, GenerationOf(*known));
    return std::pair(*known, false);
  }
  return std::pair(Create(parts), true);
}

SeriesId Index::Create(LabelStore::Parts parts) {
  SeriesId id = TakeId();
  store_->Put(id, parts);
  if (by_target_.size() <= parts.target) by_target_.resize(parts.target + 1);
  by_target_[parts.target].Add(id);
  if (std::optional<ValueId> metric = MetricOf(*store_, parts.shape)) {
    if (by_metric_.size() <= *metric) by_metric_.resize(*metric + 1);
    by_metric_[*metric].Add(id);
  }
  if (on_create_) on_create_(id);
  num_series_.fetch_add(1, std::memory_order_relaxed);
  if (id < num_ids_.load(std::memory_order_relaxed)) {
    states_[id].fetch_add(1, std::memory_order_release);
  } else {
    states_.Grow(id + 1);
    num_ids_.store(id + 1, std::memory_order_release);
  }
  return id;
}

std::optional<ValueId> Index::MetricOf(const LabelStore& labels, PartId shape) const {
  std::optional<ValueId> metric;
  std::optional<NameId> name = labels.FindName(model::kMetricName);
  if (!name) return metric;
  labels.parts(Side::kShape).ForEach(shape, [&](Pair pair) {
    if (pair.name == *name) metric = pair.value;
  });
  return metric;
}

namespace {

// Visits the pairs of every shape and target that one of the series has (any series, if none are
// given), each once.
template <typename Visit>
void ForEachPair(const LabelStore& store, const std::vector<SeriesId>* series, Visit visit) {
  for (Side side : {Side::kShape, Side::kTarget}) {
    const PartTable& parts_of_side = store.parts(side);
    if (series == nullptr) {
      for (PartId part = 0, n = parts_of_side.size(); part < n; ++part) {
        if (parts_of_side.series_count(part) > 0) parts_of_side.ForEach(part, visit);
      }
      continue;
    }
    std::vector<bool> seen(parts_of_side.size());
    for (SeriesId id : *series) {
      LabelStore::Parts parts = store.PartsOf(id);
      PartId part = side == Side::kShape ? parts.shape : parts.target;
      if (part >= seen.size() || seen[part]) continue;
      seen[part] = true;
      parts_of_side.ForEach(part, visit);
    }
  }
}

}  // namespace

std::vector<std::string> Index::LabelNames(const std::vector<SeriesId>* among) const {
  std::shared_ptr<const LabelStore> pinned = store();
  const LabelStore& labels = *pinned;
  std::vector<bool> seen(labels.num_names());
  ForEachPair(labels, among, [&](Pair pair) {
    if (pair.name < seen.size()) seen[pair.name] = true;
  });
  std::vector<std::string> out;
  for (NameId name = 0; name < seen.size(); ++name) {
    if (seen[name]) out.emplace_back(labels.NameText(name));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> Index::LabelValues(const std::string& name,
                                            const std::vector<SeriesId>* among) const {
  std::vector<std::string> out;
  std::optional<NameId> id;
  std::shared_ptr<const LabelStore> pinned;
  {
    ReaderLock lock(mutex_);
    pinned = store_;
    id = pinned->FindName(name);
  }
  if (!id) return out;
  const Dictionary& values = pinned->values(*id);
  std::vector<bool> seen(values.size());
  ForEachPair(*pinned, among, [&](Pair pair) {
    if (pair.name == *id && pair.value < seen.size()) seen[pair.value] = true;
  });
  for (ValueId value = 0; value < seen.size(); ++value) {
    if (seen[value]) out.emplace_back(values.Text(value));
  }
  std::sort(out.begin(), out.end());
  return out;
}

Cardinality Index::TopCardinality(size_t limit) const {
  Cardinality out;
  out.num_series = num_series();
  std::shared_ptr<const LabelStore> pinned = store();
  const LabelStore& labels = *pinned;
  uint32_t num_names = labels.num_names();
  std::vector<std::vector<uint64_t>> series_of(num_names);
  for (NameId name = 0; name < num_names; ++name) {
    series_of[name].resize(labels.values(name).size());
  }
  for (Side side : {Side::kShape, Side::kTarget}) {
    const PartTable& parts = labels.parts(side);
    for (PartId part = 0, n = parts.size(); part < n; ++part) {
      uint64_t count = parts.series_count(part);
      parts.ForEach(part, [&](Pair pair) {
        if (pair.name < num_names && pair.value < series_of[pair.name].size()) {
          series_of[pair.name][pair.value] += count;
        }
      });
    }
  }
  for (NameId name = 0; name < num_names; ++name) {
    std::string text(labels.NameText(name));
    const Dictionary& values = labels.values(name);
    uint64_t memory = 0;
    uint64_t distinct = 0;
    for (ValueId value = 0; value < series_of[name].size(); ++value) {
      uint64_t count = series_of[name][value];
      if (count == 0) continue;  // of series that are gone
      ++distinct;
      std::string_view value_text = values.Text(value);
      memory += value_text.size() * count;
      out.series_count_by_label_value_pair.push_back(
          {fmt::format("{}={}", text, value_text), count});
      if (text == model::kMetricName) {
        out.series_count_by_metric_name.push_back({std::string(value_text), count});
      }
    }
    if (distinct == 0) continue;
    out.num_label_pairs += distinct;
    out.label_value_count_by_label_name.push_back({text, distinct});
    out.memory_in_bytes_by_label_name.push_back({text, memory});
  }
  SortDescending(&out.series_count_by_metric_name, limit);
  SortDescending(&out.label_value_count_by_label_name, limit);
  SortDescending(&out.memory_in_bytes_by_label_name, limit);
  SortDescending(&out.series_count_by_label_value_pair, limit);
  return out;
}

void Index::SortByLabels(std::vector<SeriesId>* ids) const {
  index::SortByLabels(*store(), ids);
}

LabelStore::Usage Index::MemoryUsage() const {
  ReaderLock lock(mutex_);
  LabelStore::Usage usage = store_->MemoryUsage();
  for (const IdList& list : by_metric_) usage.series += sizeof list + list.heap_bytes();
  for (const IdList& list : by_target_) usage.series += sizeof list + list.heap_bytes();
  return usage;
}

}  // namespace watchfire::index

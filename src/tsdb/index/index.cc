#include "tsdb/index/index.h"

#include <algorithm>
#include <array>

#include "tsdb/index/label_order.h"

namespace watchfire::index {
namespace {

enum class Verdict : uint8_t { kUnknown, kYes, kNo };

template <typename Container, typename Key, typename Decide>
bool Remember(Container& memo, Key key, Decide decide) {
  // Ids that came after the memo was sized belong to series that came after the query.
  if (key >= memo.size()) return decide();
  Verdict& verdict = memo[key];
  if (verdict == Verdict::kUnknown) verdict = decide() ? Verdict::kYes : Verdict::kNo;
  return verdict == Verdict::kYes;
}

void SortDescending(std::vector<NamedValue>* list, size_t limit) {
  auto order = [](const NamedValue& a, const NamedValue& b) {
    return a.value != b.value ? a.value > b.value : a.name < b.name;
  };
  size_t n = std::min(limit, list->size());
  std::partial_sort(list->begin(), list->begin() + static_cast<ptrdiff_t>(n), list->end(), order);
  list->resize(n);
}

}  // namespace

// One selector against the ids: resolved under the lock, asked without it.
class Index::Query {
 public:
  Query(std::shared_ptr<const LabelStore> shared, const model::Matchers& matchers)
      : shared_(std::move(shared)), store_(*shared_) {
    const LabelStore& store = store_;
    conditions_.reserve(matchers.size());
    for (const model::Matcher& matcher : matchers) {
      std::optional<NameId> name = store.FindName(matcher.name());
      bool matches_empty = matcher.MatchesEmpty();
      if (!name) {
        // No series has the label, so every value is "".
        if (!matches_empty) nothing_ = true;
        continue;
      }
      Condition condition{&matcher, *name, SideOf(matcher.name()), matches_empty, false, {}, {}};
      if (matcher.type() == model::MatchType::kEqual && !matches_empty) {
        std::optional<ValueId> value = store.values(*name).Find(matcher.value());
        if (!value) nothing_ = true;
        condition.only_value = value;
      }
      condition.is_metric_name = matcher.name() == model::kMetricName;
      conditions_.push_back(std::move(condition));
    }
    for (Side side : {Side::kShape, Side::kTarget}) {
      bool asked = std::any_of(conditions_.begin(), conditions_.end(),
                               [&](const Condition& c) { return c.side == side; });
      if (asked) memo(side).resize(store.parts(side).size());
    }
  }

  bool nothing() const { return nothing_; }
  bool Matches(SeriesId id) {
    LabelStore::Parts parts = store_.PartsOf(id);
    return PartMatches(Side::kShape, parts.shape) && PartMatches(Side::kTarget, parts.target);
  }
  bool PartMatches(Side side, PartId part) {
    std::vector<Verdict>& known = memo(side);
    if (known.empty()) return true;
    return Remember(known, part, [&] { return Decide(side, part); });
  }
  bool asks(Side side) const { return !memos_[static_cast<size_t>(side)].empty(); }

  // Value ids of __name__ that pass; nullopt if series without a name may pass, too.
  std::optional<std::vector<ValueId>> MetricNames() {
    std::optional<std::vector<ValueId>> names;
    for (Condition& condition : conditions_) {
      if (!condition.is_metric_name || condition.matches_empty) continue;
      std::vector<ValueId> passing;
      if (names) {
        for (ValueId value : *names) {
          if (ValueMatches(condition, value)) passing.push_back(value);
        }
      } else if (condition.only_value) {
        passing.push_back(*condition.only_value);
      } else {
        AddPassing(condition, &passing);
      }
      names = std::move(passing);
    }
    return names;
  }

 private:
  struct Condition {
    const model::Matcher* matcher;
    NameId name;
    Side side;
    bool matches_empty;
    bool is_metric_name;
    std::optional<ValueId> only_value;
    std::vector<Verdict> values;  // by value id, filled as they are met
  };

  std::vector<Verdict>& memo(Side side) { return memos_[static_cast<size_t>(side)]; }

  // A regex that is a list of literals is looked up, any other is tested on every name.
  void AddPassing(Condition& condition, std::vector<ValueId>* out) {
    const Dictionary& values = store_.values(condition.name);
    const auto& regex = condition.matcher->regex();
    if (condition.matcher->type() == model::MatchType::kRegex && !regex->set_matches().empty()) {
      for (const std::string& text : regex->set_matches()) {
        if (std::optional<ValueId> value = values.Find(text)) out->push_back(*value);
      }
      return;
    }
    for (ValueId value = 0; value < values.size(); ++value) {
      if (ValueMatches(condition, value)) out->push_back(value);
    }
  }

  bool ValueMatches(Condition& condition, ValueId value) {
    if (condition.only_value) return value == *condition.only_value;
    const Dictionary& values = store_.values(condition.name);
    if (condition.values.empty()) condition.values.resize(values.size());
    return Remember(condition.values, value,
                    [&] { return condition.matcher->Matches(values.Text(value)); });
  }

  bool Decide(Side side, PartId part) {
    size_t passed = 0;
    size_t wanted = 0;
    for (Condition& condition : conditions_) {
      if (condition.side != side) continue;
      ++wanted;
      std::optional<ValueId> value;
      store_.parts(side).ForEach(part, [&](Pair pair) {
        if (pair.name == condition.name) value = pair.value;
      });
      if (value ? !ValueMatches(condition, *value) : !condition.matches_empty) return false;
      ++passed;
    }
    return passed == wanted;
  }

  const std::shared_ptr<const LabelStore> shared_;
  const LabelStore& store_;
  std::vector<Condition> conditions_;
  std::array<std::vector<Verdict>, 2> memos_;
  bool nothing_ = false;
};

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

std::vector<SeriesId> Index::Candidates(Query& query) const {
  uint32_t ids = num_ids();
  uint64_t all = num_series();
  std::optional<std::vector<ValueId>> names = query.MetricNames();
  uint64_t by_names = all;
  if (names) {
    by_names = 0;
    for (ValueId name : *names) by_names += name < by_metric_.size() ? by_metric_[name].size() : 0;
  }
  uint64_t by_targets = all;
  std::vector<PartId> targets;
  // Going through the targets is worth it only when that is less than what it may save.
  if (query.asks(Side::kTarget) && by_targets > 0 && by_names > by_target_.size()) {
    by_targets = 0;
    for (PartId target = 0; target < by_target_.size(); ++target) {
      if (by_target_[target].size() == 0 || !query.PartMatches(Side::kTarget, target)) continue;
      targets.push_back(target);
      by_targets += by_target_[target].size();
    }
  }
  std::vector<SeriesId> out;
  if (names && by_names <= by_targets) {
    for (ValueId name : *names) {
      if (name < by_metric_.size()) by_metric_[name].AppendTo(&out);
    }
    if (names->size() > 1) std::sort(out.begin(), out.end());
  } else if (by_targets < all) {
    for (PartId target : targets) by_target_[target].AppendTo(&out);
    if (targets.size() > 1) std::sort(out.begin(), out.end());
  } else {
    out.reserve(all);
    for (SeriesId id = 0; id < ids; ++id) {
      if (IsSeries(id)) out.push_back(id);
    }
  }
  return out;
}

std::vector<SeriesId> Index::Select(const model::Matchers& matchers) const {
  std::vector<SeriesId> candidates;
  std::optional<Query> query;
  {
    ReaderLock lock(mutex_);
    query.emplace(store_, matchers);
    if (query->nothing()) return {};
    candidates = Candidates(*query);
  }
  std::erase_if(candidates, [&](SeriesId id) { return !query->Matches(id); });
  return candidates;
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

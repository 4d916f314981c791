// From matchers to series: the smaller of two kinds of postings as candidates, then a look at the
// parts of each that these postings say nothing about.

#include <algorithm>
#include <array>
#include <numeric>

#include "tsdb/index/index.h"

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

// Ascending ids out of ascending runs.
std::vector<SeriesId> Spell(std::span<const IdList::Run> runs, uint64_t total) {
  std::vector<SeriesId> ids(static_cast<size_t>(total));
  auto at = ids.begin();
  for (const IdList::Run& run : runs) {
    auto end = at + run.length;
    std::iota(at, end, run.first);
    at = end;
  }
  return ids;
}

std::vector<SeriesId> SpellBits(std::span<const uint64_t> words, uint64_t total) {
  std::vector<SeriesId> ids;
  ids.reserve(static_cast<size_t>(total));
  for (size_t word = 0; word < words.size(); ++word) {
    auto base = static_cast<SeriesId>(word * 64);
    for (uint64_t left = words[word]; left != 0; left &= left - 1) {
      ids.push_back(base + static_cast<SeriesId>(std::countr_zero(left)));
    }
  }
  return ids;
}

void SetBits(const IdList::Run& run, std::vector<uint64_t>* words) {
  uint32_t end = run.end();
  for (uint32_t at = run.first; at < end;) {
    uint32_t bit = at % 64;
    uint32_t count = std::min(64 - bit, end - at);
    (*words)[at / 64] |= (~uint64_t{0} >> (64 - count)) << bit;
    at += count;
  }
}

// The ids of some of the lists, which have none in common, ascending. All are below `end`.
std::vector<SeriesId> Unite(std::span<const IdList> lists, std::span<const uint32_t> which,
                            uint32_t end) {
  std::vector<IdList::Run> runs;
  uint64_t total = 0;
  bool sorted = true;
  for (uint32_t number : which) {
    if (number >= lists.size()) continue;
    total += lists[number].size();
    lists[number].ForEachRun([&](uint32_t first, uint32_t length) {
      if (!runs.empty() && runs.back().end() == first) {
        runs.back().length += length;
        return;
      }
      sorted = sorted && (runs.empty() || runs.back().first < first);
      runs.push_back({first, length});
    });
  }
  if (!sorted && runs.size() > end / 64) {
    std::vector<uint64_t> words(end / 64 + 1);
    for (const IdList::Run& run : runs) SetBits(run, &words);
    return SpellBits(words, total);
  }
  if (!sorted) {
    std::sort(runs.begin(), runs.end(),
              [](const IdList::Run& a, const IdList::Run& b) { return a.first < b.first; });
  }
  return Spell(runs, total);
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
  bool PartMatches(Side side, PartId part) {
    std::vector<Verdict>& known = memo(side);
    if (known.empty()) return true;
    return Remember(known, part, [&] { return Decide(side, part); });
  }
  bool asks(Side side) const { return !memos_[static_cast<size_t>(side)].empty(); }
  // Whether it asks of shapes nothing but the metric name, so that MetricNames tells all.
  bool asks_only_names() const {
    return std::all_of(conditions_.begin(), conditions_.end(), [](const Condition& c) {
      return c.side != Side::kShape || (c.is_metric_name && !c.matches_empty);
    });
  }

  // Keeps those whose parts of that side match.
  void Filter(Side side, std::vector<SeriesId>* ids) {
    StableArray<PartId>::Cursor parts(store_.parts_of(side));
    size_t kept = 0;
    for (SeriesId id : *ids) {
      (*ids)[kept] = id;
      kept += PartMatches(side, parts.At(id)) ? 1 : 0;
    }
    ids->resize(kept);
  }

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

std::vector<SeriesId> Index::AllSeries() const {
  std::vector<SeriesId> out;
  out.resize(num_ids());
  size_t count = 0;
  for (SeriesId id = 0; id < out.size();) {
    for (const std::atomic<State>& state : States(id, out.size() - id)) {
      out[count] = id++;
      count += (state.load(std::memory_order_acquire) & 1) == 0 ? 1 : 0;
    }
  }
  out.resize(count);
  return out;
}

Index::Candidates Index::FindCandidates(Query& query) const {
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
  if (names && by_names <= by_targets) {
    // All targets match when they have all series.
    bool targets_match = !query.asks(Side::kTarget) || (!targets.empty() && by_targets == all);
    return {Unite(by_metric_, *names, num_ids()), query.asks_only_names(), targets_match};
  }
  bool shapes_match = !query.asks(Side::kShape);
  if (query.asks(Side::kTarget) && (by_targets < all || !targets.empty())) {
    return {Unite(by_target_, targets, num_ids()), shapes_match, true};
  }
  return {AllSeries(), shapes_match, !query.asks(Side::kTarget)};
}

std::vector<SeriesId> Index::Select(const model::Matchers& matchers) const {
  Candidates found;
  std::optional<Query> query;
  {
    ReaderLock lock(mutex_);
    query.emplace(store_, matchers);
    if (query->nothing()) return {};
    found = FindCandidates(*query);
  }
  if (!found.targets_match) query->Filter(Side::kTarget, &found.ids);
  if (!found.shapes_match) query->Filter(Side::kShape, &found.ids);
  return std::move(found.ids);
}

}  // namespace watchfire::index

// From matchers to series. A condition that names its values (`a="1"`, `a=~"1|2"`, `a!="1"`) is
// looked up; others test every value of their name once, or, when fewer series than values are left
// to decide about, the values of these series. A matcher that matches the empty value takes series
// with the other values away instead of keeping those with its own: so series without the label
// stay, as they must.

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "tsdb/block/index_reader.h"

namespace watchfire::block {
namespace {

using model::Matcher;
using model::MatchType;

// A bitmap over all references pays once it has a member for so many places.
constexpr uint64_t kSparse = 256;
// References count such stretches of the file, but in version 1.
constexpr uint64_t kReferenceUnit = 16;

// The first place from `from` on whose reference is not below `ref`; steps double, then halve.
template <typename List>
size_t Seek(const List& list, size_t from, uint32_t ref) {
  size_t step = 1;
  size_t low = from;
  size_t high = from;
  while (high < list.size() && list[high] < ref) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = std::min(high, list.size());
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list[middle] < ref) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// visit(place in `few`, place in `many`) for each reference that both have; false ends it.
template <typename Few, typename Many, typename Visit>
void ForEachShared(const Few& few, const Many& many, Visit visit) {
  size_t at = 0;
  for (size_t i = 0; i < few.size() && at < many.size(); ++i) {
    at = Seek(many, at, few[i]);
    if (at < many.size() && many[at] == few[i] && !visit(i, at)) return;
  }
}

// visit(i) for each place i of `refs` that is in `list`; false ends it. Between lists of like
// length a seek is a step or two, as a merge would take.
template <typename Visit>
void ForEachMember(std::span<const uint32_t> refs, const PostingsView& list, Visit visit) {
  if (refs.size() <= list.size()) {
    ForEachShared(refs, list, [&](size_t i, size_t) { return visit(i); });
  } else {
    ForEachShared(list, refs, [&](size_t, size_t at) { return visit(at); });
  }
}

bool IsNegative(MatchType type) {
  return type == MatchType::kNotEqual || type == MatchType::kNotRegex;
}

}  // namespace

class IndexReader::Selection {
 public:
  explicit Selection(const IndexReader& index) : index_(index) {}

  Result<std::vector<uint32_t>> Run(const model::Matchers& matchers) {
    if (!Prepare(matchers)) return std::vector<uint32_t>();
    for (Condition& condition : conditions_) {
      if (condition.values == Values::kListed) TRY(LookUp(&condition));
    }
    // What keeps few comes first.
    std::stable_sort(conditions_.begin(), conditions_.end(), &ComesBefore);
    TRY(Start());
    std::vector<Condition*> later;
    for (Condition& condition : conditions_) {
      if (condition.done) continue;
      if (refs_.empty()) return refs_;
      if (condition.values == Values::kListed) {
        Apply(condition);
      } else if (refs_.size() < condition.name->num_values) {
        later.push_back(&condition);
      } else {
        TRY(LookUp(&condition));
        Apply(condition);
      }
    }
    if (!later.empty()) TRY(ApplyBySeries(later));
    return std::move(refs_);
  }

 private:
  enum class Values : uint8_t { kListed, kAll, kTested };

  struct Condition {
    const Matcher* matcher = nullptr;
    const PostingsTable::Name* name = nullptr;
    bool excludes = false;  // series with the wanted values go, instead of staying alone
    Values values = Values::kTested;
    bool done = false;
    std::vector<PostingsView> lists;
    uint64_t total = 0;

    bool Wants(std::string_view value) const { return matcher->Matches(value) != excludes; }
  };

  static bool ComesBefore(const Condition& a, const Condition& b) {
    auto rank = [](const Condition& c) {
      return (c.values == Values::kListed ? 0 : 2) + (c.excludes ? 1 : 0);
    };
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    if (a.values == Values::kListed) return a.total < b.total;
    return a.name->num_values < b.name->num_values;
  }

  static Values ValuesOf(const Matcher& matcher, bool excludes) {
    if (!matcher.regex()) return matcher.value().empty() ? Values::kAll : Values::kListed;
    if (matcher.value() == ".+") return Values::kAll;
    // The literals themselves are wanted, not all the others.
    bool literal = !matcher.regex()->set_matches().empty();
    return literal && IsNegative(matcher.type()) == excludes ? Values::kListed : Values::kTested;
  }

  // False if nothing can match.
  bool Prepare(const model::Matchers& matchers) {
    for (const Matcher& matcher : matchers) {
      if (matcher.regex() && matcher.value() == ".*") {
        if (IsNegative(matcher.type())) return false;
        continue;
      }
      Condition condition;
      condition.matcher = &matcher;
      condition.excludes = matcher.MatchesEmpty();
      condition.name = index_.table_.FindName(matcher.name());
      if (condition.name == nullptr) {
        if (!condition.excludes) return false;
        continue;
      }
      condition.values = ValuesOf(matcher, condition.excludes);
      conditions_.push_back(std::move(condition));
    }
    return true;
  }

  Result<void> Add(uint64_t offset, Condition* to) {
    PostingsView list = TRY(index_.PostingsAt(offset));
    to->total += list.size();
    if (!list.empty()) to->lists.push_back(list);
    return {};
  }

  Result<void> LookUp(Condition* condition) {
    const Matcher& matcher = *condition->matcher;
    const PostingsTable& table = index_.table_;
    auto add_value = [&](const std::string& value) -> Result<void> {
      std::optional<uint64_t> offset = table.Find(*condition->name, value);
      return offset ? Add(*offset, condition) : Result<void>();
    };
    if (condition->values == Values::kListed) {
      if (!matcher.regex()) return add_value(matcher.value());
      for (const std::string& value : matcher.regex()->set_matches()) TRY(add_value(value));
      return {};
    }
    bool all = condition->values == Values::kAll;
    // Values that match are wanted only by positive matchers that keep, and negative that exclude.
    bool bounded = matcher.regex() && IsNegative(matcher.type()) == condition->excludes;
    std::string prefix = bounded ? matcher.regex()->prefix() : std::string();
    PostingsTable::Cursor cursor = table.ValuesFrom(*condition->name, prefix);
    while (cursor.Next()) {
      if (!prefix.empty() && cursor.value().substr(0, prefix.size()) > prefix) break;
      if (all || condition->Wants(cursor.value())) TRY(Add(cursor.offset(), condition));
    }
    return {};
  }

  // The first candidates: of the first condition that keeps, else all series.
  Result<void> Start() {
    if (conditions_.empty() || conditions_[0].excludes) {
      auto keeps = std::find_if(conditions_.begin(), conditions_.end(),
                                [](const Condition& c) { return !c.excludes; });
      if (keeps == conditions_.end()) {
        PostingsView all = TRY(index_.AllPostings());
        return Unite(std::span(&all, all.empty() ? 0 : 1), all.size());
      }
      std::rotate(conditions_.begin(), keeps, keeps + 1);
    }
    Condition& first = conditions_[0];
    if (first.values != Values::kListed) TRY(LookUp(&first));
    first.done = true;
    return Unite(first.lists, first.total);
  }

  Result<void> Unite(std::span<const PostingsView> lists, uint64_t total) {
    uint64_t end = index_.file_.bytes().size();  // of references
    if (index_.version_ > 1) end = end / kReferenceUnit + 1;
    if (total > end) return Error::Corrupt("postings name more series than there can be");
    if (lists.size() > 1 && total * kSparse > end) return UniteByBitmap(lists, total, end);
    refs_.reserve(static_cast<size_t>(total));
    for (const PostingsView& list : lists) {
      for (size_t i = 0; i < list.size(); ++i) refs_.push_back(list[i]);
    }
    if (lists.size() > 1) {
      std::sort(refs_.begin(), refs_.end());
      refs_.erase(std::unique(refs_.begin(), refs_.end()), refs_.end());
    } else if (std::adjacent_find(refs_.begin(), refs_.end(), std::greater_equal<>()) !=
               refs_.end()) {
      return Error::Corrupt("postings are out of order");
    }
    return {};
  }

  Result<void> UniteByBitmap(std::span<const PostingsView> lists, uint64_t total, uint64_t end) {
    std::vector<uint64_t> bits(static_cast<size_t>(end / 64 + 1));
    refs_.reserve(static_cast<size_t>(total));
    for (const PostingsView& list : lists) {
      for (size_t i = 0; i < list.size(); ++i) {
        uint32_t ref = list[i];
        if (ref >= end) return Error::Corrupt("postings name a series that is not there");
        bits[ref / 64] |= uint64_t{1} << (ref % 64);
      }
    }
    for (size_t word = 0; word < bits.size(); ++word) {
      for (uint64_t left = bits[word]; left != 0; left &= left - 1) {
        auto bit = static_cast<size_t>(std::countr_zero(left));
        refs_.push_back(static_cast<uint32_t>(word * 64 + bit));
      }
    }
    return {};
  }

  void Apply(const Condition& condition) {
    std::vector<bool> met(refs_.size());
    for (const PostingsView& list : condition.lists) {
      ForEachMember(refs_, list, [&](size_t i) {
        met[i] = true;
        return true;
      });
    }
    size_t kept = 0;
    for (size_t i = 0; i < refs_.size(); ++i) {
      if (met[i] != condition.excludes) refs_[kept++] = refs_[i];
    }
    refs_.resize(kept);
  }

  // A condition as asked of series: numbers of symbols are compared, texts tested once each.
  struct SeriesTest {
    const Condition* condition = nullptr;
    std::optional<uint32_t> name;
    std::unordered_map<uint32_t, bool> verdicts;  // by symbol of the value
  };

  Result<bool> Passes(const SeriesEntry& entry, SeriesTest* test) {
    for (auto [name, value] : entry.labels) {
      if (name != test->name) continue;
      auto [verdict, is_new] = test->verdicts.try_emplace(value, false);
      if (is_new) {
        verdict->second = test->condition->matcher->Matches(TRY(index_.symbols_.Text(value)));
      }
      return verdict->second;
    }
    return test->condition->excludes;
  }

  Result<void> ApplyBySeries(const std::vector<Condition*>& conditions) {
    std::vector<SeriesTest> tests;
    for (const Condition* condition : conditions) {
      tests.push_back({condition, index_.symbols_.Find(condition->name->text), {}});
    }
    SeriesEntry entry;
    size_t kept = 0;
    for (uint32_t ref : refs_) {
      TRY(index_.ReadSeriesLabels(ref, &entry));
      bool passes = true;
      for (size_t i = 0; i < tests.size() && passes; ++i) passes = TRY(Passes(entry, &tests[i]));
      if (passes) refs_[kept++] = ref;
    }
    refs_.resize(kept);
    return {};
  }

  const IndexReader& index_;
  std::vector<Condition> conditions_;
  std::vector<uint32_t> refs_;  // ascending
};

Result<std::vector<uint32_t>> IndexReader::Select(const model::Matchers& matchers) const {
  return Selection(*this).Run(matchers);
}

Result<std::vector<std::string>> IndexReader::LabelNames(const model::Matchers& matchers,
                                                         uint64_t limit) const {
  std::vector<std::string> names;
  if (matchers.empty()) {
    for (const PostingsTable::Name& name : table_.names()) names.emplace_back(name.text);
  } else {
    std::vector<uint32_t> refs = TRY(Select(matchers));
    names = TRY(NamesOf(refs));
  }
  if (limit > 0 && names.size() > limit) names.resize(static_cast<size_t>(limit));
  return names;
}

Result<std::vector<std::string>> IndexReader::NamesOf(std::span<const uint32_t> refs) const {
  std::set<std::string_view> found;
  std::set<uint32_t> known;
  SeriesEntry entry;
  for (uint32_t ref : refs) {
    if (found.size() == table_.names().size()) break;
    TRY(ReadSeriesLabels(ref, &entry));
    for (auto [name, value] : entry.labels) {
      if (known.insert(name).second) found.insert(TRY(symbols_.Text(name)));
    }
  }
  return std::vector<std::string>(found.begin(), found.end());
}

Result<std::vector<std::string>> IndexReader::LabelValues(std::string_view name,
                                                          const model::Matchers& matchers,
                                                          uint64_t limit) const {
  std::vector<std::string> values;
  const PostingsTable::Name* known = table_.FindName(name);
  if (known == nullptr) return values;
  if (limit == 0) limit = UINT64_MAX;
  std::vector<uint32_t> refs;
  if (!matchers.empty()) {
    refs = TRY(Select(matchers));
    if (refs.size() < known->num_values) {
      values = TRY(ValuesOf(*known, refs));
      if (values.size() > limit) values.resize(static_cast<size_t>(limit));
      return values;
    }
  }
  PostingsTable::Cursor cursor = table_.Values(*known);
  while (values.size() < limit && cursor.Next()) {
    bool met = matchers.empty();
    if (!met) {
      PostingsView list = TRY(PostingsAt(cursor.offset()));
      ForEachMember(refs, list, [&](size_t) {
        met = true;
        return false;
      });
    }
    if (met) values.emplace_back(cursor.value());
  }
  return values;
}

Result<std::vector<std::string>> IndexReader::ValuesOf(const PostingsTable::Name& name,
                                                       std::span<const uint32_t> refs) const {
  std::set<std::string_view> found;
  std::set<uint32_t> known;
  std::optional<uint32_t> wanted = symbols_.Find(name.text);
  SeriesEntry entry;
  for (uint32_t ref : refs) {
    TRY(ReadSeriesLabels(ref, &entry));
    for (auto [label, value] : entry.labels) {
      if (label == wanted && known.insert(value).second) found.insert(TRY(symbols_.Text(value)));
    }
  }
  return std::vector<std::string>(found.begin(), found.end());
}

}  // namespace watchfire::block

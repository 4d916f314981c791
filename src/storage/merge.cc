#include "storage/merge.h"

#include <algorithm>
#include <utility>

#include "storage/merged_series.h"
#include "storage/merged_tables.h"

namespace watchfire::storage {
namespace {

// Sets that are walked together, in label order, which those must be in.
class MergedSet final : public SeriesSet {
 public:
  MergedSet(std::vector<std::unique_ptr<SeriesSet>> parts, const SelectHints& hints)
      : sets_(std::move(parts)),
        left_(hints.limit == 0 ? UINT64_MAX : hints.limit),
        series_(&joined_) {
    GroupBy(hints);
  }

  bool Next() override {
    if (left_ == 0 || !status_) return false;
    if (!started_) {
      started_ = true;
      for (size_t i = 0; i < sets_.size(); ++i) Advance(i);
    } else {
      for (size_t i : current_) Advance(i);
    }
    current_.clear();
    if (!status_ || heap_.empty()) return false;
    // The heap's order puts the earlier part first among equal labels.
    Pop();
    while (!heap_.empty() && LabelsAt(heap_.front()) == LabelsAt(current_.front())) Pop();
    std::vector<Series*> parts;
    for (size_t i : current_) parts.push_back(&sets_[i]->At());
    single_ = parts.size() == 1 ? parts[0] : nullptr;
    if (single_ == nullptr) series_.Reset(&parts);
    --left_;
    return true;
  }
  Series& At() override { return single_ != nullptr ? *single_ : series_; }
  Result<void> status() const override { return status_; }

 private:
  const model::Labels& LabelsAt(size_t set) const { return sets_[set]->At().labels(); }
  bool Later(size_t a, size_t b) const {
    int order = model::Labels::Compare(LabelsAt(a), LabelsAt(b));
    return order != 0 ? order > 0 : a > b;
  }
  void Advance(size_t set) {
    if (!sets_[set]->Next()) {
      if (status_) status_ = sets_[set]->status();
      return;
    }
    heap_.push_back(set);
    std::push_heap(heap_.begin(), heap_.end(), [this](size_t a, size_t b) { return Later(a, b); });
  }
  void Pop() {
    std::pop_heap(heap_.begin(), heap_.end(), [this](size_t a, size_t b) { return Later(a, b); });
    current_.push_back(heap_.back());
    heap_.pop_back();
  }

  std::vector<std::unique_ptr<SeriesSet>> sets_;
  uint64_t left_;
  bool started_ = false;
  std::vector<size_t> heap_;     // sets that stand at a series
  std::vector<size_t> current_;  // sets that have the current series, in order
  Result<void> status_;
  JoinedTimes joined_;
  MergedSeries series_;
  Series* single_ = nullptr;
};

class MergedQuerier final : public Querier {
 public:
  explicit MergedQuerier(std::vector<std::unique_ptr<Querier>> parts) : parts_(std::move(parts)) {}

  std::unique_ptr<SeriesSet> Select(bool sorted, const SelectHints& hints,
                                    const model::Matchers& matchers) override {
    std::vector<Querier*> asked;
    for (const std::unique_ptr<Querier>& part : parts_) {
      if (part->MayHave(hints.start, hints.end)) asked.push_back(part.get());
    }
    if (asked.empty()) asked.push_back(parts_.back().get());
    if (asked.size() == 1) return asked[0]->Select(sorted, hints, matchers);
    MergedTables::Tables tables;
    for (Querier* part : asked) {
      std::unique_ptr<SeriesTable> table = part->Select(sorted, hints, matchers)->TakeTable();
      if (table == nullptr) return WalkTogether(asked, hints, matchers);
      tables.push_back(std::move(table));
    }
    return std::make_unique<MergedTables>(std::move(tables), sorted, hints);
  }

  bool MayHave(TimeMs mint, TimeMs maxt) const override {
    return std::any_of(parts_.begin(), parts_.end(),
                       [&](const auto& part) { return part->MayHave(mint, maxt); });
  }

  Result<std::vector<std::string>> LabelNames(const model::Matchers& matchers,
                                              uint64_t limit) override {
    return Union([&](Querier& part) { return part.LabelNames(matchers, limit); }, limit);
  }
  Result<std::vector<std::string>> LabelValues(const std::string& name,
                                               const model::Matchers& matchers,
                                               uint64_t limit) override {
    return Union([&](Querier& part) { return part.LabelValues(name, matchers, limit); }, limit);
  }

 private:
  static std::unique_ptr<SeriesSet> WalkTogether(const std::vector<Querier*>& asked,
                                                 const SelectHints& hints,
                                                 const model::Matchers& matchers) {
    std::vector<std::unique_ptr<SeriesSet>> sets;
    for (Querier* part : asked) sets.push_back(part->Select(true, hints, matchers));
    return std::make_unique<MergedSet>(std::move(sets), hints);
  }

  template <typename Ask>
  Result<std::vector<std::string>> Union(Ask ask, uint64_t limit) {
    std::vector<std::string> all;
    for (const std::unique_ptr<Querier>& part : parts_) {
      std::vector<std::string> some = TRY(ask(*part));
      size_t middle = all.size();
      std::move(some.begin(), some.end(), std::back_inserter(all));
      std::inplace_merge(all.begin(), all.begin() + static_cast<ptrdiff_t>(middle), all.end());
      all.erase(std::unique(all.begin(), all.end()), all.end());
    }
    if (limit > 0 && all.size() > limit) all.resize(static_cast<size_t>(limit));
    return all;
  }

  std::vector<std::unique_ptr<Querier>> parts_;
};

}  // namespace

std::unique_ptr<Querier> MergeQueriers(std::vector<std::unique_ptr<Querier>> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  return std::make_unique<MergedQuerier>(std::move(parts));
}

}  // namespace watchfire::storage

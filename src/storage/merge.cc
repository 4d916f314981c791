#include "storage/merge.h"

#include <algorithm>
#include <map>
#include <utility>

namespace watchfire::storage {
namespace {

// Joined timestamp arrays by the arrays they were joined from.
class JoinedTimes {
 public:
  using Key = std::vector<std::pair<const TimeMs*, size_t>>;
  // Null if there is none yet; the caller fills it then.
  std::unique_ptr<std::vector<TimeMs>>& At(const Key& key) { return joined_[key]; }

 private:
  std::map<Key, std::unique_ptr<std::vector<TimeMs>>> joined_;
};

class MergedSeries final : public Series {
 public:
  explicit MergedSeries(JoinedTimes* joined) : joined_(joined) {}
  void Reset(std::vector<Series*>* parts) { parts_.swap(*parts); }

  const model::Labels& labels() const override { return parts_.front()->labels(); }

  Columns Read(TimeMs mint, TimeMs maxt) override {
    pieces_.clear();
    for (Series* part : parts_) {
      Columns columns = part->Read(mint, maxt);
      if (!columns.t.empty()) pieces_.push_back(columns);
    }
    if (pieces_.empty()) return {};
    if (pieces_.size() == 1) return pieces_[0];
    bool in_order = true;
    for (size_t i = 1; i < pieces_.size(); ++i) {
      in_order &= pieces_[i - 1].t.back() < pieces_[i].t.front();
    }
    if (!in_order && !SortPieces()) return Interleave();
    values_.clear();
    for (const Columns& piece : pieces_) {
      values_.insert(values_.end(), piece.v.begin(), piece.v.end());
    }
    return {JoinTimes(), values_};
  }

  bool Latest(TimeMs mint, TimeMs maxt, model::Sample* out) override {
    bool found = false;
    for (Series* part : parts_) {
      model::Sample sample;
      if (!part->Latest(mint, maxt, &sample)) continue;
      if (!found || sample.t >= out->t) *out = sample;
      found = true;
    }
    return found;
  }

  std::vector<HistogramSample> ReadHistograms(TimeMs mint, TimeMs maxt) override {
    std::vector<HistogramSample> all;
    for (Series* part : parts_) {
      std::vector<HistogramSample> some = part->ReadHistograms(mint, maxt);
      if (all.empty()) {
        all = std::move(some);
        continue;
      }
      // Stable: of equal times the later part's sample comes last, and stays.
      size_t middle = all.size();
      std::move(some.begin(), some.end(), std::back_inserter(all));
      auto by_time = [](const HistogramSample& a, const HistogramSample& b) { return a.t < b.t; };
      std::inplace_merge(all.begin(), all.begin() + static_cast<ptrdiff_t>(middle), all.end(),
                         by_time);
      size_t kept = 0;
      for (size_t i = 0; i < all.size(); ++i) {
        if (i + 1 < all.size() && all[i + 1].t == all[i].t) continue;
        if (kept != i) all[kept] = std::move(all[i]);
        ++kept;
      }
      all.resize(kept);
    }
    return all;
  }

 private:
  // Brings the pieces in order of time; false if some overlap.
  bool SortPieces() {
    sorted_ = pieces_;
    std::sort(sorted_.begin(), sorted_.end(),
              [](const Columns& a, const Columns& b) { return a.t.front() < b.t.front(); });
    for (size_t i = 1; i < sorted_.size(); ++i) {
      if (sorted_[i - 1].t.back() >= sorted_[i].t.front()) return false;
    }
    pieces_.swap(sorted_);
    return true;
  }

  std::span<const TimeMs> JoinTimes() {
    key_.clear();
    for (const Columns& piece : pieces_) key_.emplace_back(piece.t.data(), piece.t.size());
    std::unique_ptr<std::vector<TimeMs>>& joined = joined_->At(key_);
    if (joined == nullptr) {
      joined = std::make_unique<std::vector<TimeMs>>();
      joined->reserve(values_.size());
      for (const Columns& piece : pieces_) {
        joined->insert(joined->end(), piece.t.begin(), piece.t.end());
      }
    }
    return *joined;
  }

  // Overlapping pieces, sample by sample. Equal keys give equal times, so these are shared, too.
  Columns Interleave() {
    key_.clear();
    for (const Columns& piece : pieces_) key_.emplace_back(piece.t.data(), piece.t.size());
    std::unique_ptr<std::vector<TimeMs>>& joined = joined_->At(key_);
    bool keep_times = joined == nullptr;
    if (keep_times) joined = std::make_unique<std::vector<TimeMs>>();
    values_.clear();
    std::vector<size_t> next(pieces_.size());
    while (true) {
      TimeMs t = kMaxTime;
      double value = 0;
      bool any = false;
      for (size_t i = 0; i < pieces_.size(); ++i) {
        if (next[i] == pieces_[i].t.size() || (any && pieces_[i].t[next[i]] > t)) continue;
        any = true;
        t = pieces_[i].t[next[i]];
        value = pieces_[i].v[next[i]];
      }
      if (!any) break;
      for (size_t i = 0; i < pieces_.size(); ++i) {
        if (next[i] < pieces_[i].t.size() && pieces_[i].t[next[i]] == t) ++next[i];
      }
      if (keep_times) joined->push_back(t);
      values_.push_back(value);
    }
    return {*joined, values_};
  }

  JoinedTimes* joined_;
  std::vector<Series*> parts_;
  std::vector<Columns> pieces_;
  std::vector<Columns> sorted_;
  std::vector<double> values_;
  JoinedTimes::Key key_;
};

class MergedSet final : public SeriesSet {
 public:
  MergedSet(std::vector<std::unique_ptr<SeriesSet>> parts, uint64_t limit)
      : sets_(std::move(parts)), left_(limit == 0 ? UINT64_MAX : limit), series_(&joined_) {}

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

  std::unique_ptr<SeriesSet> Select(bool, const SelectHints& hints,
                                    const model::Matchers& matchers) override {
    std::vector<std::unique_ptr<SeriesSet>> sets;
    for (const std::unique_ptr<Querier>& part : parts_) {
      sets.push_back(part->Select(true, hints, matchers));
    }
    return std::make_unique<MergedSet>(std::move(sets), hints.limit);
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

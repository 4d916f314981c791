#include "testing/test_storage.h"

#include <algorithm>
#include <set>

#include "base/check.h"

namespace watchfire::testing {
namespace {

using model::Labels;
using model::Matchers;
using storage::AppendError;
using storage::SeriesRef;

class TestSeriesView final : public storage::Series {
 public:
  void Reset(const Labels* labels, const TestSeries* data, TimeMs mint, TimeMs maxt) {
    labels_ = labels;
    data_ = data;
    mint_ = mint;
    maxt_ = maxt;
  }

  const Labels& labels() const override { return *labels_; }

  storage::Columns Read(TimeMs mint, TimeMs maxt) override {
    std::vector<TimeMs> times;
    values_.clear();
    starts_.clear();
    for (size_t i = 0; i < data_->floats.size(); ++i) {
      const model::Sample& sample = data_->floats[i];
      if (sample.t < std::max(mint, mint_) || sample.t > std::min(maxt, maxt_)) continue;
      times.push_back(sample.t);
      values_.push_back(sample.v);
      if (!data_->float_starts.empty()) starts_.push_back(data_->float_starts[i]);
    }
    // Equal arrays are the same array, as the door promises for series of one target.
    auto known = std::find_if(times_.begin(), times_.end(),
                              [&](const auto& candidate) { return *candidate == times; });
    if (known == times_.end()) {
      times_.push_back(std::make_unique<std::vector<TimeMs>>(std::move(times)));
      known = times_.end() - 1;
    }
    return {**known, values_, starts_};
  }

  bool Latest(TimeMs mint, TimeMs maxt, model::Sample* out) override {
    const auto& floats = data_->floats;
    auto after = std::upper_bound(floats.begin(), floats.end(), std::min(maxt, maxt_),
                                  [](TimeMs t, const model::Sample& s) { return t < s.t; });
    if (after == floats.begin()) return false;
    --after;
    if (after->t < std::max(mint, mint_)) return false;
    *out = *after;
    return true;
  }

  std::vector<storage::HistogramSample> ReadHistograms(TimeMs mint, TimeMs maxt) override {
    std::vector<storage::HistogramSample> out;
    for (const storage::HistogramSample& sample : data_->histograms) {
      if (sample.t >= std::max(mint, mint_) && sample.t <= std::min(maxt, maxt_)) {
        out.push_back(sample);
      }
    }
    return out;
  }

 private:
  const Labels* labels_ = nullptr;
  const TestSeries* data_ = nullptr;
  TimeMs mint_ = kMinTime;
  TimeMs maxt_ = kMaxTime;
  std::vector<std::unique_ptr<std::vector<TimeMs>>> times_;
  std::vector<double> values_;
  std::vector<TimeMs> starts_;
};

bool Overlaps(const TestSeries& series, TimeMs mint, TimeMs maxt) {
  auto inside = [&](const auto& sample) { return sample.t >= mint && sample.t <= maxt; };
  return std::any_of(series.floats.begin(), series.floats.end(), inside) ||
         std::any_of(series.histograms.begin(), series.histograms.end(), inside);
}

class TestSeriesSet final : public storage::SeriesSet {
 public:
  TestSeriesSet(std::shared_ptr<const TestSeriesMap> data, TimeMs mint, TimeMs maxt,
                const Matchers& matchers, uint64_t limit)
      : data_(std::move(data)), mint_(mint), maxt_(maxt) {
    for (const auto& [labels, series] : *data_) {
      if (limit > 0 && found_.size() == limit) break;
      if (!model::MatchesAll(matchers, labels) || !Overlaps(series, mint, maxt)) continue;
      found_.emplace_back(&labels, &series);
    }
  }

  bool Next() override {
    if (next_ == found_.size()) return false;
    view_.Reset(found_[next_].first, found_[next_].second, mint_, maxt_);
    ++next_;
    return true;
  }
  storage::Series& At() override { return view_; }
  Result<void> status() const override { return {}; }

 private:
  std::shared_ptr<const TestSeriesMap> data_;
  TimeMs mint_;
  TimeMs maxt_;
  std::vector<std::pair<const Labels*, const TestSeries*>> found_;
  size_t next_ = 0;
  TestSeriesView view_;
};

class TestQuerier final : public storage::Querier {
 public:
  TestQuerier(std::shared_ptr<const TestSeriesMap> data, TimeMs mint, TimeMs maxt)
      : data_(std::move(data)), mint_(mint), maxt_(maxt) {}

  std::unique_ptr<storage::SeriesSet> Select(bool, const storage::SelectHints& hints,
                                             const Matchers& matchers) override {
    return std::make_unique<TestSeriesSet>(data_, mint_, maxt_, matchers, hints.limit);
  }

  Result<std::vector<std::string>> LabelNames(const Matchers& matchers, uint64_t limit) override {
    std::set<std::string> names;
    ForEachMatch(matchers, [&](const Labels& labels) {
      for (const model::LabelView& label : labels) names.emplace(label.name);
    });
    return Limited(names, limit);
  }

  Result<std::vector<std::string>> LabelValues(const std::string& name, const Matchers& matchers,
                                               uint64_t limit) override {
    std::set<std::string> values;
    ForEachMatch(matchers, [&](const Labels& labels) {
      std::string_view value = labels.Get(name);
      if (!value.empty()) values.emplace(value);
    });
    return Limited(values, limit);
  }

 private:
  template <typename Visit>
  void ForEachMatch(const Matchers& matchers, Visit visit) const {
    for (const auto& [labels, series] : *data_) {
      if (model::MatchesAll(matchers, labels)) visit(labels);
    }
  }
  static std::vector<std::string> Limited(const std::set<std::string>& all, uint64_t limit) {
    std::vector<std::string> out(all.begin(), all.end());
    if (limit > 0 && out.size() > limit) out.resize(static_cast<size_t>(limit));
    return out;
  }

  std::shared_ptr<const TestSeriesMap> data_;
  TimeMs mint_;
  TimeMs maxt_;
};

TimeMs LastTime(const TestSeries& series) {
  TimeMs last = kMinTime;
  if (!series.floats.empty()) last = std::max(last, series.floats.back().t);
  if (!series.histograms.empty()) last = std::max(last, series.histograms.back().t);
  return last;
}

}  // namespace

class TestAppender final : public storage::Appender {
 public:
  explicit TestAppender(TestStorage* storage) : storage_(storage), data_(storage->Snapshot()) {}

  Result<SeriesRef> GetRef(const Labels& labels) override {
    if (labels.empty()) return Error::Invalid("empty labelset: invalid sample");
    return storage_->RefFor(labels);
  }

  Result<SeriesRef> Append(SeriesRef ref, const Labels& labels, TimeMs t, double v,
                           AppendError* error_kind) override {
    if (error_kind != nullptr) *error_kind = AppendError::kNone;
    SeriesRef known = TRY(Resolve(ref, labels, error_kind));
    double existing = 0;
    AppendError error = Check(known, t, v, &existing);
    if (error_kind != nullptr) *error_kind = error;
    if (error == AppendError::kDuplicateTimestamp) {
      return Error(ErrorCode::kInvalid, storage::DuplicateSampleText(t, existing, v));
    }
    if (error != AppendError::kNone) {
      return Error(ErrorCode::kInvalid, std::string(storage::AppendErrorText(error)));
    }
    Keep(known, t, v);
    return known;
  }

  void AppendRow(TimeMs t, std::span<const SeriesRef> refs, std::span<const double> values,
                 std::vector<storage::RowError>* errors) override {
    for (size_t i = 0; i < refs.size(); ++i) {
      AppendError error = AppendError::kNone;
      if (!Append(refs[i], {}, t, values[i], &error) && errors != nullptr) {
        errors->push_back({i, error});
      }
    }
  }

  Result<SeriesRef> AppendHistogram(SeriesRef ref, const Labels& labels, TimeMs t,
                                    const model::Histogram& histogram) override {
    return KeepHistogram(ref, labels, {t, histogram.ToFloat(), true});
  }

  Result<SeriesRef> AppendFloatHistogram(SeriesRef ref, const Labels& labels, TimeMs t,
                                         const model::FloatHistogram& histogram) override {
    return KeepHistogram(ref, labels, {t, histogram, false});
  }

  Result<void> AppendExemplar(SeriesRef ref, const model::Exemplar& exemplar) override {
    exemplars_.emplace_back(ref, exemplar);
    return {};
  }

  Result<void> Commit() override {
    auto samples = std::exchange(samples_, {});
    auto exemplars = std::exchange(exemplars_, {});
    return storage_->Apply(std::move(samples), std::move(exemplars));
  }

  void Rollback() override {
    samples_.clear();
    exemplars_.clear();
  }

 private:
  Result<SeriesRef> Resolve(SeriesRef ref, const Labels& labels, AppendError* error_kind) {
    if (ref == 0) return GetRef(labels);
    MutexLock lock(storage_->mutex_);
    if (ref <= storage_->labels_by_ref_.size()) return ref;
    if (error_kind != nullptr) *error_kind = AppendError::kUnknownRef;
    return Error::NotFound("{}", storage::AppendErrorText(AppendError::kUnknownRef));
  }

  // The newest sample of the series, committed or pending.
  AppendError Check(SeriesRef ref, TimeMs t, double v, double* existing) {
    TimeMs last = kMinTime;
    bool is_float = true;
    for (auto it = samples_.rbegin(); it != samples_.rend() && last == kMinTime; ++it) {
      if (it->ref != ref) continue;
      last = it->t;
      *existing = it->v;
      is_float = it->histogram == nullptr;
    }
    if (last == kMinTime) {
      MutexLock lock(storage_->mutex_);
      auto found = data_->find(storage_->labels_by_ref_[static_cast<size_t>(ref - 1)]);
      if (found == data_->end()) return AppendError::kNone;
      last = LastTime(found->second);
      const auto& floats = found->second.floats;
      is_float = !floats.empty() && floats.back().t == last;
      if (is_float) *existing = floats.back().v;
    }
    if (t > last) return AppendError::kNone;
    if (t < last) return AppendError::kOutOfOrder;
    return is_float && model::SameBits(*existing, v) ? AppendError::kNone
                                                     : AppendError::kDuplicateTimestamp;
  }

  void Keep(SeriesRef ref, TimeMs t, double v) {
    TestStorage::Pending pending;
    pending.ref = ref;
    pending.t = t;
    pending.v = v;
    samples_.push_back(std::move(pending));
  }

  Result<SeriesRef> KeepHistogram(SeriesRef ref, const Labels& labels,
                                  storage::HistogramSample sample) {
    SeriesRef known = TRY(Resolve(ref, labels, nullptr));
    double existing = 0;
    AppendError error = Check(known, sample.t, 0, &existing);
    if (error != AppendError::kNone) {
      return Error(ErrorCode::kInvalid, std::string(storage::AppendErrorText(error)));
    }
    TestStorage::Pending pending;
    pending.ref = known;
    pending.t = sample.t;
    pending.histogram = std::make_unique<storage::HistogramSample>(std::move(sample));
    samples_.push_back(std::move(pending));
    return known;
  }

  TestStorage* storage_;
  std::shared_ptr<const TestSeriesMap> data_;
  std::vector<TestStorage::Pending> samples_;
  std::vector<std::pair<SeriesRef, model::Exemplar>> exemplars_;
};

TestStorage::TestStorage() : data_(std::make_shared<TestSeriesMap>()) {}

std::unique_ptr<storage::Appender> TestStorage::NewAppender() {
  return std::make_unique<TestAppender>(this);
}

Result<std::unique_ptr<storage::Querier>> TestStorage::NewQuerier(TimeMs mint, TimeMs maxt) {
  return std::unique_ptr<storage::Querier>(std::make_unique<TestQuerier>(Snapshot(), mint, maxt));
}

void TestStorage::Add(const Labels& labels, TimeMs t, double v) {
  auto appender = NewAppender();
  WF_CHECK(appender->Append(0, labels, t, v).ok());
  WF_CHECK(appender->Commit().ok());
}

void TestStorage::AddHistogram(const Labels& labels, TimeMs t,
                               const model::FloatHistogram& histogram) {
  auto appender = NewAppender();
  WF_CHECK(appender->AppendFloatHistogram(0, labels, t, histogram).ok());
  WF_CHECK(appender->Commit().ok());
}

void TestStorage::SetStartTime(const Labels& labels, TimeMs t, TimeMs st) {
  MutexLock lock(mutex_);
  if (data_.use_count() > 1) data_ = std::make_shared<TestSeriesMap>(*data_);
  TestSeries& series = (*data_)[labels];
  for (storage::HistogramSample& sample : series.histograms) {
    if (sample.t == t) sample.st = st;
  }
  auto found = std::lower_bound(series.floats.begin(), series.floats.end(), t,
                                [](const model::Sample& s, TimeMs at) { return s.t < at; });
  if (found == series.floats.end() || found->t != t) return;
  series.float_starts.resize(series.floats.size());
  series.float_starts[static_cast<size_t>(found - series.floats.begin())] = st;
}

void TestStorage::Clear() {
  MutexLock lock(mutex_);
  data_ = std::make_shared<TestSeriesMap>();
}

std::shared_ptr<const TestSeriesMap> TestStorage::Snapshot() const {
  MutexLock lock(mutex_);
  return data_;
}

void TestStorage::FailCommits(Result<void> error) {
  MutexLock lock(mutex_);
  commit_error_ = std::move(error);
}

SeriesRef TestStorage::RefFor(const Labels& labels) {
  MutexLock lock(mutex_);
  auto [found, inserted] = refs_.try_emplace(labels, labels_by_ref_.size() + 1);
  if (inserted) labels_by_ref_.push_back(labels);
  return found->second;
}

Result<void> TestStorage::Apply(std::vector<Pending> samples,
                                std::vector<std::pair<SeriesRef, model::Exemplar>> exemplars) {
  MutexLock lock(mutex_);
  if (!commit_error_) return commit_error_;
  if (samples.empty() && exemplars.empty()) return {};
  if (data_.use_count() > 1) data_ = std::make_shared<TestSeriesMap>(*data_);
  for (Pending& sample : samples) {
    TestSeries& series = (*data_)[labels_by_ref_[static_cast<size_t>(sample.ref - 1)]];
    // Another transaction may have come first, or the sample repeats the last one.
    if (sample.t <= LastTime(series)) continue;
    if (sample.histogram) {
      series.histograms.push_back(std::move(*sample.histogram));
    } else {
      series.floats.push_back({sample.t, sample.v});
      if (!series.float_starts.empty()) series.float_starts.push_back(0);
    }
  }
  for (auto& [ref, exemplar] : exemplars) {
    (*data_)[labels_by_ref_[static_cast<size_t>(ref - 1)]].exemplars.push_back(std::move(exemplar));
  }
  return {};
}

}  // namespace watchfire::testing

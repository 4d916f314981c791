#include "tsdb/head/head_appender.h"

#include "base/numbers.h"
#include "model/histogram_validate.h"
#include "model/sample.h"
#include "tsdb/head/head_metrics.h"

namespace watchfire::head {
namespace {

using storage::AppendError;
using storage::SeriesRef;

Error Refusal(AppendError error) {
  ErrorCode code = error == AppendError::kUnknownRef ? ErrorCode::kNotFound : ErrorCode::kInvalid;
  return Error(code, std::string(storage::AppendErrorText(error)));
}

}  // namespace

std::unique_ptr<storage::Appender> Head::NewAppender() {
  return std::make_unique<HeadAppender>(this);
}

HeadAppender::HeadAppender(Head* head)
    : head_(head),
      bound_(head->AppendBound()),
      newest_(head->max_time_.load(std::memory_order_relaxed)),
      late_bound_(kMaxTime) {
  int64_t window = head_->out_of_order_.window_ms();
  if (window > 0) late_bound_ = newest_ - window;
  head_->metrics_->active_appenders->Increment();
}

HeadAppender::~HeadAppender() {
  head_->metrics_->active_appenders->Decrement();
}

Result<SeriesRef> HeadAppender::GetRef(const model::Labels& labels) {
  auto [id, created] = TRY(head_->index_.FindOrCreate(labels));
  if (created) {
    head_->metrics_->series->Increment();
    head_->metrics_->series_created->Increment();
  }
  return SeriesRef{id} + 1;
}

Result<SeriesId> HeadAppender::Resolve(SeriesRef ref, const model::Labels& labels,
                                       AppendError* error_kind) {
  if (error_kind != nullptr) *error_kind = AppendError::kNone;
  if (ref == 0) ref = TRY(GetRef(labels));
  if (ref <= head_->index_.num_series()) return static_cast<SeriesId>(ref - 1);
  if (error_kind != nullptr) *error_kind = AppendError::kUnknownRef;
  head_->metrics_->series_not_found->Increment();
  return Refusal(AppendError::kUnknownRef);
}

HeadAppender::Checked HeadAppender::CheckInOrder(SeriesId id, TimeMs t, double v) {
  if (t < bound_) return {AppendError::kOutOfBounds};
  if (!head_->histograms_.empty()) {
    auto newest = head_->histograms_.NewestOf(id);
    if (newest && t < newest->t) return {AppendError::kOutOfOrder};
    if (newest && t == newest->t) return {AppendError::kDuplicateTimestamp, false, false, 0, true};
  }
  SampleStore::Verdict verdict = head_->samples_.Check(id, t, v, &free_);
  return {verdict.error, verdict.repeats, false, verdict.existing, false};
}

HeadAppender::Checked HeadAppender::Check(SeriesId id, TimeMs t, double v) {
  Checked checked = CheckInOrder(id, t, v);
  if (checked.error == AppendError::kOutOfBounds || checked.error == AppendError::kOutOfOrder) {
    return CheckLate(t, checked.error, true);
  }
  return checked;
}

HeadAppender::Checked HeadAppender::CheckLate(TimeMs t, AppendError error, bool is_float) {
  Head::Metrics& metrics = *head_->metrics_;
  if (t < newest_) metrics.late_by_seconds->Observe(ToSeconds(newest_ - t));
  if (late_bound_ != kMaxTime) {
    if (t >= late_bound_) return {AppendError::kNone, false, true};
    error = AppendError::kTooOld;
  }
  Head::Metrics::ByType& refused = error == AppendError::kTooOld        ? metrics.too_old
                                   : error == AppendError::kOutOfBounds ? metrics.out_of_bounds
                                                                        : metrics.out_of_order;
  (is_float ? refused.floats : refused.histograms)->Increment();
  return {error};
}

void HeadAppender::Keep(SeriesId id, TimeMs t, double v, const Checked& checked) {
  if (checked.repeats) return;
  Row& row = checked.late ? transaction_.late.rows[t] : RowAt(t);
  row.ids.push_back(id);
  row.values.push_back(v);
}

Row& HeadAppender::RowAt(TimeMs t) {
  if (newest_row_ == nullptr || newest_row_time_ != t) {
    newest_row_ = &transaction_.rows[t];
    newest_row_time_ = t;
  }
  return *newest_row_;
}

Result<SeriesRef> HeadAppender::Append(SeriesRef ref, const model::Labels& labels, TimeMs t,
                                       double v, AppendError* error_kind) {
  SeriesId id = TRY(Resolve(ref, labels, error_kind));
  if (model::IsStaleNan(v) && !head_->histograms_.empty()) {
    // A series of histograms ends with a stale histogram of its kind.
    auto histogram = head_->histograms_.NewestOf(id);
    auto sample = head_->samples_.Newest(id);
    bool newer = histogram && (!sample || sample->first < histogram->t);
    if (newer && !histogram->is_float) {
      model::Histogram stale;
      stale.sum = v;
      return AppendHistogram(id + 1, labels, t, stale);
    }
    if (newer) {
      model::FloatHistogram stale;
      stale.sum = v;
      return AppendFloatHistogram(id + 1, labels, t, stale);
    }
  }
  Checked checked = Check(id, t, v);
  if (error_kind != nullptr) *error_kind = checked.error;
  if (checked.error == AppendError::kDuplicateTimestamp) {
    if (checked.existing_is_histogram) {
      return Error::Invalid("{} {}; overrides not allowed: existing is a histogram, new value {}",
                            storage::AppendErrorText(checked.error), t, FormatFloatGo(v));
    }
    return Error(ErrorCode::kInvalid, storage::DuplicateSampleText(t, checked.existing, v));
  }
  if (checked.error != AppendError::kNone) return Refusal(checked.error);
  Keep(id, t, v, checked);
  return SeriesRef{id} + 1;
}

void HeadAppender::AppendRow(TimeMs t, std::span<const SeriesRef> refs,
                             std::span<const double> values,
                             std::vector<storage::RowError>* errors) {
  uint64_t known = head_->index_.num_series();
  ids_.resize(refs.size());
  bool all_known = true;
  for (size_t i = 0; i < refs.size(); ++i) {
    all_known &= refs[i] - 1 < known;
    ids_[i] = static_cast<SeriesId>(refs[i] - 1);
  }
  Row& row = RowAt(t);
  if (all_known && t >= bound_ && head_->histograms_.empty() &&
      head_->samples_.AreBehind(ids_, t)) {
    row.ids.insert(row.ids.end(), ids_.begin(), ids_.end());
    row.values.insert(row.values.end(), values.begin(), values.end());
    return;
  }
  for (size_t i = 0; i < refs.size(); ++i) {
    Checked checked;
    if (refs[i] - 1 >= known) {
      checked.error = AppendError::kUnknownRef;
    } else {
      checked = Check(ids_[i], t, values[i]);
    }
    if (checked.error == AppendError::kNone) {
      Keep(ids_[i], t, values[i], checked);
    } else if (errors != nullptr) {
      errors->push_back({i, checked.error});
    }
  }
}

Result<HeadAppender::Checked> HeadAppender::CheckHistogram(SeriesId id,
                                                           const chunk::HistogramPoint& point) {
  TimeMs t = point.t;
  std::optional<TimeMs> newest;
  if (auto histogram = head_->histograms_.NewestOf(id)) newest = histogram->t;
  if (auto sample = head_->samples_.Newest(id)) {
    newest = newest ? std::max(*newest, sample->first) : sample->first;
  }
  if (t >= bound_ && (!newest || t > *newest)) return Checked();
  if (t >= bound_ && t == *newest) {
    if (!head_->histograms_.EndsWith(id, point)) return Refusal(AppendError::kDuplicateTimestamp);
    return Checked{AppendError::kNone, true};
  }
  Checked checked =
      CheckLate(t, t < bound_ ? AppendError::kOutOfBounds : AppendError::kOutOfOrder, false);
  if (checked.error != AppendError::kNone) return Refusal(checked.error);
  return checked;
}

Result<SeriesRef> HeadAppender::AppendHistogram(SeriesRef ref, const model::Labels& labels,
                                                TimeMs t, const model::Histogram& histogram) {
  TRY(model::Validate(histogram));
  SeriesId id = TRY(Resolve(ref, labels, nullptr));
  Checked checked = TRY(CheckHistogram(id, {t, 0, false, histogram, {}}));
  Head::Samples& samples = checked.late ? transaction_.late : transaction_;
  if (!checked.repeats) samples.histograms.push_back({id, t, histogram});
  return SeriesRef{id} + 1;
}

Result<SeriesRef> HeadAppender::AppendFloatHistogram(SeriesRef ref, const model::Labels& labels,
                                                     TimeMs t,
                                                     const model::FloatHistogram& histogram) {
  TRY(model::Validate(histogram));
  SeriesId id = TRY(Resolve(ref, labels, nullptr));
  Checked checked = TRY(CheckHistogram(id, {t, 0, true, {}, histogram}));
  Head::Samples& samples = checked.late ? transaction_.late : transaction_;
  if (!checked.repeats) samples.float_histograms.push_back({id, t, histogram});
  return SeriesRef{id} + 1;
}

Result<void> HeadAppender::AppendExemplar(SeriesRef ref, const model::Exemplar&) {
  if (ref == 0 || ref > head_->index_.num_series()) return Refusal(AppendError::kUnknownRef);
  return {};
}

Result<void> HeadAppender::Commit() {
  newest_row_ = nullptr;
  return head_->Commit(std::exchange(transaction_, {}));
}

void HeadAppender::Rollback() {
  newest_row_ = nullptr;
  transaction_ = {};
}

}  // namespace watchfire::head

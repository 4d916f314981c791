#include "tsdb/head/head_appender.h"

#include <algorithm>

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

HeadAppender::HeadAppender(Head* head) : head_(head) {}

HeadAppender::~HeadAppender() {
  End();
}

void HeadAppender::Begin() {
  if (number_ != 0) return;
  ActiveAppenders::Entry entry = head_->appenders_.Enter([this] { return head_->AppendBound(); });
  number_ = entry.number;
  bound_ = entry.bound;
  newest_ = head_->max_time_.load(std::memory_order_relaxed);
  int64_t window = head_->out_of_order_.window_ms();
  late_bound_ = window > 0 ? newest_ - window : kMaxTime;
  free_ = {};
  head_->metrics_->active_appenders->Increment();
}

void HeadAppender::End() {
  newest_row_ = nullptr;
  transaction_ = {};
  if (number_ == 0) return;
  head_->appenders_.Leave(std::exchange(number_, 0));
  head_->metrics_->active_appenders->Decrement();
}

// The upper half is the id's generation, the lower the id and one: 0 is no ref.
SeriesRef HeadAppender::RefOf(SeriesId id) const {
  return (SeriesRef{head_->index_.GenerationOf(id)} << 32) | (SeriesRef{id} + 1);
}

std::optional<SeriesId> HeadAppender::SeriesOf(SeriesRef ref) const {
  auto id = static_cast<SeriesId>(static_cast<uint32_t>(ref) - 1U);
  uint64_t generation = ref >> 32;
  if (id >= head_->index_.num_ids() || generation >= index::Index::kMark) return std::nullopt;
  if (!head_->index_.Use(id, static_cast<uint16_t>(generation))) return std::nullopt;
  return id;
}

bool HeadAppender::ResolveRow(std::span<const SeriesRef> refs) {
  bool all_known = true;
  ids_.resize(refs.size());
  uint32_t num_ids = head_->index_.num_ids();
  for (size_t i = 0; i < refs.size();) {
    std::optional<SeriesId> first = SeriesOf(refs[i]);
    all_known &= first.has_value();
    ids_[i] = first.value_or(kNoSeries);
    size_t length = 1;
    if (first) {
      // Neighbours that are as the ref says: most of a page.
      auto generation = static_cast<index::Index::State>(refs[i] >> 32);
      auto states =
          head_->index_.States(*first, std::min<size_t>(refs.size() - i, num_ids - *first));
      while (length < states.size() && refs[i + length] == refs[i] + length &&
             states[length].load(std::memory_order_acquire) == generation) {
        ids_[i + length] = *first + static_cast<SeriesId>(length);
        ++length;
      }
    }
    i += length;
  }
  return all_known;
}

Result<SeriesRef> HeadAppender::GetRef(const model::Labels& labels) {
  Begin();
  auto [id, created] = TRY(head_->index_.FindOrCreate(labels));
  if (created) {
    head_->metrics_->series->Increment();
    head_->metrics_->series_created->Increment();
  }
  return RefOf(id);
}

Result<SeriesId> HeadAppender::Resolve(SeriesRef ref, const model::Labels& labels,
                                       AppendError* error_kind) {
  if (error_kind != nullptr) *error_kind = AppendError::kNone;
  Begin();
  if (ref == 0) ref = TRY(GetRef(labels));
  if (std::optional<SeriesId> id = SeriesOf(ref)) return *id;
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
      return AppendHistogram(RefOf(id), labels, t, stale);
    }
    if (newer) {
      model::FloatHistogram stale;
      stale.sum = v;
      return AppendFloatHistogram(RefOf(id), labels, t, stale);
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
  return ref != 0 ? ref : RefOf(id);
}

void HeadAppender::AppendRow(TimeMs t, std::span<const SeriesRef> refs,
                             std::span<const double> values,
                             std::vector<storage::RowError>* errors) {
  Begin();
  bool all_known = ResolveRow(refs);
  Row& row = RowAt(t);
  if (all_known && t >= bound_ && head_->histograms_.empty() &&
      head_->samples_.AreBehind(ids_, t)) {
    row.ids.insert(row.ids.end(), ids_.begin(), ids_.end());
    row.values.insert(row.values.end(), values.begin(), values.end());
    return;
  }
  for (size_t i = 0; i < refs.size(); ++i) {
    Checked checked;
    if (ids_[i] == kNoSeries) {
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
  return RefOf(id);
}

Result<SeriesRef> HeadAppender::AppendFloatHistogram(SeriesRef ref, const model::Labels& labels,
                                                     TimeMs t,
                                                     const model::FloatHistogram& histogram) {
  TRY(model::Validate(histogram));
  SeriesId id = TRY(Resolve(ref, labels, nullptr));
  Checked checked = TRY(CheckHistogram(id, {t, 0, true, {}, histogram}));
  Head::Samples& samples = checked.late ? transaction_.late : transaction_;
  if (!checked.repeats) samples.float_histograms.push_back({id, t, histogram});
  return RefOf(id);
}

Result<void> HeadAppender::AppendExemplar(SeriesRef ref, const model::Exemplar& exemplar) {
  Begin();
  std::optional<SeriesId> id = SeriesOf(ref);
  if (!id) return Refusal(AppendError::kUnknownRef);
  if (!head_->exemplars_.enabled()) return {};
  bool wanted = TRY(head_->exemplars_.Check(head_->index_.LabelsOf(*id), exemplar,
                                            head_->out_of_order_.window_ms()));
  if (wanted) transaction_.exemplars.push_back({*id, exemplar});
  return {};
}

Result<void> HeadAppender::UpdateMetadata(SeriesRef ref, const model::Metadata& metadata) {
  if (!head_->options_.metadata_records) return {};
  Begin();
  std::optional<SeriesId> id = SeriesOf(ref);
  if (!id) return Refusal(AppendError::kUnknownRef);
  if (head_->metadata_.Differs(*id, metadata)) transaction_.metadata.push_back({*id, metadata});
  return {};
}

Result<void> HeadAppender::Commit() {
  Result<void> committed = head_->Commit(std::exchange(transaction_, {}));
  End();
  return committed;
}

void HeadAppender::Rollback() {
  End();
}

}  // namespace watchfire::head

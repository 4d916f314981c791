#include "remote/write_transaction.h"

#include <algorithm>

#include "base/text.h"
#include "remote/messages.h"
#include "remote/resolution.h"

namespace watchfire::remote {
namespace {

using storage::AppendError;
using storage::SeriesRef;

constexpr uint32_t kPrefetchAhead = 8;
// A request can hold millions of bad samples; nobody reads so many lines.
constexpr size_t kMaxRefusals = 1000;
constexpr std::string_view kTooFarAhead = "out of bounds: timestamp is too far in the future";
constexpr std::string_view kLateExemplar = "out of order exemplar";

std::string PairsText(const std::vector<model::LabelView>& labels) {
  std::string text = "{";
  for (const model::LabelView& label : labels) {
    if (text.size() > 1) text += ", ";
    text += model::IsLegacyLabelName(label.name) ? std::string(label.name) : GoQuote(label.name);
    text += "=" + GoQuote(label.value);
  }
  return text + "}";
}

bool AreValid(const std::vector<model::LabelView>& labels) {
  bool named = false;
  for (const model::LabelView& label : labels) {
    if (!model::IsValidLabelName(label.name) || !IsValidUtf8(label.value)) return false;
    if (label.name != model::kMetricName) continue;
    if (!model::IsValidMetricName(label.value)) return false;
    named = true;
  }
  return named;
}

// The sender can do something about these.
bool IsSendersFault(const Error& error) {
  return error.code() == ErrorCode::kInvalid || error.code() == ErrorCode::kLimit;
}

}  // namespace

void WriteTransaction::Run() {
  const auto& series = request_.series();
  auto n = static_cast<uint32_t>(series.size());
  rows_.Clear();
  for (uint32_t i = 0; i < std::min(n, kPrefetchAhead); ++i) cache_.Prefetch(series[i].key);
  for (uint32_t i = 0; i < n && !Stopped(); ++i) {
    if (i + kPrefetchAhead < n) cache_.Prefetch(series[i + kPrefetchAhead].key);
    TakeSeries(i);
  }
  if (!failure_) {
    rows_.Flush(appender_, [this](const RowBatch::Sample& sample, AppendError error) {
      if (!failure_) OnRefusedSample(sample, error);
    });
  }
  for (const PendingExemplar& exemplar : exemplars_) {
    if (Stopped()) break;
    TakeExemplar(exemplar);
  }
  std::stable_sort(refusals_.begin(), refusals_.end(), [](const Refusal& a, const Refusal& b) {
    return std::tie(a.series, a.part) < std::tie(b.series, b.part);
  });
}

void WriteTransaction::TakeSeries(uint32_t index) {
  SeriesRef ref = cache_.Find(request_.series()[index].key);
  if (ref == 0) {
    ref = TakeUnknownSeries(index);
  } else if (!v1() && !(CheckMetadata(index) && HasSamples(index))) {
    return;
  }
  if (ref == 0) return;
  const SeriesView& series = request_.series()[index];
  TakeSamples(index, ref);
  for (uint32_t i = 0; i < series.num_extras && !Stopped(); ++i) {
    const ExtraView& extra = request_.extras()[series.first_extra + i];
    if (extra.kind == ExtraKind::kHistogram) TakeHistogram(index, ref, extra.bytes);
    if (extra.kind == ExtraKind::kExemplar) exemplars_.push_back({index, ref, extra.bytes});
    if (extra.kind == ExtraKind::kMetadata && !v1()) TakeMetadata(ref, extra.bytes);
  }
}

// CheckMetadata has read it before; a storage that keeps none of it is no reason to refuse samples.
void WriteTransaction::TakeMetadata(SeriesRef ref, std::string_view bytes) {
  Result<model::Metadata> metadata = request_.ReadMetadata(bytes);
  if (metadata.ok()) static_cast<void>(appender_.UpdateMetadata(ref, *metadata));
}

SeriesRef WriteTransaction::TakeUnknownSeries(uint32_t index) {
  if (request_.series()[index].guessed) {
    if (Result<void> read = request_.Reread(index); !read.ok()) {
      failure_ = read.error();
      return 0;
    }
  }
  const SeriesView& series = request_.series()[index];
  if (v1()) {
    // Exemplars alone do not make a series.
    if (series.num_samples + series.num_histograms == 0) return 0;
    return CheckLabels(index) ? Resolve(index) : 0;
  }
  return CheckLabels(index) && CheckMetadata(index) && HasSamples(index) ? Resolve(index) : 0;
}

bool WriteTransaction::HasSamples(uint32_t index) {
  const SeriesView& series = request_.series()[index];
  if (series.num_samples + series.num_histograms > 0) return true;
  RefuseSeries(index, Part::kSamples, "TimeSeries must contain at least one sample or histogram");
  return false;
}

bool WriteTransaction::CheckMetadata(uint32_t index) {
  const SeriesView& series = request_.series()[index];
  for (uint32_t i = 0; i < series.num_extras; ++i) {
    const ExtraView& extra = request_.extras()[series.first_extra + i];
    if (extra.kind != ExtraKind::kMetadata) continue;
    Result<model::Metadata> metadata = request_.ReadMetadata(extra.bytes);
    if (metadata.ok()) continue;
    if (metadata.error().code() == ErrorCode::kCorrupt) {
      failure_ = metadata.error();
    } else {
      Refuse(index, Part::kLabels,
             fmt::format("parsing metadata for series {}: {}", request_.ReferencesText(series),
                         metadata.error().message()));
    }
    return false;
  }
  return true;
}

bool WriteTransaction::CheckLabels(uint32_t index) {
  const SeriesView& series = request_.series()[index];
  uint64_t num_samples = series.num_samples + series.num_histograms;
  Result<void> read = request_.ReadLabels(series, &labels_);
  if (!read.ok() && read.error().code() == ErrorCode::kCorrupt) {
    failure_ = read.error();
    return false;
  }
  if (!read.ok()) {
    invalid_labels_ += num_samples;
    Refuse(index, Part::kLabels,
           fmt::format("parsing labels for series {}: {}", request_.ReferencesText(series),
                       read.error().message()));
    return false;
  }
  bool valid = AreValid(labels_);
  auto twice = std::adjacent_find(labels_.begin(), labels_.end(),
                                  [](const auto& a, const auto& b) { return a.name == b.name; });
  if (valid && twice == labels_.end()) return true;
  // 1.0 drops the series and tells nobody but the log and a metric, which counts series there.
  invalid_labels_ += v1() ? 1 : num_samples;
  std::string text = PairsText(labels_);
  if (v1()) {
    if (invalid_example_.empty()) invalid_example_ = std::move(text);
  } else if (!valid) {
    Refuse(index, Part::kLabels, "invalid metric name or labels, got " + text);
  } else {
    Refuse(index, Part::kLabels,
           fmt::format("invalid labels for series, labels {}, duplicated label {}", text,
                       twice->name));
  }
  return false;
}

SeriesRef WriteTransaction::Resolve(uint32_t index) {
  const SeriesView& series = request_.series()[index];
  Result<void> read = request_.ReadLabels(series, &labels_);
  if (!read.ok()) {
    failure_ = read.error();
    return 0;
  }
  Result<SeriesRef> ref = appender_.GetRef(model::Labels::FromPairs(labels_));
  if (ref.ok()) {
    cache_.Put(series.key, *ref);
    return *ref;
  }
  if (IsSendersFault(ref.error())) {
    RefuseSeries(index, Part::kLabels, ref.error().message());
  } else {
    failure_ = ref.error();
  }
  return 0;
}

void WriteTransaction::TakeSamples(uint32_t index, SeriesRef ref) {
  const SeriesView& series = request_.series()[index];
  const model::Sample* samples = request_.samples().data() + series.first_sample;
  for (uint32_t i = 0; i < series.num_samples; ++i) {
    const model::Sample& sample = samples[i];
    ++counts_.samples;
    if (sample.t > max_time_) {
      OnRefusedSample({index, ref, sample.t, sample.v}, AppendError::kOutOfBounds);
      if (v1()) return;
    } else {
      rows_.Add(index, ref, sample.t, sample.v);
    }
  }
}

void WriteTransaction::OnRefusedSample(const RowBatch::Sample& sample, AppendError error) {
  const SeriesView& series = request_.series()[sample.series];
  SeriesRef ref = sample.ref;
  std::string text(storage::AppendErrorText(error));
  if (sample.t > max_time_) {
    text = kTooFarAhead;
  } else if (error == AppendError::kUnknownRef || error == AppendError::kDuplicateTimestamp) {
    // The storage has forgotten the series and is told its labels; or knows what it has instead.
    if (error == AppendError::kUnknownRef) ref = Resolve(sample.series);
    if (ref == 0) return;
    Result<SeriesRef> again = appender_.Append(ref, {}, sample.t, sample.v, &error);
    if (again.ok()) return;
    text = again.error().message();
    if (error == AppendError::kNone || error == AppendError::kUnknownRef) {
      failure_ = again.error();
      return;
    }
  }
  --counts_.samples;
  if (sample.t == request_.samples()[series.first_sample].t) {
    first_refused_.resize(request_.series().size());
    first_refused_[sample.series] = true;
  }
  RefuseSeries(sample.series, Part::kSamples, text);
}

void WriteTransaction::TakeHistogram(uint32_t index, SeriesRef ref, std::string_view bytes) {
  Result<HistogramMessage> read = ReadHistogramMessage(bytes);
  if (!read.ok()) {
    failure_ = read.error();
    return;
  }
  if (read->t > max_time_) {
    RefuseSeries(index, Part::kHistograms, kTooFarAhead);
    return;
  }
  auto append = [&](SeriesRef to) -> Result<SeriesRef> {
    if (auto* floats = std::get_if<model::FloatHistogram>(&read->histogram)) {
      TRY(ReduceToFinestSchema(floats));
      return appender_.AppendFloatHistogram(to, {}, read->t, *floats);
    }
    auto& integers = std::get<model::Histogram>(read->histogram);
    TRY(ReduceToFinestSchema(&integers));
    return appender_.AppendHistogram(to, {}, read->t, integers);
  };
  Result<SeriesRef> appended = append(ref);
  if (!appended.ok() && appended.error().code() == ErrorCode::kNotFound) {
    ref = Resolve(index);
    if (ref == 0) return;
    appended = append(ref);
  }
  if (appended.ok()) {
    ++counts_.histograms;
  } else if (IsSendersFault(appended.error())) {
    RefuseSeries(index, Part::kHistograms, appended.error().message());
  } else {
    failure_ = appended.error();
  }
}

// What becomes of an exemplar never fails a request of 1.0, and of 2.0 only if it comes too late.
void WriteTransaction::TakeExemplar(const PendingExemplar& pending) {
  Result<model::Exemplar> exemplar = request_.ReadExemplar(pending.bytes);
  if (!exemplar.ok() && exemplar.error().code() == ErrorCode::kCorrupt) {
    failure_ = exemplar.error();
    return;
  }
  if (!exemplar.ok()) {
    Refuse(pending.series, Part::kLabels,
           fmt::format("parsing exemplar for series {}: {}", LabelsText(pending.series),
                       exemplar.error().message()));
    return;
  }
  bool first_refused = !first_refused_.empty() && first_refused_[pending.series];
  if (exemplar->t > max_time_ || (!v1() && first_refused)) return;
  Result<void> appended = appender_.AppendExemplar(pending.ref, *exemplar);
  if (appended.ok()) {
    ++counts_.exemplars;
  } else if (!v1() && appended.error().message().rfind(kLateExemplar, 0) == 0) {
    RefuseSeries(pending.series, Part::kExemplars, appended.error().message());
  }
}

void WriteTransaction::Refuse(uint32_t index, Part part, std::string text) {
  if (refusals_.size() < kMaxRefusals) {
    refusals_.push_back({index, part, std::move(text)});
  } else {
    ++refusals_left_out_;
  }
}

void WriteTransaction::RefuseSeries(uint32_t index, Part part, std::string_view reason) {
  if (refusals_.size() >= kMaxRefusals) {
    ++refusals_left_out_;
  } else if (v1()) {
    Refuse(index, part, std::string(reason));
  } else {
    Refuse(index, part, fmt::format("{} for series {}", reason, LabelsText(index)));
  }
}

std::string WriteTransaction::LabelsText(uint32_t index) {
  Result<void> read = request_.ReadLabels(request_.series()[index], &labels_);
  return read.ok() ? PairsText(labels_) : std::string("{}");
}

std::string WriteTransaction::RefusalText() const {
  if (refusals_.empty()) return {};
  if (v1()) return refusals_.front().text;
  std::string text;
  for (const Refusal& refusal : refusals_) {
    if (!text.empty()) text += '\n';
    text += refusal.text;
  }
  if (refusals_left_out_ > 0) text += fmt::format("\n{} more errors", refusals_left_out_);
  return text;
}

}  // namespace watchfire::remote

#include "rules/output.h"

#include "base/hash_map.h"
#include "model/sample.h"

namespace watchfire::rules {
namespace {

constexpr size_t kMaxTold = 10;
// Sources beyond those of the last answer that are worth remembering.
constexpr size_t kSpareSources = 64;

struct Source {
  Output::Series* series = nullptr;
  uint64_t round = 0;
};

struct HistogramSample {
  Output::Series* series;
  model::FloatHistogram histogram;
};

using LabelsHash = std::hash<model::Labels>;

}  // namespace

struct Output::Impl {
  void Count(storage::AppendError error, const std::string& text, WriteReport* report) const;
  void WriteFloats(storage::Appender& appender, TimeMs t, WriteReport* report);
  void WriteOne(storage::Appender& appender, size_t i, TimeMs t, WriteReport* report);
  void WriteHistograms(storage::Appender& appender, TimeMs t, WriteReport* report);
  void WriteStale(storage::Appender& appender, TimeMs t, WriteReport* report);
  void Settle();

  HashMap<model::Labels, std::unique_ptr<Series>, LabelsHash> series;
  HashMap<model::Labels, Source, LabelsHash> sources;
  uint64_t round = 1;
  // The samples of this round.
  std::vector<Series*> added;
  std::vector<storage::SeriesRef> refs;
  std::vector<double> values;
  std::vector<HistogramSample> histograms;
  std::vector<bool> refused;  // of `added`
};

Output::Output() : impl_(std::make_unique<Impl>()) {}
Output::~Output() = default;

void Output::Begin() {
  ++impl_->round;
  impl_->added.clear();
  impl_->refs.clear();
  impl_->values.clear();
  impl_->histograms.clear();
}

Output::Series* Output::Find(const model::Labels& labels) {
  std::unique_ptr<Series>& series = impl_->series[labels];
  if (series == nullptr) {
    series = std::make_unique<Series>();
    series->labels = labels;
    series->created = impl_->round;
  }
  return series.get();
}

Output::Series* Output::Known(const model::Labels& source) {
  auto at = impl_->sources.find(source);
  if (at == impl_->sources.end()) return nullptr;
  at->second.round = impl_->round;
  return at->second.series;
}

void Output::Remember(const model::Labels& source, Series* series) {
  impl_->sources[source] = {series, impl_->round};
}

bool Output::Add(Series* series, double v) {
  if (series->round == impl_->round) return false;
  series->round = impl_->round;
  impl_->added.push_back(series);
  impl_->refs.push_back(series->ref);
  impl_->values.push_back(v);
  return true;
}

bool Output::Add(Series* series, model::FloatHistogram histogram) {
  if (series->round == impl_->round) return false;
  series->round = impl_->round;
  impl_->histograms.push_back({series, std::move(histogram)});
  return true;
}

void Output::Abandon() {
  // What was written last time ends when it is not written next time; what is new in this round was
  // never there.
  size_t before = impl_->series.size();
  erase_if(impl_->series,
           [this](const auto& entry) { return entry.second->created == impl_->round; });
  if (impl_->series.size() != before) impl_->sources.clear();
  Begin();
}

size_t Output::size() const {
  return impl_->added.size() + impl_->histograms.size();
}

void Output::Impl::Count(storage::AppendError error, const std::string& text,
                         WriteReport* report) const {
  report->last_refusal = text;
  switch (error) {
    case storage::AppendError::kOutOfOrder:
      ++report->out_of_order;
      break;
    case storage::AppendError::kTooOld:
      ++report->too_old;
      break;
    case storage::AppendError::kDuplicateTimestamp:
      ++report->duplicates;
      break;
    default:
      if (report->others.size() < kMaxTold) report->others.push_back(text);
  }
}

void Output::Impl::WriteOne(storage::Appender& appender, size_t i, TimeMs t, WriteReport* report) {
  storage::AppendError kind = storage::AppendError::kNone;
  Result<storage::SeriesRef> ref = appender.Append(0, added[i]->labels, t, values[i], &kind);
  if (ref.ok()) {
    added[i]->ref = *ref;
    return;
  }
  refused[i] = true;
  Count(kind, ref.error().message(), report);
}

// What was written last time goes in as a row; new series first become known.
void Output::Impl::WriteFloats(storage::Appender& appender, TimeMs t, WriteReport* report) {
  refused.assign(added.size(), false);
  bool all_known = true;
  for (size_t i = 0; i < added.size(); ++i) {
    if (refs[i] != 0) continue;
    Result<storage::SeriesRef> ref = appender.GetRef(added[i]->labels);
    if (ref.ok()) {
      added[i]->ref = refs[i] = *ref;
      continue;
    }
    all_known = false;
    refused[i] = true;
    Count(storage::AppendError::kNone, ref.error().message(), report);
  }
  if (!all_known) {
    for (size_t i = 0; i < added.size(); ++i) {
      if (!refused[i]) WriteOne(appender, i, t, report);
    }
    return;
  }
  std::vector<storage::RowError> errors;
  if (!refs.empty()) appender.AppendRow(t, refs, values, &errors);
  for (const storage::RowError& error : errors) {
    if (error.error == storage::AppendError::kUnknownRef) {
      WriteOne(appender, error.index, t, report);
    } else {
      refused[error.index] = true;
      Count(error.error, std::string(storage::AppendErrorText(error.error)), report);
    }
  }
}

void Output::Impl::WriteHistograms(storage::Appender& appender, TimeMs t, WriteReport* report) {
  for (HistogramSample& sample : histograms) {
    Result<storage::SeriesRef> ref =
        appender.AppendFloatHistogram(0, sample.series->labels, t, sample.histogram);
    if (ref.ok()) {
      sample.series->ref = *ref;
    } else {
      Count(storage::AppendError::kNone, ref.error().message(), report);
      sample.series = nullptr;
    }
  }
}

void Output::Impl::WriteStale(storage::Appender& appender, TimeMs t, WriteReport* report) {
  for (const auto& [labels, one] : series) {
    if (!one->written || one->round == round) continue;
    storage::AppendError kind = storage::AppendError::kNone;
    Result<storage::SeriesRef> ref = appender.Append(one->ref, labels, t, model::kStaleNan, &kind);
    if (kind == storage::AppendError::kUnknownRef ||
        (!ref.ok() && ref.error().code() == ErrorCode::kNotFound)) {
      ref = appender.Append(0, labels, t, model::kStaleNan, &kind);
    }
    // Another rule that writes the same series is no reason to complain.
    bool expected = kind == storage::AppendError::kOutOfOrder ||
                    kind == storage::AppendError::kTooOld ||
                    kind == storage::AppendError::kDuplicateTimestamp;
    if (!ref.ok() && !expected && report->others.size() < kMaxTold) {
      report->others.push_back("adding a stale marker: " + ref.error().message());
    }
  }
}

// After a commit: who was written, who is forgotten.
void Output::Impl::Settle() {
  for (size_t i = 0; i < added.size(); ++i) added[i]->written = !refused[i];
  for (const HistogramSample& sample : histograms) {
    if (sample.series != nullptr) sample.series->written = true;
  }
  if (series.size() > added.size() + histograms.size()) {
    erase_if(series, [this](const auto& entry) { return entry.second->round != round; });
    // A source whose series is gone must not find it again.
    erase_if(sources, [this](const auto& entry) { return entry.second.round != round; });
  } else if (sources.size() > 2 * added.size() + kSpareSources) {
    erase_if(sources, [this](const auto& entry) { return entry.second.round != round; });
  }
}

WriteReport Output::Write(storage::Appendable& appendable, TimeMs t) {
  WriteReport report;
  if (size() == 0 && impl_->series.empty()) return report;
  std::unique_ptr<storage::Appender> appender = appendable.NewAppender();
  impl_->WriteFloats(*appender, t, &report);
  impl_->WriteHistograms(*appender, t, &report);
  if (impl_->series.size() > size()) impl_->WriteStale(*appender, t, &report);
  report.committed = appender->Commit();
  if (report.committed.ok()) impl_->Settle();
  return report;
}

std::vector<model::Labels> Output::WrittenLabels() const {
  std::vector<model::Labels> labels;
  for (const auto& [key, series] : impl_->series) {
    if (series->written) labels.push_back(key);
  }
  return labels;
}

void Output::CopyFrom(const Output& from) {
  for (const auto& [labels, series] : from.impl_->series) {
    if (!series->written) continue;
    Series* mine = Find(labels);
    mine->ref = series->ref;
    mine->written = true;
  }
}

}  // namespace watchfire::rules

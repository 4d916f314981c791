#include "scrape/series_cache.h"

#include <algorithm>

#include "base/check.h"
#include "model/sample.h"
#include "scrape/page_reader.h"

namespace watchfire::scrape {

using exposition::EntryKind;
using exposition::PageLayout;
using storage::AppendError;
using storage::SeriesRef;

namespace {

constexpr std::string_view kReportNames[] = {
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes",
};
constexpr size_t kPlainReportNames = 5;

void Count(AppendError error, Refused& refused) {
  switch (error) {
    case AppendError::kNone:
      break;
    case AppendError::kOutOfOrder:
    case AppendError::kTooOld:
      ++refused.out_of_order;
      break;
    case AppendError::kDuplicateTimestamp:
      ++refused.duplicate;
      break;
    case AppendError::kOutOfBounds:
      ++refused.out_of_bounds;
      break;
    case AppendError::kUnknownRef:
      refused.unknown_ref = true;
      break;
  }
}

// Refusals do not matter: a series that is gone or has newer samples needs no marker.
void AppendStale(storage::Appender& appender, TimeMs t, Scratch& scratch) {
  if (scratch.stale.empty()) return;
  scratch.stale_values.assign(scratch.stale.size(), model::kStaleNan);
  scratch.errors.clear();
  appender.AppendRow(t, scratch.stale, scratch.stale_values, &scratch.errors);
}

}  // namespace

std::span<const std::string_view> SeriesCache::ReportNames(const SampleRules& rules) {
  std::span<const std::string_view> all = kReportNames;
  return rules.extra_scrape_metrics ? all : all.first(kPlainReportNames);
}

SeriesCache::SeriesCache(const SampleRules& rules, const model::Labels& target_labels,
                         LayoutTable& layouts)
    : rules_(rules), target_labels_(target_labels), layouts_(layouts) {}

Result<void> SeriesCache::CheckSampleLimit(const PageCounts& counts) const {
  if (rules_.sample_limit > 0 && counts.after_relabeling > rules_.sample_limit) {
    return Error::Limit("sample limit exceeded");
  }
  return {};
}

Result<void> SeriesCache::Read(exposition::Parser& parser, storage::Appender& appender,
                               Scratch& scratch, PageCounts& counts) {
  scratch.page.values.clear();
  scratch.page.timestamps.clear();
  scratch.stale.clear();
  counts = {};
  size_t matched = layout_ ? parser.MatchKnown(*layout_, 0, scratch.page) : 0;
  Result<EntryKind> next = parser.Next();
  if (!next.ok()) {
    counts.scraped = counts.after_relabeling = scratch.page.values.size();
    return next.error();
  }
  bool unchanged = layout_ && matched == layout_->line_count() && *next == EntryKind::kEnd;
  if (unchanged && inherited_.empty()) {
    counts = counts_;
    return CheckSampleLimit(counts);
  }
  return PageReader(*this, parser, appender, scratch, counts).Run(matched);
}

Result<void> SeriesCache::ResolveReport(storage::Appender& appender) {
  if (row_refs_.size() > series_count_) return {};
  std::vector<SeriesRef> refs;
  for (std::string_view name : ReportNames(rules_)) {
    model::LabelsBuilder labels(target_labels_);
    labels.Set(model::kMetricName, name);
    refs.push_back(TRY(appender.GetRef(labels.Build())));
  }
  row_refs_.insert(row_refs_.end(), refs.begin(), refs.end());
  row_refs_.shrink_to_fit();
  return {};
}

Result<Refused> SeriesCache::Append(storage::Appender& appender, TimeMs t, TimeMs max_time,
                                    std::span<const double> report, Scratch& scratch) {
  TRY(ResolveReport(appender));
  Refused refused;
  refused.duplicate = counts_.duplicates;
  std::vector<double>* values = &scratch.page.values;
  if (!plain()) {
    scratch.row.clear();
    size_t sample = 0;
    for (size_t line = 0; line < layout_->line_count(); ++line) {
      PageLayout::LineKind kind = layout_->kind(line);
      if (kind == PageLayout::LineKind::kMeta) continue;
      SeriesRef ref = slots_[sample];
      if (InRow(kind) && ref != kDropped && ref != kDuplicate) {
        scratch.row.push_back(scratch.page.values[sample]);
      }
      ++sample;
    }
    AppendTimed(appender, max_time, scratch, refused);
    values = &scratch.row;
  }
  WF_CHECK(values->size() == series_count_);
  values->insert(values->end(), report.begin(), report.end());
  WF_CHECK(values->size() == row_refs_.size());
  scratch.errors.clear();
  appender.AppendRow(t, row_refs_, *values, &scratch.errors);
  for (const storage::RowError& error : scratch.errors) Count(error.error, refused);
  AppendStale(appender, t, scratch);
  active_ = true;
  return refused;
}

void SeriesCache::AppendTimed(storage::Appender& appender, TimeMs max_time, const Scratch& scratch,
                              Refused& refused) {
  if (scratch.page.timestamps.empty() || !rules_.honor_timestamps) return;
  const model::Labels by_ref;
  size_t sample = 0;
  size_t timed = 0;
  for (size_t line = 0; line < layout_->line_count(); ++line) {
    PageLayout::LineKind kind = layout_->kind(line);
    if (kind == PageLayout::LineKind::kMeta) continue;
    size_t at = sample++;
    if (kind != PageLayout::LineKind::kTimedSample) continue;
    TimeMs t = scratch.page.timestamps[timed++];
    if (slots_[at] == kDropped || slots_[at] == kDuplicate) continue;
    if (t > max_time) {
      ++refused.out_of_bounds;
      continue;
    }
    AppendError error = AppendError::kNone;
    Result<SeriesRef> appended =
        appender.Append(slots_[at], by_ref, t, scratch.page.values[at], &error);
    if (!appended.ok()) Count(error, refused);
  }
}

Result<Refused> SeriesCache::AppendFailure(storage::Appender& appender, TimeMs t,
                                           std::span<const double> report, Scratch& scratch) {
  TRY(ResolveReport(appender));
  Refused refused;
  scratch.stale.clear();
  AddTracked(scratch.stale);
  AppendStale(appender, t, scratch);
  scratch.errors.clear();
  appender.AppendRow(t, std::span(row_refs_).subspan(series_count_), report, &scratch.errors);
  for (const storage::RowError& error : scratch.errors) Count(error.error, refused);
  if (refused.unknown_ref) return refused;
  active_ = false;
  inherited_.clear();
  return refused;
}

void SeriesCache::AddTracked(std::vector<SeriesRef>& refs) const {
  refs.insert(refs.end(), inherited_.begin(), inherited_.end());
  if (active_) {
    std::span<const SeriesRef> series = series_refs();
    refs.insert(refs.end(), series.begin(), series.end());
    if (rules_.track_timestamps_staleness && !plain()) {
      for (SeriesRef ref : slots_) {
        if (ref != kDropped && ref != kDuplicate) refs.push_back(ref);
      }
    }
  }
  std::sort(refs.begin(), refs.end());
  refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
}

std::vector<SeriesRef> SeriesCache::ActiveRefs() const {
  std::vector<SeriesRef> refs;
  AddTracked(refs);
  refs.insert(refs.end(), row_refs_.begin() + static_cast<std::ptrdiff_t>(series_count_),
              row_refs_.end());
  return refs;
}

void SeriesCache::Forget() {
  std::vector<SeriesRef> tracked;
  AddTracked(tracked);
  inherited_ = std::move(tracked);
  layout_ = nullptr;
  counts_ = {};
  row_refs_.clear();
  series_count_ = 0;
  slots_.clear();
  active_ = false;
}

void SeriesCache::Inherit(SeriesCache&& older) {
  if (rules_ == older.rules_ && target_labels_ == older.target_labels_) {
    layout_ = std::move(older.layout_);
    if (layout_) layout_ = layouts_.Share(layout_);
    counts_ = older.counts_;
    row_refs_ = std::move(older.row_refs_);
    series_count_ = older.series_count_;
    slots_ = std::move(older.slots_);
    active_ = older.active_;
    inherited_ = std::move(older.inherited_);
    return;
  }
  inherited_.clear();
  older.AddTracked(inherited_);
}

}  // namespace watchfire::scrape

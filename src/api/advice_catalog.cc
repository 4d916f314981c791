#include "api/advice_catalog.h"

#include <algorithm>

namespace watchfire::api {
namespace {

std::string Key(const model::Matchers& matchers) {
  std::string key;
  for (const model::Matcher& matcher : matchers) key += matcher.ToString() + ",";
  return key;
}

// More than the limit is as good as not known: a part of the names would mislead.
advice::Catalog::Names Bounded(Result<std::vector<std::string>> names, size_t limit) {
  if (!names.ok() || names->size() > limit) return std::nullopt;
  return std::move(*names);
}

}  // namespace

AdviceCatalog::AdviceCatalog(storage::Queryable* storage, const scrape::Manager* scrape,
                             const Clock* clock, AdviceBounds bounds)
    : storage_(storage),
      scrape_(scrape),
      clock_(clock),
      bounds_(std::move(bounds)),
      deadline_ns_(clock->MonotonicNs() + bounds_.budget_ms * 1'000'000) {}

bool AdviceCatalog::MayGoOn() const {
  bool gone = bounds_.cancelled != nullptr && *bounds_.cancelled;
  return !gone && clock_->MonotonicNs() <= deadline_ns_;
}

storage::Querier* AdviceCatalog::Recent() {
  if (!MayGoOn()) return nullptr;
  if (recent_ == nullptr) {
    auto querier = storage_->NewQuerier(bounds_.now - bounds_.recent_ms, bounds_.now);
    if (!querier.ok()) return nullptr;
    recent_ = std::move(*querier);
  }
  return recent_.get();
}

std::optional<model::MetricType> AdviceCatalog::FamilyType(const std::string& family) {
  if (scrape_ == nullptr || family.empty()) return std::nullopt;
  auto known = types_.find(family);
  if (known != types_.end()) return known->second;
  if (!MayGoOn()) return std::nullopt;
  std::optional<model::MetricType> type;
  bool differ = false;
  scrape_->VisitMetadata(family, [&](const scrape::TargetMetadata& row) {
    differ = type && *type != row.metadata.type;
    type = row.metadata.type;
    return !differ;
  });
  if (differ) type.reset();
  types_.emplace(family, type);
  return type;
}

std::optional<std::vector<model::Labels>> AdviceCatalog::Select(storage::Querier& querier,
                                                                storage::SelectHints hints,
                                                                const model::Matchers& matchers) {
  hints.function = "series";
  auto set = querier.Select(false, hints, matchers);
  std::vector<model::Labels> found;
  while (found.size() < hints.limit && set->Next()) {
    found.push_back(set->At().labels());
    if (found.size() % 256 == 0 && !MayGoOn()) return std::nullopt;
  }
  if (!set->status().ok()) return std::nullopt;
  return found;
}

std::optional<bool> AdviceCatalog::Exists(const model::Matchers& matchers) {
  std::string key = Key(matchers);
  auto known = exists_.find(key);
  if (known != exists_.end()) return known->second;
  storage::Querier* querier = Recent();
  if (querier == nullptr) return std::nullopt;
  storage::SelectHints hints;
  hints.start = bounds_.now - bounds_.recent_ms;
  hints.end = bounds_.now;
  hints.limit = 1;
  auto found = Select(*querier, hints, matchers);
  if (!found) return std::nullopt;
  exists_.emplace(std::move(key), !found->empty());
  return !found->empty();
}

advice::Catalog::Names AdviceCatalog::MetricNames() {
  storage::Querier* querier = Recent();
  if (querier == nullptr) return std::nullopt;
  std::string name(model::kMetricName);
  return Bounded(querier->LabelValues(name, {}, bounds_.max_metrics + 1), bounds_.max_metrics);
}

advice::Catalog::Names AdviceCatalog::LabelNames(const model::Matchers& matchers) {
  storage::Querier* querier = Recent();
  if (querier == nullptr) return std::nullopt;
  return Bounded(querier->LabelNames(matchers, bounds_.max_names + 1), bounds_.max_names);
}

advice::Catalog::Names AdviceCatalog::LabelValues(const std::string& label,
                                                  const model::Matchers& matchers) {
  storage::Querier* querier = Recent();
  if (querier == nullptr) return std::nullopt;
  return Bounded(querier->LabelValues(label, matchers, bounds_.max_names + 1), bounds_.max_names);
}

std::optional<std::vector<model::Labels>> AdviceCatalog::CurrentSeries(
    const model::Matchers& matchers, size_t limit) {
  if (!MayGoOn()) return std::nullopt;
  TimeMs start = bounds_.now - bounds_.lookback_ms + 1;
  auto querier = storage_->NewQuerier(start, bounds_.now);
  if (!querier.ok()) return std::nullopt;
  storage::SelectHints hints;
  hints.start = start;
  hints.end = bounds_.now;
  hints.limit = limit + 1;
  auto found = Select(**querier, hints, matchers);
  if (!found || found->size() > limit) return std::nullopt;
  return found;
}

const std::map<std::string, int64_t>& AdviceCatalog::IntervalsByJob() {
  if (intervals_by_job_) return *intervals_by_job_;
  intervals_by_job_.emplace();
  if (scrape_ == nullptr) return *intervals_by_job_;
  for (const scrape::TargetStatus& target : scrape_->Targets().active) {
    std::string job(target.labels.Get("job"));
    if (target.interval_ms <= 0) continue;
    auto [row, added] = intervals_by_job_->emplace(std::move(job), target.interval_ms);
    if (!added) row->second = std::min(row->second, target.interval_ms);
  }
  return *intervals_by_job_;
}

std::optional<int64_t> AdviceCatalog::ScrapeIntervalMs(const model::Matchers& matchers) {
  constexpr size_t kMaxJobs = 100;
  std::string key = Key(matchers);
  auto known = intervals_.find(key);
  if (known != intervals_.end()) return known->second;
  if (IntervalsByJob().empty()) return std::nullopt;
  storage::Querier* querier = Recent();
  if (querier == nullptr) return std::nullopt;
  Names jobs = Bounded(querier->LabelValues("job", matchers, kMaxJobs + 1), kMaxJobs);
  if (!jobs) return std::nullopt;
  std::optional<int64_t> shortest;
  for (const std::string& job : *jobs) {
    auto row = IntervalsByJob().find(job);
    // Pushed, or of a target that is gone: its rhythm is not known, and it may be the slower one.
    if (row == IntervalsByJob().end()) continue;
    shortest = shortest ? std::min(*shortest, row->second) : row->second;
  }
  if (shortest) intervals_.emplace(std::move(key), *shortest);
  return shortest;
}

}  // namespace watchfire::api

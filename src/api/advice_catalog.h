#pragma once
// What advice on queries asks about the data, answered by the storage and the scrape pools: one of
// these is made for each request, used by its thread, and remembers what it was asked.
//
// Bounds: no question is begun after the deadline or when the client has gone, none lists more
// names or series than the limits below. What is over a bound is "not known". It borrows the
// storage and the manager (null: no metadata and no intervals), which must outlive it.

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "promql/advice/catalog.h"
#include "scrape/manager.h"
#include "storage/querier.h"

namespace watchfire::api {

struct AdviceBounds {
  TimeMs now = 0;
  int64_t recent_ms = 24 * 3600 * 1000;  // what was not seen for so long does not exist
  int64_t lookback_ms = 300'000;
  int64_t budget_ms = 2000;
  size_t max_metrics = 100'000;
  size_t max_names = 10'000;                           // label names, or values of a label
  std::shared_ptr<const std::atomic<bool>> cancelled;  // may be null
};

class AdviceCatalog final : public advice::Catalog {
 public:
  AdviceCatalog(storage::Queryable* storage, const scrape::Manager* scrape, const Clock* clock,
                AdviceBounds bounds);

  std::optional<model::MetricType> FamilyType(const std::string& family) override;
  std::optional<bool> Exists(const model::Matchers& matchers) override;
  Names MetricNames() override;
  Names LabelNames(const model::Matchers& matchers) override;
  Names LabelValues(const std::string& label, const model::Matchers& matchers) override;
  std::optional<std::vector<model::Labels>> CurrentSeries(const model::Matchers& matchers,
                                                          size_t limit) override;
  std::optional<int64_t> ScrapeIntervalMs(const model::Matchers& matchers) override;

 private:
  bool MayGoOn() const;
  // Over the recent past; null if that failed.
  storage::Querier* Recent();
  std::optional<std::vector<model::Labels>> Select(storage::Querier& querier,
                                                   storage::SelectHints hints,
                                                   const model::Matchers& matchers);
  const std::map<std::string, int64_t>& IntervalsByJob();

  storage::Queryable* const storage_;
  const scrape::Manager* const scrape_;
  const Clock* const clock_;
  const AdviceBounds bounds_;
  const int64_t deadline_ns_;
  std::unique_ptr<storage::Querier> recent_;
  std::map<std::string, std::optional<model::MetricType>> types_;
  std::map<std::string, bool> exists_;  // by the text of the matchers
  std::map<std::string, int64_t> intervals_;
  std::optional<std::map<std::string, int64_t>> intervals_by_job_;
};

}  // namespace watchfire::api

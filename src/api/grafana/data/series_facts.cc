#include "api/grafana/data/series_facts.h"

#include <algorithm>

#include "model/sample.h"

namespace watchfire::api {
namespace {

constexpr size_t kSeriesWithSamples = 20;
constexpr size_t kSeriesLookedAt = 5000;

std::unique_ptr<storage::SeriesSet> Select(storage::Querier& querier,
                                           const model::Matchers& matchers, TimeMs mint,
                                           TimeMs maxt) {
  storage::SelectHints hints;
  hints.start = mint;
  hints.end = maxt;
  return querier.Select(false, hints, matchers);
}

std::vector<TimeMs> SampleTimes(storage::Series& series, TimeMs mint, TimeMs maxt) {
  std::vector<TimeMs> times;
  storage::Columns columns = series.Read(mint, maxt);
  for (size_t i = 0; i < columns.t.size(); ++i) {
    if (!model::IsStaleNan(columns.v[i])) times.push_back(columns.t[i]);
  }
  if (!times.empty()) return times;
  for (const storage::HistogramSample& sample : series.ReadHistograms(mint, maxt)) {
    if (!model::IsStaleNan(sample.histogram.sum)) times.push_back(sample.t);
  }
  return times;
}

// The most that any window of the length holds; its left edge does not belong to it.
size_t MostWithin(const std::vector<TimeMs>& times, int64_t range_ms) {
  size_t most = 0;
  size_t low = 0;
  for (size_t high = 0; high < times.size(); ++high) {
    while (times[high] - times[low] >= range_ms) ++low;
    most = std::max(most, high - low + 1);
  }
  return most;
}

int64_t UsualGap(const std::vector<TimeMs>& times) {
  if (times.size() < 2) return 0;
  std::vector<int64_t> gaps;
  for (size_t i = 1; i < times.size(); ++i) gaps.push_back(times[i] - times[i - 1]);
  auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

bool LookWithin(storage::Queryable& storage, const model::Matchers& matchers,
                const FactsWindow& window, SeriesFacts* facts) {
  auto querier = storage.NewQuerier(window.mint, window.maxt);
  if (!querier.ok()) return false;
  auto set = Select(**querier, matchers, window.mint, window.maxt);
  size_t found = 0;
  for (size_t i = 0; i < kSeriesLookedAt && found < kSeriesWithSamples && set->Next(); ++i) {
    std::vector<TimeMs> times = SampleTimes(set->At(), window.mint, window.maxt);
    if (times.empty()) continue;
    ++found;
    facts->most_in_range = std::max(facts->most_in_range, MostWithin(times, window.range_ms));
    int64_t gap = UsualGap(times);
    if (gap > 0 && (facts->interval_ms == 0 || gap < facts->interval_ms)) facts->interval_ms = gap;
  }
  facts->in_window = found > 0;
  return set->status().ok();
}

// Samples of the range [mint, maxt], which lies before or behind the window.
void LookOutside(storage::Queryable& storage, const model::Matchers& matchers, TimeMs mint,
                 TimeMs maxt, bool before, SeriesFacts* facts) {
  if (mint > maxt) return;
  auto querier = storage.NewQuerier(mint, maxt);
  if (!querier.ok()) return;
  auto set = Select(**querier, matchers, mint, maxt);
  for (size_t i = 0;
       i < kSeriesLookedAt && facts->elsewhere.size() < kSeriesWithSamples && set->Next(); ++i) {
    storage::Series& series = set->At();
    std::optional<TimeMs>& best = before ? facts->last_before : facts->first_after;
    model::Sample latest;
    TimeMs t = 0;
    if (before && series.Latest(mint, maxt, &latest)) {
      t = latest.t;
    } else {
      std::vector<TimeMs> times = SampleTimes(series, mint, maxt);
      if (times.empty()) continue;
      t = before ? times.back() : times.front();
    }
    if (!best || (before ? t > *best : t < *best)) best = t;
    facts->elsewhere.push_back(series.labels());
  }
}

}  // namespace

SeriesFacts LookUpFacts(storage::Queryable& storage, const model::Matchers& matchers,
                        const FactsWindow& window) {
  constexpr int64_t kDay = 24 * 3'600'000;
  SeriesFacts facts;
  facts.known = LookWithin(storage, matchers, window, &facts);
  if (!facts.known || facts.in_window) return facts;
  LookOutside(storage, matchers, 0, window.mint - 1, true, &facts);
  LookOutside(storage, matchers, window.maxt + 1, std::max(window.now, window.maxt) + kDay, false,
              &facts);
  return facts;
}

}  // namespace watchfire::api

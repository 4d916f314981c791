#pragma once
// Leaves: how stored samples become windows. A RangeSource walks the series of a range selector or
// of a subquery and gives, for each, its samples in columns and the window [lo, hi) of every step.
// Windows depend on timestamps only; series that share their timestamp array share them, so they
// are computed once per scrape target and not once per series. version() tells when they changed:
// whoever derives more from the windows (the rate functions do) keeps it as long as it is the same.
//
// Stale markers are gone from what a source yields. One thread; used by the operators only.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "promql/kernels/windows.h"
#include "promql/operators/operator.h"
#include "storage/querier.h"

namespace watchfire::promql {

WindowGrid MakeWindowGrid(const PlanNode& node, const Grid& grid);

class RangeSource {
 public:
  virtual ~RangeSource() = default;
  virtual bool Next() = 0;
  virtual const model::Labels& labels() = 0;
  virtual bool drop_name() { return false; }
  // As those of a Stream.
  virtual uint32_t group() { return 0; }
  virtual const model::Labels& group_labels(uint32_t group);

  // Of the current series.
  const storage::Columns& floats() const { return floats_; }
  const Windows& windows() const { return *windows_; }
  // Changes whenever windows() or the times are other ones than for the series before.
  uint64_t version() const { return version_; }
  // Valid until the next series.
  std::span<const storage::HistogramSample> histograms() const { return histograms_; }
  const Windows& histogram_windows() const { return histogram_windows_; }

 protected:
  // Sets what the accessors above give; drops stale markers. `shared` times outlive the source.
  // `histograms` may be null; they must stay until the next series.
  void SetSeries(storage::Columns floats, const std::vector<storage::HistogramSample>* histograms,
                 bool shared);
  // Gives what `other` gives for its current series.
  void Mirror(const RangeSource& other);
  WindowGrid grid_;

 private:
  void SetHistograms(const std::vector<storage::HistogramSample>& histograms);

  storage::Columns floats_;
  std::span<const storage::HistogramSample> histograms_;
  std::vector<storage::HistogramSample> own_histograms_;  // without stale markers
  const Windows* windows_ = nullptr;
  uint64_t version_ = 0;
  uint64_t next_version_ = 1;

  // Windows of the last shared times, and of times that belong to one series.
  const TimeMs* shared_t_ = nullptr;
  size_t shared_size_ = 0;
  uint64_t shared_version_ = 0;
  Windows shared_windows_;
  Windows own_windows_;
  std::vector<TimeMs> own_t_;
  std::vector<double> own_v_;
  std::vector<TimeMs> own_st_;
  Windows histogram_windows_;
};

// For kRange and kSubquery.
std::unique_ptr<RangeSource> MakeRangeSource(QueryContext& context, const PlanNode& node,
                                             const Grid& grid);
std::unique_ptr<RangeSource> MakeSubquerySource(QueryContext& context, const PlanNode& node,
                                                const Grid& grid);

// The series of a selector or range, unless they were opened before (QueryContext::opened_set).
std::unique_ptr<storage::SeriesSet> OpenSeries(QueryContext& context, const PlanNode& node,
                                               const Grid& grid, bool sorted);

}  // namespace watchfire::promql

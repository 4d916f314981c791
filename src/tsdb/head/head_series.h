#pragma once
// HeadSeries: one series of the head as a query shows it: samples of the columns, histograms and
// what came late, without what is deleted. Made once per set and pointed at one series after the
// other. One thread; what it belongs to (head, view) must outlive it.

#include <memory>
#include <vector>

#include "storage/querier.h"
#include "tsdb/head/head.h"
#include "tsdb/samples/sample_reader.h"

namespace watchfire::head {

// What one querier shows; all of one moment.
struct View {
  TimeMs mint = kMinTime;
  TimeMs maxt = kMaxTime;
  const Snapshot* snapshot = nullptr;
  OooStores late;
  Deletions::Snapshot deleted;
};

class HeadSeries final : public storage::Series {
 public:
  HeadSeries(Head* head, const View& view);

  void Point(SeriesId id);
  // Whether the series has anything in the range of the view.
  bool Shows();

  const model::Labels& labels() const override;
  storage::Columns Read(TimeMs mint, TimeMs maxt) override;
  bool Latest(TimeMs mint, TimeMs maxt, model::Sample* out) override;
  std::vector<storage::HistogramSample> ReadHistograms(TimeMs mint, TimeMs maxt) override;

 private:
  bool IsDeleted(TimeMs t) const { return deleted_ != nullptr && block::IsCovered(t, *deleted_); }
  storage::Columns WithoutDeleted(const storage::Columns& all);
  // Arrays of its own: times live as long as the set, values until the next Read.
  storage::Columns Own(std::vector<TimeMs> times, std::vector<double> values);
  // What came late in the range and is not there in order.
  void ReadLate(TimeMs mint, TimeMs maxt, std::span<const TimeMs> floats,
                const std::vector<chunk::HistogramPoint>& points);
  storage::Columns WithLate(const storage::Columns& all, TimeMs mint, TimeMs maxt);
  void AddLatePoints(TimeMs mint, TimeMs maxt, std::vector<chunk::HistogramPoint>* points);

  Head* head_;
  const View& view_;
  SampleReader reader_;
  SeriesId id_ = 0;
  const block::Intervals* deleted_ = nullptr;
  bool has_late_ = false;
  mutable model::Labels labels_;
  mutable bool has_labels_ = false;
  std::vector<std::unique_ptr<std::vector<TimeMs>>> kept_times_;
  std::vector<double> kept_values_;
  OooSamples late_;
  OooSamples late_part_;
};

}  // namespace watchfire::head

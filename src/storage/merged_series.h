#pragma once
// MergedSeries: what several storages have of one series, as one: samples in order of time, those
// of the part named last where two have one of the same time. Timestamp arrays that were joined
// from the same arrays are the same array (JoinedTimes, one a set). One thread.

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "storage/querier.h"

namespace watchfire::storage {

// Joined timestamp arrays by the arrays they were joined from.
class JoinedTimes {
 public:
  using Key = std::vector<std::pair<const TimeMs*, size_t>>;
  // Null if there is none yet; the caller fills it then.
  std::unique_ptr<std::vector<TimeMs>>& At(const Key& key);

 private:
  std::map<Key, std::unique_ptr<std::vector<TimeMs>>> joined_;
  decltype(joined_)::value_type* newest_ = nullptr;  // neighbours often have the same
};

class MergedSeries final : public Series {
 public:
  explicit MergedSeries(JoinedTimes* joined) : joined_(joined) {}
  // At least one part.
  void Reset(std::vector<Series*>* parts) { parts_.swap(*parts); }

  const model::Labels& labels() const override { return parts_.front()->labels(); }
  Columns Read(TimeMs mint, TimeMs maxt) override;
  bool Latest(TimeMs mint, TimeMs maxt, model::Sample* out) override;
  std::vector<HistogramSample> ReadHistograms(TimeMs mint, TimeMs maxt) override;

 private:
  // Brings the pieces in order of time; false if some overlap.
  bool SortPieces();
  std::span<const TimeMs> JoinTimes();
  // Overlapping pieces, sample by sample. Equal keys give equal times, so these are shared, too.
  Columns Interleave();
  void SetKey();

  JoinedTimes* joined_;
  std::vector<Series*> parts_;
  std::vector<Columns> pieces_;
  std::vector<Columns> sorted_;
  std::vector<double> values_;
  JoinedTimes::Key key_;
};

}  // namespace watchfire::storage

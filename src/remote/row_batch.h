#pragma once
// RowBatch: the float samples of one request, gathered into rows. The storage wants samples that
// share a timestamp together (storage::Appender::AppendRow), senders send them series by series;
// so each sample is put to the row of its time, and the rows are handed over at the end, in order
// of time. A request whose samples all have one time, the usual one, is a single row already and is
// not touched again.
//
// Series that occur twice at one time are told apart here, since a row must not repeat a series.
// Reused from request to request. One thread.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/hash_map.h"
#include "storage/appender.h"

namespace watchfire::remote {

class RowBatch {
 public:
  struct Sample {
    uint32_t series = 0;  // of the request
    storage::SeriesRef ref = 0;
    TimeMs t = 0;
    double v = 0;
  };
  using OnRefused = std::function<void(const Sample&, storage::AppendError)>;

  void Clear();
  void Add(uint32_t series, storage::SeriesRef ref, TimeMs t, double v) {
    if (rows_.empty() || rows_[last_row_].t != t) last_row_ = RowAt(t);
    Row& row = rows_[last_row_];
    row.ascending &= ref > row.last_ref;
    row.last_ref = ref;
    ++row.count;
    refs_.push_back(ref);
    values_.push_back(v);
    series_.push_back(series);
    row_of_.push_back(last_row_);
  }
  // Hands everything over and clears; `refused` is told what the storage did not take.
  void Flush(storage::Appender& appender, const OnRefused& refused);

  size_t CapacityBytes() const;

 private:
  struct Row {
    TimeMs t = 0;
    uint32_t count = 0;
    bool ascending = true;  // of refs: then none is there twice
    storage::SeriesRef last_ref = 0;
  };
  // One row's columns, side by side.
  struct RowView {
    TimeMs t;
    std::span<storage::SeriesRef> refs;
    std::span<double> values;
    std::span<uint32_t> series;
  };

  uint32_t RowAt(TimeMs t);
  void SortIntoRows();
  void FlushRow(storage::Appender& appender, RowView row, bool distinct, const OnRefused& refused);
  // Moves what repeats to `repeated_`; returns the length of the rest.
  size_t PartRepeated(RowView row);

  std::vector<Row> rows_;
  uint32_t last_row_ = 0;
  HashMap<TimeMs, uint32_t> row_by_time_;  // filled from the second row on
  // Columns by sample, in the order of the request.
  std::vector<storage::SeriesRef> refs_;
  std::vector<double> values_;
  std::vector<uint32_t> series_;
  std::vector<uint32_t> row_of_;
  // Scratch: the same in order of rows, and a set of refs.
  std::vector<storage::SeriesRef> sorted_refs_;
  std::vector<double> sorted_values_;
  std::vector<uint32_t> sorted_series_;
  std::vector<uint32_t> starts_;
  std::vector<storage::SeriesRef> seen_;
  std::vector<Sample> repeated_;
  std::vector<storage::RowError> errors_;
};

}  // namespace watchfire::remote

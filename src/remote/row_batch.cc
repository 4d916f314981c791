#include "remote/row_batch.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace watchfire::remote {

using storage::AppendError;
using storage::SeriesRef;

void RowBatch::Clear() {
  rows_.clear();
  row_by_time_.clear();
  last_row_ = 0;
  refs_.clear();
  values_.clear();
  series_.clear();
  row_of_.clear();
}

uint32_t RowBatch::RowAt(TimeMs t) {
  // Series with several samples usually have the same times: after row i comes row i + 1.
  uint32_t next = last_row_ + 1;
  if (next < rows_.size() && rows_[next].t == t) return next;
  if (!rows_.empty() && rows_[0].t == t) return 0;
  if (rows_.size() == 1) row_by_time_.emplace(rows_[0].t, 0);
  auto index = static_cast<uint32_t>(rows_.size());
  if (index > 0) {
    auto [found, inserted] = row_by_time_.emplace(t, index);
    if (!inserted) return found->second;
  }
  rows_.push_back({.t = t});
  return index;
}

void RowBatch::Flush(storage::Appender& appender, const OnRefused& refused) {
  if (rows_.size() == 1) {
    FlushRow(appender, {rows_[0].t, refs_, values_, series_}, rows_[0].ascending, refused);
  } else if (!rows_.empty()) {
    SortIntoRows();
    std::vector<uint32_t> order(rows_.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return rows_[a].t < rows_[b].t; });
    for (uint32_t i : order) {
      size_t start = starts_[i];
      size_t n = rows_[i].count;
      FlushRow(appender,
               {rows_[i].t, std::span(sorted_refs_).subspan(start, n),
                std::span(sorted_values_).subspan(start, n),
                std::span(sorted_series_).subspan(start, n)},
               rows_[i].ascending, refused);
    }
  }
  Clear();
}

void RowBatch::SortIntoRows() {
  size_t n = refs_.size();
  sorted_refs_.resize(n);
  sorted_values_.resize(n);
  sorted_series_.resize(n);
  starts_.resize(rows_.size());
  uint32_t start = 0;
  for (size_t i = 0; i < rows_.size(); ++i) {
    starts_[i] = start;
    start += rows_[i].count;
  }
  std::vector<uint32_t> next(starts_);
  for (size_t i = 0; i < n; ++i) {
    uint32_t to = next[row_of_[i]]++;
    sorted_refs_[to] = refs_[i];
    sorted_values_[to] = values_[i];
    sorted_series_[to] = series_[i];
  }
}

void RowBatch::FlushRow(storage::Appender& appender, RowView row, bool distinct,
                        const OnRefused& refused) {
  repeated_.clear();
  size_t n = distinct ? row.refs.size() : PartRepeated(row);
  errors_.clear();
  appender.AppendRow(row.t, row.refs.first(n), row.values.first(n), &errors_);
  for (const storage::RowError& error : errors_) {
    size_t i = error.index;
    refused({row.series[i], row.refs[i], row.t, row.values[i]}, error.error);
  }
  for (const Sample& sample : repeated_) {
    AppendError error = AppendError::kNone;
    // The kind of the error says all.
    bool taken = appender.Append(sample.ref, {}, sample.t, sample.v, &error).ok();
    if (!taken) refused(sample, error);
  }
}

size_t RowBatch::PartRepeated(RowView row) {
  seen_.assign(std::bit_ceil(row.refs.size() * 2), 0);
  size_t mask = seen_.size() - 1;
  size_t kept = 0;
  for (size_t i = 0; i < row.refs.size(); ++i) {
    SeriesRef ref = row.refs[i];
    size_t at = static_cast<size_t>(ref * 0x9e3779b97f4a7c15ULL >> 32) & mask;
    while (seen_[at] != 0 && seen_[at] != ref) at = (at + 1) & mask;
    if (seen_[at] == ref) {
      repeated_.push_back({row.series[i], ref, row.t, row.values[i]});
      continue;
    }
    seen_[at] = ref;
    row.refs[kept] = ref;
    row.values[kept] = row.values[i];
    row.series[kept++] = row.series[i];
  }
  return kept;
}

size_t RowBatch::CapacityBytes() const {
  return (refs_.capacity() + sorted_refs_.capacity() + seen_.capacity()) * sizeof(SeriesRef) +
         (values_.capacity() + sorted_values_.capacity()) * sizeof(double) +
         (series_.capacity() + sorted_series_.capacity() + row_of_.capacity()) * sizeof(uint32_t) +
         rows_.capacity() * sizeof(Row);
}

}  // namespace watchfire::remote

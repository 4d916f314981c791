#pragma once
// HeadAppender: one transaction on the head. Checks each sample against what is stored, with
// upstream's errors, and collects the good ones in rows by time; Commit hands them over. A row that
// is just the next one of its timeline is taken whole, without a check per sample. One thread.

#include <vector>

#include "storage/appender.h"
#include "tsdb/head/head.h"

namespace watchfire::head {

class HeadAppender final : public storage::Appender {
 public:
  explicit HeadAppender(Head* head);
  ~HeadAppender() override;

  Result<storage::SeriesRef> GetRef(const model::Labels& labels) override;
  Result<storage::SeriesRef> Append(storage::SeriesRef ref, const model::Labels& labels, TimeMs t,
                                    double v, storage::AppendError* error_kind) override;
  void AppendRow(TimeMs t, std::span<const storage::SeriesRef> refs, std::span<const double> values,
                 std::vector<storage::RowError>* errors) override;
  Result<storage::SeriesRef> AppendHistogram(storage::SeriesRef ref, const model::Labels& labels,
                                             TimeMs t, const model::Histogram& histogram) override;
  Result<storage::SeriesRef> AppendFloatHistogram(storage::SeriesRef ref,
                                                  const model::Labels& labels, TimeMs t,
                                                  const model::FloatHistogram& histogram) override;
  // Those that repeat the series' newest, or come while none are kept, pass without an effect.
  Result<void> AppendExemplar(storage::SeriesRef ref, const model::Exemplar& exemplar) override;
  Result<void> UpdateMetadata(storage::SeriesRef ref, const model::Metadata& metadata) override;
  Result<void> Commit() override;
  void Rollback() override;

 private:
  struct Checked {
    storage::AppendError error = storage::AppendError::kNone;
    bool repeats = false;
    bool late = false;  // to be taken, out of order
    double existing = 0;
    bool existing_is_histogram = false;
  };
  // A transaction begins with its first operation, on whatever appender.
  void Begin();
  void End();
  storage::SeriesRef RefOf(SeriesId id) const;
  // The series that a ref names, if it still does.
  std::optional<SeriesId> SeriesOf(storage::SeriesRef ref) const;
  // Fills ids_; false if some are unknown, which are kNoSeries then.
  bool ResolveRow(std::span<const storage::SeriesRef> refs);
  Result<SeriesId> Resolve(storage::SeriesRef ref, const model::Labels& labels,
                           storage::AppendError* error_kind);
  Checked Check(SeriesId id, TimeMs t, double v);
  Checked CheckInOrder(SeriesId id, TimeMs t, double v);
  Result<Checked> CheckHistogram(SeriesId id, const chunk::HistogramPoint& point);
  // What becomes of a sample that its column does not take.
  Checked CheckLate(TimeMs t, storage::AppendError error, bool is_float);
  Row& RowAt(TimeMs t);
  void Keep(SeriesId id, TimeMs t, double v, const Checked& checked);

  static constexpr SeriesId kNoSeries = UINT32_MAX;

  Head* head_;
  uint64_t number_ = 0;  // among the active appenders; 0: nothing has begun
  TimeMs bound_ = 0;
  TimeMs newest_ = 0;      // the head's newest sample when the transaction began
  TimeMs late_bound_ = 0;  // samples from here on are taken out of order; kMaxTime: none
  Head::Transaction transaction_;
  Row* newest_row_ = nullptr;
  TimeMs newest_row_time_ = 0;
  SampleStore::Free free_;     // known from the sample before
  std::vector<SeriesId> ids_;  // scratch
};

}  // namespace watchfire::head

#pragma once
// The write door. Everything that produces samples (scrapes, rules, remote write, imports) sees an
// Appender and nothing else of the storage.
//
// An Appender is one transaction: what it was given becomes visible to queries, whole, at Commit,
// and never if it is rolled back or destroyed. It belongs to one thread. A SeriesRef names a series
// of this storage; 0 means "look it up by its labels". Refs stay valid while the storage keeps the
// series; a stale ref answers kNotFound and the caller falls back to labels.
//
// A scrape hands over a whole row at once (AppendRow): all its samples share one timestamp, which
// the head stores once, and a row whose refs are those of the row before costs an array step per
// sample and no look-up. Single appends may be mixed in the same transaction.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/exemplar.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/metadata.h"

namespace watchfire::storage {

using SeriesRef = uint64_t;

// Why a single sample was refused; the texts are upstream's.
enum class AppendError : uint8_t {
  kNone,
  kOutOfOrder,          // "out of order sample"
  kDuplicateTimestamp,  // "duplicate sample for timestamp"
  kOutOfBounds,         // "out of bounds"
  kTooOld,              // "too old sample"
  kUnknownRef,          // the ref is stale
};
std::string_view AppendErrorText(AppendError error);
// Upstream's long form of kDuplicateTimestamp for float samples; numbers as Go's %g prints them.
std::string DuplicateSampleText(TimeMs t, double existing, double rejected);

struct RowError {
  size_t index;  // into the row
  AppendError error;
};

class Appender {
 public:
  virtual ~Appender() = default;

  // The series' ref, creating the series if needed. Labels must be valid and not empty:
  // kInvalid otherwise (`empty labelset`, `invalid sample`).
  virtual Result<SeriesRef> GetRef(const model::Labels& labels) = 0;

  // `ref` 0: by labels. The error's code is kInvalid and its text upstream's
  // (`duplicate sample for timestamp …`); `error_kind` tells which, if given.
  virtual Result<SeriesRef> Append(SeriesRef ref, const model::Labels& labels, TimeMs t, double v,
                                   AppendError* error_kind = nullptr) = 0;

  // One row: values[i] belongs to refs[i], all at `t`. Refused samples are added to `errors`, the
  // others go in. Refs must be known and distinct.
  virtual void AppendRow(TimeMs t, std::span<const SeriesRef> refs, std::span<const double> values,
                         std::vector<RowError>* errors) = 0;

  virtual Result<SeriesRef> AppendHistogram(SeriesRef ref, const model::Labels& labels, TimeMs t,
                                            const model::Histogram& histogram) = 0;
  virtual Result<SeriesRef> AppendFloatHistogram(SeriesRef ref, const model::Labels& labels,
                                                 TimeMs t,
                                                 const model::FloatHistogram& histogram) = 0;
  virtual Result<void> AppendExemplar(SeriesRef ref, const model::Exemplar& exemplar) = 0;
  // What the page says of the series now. Storages that do not keep it let it pass.
  virtual Result<void> UpdateMetadata(SeriesRef /*ref*/, const model::Metadata& /*metadata*/) {
    return {};
  }

  // Logs the transaction, then publishes it. An error (disk full) means that nothing of it is
  // visible or kept.
  virtual Result<void> Commit() = 0;
  virtual void Rollback() = 0;
};

// What can hand out appenders: the database, a fan-out, a test storage. Thread-safe.
class Appendable {
 public:
  virtual ~Appendable() = default;
  virtual std::unique_ptr<Appender> NewAppender() = 0;
};

}  // namespace watchfire::storage

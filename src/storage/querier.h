#pragma once
// The read door. Queries, remote read and the API see a Querier and nothing else of the storage.
//
// A Querier is a view of [mint, maxt] (both inclusive) at the moment it was made: it never shows
// half a transaction. Select gives a SeriesSet, which is walked once, forwards. A Series answers in
// columns: timestamps and values in two arrays, never sample by sample. Series of one scrape target
// return the *same* timestamp array (equal `t` pointers while the SeriesSet lives), so that
// whoever computes windows over it does so once per target.
//
// Lifetimes: a SeriesSet must not outlive its Querier; Series and what they return are valid until
// the next call of Next() unless stated otherwise. One thread per SeriesSet; several SeriesSets of
// one Querier may be used by several threads. Errors: kLimit, kCorrupt, kIo, kCancelled.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"

namespace watchfire::storage {

// What the caller will do with the answer; a storage may use it to read less, never to answer
// differently.
struct SelectHints {
  TimeMs start = kMinTime;  // first and last sample time of interest, inclusive
  TimeMs end = kMaxTime;
  int64_t step_ms = 0;
  int64_t range_ms = 0;
  std::string function;               // the function or aggregation above the selector
  std::vector<std::string> grouping;  // sorted; labels kept (by) or dropped (without) above
  bool by = false;
  uint64_t limit = 0;  // at most so many series; 0 = all
};

// Float samples in columns, ascending in time; t.size() == v.size().
struct Columns {
  std::span<const TimeMs> t;
  std::span<const double> v;
};

struct HistogramSample {
  TimeMs t = 0;
  model::FloatHistogram histogram;
  bool was_integer = false;
};

class Series {
 public:
  virtual ~Series() = default;

  // Built on demand: callers that do not need labels should not ask. The reference is valid until
  // Next().
  virtual const model::Labels& labels() const = 0;

  // Samples with mint ≤ t ≤ maxt, stale markers included. The `t` array may be shared between
  // series and stays valid for the life of the SeriesSet; `v` until the next Read or Next.
  virtual Columns Read(TimeMs mint, TimeMs maxt) = 0;

  // The newest float sample with mint ≤ t ≤ maxt, if any; costs no decoding when it is the newest
  // of the series. Stale markers are returned as samples.
  virtual bool Latest(TimeMs mint, TimeMs maxt, model::Sample* out) = 0;

  // Native histograms in the range; empty for float series.
  virtual std::vector<HistogramSample> ReadHistograms(TimeMs mint, TimeMs maxt) = 0;
};

class SeriesSet {
 public:
  virtual ~SeriesSet() = default;
  virtual bool Next() = 0;
  virtual Series& At() = 0;
  // After Next() returned false: ok, or why the walk ended early.
  virtual Result<void> status() const = 0;
};

class Querier {
 public:
  virtual ~Querier() = default;

  // `sorted`: series come in label order (upstream's), which costs a sort.
  virtual std::unique_ptr<SeriesSet> Select(bool sorted, const SelectHints& hints,
                                            const model::Matchers& matchers) = 0;
  // Sorted, distinct; only of series that match, if matchers are given; 0 = no limit.
  virtual Result<std::vector<std::string>> LabelNames(const model::Matchers& matchers,
                                                      uint64_t limit) = 0;
  virtual Result<std::vector<std::string>> LabelValues(const std::string& name,
                                                       const model::Matchers& matchers,
                                                       uint64_t limit) = 0;
};

// What can be queried: the database, a merge of several, a test storage. Thread-safe.
class Queryable {
 public:
  virtual ~Queryable() = default;
  virtual Result<std::unique_ptr<Querier>> NewQuerier(TimeMs mint, TimeMs maxt) = 0;
};

}  // namespace watchfire::storage

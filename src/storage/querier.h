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
  // Runs shall tell the group of each series by `grouping` and `by`.
  bool groups = false;
  uint64_t limit = 0;  // at most so many series; 0 = all
};

// Float samples in columns, ascending in time; t.size() == v.size(). `st` says when the counting
// began that a sample is the sum of (its start timestamp); 0 if that is not known of a sample,
// empty if of none. It stays valid as long as `v`.
struct Columns {
  std::span<const TimeMs> t;
  std::span<const double> v;
  std::span<const TimeMs> st = {};
};

struct HistogramSample {
  TimeMs t = 0;
  model::FloatHistogram histogram;
  bool was_integer = false;
  TimeMs st = 0;  // as in Columns
};

class SeriesTable;

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

// Neighbours in a set that have the same timestamps, with all their samples of a time range.
struct SeriesRun {
  size_t count = 0;           // series, at least one
  std::span<const TimeMs> t;  // of each of them; valid as long as the set
  const double* v = nullptr;  // count × t.size(), series after series; until the next run
  // Native histograms; only in runs of one series, else null. Such a run may have no floats.
  const std::vector<HistogramSample>* histograms = nullptr;
  // The number of each series' group, if the hints ask for groups.
  std::span<const uint32_t> groups;
  // Start timestamps; only in runs of one series, else empty.
  std::span<const TimeMs> st = {};
};

// The newest sample of each of several neighbours. Series without one are left out; those whose
// newest sample is a native histogram come alone, with that one in `histogram`.
struct LatestRun {
  size_t count = 0;
  std::span<const TimeMs> t;  // one a series
  std::span<const double> v;
  const HistogramSample* histogram = nullptr;
  std::span<const uint32_t> groups;
};

// A set is walked once, either series by series (Next, At) or in runs, which is how thousands of
// series are read fast: their storage decodes them in a row, their windows are computed once, and
// nobody builds labels that nobody asks for. Stale markers are samples here, too.
class SeriesSet {
 public:
  virtual ~SeriesSet() = default;
  virtual bool Next() = 0;
  virtual Series& At() = 0;
  // After Next() returned false: ok, or why the walk ended early.
  virtual Result<void> status() const = 0;

  // ---- in runs: samples with mint ≤ t ≤ maxt, which must be the same at each call. What is not
  // overridden goes through Next and At.
  virtual bool NextRun(TimeMs mint, TimeMs maxt, SeriesRun* run);
  virtual bool NextLatest(TimeMs mint, TimeMs maxt, LatestRun* run);
  // Of series `i` of the last run; valid until the next call.
  virtual const model::Labels& RunLabels(size_t i);
  // Labels of a group that a run told of. Groups are numbered from 0 in order of appearance.
  virtual const model::Labels& GroupLabels(uint32_t group) const;

  // For those who merge: the set as a table, whatever the hints' limit, instead of walking it; null
  // if there is none.
  virtual std::unique_ptr<SeriesTable> TakeTable();
  // How many series there may be, before anything is read; 0: unknown.
  virtual size_t size_estimate() const { return 0; }
  // At most `parts` sets that together, in this order, give what this one would have, each for a
  // thread of its own; this one must not be walked then. Each part numbers its groups itself. They
  // must not outlive this set. Empty: it is not worth it, or cannot be done; walk this one.
  virtual std::vector<std::unique_ptr<SeriesSet>> Split(size_t /*parts*/) { return {}; }

 protected:
  // For the defaults: hints of the Select that made this set.
  void GroupBy(const SelectHints& hints);

 private:
  struct Walk;
  std::shared_ptr<Walk> walk_;  // of the defaults
};

class Querier {
 public:
  virtual ~Querier() = default;

  // `sorted`: series come in label order (upstream's), which costs a sort.
  virtual std::unique_ptr<SeriesSet> Select(bool sorted, const SelectHints& hints,
                                            const model::Matchers& matchers) = 0;
  // False if plainly no series has a sample in the range, both ends inclusive.
  virtual bool MayHave(TimeMs /*mint*/, TimeMs /*maxt*/) const { return true; }
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

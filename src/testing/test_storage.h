#pragma once
// TestStorage: the two storage doors over a map of vectors, for tests of whatever stands above the
// storage (engine, rules, scrape, API). It keeps the contract of storage/appender.h and
// storage/querier.h (transactions, upstream's append errors, label order, shared timestamp arrays)
// by the simplest means and nothing of the real head's cleverness, so that it can also serve as an
// oracle for it. Thread-safe; a Querier sees the data as they were when it was made.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "storage/appender.h"
#include "storage/querier.h"

namespace watchfire::testing {

// What one series holds, both in order of time. A series may hold both kinds.
struct TestSeries {
  std::vector<model::Sample> floats;
  std::vector<TimeMs> float_starts;  // start timestamps; empty, or as long as floats
  std::vector<storage::HistogramSample> histograms;
  std::vector<model::Exemplar> exemplars;
};
using TestSeriesMap = std::map<model::Labels, TestSeries>;

class TestStorage final : public storage::Appendable, public storage::Queryable {
 public:
  TestStorage();

  std::unique_ptr<storage::Appender> NewAppender() override;
  Result<std::unique_ptr<storage::Querier>> NewQuerier(TimeMs mint, TimeMs maxt) override;

  // One sample in a transaction of its own; a refusal aborts the test.
  void Add(const model::Labels& labels, TimeMs t, double v);
  void AddHistogram(const model::Labels& labels, TimeMs t, const model::FloatHistogram& histogram);
  // The start timestamp of a sample that is there.
  void SetStartTime(const model::Labels& labels, TimeMs t, TimeMs st);
  void Clear();
  // The committed data at this moment.
  std::shared_ptr<const TestSeriesMap> Snapshot() const;
  // Every Commit fails with this error until it is cleared with an ok result.
  void FailCommits(Result<void> error);

 private:
  friend class TestAppender;
  struct Pending {
    storage::SeriesRef ref = 0;
    TimeMs t = 0;
    double v = 0;
    std::unique_ptr<storage::HistogramSample> histogram;  // null for a float
  };

  storage::SeriesRef RefFor(const model::Labels& labels);
  Result<void> Apply(std::vector<Pending> samples,
                     std::vector<std::pair<storage::SeriesRef, model::Exemplar>> exemplars);

  mutable Mutex mutex_;
  std::shared_ptr<TestSeriesMap> data_ GUARDED_BY(mutex_);       // copied when a querier holds it
  std::vector<model::Labels> labels_by_ref_ GUARDED_BY(mutex_);  // ref - 1
  std::map<model::Labels, storage::SeriesRef> refs_ GUARDED_BY(mutex_);
  Result<void> commit_error_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::testing

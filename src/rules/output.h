#pragma once
// Output: the series that one rule writes. It remembers them from evaluation to evaluation, with
// their refs in the storage, so that a rule with the same answer as before builds no labels and
// looks nothing up; and it writes a stale marker when a series is not written any more.
//
//   output.Begin();
//   Output::Series* series = output.Find(labels);     // stays valid until End of a later round
//   if (!output.Add(series, 1.0)) …                   // was added already in this round
//   WriteReport report = output.Write(appendable, t); // or Abandon()
//
// Belongs to the thread that evaluates the rule, but for CopyFrom and labels, when nobody does.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "storage/appender.h"

namespace watchfire::rules {

struct WriteReport {
  Result<void> committed;    // an error: nothing was written
  std::string last_refusal;  // of a sample; "": none was refused
  size_t out_of_order = 0;
  size_t too_old = 0;
  size_t duplicates = 0;
  std::vector<std::string> others;  // refused for other reasons; at most ten
};

class Output {
 public:
  struct Series {
    model::Labels labels;
    storage::SeriesRef ref = 0;
    uint64_t round = 0;  // in which it was last added
    uint64_t created = 0;
    bool written = false;  // in the last round that was written
  };

  Output();
  ~Output();

  void Begin();
  // Owned by this; made if need be.
  Series* Find(const model::Labels& labels);
  // The series that the element of an answer with the labels `source` became last time, or null.
  Series* Known(const model::Labels& source);
  void Remember(const model::Labels& source, Series* series);

  // False: it was added before in this round.
  bool Add(Series* series, double v);
  bool Add(Series* series, model::FloatHistogram histogram);
  // Nothing was added, and nothing is written, as if there had been no round.
  void Abandon();
  // Writes what was added, and stale markers for what was written last time and is not now.
  WriteReport Write(storage::Appendable& appendable, TimeMs t);

  size_t size() const;  // samples added
  // What was written last.
  std::vector<model::Labels> WrittenLabels() const;
  // Takes over what `from` wrote; this one has written nothing yet.
  void CopyFrom(const Output& from);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::rules

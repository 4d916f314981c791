#pragma once
// Whether a storage shows in runs what it shows series by series: the same samples of the same
// series in the same order, in the same groups, split or not. For the tests of whatever overrides
// SeriesSet's runs.

#include <string>
#include <vector>

#include "storage/querier.h"

namespace watchfire::testing {

struct RunQuestion {
  TimeMs mint = kMinTime;
  TimeMs maxt = kMaxTime;
  bool sorted = false;
  bool latest = false;
  storage::SelectHints hints;
  model::Matchers matchers;
};

// A line a series: labels, group, samples bit for bit. `runs` counts the runs.
std::vector<std::string> ShownOneByOne(storage::Querier& querier, const RunQuestion& question);
std::vector<std::string> ShownInRuns(storage::Querier& querier, const RunQuestion& question,
                                     size_t* runs = nullptr);
// Of what Split gives, or the whole set when it gives nothing; groups by their labels only.
std::vector<std::string> ShownInParts(storage::Querier& querier, const RunQuestion& question,
                                      size_t parts);
std::vector<std::string> WithoutGroupNumbers(std::vector<std::string> lines);

// Empty if all agree, else the first difference.
std::string RunsDiffer(storage::Querier& querier, RunQuestion question);

}  // namespace watchfire::testing

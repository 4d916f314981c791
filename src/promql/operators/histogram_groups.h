#pragma once
// What `sum` and `avg` make of native histograms: an accumulator a group and step, made when the
// first histogram comes, so that aggregations of numbers hold nothing here. Shards have their own
// and are merged in order. Findings are gathered over all groups; the aggregation notes them once,
// at the end. One thread.

#include <memory>
#include <variant>
#include <vector>

#include "model/histogram_sum.h"
#include "promql/kernels/histogram_window.h"
#include "promql/operators/operator.h"

namespace watchfire::promql {

class HistogramGroups {
 public:
  HistogramGroups(size_t steps, bool average) : steps_(steps), average_(average) {}

  bool empty() const { return cells_.empty(); }
  // The stream's current series; accumulators count in `held`.
  void AddSeries(size_t group, Stream& stream, HeldSamples& held);
  void MergeGroup(size_t group, const HistogramGroups& other, size_t from);
  // Takes the findings over; once per shard.
  void MergeFindings(const HistogramGroups& other);

  // Puts the group's histograms into a column that holds its numbers. Where there are both, or
  // histograms that do not fit together, nothing is left.
  void Values(size_t group, Column* out);

  // Of all that was added, and of the values taken since.
  void Note(QueryContext& context, const PlanNode& aggregate) const;

 private:
  struct Cell {
    std::variant<model::HistogramSum, model::HistogramMean> all;
    bool incompatible = false;
    bool reset = false;  // hints that were seen
    bool no_reset = false;
  };
  using Group = std::vector<std::unique_ptr<Cell>>;  // empty, or one a step, null without any

  Cell& At(size_t group, size_t step);
  static bool IsFresh(const Cell& cell);
  void Tell(const model::Combination& result, Cell& cell);

  size_t steps_;
  bool average_;
  std::vector<Group> cells_;
  HistogramFindings findings_ = 0;
  bool mixed_kinds_ = false;
  std::string any_name_;  // of a series with histograms
  // Of the first series with histograms that did not fit.
  std::string mixed_schemas_of_;
};

}  // namespace watchfire::promql

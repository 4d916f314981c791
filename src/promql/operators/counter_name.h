#pragma once
// What rate and increase say about metrics that do not look like counters: by the end of their
// name, or by __type__ where the engine knows types. Tells each name once. One thread.

#include <string>

#include "promql/operators/operator.h"

namespace watchfire::promql {

class CounterNameCheck {
 public:
  // `range`: what rate or increase is applied to.
  CounterNameCheck(QueryContext& context, const PlanNode& range);
  // False: there is nothing to say, whatever the labels are. They may cost more than the function.
  bool active() const { return active_; }
  // Says it if the series of these labels has any number in the column.
  void Check(const model::Labels& labels, const Column& column);

 private:
  QueryContext& context_;
  PosRange pos_;
  bool one_name_;  // of all series
  bool active_;
  std::string told_;
};

}  // namespace watchfire::promql

#pragma once
// What rate and increase say about metrics that do not look like counters: by the end of their
// name, or by __type__ where the engine knows types. Tells each name once. One thread.

#include <string>

#include "promql/operators/operator.h"

namespace watchfire::promql {

class CounterNameCheck {
 public:
  // Of functions other than rate and increase nothing is said.
  CounterNameCheck(QueryContext& context, const PlanNode& call);
  // Says it if the series of these labels has any number in the column.
  void Check(const model::Labels& labels, const Column& column);
  bool active() const { return active_; }

 private:
  QueryContext& context_;
  PosRange pos_;
  bool active_ = false;
  std::string told_;
};

}  // namespace watchfire::promql

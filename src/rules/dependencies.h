#pragma once
// Which rules of a group may run beside each other. A rule depends on an earlier one if a selector
// of it could select what that one writes; where a selector names no metric, nobody can tell, and
// the whole group runs in order.
//
// EvaluationSlots bounds how many rules run beside the first of their group in all groups together
// and lends the threads for it. Thread-safe.

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "base/thread.h"
#include "rules/loader.h"

namespace watchfire::rules {

// Numbers of rules: batches run one after another, the rules of a batch in any order.
using Batches = std::vector<std::vector<size_t>>;

// First those that depend on nothing, then, one by one, those between, then those that nothing
// depends on. Every rule in its own batch if dependencies cannot be told.
Batches BatchesOf(const std::vector<RuleSpec>& rules);

class EvaluationSlots {
 public:
  explicit EvaluationSlots(size_t count);
  ~EvaluationSlots();
  // body(i) for all i < count: on this thread and on as many others as are free.
  void Run(size_t count, const std::function<void(size_t)>& body);

 private:
  size_t Take(size_t wanted);
  std::atomic<size_t> free_;
  ThreadPool pool_;
};

}  // namespace watchfire::rules

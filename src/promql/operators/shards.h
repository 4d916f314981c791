#pragma once
// A chain of operators that ends in one leaf, run on several threads: the leaf's series are split,
// and each part gets a context and a chain of its own. Worth it for thousands of series only; the
// order of parts is that of the series, so results that are put together in this order do not
// depend on which thread was faster.

#include <functional>

#include "promql/operators/operator.h"

namespace watchfire::promql {

// Opens the leaf and calls `prepare(parts)`, then `work(shard, part)` for each part, at the same
// time; within it MakeStream of anything above `leaf` sees that part's series. What shards noted
// and counted goes to `context`; the first error in order is thrown again.
// Returns false, having called nothing, if one thread is enough: MakeStream in `context` then finds
// the leaf opened.
bool RunInShards(QueryContext& context, const PlanNode& leaf, const Grid& grid,
                 const std::function<void(size_t)>& prepare,
                 const std::function<void(QueryContext&, size_t)>& work);

}  // namespace watchfire::promql

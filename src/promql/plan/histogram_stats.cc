#include "promql/plan/histogram_stats.h"

namespace watchfire::promql {
namespace {

struct Above {
  bool takes_stats = false;
  bool takes_buckets = false;
  bool combines = false;  // several samples become one, for which resets matter
};

void Mark(PlanNode& node, Above above) {
  switch (node.kind) {
    case NodeKind::kRange:
      above.combines = true;
      [[fallthrough]];
    case NodeKind::kSelector:
      // What becomes of a single sample as it is needs no look at the one before.
      node.histogram_stats = above.takes_stats && !above.takes_buckets && above.combines;
      return;
    case NodeKind::kSubquery:
      above.takes_buckets = true;
      break;
    case NodeKind::kCall: {
      const std::string& name = node.function;
      if (name == "histogram_count" || name == "histogram_sum" || name == "histogram_avg") {
        above.takes_stats = true;
      } else if (name == "histogram_quantile" || name == "histogram_quantiles" ||
                 name == "histogram_fraction") {
        above.takes_buckets = true;
      }
      break;
    }
    case NodeKind::kBinary: {
      BinaryOp op = node.expr->As<BinaryExpr>().op;
      if (op == BinaryOp::kTrimUpper || op == BinaryOp::kTrimLower) above.takes_buckets = true;
      above.combines = true;
      break;
    }
    case NodeKind::kAggregate:
      above.combines = true;
      break;
    default:
      break;
  }
  for (const PlanPtr& child : node.children) Mark(*child, above);
}

}  // namespace

void MarkHistogramStats(PlanNode& root) {
  Mark(root, {});
}

}  // namespace watchfire::promql

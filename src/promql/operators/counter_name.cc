#include "promql/operators/counter_name.h"

#include <fmt/core.h>

#include "base/text.h"

namespace watchfire::promql {
namespace {

bool NamedLikeCounter(std::string_view name) {
  return name.ends_with("_total") || name.ends_with("_sum") || name.ends_with("_count") ||
         name.ends_with("_bucket");
}

}  // namespace

CounterNameCheck::CounterNameCheck(QueryContext& context, const PlanNode& range)
    : context_(context),
      pos_(range.expr->pos),
      one_name_(range.kind == NodeKind::kRange && !range.selector().name.empty()) {
  bool named = range.kind == NodeKind::kRange && NamedLikeCounter(range.selector().name);
  active_ = context.options.type_and_unit_labels || !named;
}

void CounterNameCheck::Check(const model::Labels& labels, const Column& column) {
  if (!active_) return;
  std::string_view name = labels.metric_name();
  if (name.empty() || name == told_) return;
  std::string text;
  if (context_.options.type_and_unit_labels) {
    std::string_view type = labels.Get("__type__");
    if (type == "counter" || type == "histogram") return;
    text = fmt::format(
        "metric might not be a counter, __type__ label is not set to \"counter\" or "
        "\"histogram\", got {}: {}",
        GoQuote(type), GoQuote(name));
  } else {
    if (NamedLikeCounter(name)) return;
    text = fmt::format(
        "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: {}",
        GoQuote(name));
  }
  for (double v : column.v) {
    if (IsAbsent(v)) continue;
    context_.notes.Info(std::move(text), pos_);
    // With types, series of one name may differ in what is wrong with them.
    if (!context_.options.type_and_unit_labels) {
      told_ = name;
      active_ = !one_name_;
    }
    return;
  }
}

}  // namespace watchfire::promql

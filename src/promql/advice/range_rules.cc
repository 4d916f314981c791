// Ranges against scrape intervals, and subqueries whose step does not fit.
#include <fmt/format.h>

#include "model/duration.h"
#include "promql/advice/context.h"

namespace watchfire::advice {
namespace {

// What needs two samples of a series to say anything.
bool NeedsTwoSamples(std::string_view function) {
  return IsOneOf(function, {"changes", "delta", "deriv", "double_exponential_smoothing", "idelta",
                            "increase", "irate", "predict_linear", "rate", "resets"});
}

void CheckScrapeInterval(Context& context, const Place& place, const MatrixSelector& range) {
  if (context.catalog == nullptr || range.range_ms <= 0 || place.parent == nullptr) return;
  std::string_view function = FunctionOf(*place.parent->node);
  bool two = NeedsTwoSamples(function);
  std::optional<int64_t> interval = context.catalog->ScrapeIntervalMs(range.vector().matchers);
  if (!interval || *interval <= 0) return;
  int64_t least = two ? 2 * *interval : *interval;
  if (range.range_ms >= least || function.empty()) return;
  std::string shown = model::FormatDuration(range.range_ms);
  std::string needed = model::FormatDuration(4 * *interval);
  PosRange brackets = context.source.Brackets(range);
  context.Add("range-too-short", two ? Severity::kWarning : Severity::kInfo, brackets,
              fmt::format("a range of {} is shorter than {} of {}", shown,
                          two ? "two scrape intervals" : "the scrape interval",
                          model::FormatDuration(*interval)),
              fmt::format("{}() needs {} in the range; here some ranges, or all, have fewer, and "
                          "the graph has holes. Four intervals also survive a failed scrape.",
                          function, two ? "two samples" : "a sample"),
              fmt::format("a range of {}", needed),
              {{brackets.start, brackets.end, "[" + needed + "]"}});
}

void CheckStep(Context& context, const SubqueryExpr& subquery) {
  if (subquery.step_ms <= 0 || subquery.range_ms <= 0) return;
  if (subquery.step_ms <= subquery.range_ms) return;
  PosRange brackets = context.source.Brackets(subquery);
  std::string_view text = context.source.Text(brackets);
  size_t colon = text.find(':');
  Edits edits;
  if (colon != std::string_view::npos) {
    std::string range(text.substr(1, colon - 1));
    std::string step(text.substr(colon + 1, text.size() - colon - 2));
    edits = {{brackets.start, brackets.end, "[" + step + ":" + range + "]"}};
  }
  context.Add("step-larger-than-range", Severity::kWarning, brackets,
              fmt::format("the subquery's step of {} is larger than its range of {}",
                          model::FormatDuration(subquery.step_ms),
                          model::FormatDuration(subquery.range_ms)),
              "The range comes first and the step behind the colon. A range shorter than the step "
              "holds one point at most, and mostly none.",
              "swap range and step", std::move(edits));
}

}  // namespace

void CheckRange(Context& context, const Place& place) {
  if (place.node->kind == ExprKind::kSubquery) CheckStep(context, place.node->As<SubqueryExpr>());
  if (place.node->kind == ExprKind::kMatrixSelector) {
    CheckScrapeInterval(context, place, place.node->As<MatrixSelector>());
  }
}

}  // namespace watchfire::advice

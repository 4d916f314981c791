#include "promql/advice/advice.h"

#include <algorithm>

#include "promql/advice/context.h"
#include "promql/advice/syntax.h"

namespace watchfire::advice {
namespace {

void Visit(Context& context, const Place& place) {
  CheckCounterUse(context, place);
  CheckRangeFunction(context, place);
  CheckQuantile(context, place);
  CheckSelector(context, place);
  CheckGrouping(context, place);
  CheckRange(context, place);
  CheckComparison(context, place);
  CheckAggregation(context, place);
  ForEachChild(*place.node, [&](const Expr& child) { Visit(context, {&child, &place}); });
}

// What an advice says twice it says once: the same selector may stand on both sides of an `or`.
void Order(std::vector<Advice>* advice) {
  std::ranges::stable_sort(*advice, {}, [](const Advice& one) {
    return std::tuple(one.position.start, one.position.end, one.code);
  });
  auto same = [](const Advice& a, const Advice& b) {
    return a.code == b.code && a.position.start == b.position.start &&
           a.position.end == b.position.end && a.message == b.message;
  };
  advice->erase(std::unique(advice->begin(), advice->end(), same), advice->end());
}

}  // namespace

std::vector<Advice> Advise(std::string_view query, const Options& options, Catalog* catalog) {
  Result<promql::ExprPtr> tree = promql::Parse(query, options.parse);
  if (!tree.ok()) return AdviseOnSyntax(query, tree.error(), options, catalog);
  if (query.size() > kMaxAdvisedBytes) return {};
  Context context(query, options, catalog);
  Visit(context, {tree->get(), nullptr});
  CheckMatching(context, **tree);
  if (options.purpose == Purpose::kAlert) CheckAlert(context, **tree);
  std::vector<Advice> advice = context.TakeAdvice();
  Order(&advice);
  return advice;
}

}  // namespace watchfire::advice

#include "rules/dependencies.h"

#include <algorithm>
#include <atomic>

namespace watchfire::rules {
namespace {

constexpr std::string_view kAlerts = "ALERTS";
constexpr std::string_view kAlertsForState = "ALERTS_FOR_STATE";

void Selectors(const promql::Expr* expr, std::vector<const promql::VectorSelector*>* out) {
  if (expr == nullptr) return;
  switch (expr->kind) {
    case promql::ExprKind::kVectorSelector:
      out->push_back(&expr->As<promql::VectorSelector>());
      break;
    case promql::ExprKind::kMatrixSelector:
      out->push_back(&expr->As<promql::MatrixSelector>().vector());
      break;
    case promql::ExprKind::kSubquery:
      Selectors(expr->As<promql::SubqueryExpr>().expr.get(), out);
      break;
    case promql::ExprKind::kCall:
      for (const promql::ExprPtr& arg : expr->As<promql::Call>().args) Selectors(arg.get(), out);
      break;
    case promql::ExprKind::kAggregate:
      Selectors(expr->As<promql::AggregateExpr>().expr.get(), out);
      Selectors(expr->As<promql::AggregateExpr>().param.get(), out);
      break;
    case promql::ExprKind::kBinary:
      Selectors(expr->As<promql::BinaryExpr>().lhs.get(), out);
      Selectors(expr->As<promql::BinaryExpr>().rhs.get(), out);
      break;
    case promql::ExprKind::kUnary:
      Selectors(expr->As<promql::UnaryExpr>().expr.get(), out);
      break;
    case promql::ExprKind::kParen:
      Selectors(expr->As<promql::ParenExpr>().expr.get(), out);
      break;
    case promql::ExprKind::kNumberLiteral:
    case promql::ExprKind::kStringLiteral:
    case promql::ExprKind::kDurationExpr:
      break;
  }
}

const model::Matcher* MatcherOf(const promql::VectorSelector& selector, std::string_view label) {
  for (const model::Matcher& matcher : selector.matchers) {
    if (matcher.name() == label) return &matcher;
  }
  return nullptr;
}

// Whether the selector could select what the rule writes. It has a matcher for the name.
bool Selects(const promql::VectorSelector& selector, const RuleSpec& rule) {
  const model::Matcher* name = MatcherOf(selector, model::kMetricName);
  if (!rule.alerting) return name->Matches(rule.name);
  if (!name->Matches(kAlerts) && !name->Matches(kAlertsForState)) return false;
  const model::Matcher* alert = MatcherOf(selector, "alertname");
  return alert == nullptr || alert->Matches(rule.name);
}

Batches OneByOne(size_t count) {
  Batches batches;
  for (size_t i = 0; i < count; ++i) batches.push_back({i});
  return batches;
}

}  // namespace

Batches BatchesOf(const std::vector<RuleSpec>& rules) {
  std::vector<bool> depends(rules.size());
  std::vector<bool> is_needed(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) {
    std::vector<const promql::VectorSelector*> selectors;
    Selectors(rules[i].expr.get(), &selectors);
    for (const promql::VectorSelector* selector : selectors) {
      if (MatcherOf(*selector, model::kMetricName) == nullptr) return OneByOne(rules.size());
      for (size_t earlier = 0; earlier < i; ++earlier) {
        if (!Selects(*selector, rules[earlier])) continue;
        depends[i] = true;
        is_needed[earlier] = true;
      }
    }
  }
  std::vector<size_t> first;
  std::vector<size_t> last;
  Batches batches;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (!depends[i]) {
      first.push_back(i);
    } else if (is_needed[i]) {
      batches.push_back({i});
    } else {
      last.push_back(i);
    }
  }
  if (!first.empty()) batches.insert(batches.begin(), std::move(first));
  if (!last.empty()) batches.push_back(std::move(last));
  return batches;
}

EvaluationSlots::EvaluationSlots(size_t count) : free_(count), pool_("rule-eval", count) {}
EvaluationSlots::~EvaluationSlots() = default;

size_t EvaluationSlots::Take(size_t wanted) {
  size_t free = free_.load();
  while (true) {
    size_t taken = std::min(free, wanted);
    if (taken == 0 || free_.compare_exchange_weak(free, free - taken)) return taken;
  }
}

void EvaluationSlots::Run(size_t count, const std::function<void(size_t)>& body) {
  size_t helpers = count > 1 ? Take(count - 1) : 0;
  if (helpers == 0) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  std::atomic<size_t> next{0};
  pool_.ParallelFor(helpers + 1, [&](size_t) {
    for (size_t i = next++; i < count; i = next++) body(i);
  });
  free_ += helpers;
}

}  // namespace watchfire::rules

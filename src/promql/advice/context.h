#pragma once
// What every rule has at hand while one query is looked at, and the rules themselves. Internal to
// this room. A rule is given one node with the way up to the root and adds advice to the context;
// it never asks the Catalog what the node does not need.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "promql/advice/advice.h"
#include "promql/advice/source.h"

namespace watchfire::advice {

using promql::AggregateExpr;
using promql::AggregateOp;
using promql::BinaryExpr;
using promql::BinaryOp;
using promql::Call;
using promql::Expr;
using promql::ExprKind;
using promql::MatrixSelector;
using promql::NumberLiteral;
using promql::ParenExpr;
using promql::SubqueryExpr;
using promql::UnaryExpr;
using promql::ValueType;
using promql::VectorSelector;

// A node and those above it.
struct Place {
  const Expr* node = nullptr;
  const Place* parent = nullptr;
};

class LabelShapes;  // promql/advice/label_shapes.h

class Context {
 public:
  Context(std::string_view query, const Options& options_in, Catalog* catalog_in);
  ~Context();

  // Fixes are made of edits, and dropped if the result does not parse or is the same text.
  void Add(std::string code, Severity severity, PosRange position, std::string message,
           std::string reason);
  void Add(std::string code, Severity severity, PosRange position, std::string message,
           std::string reason, std::string label, Edits edits);

  std::vector<Advice> TakeAdvice() { return std::move(advice_); }

  // The range that fits a selector: four scrape intervals, at least five minutes.
  std::string RangeFor(const VectorSelector& selector) const;
  // A selector made a rate: `rate(x[5m] offset 1h)`.
  Edits WrapInRange(const std::string& function, const VectorSelector& selector,
                    const std::string& range) const;

  // Of the tree being looked at; made when first asked for.
  LabelShapes& shapes();

  const Source source;
  const Options& options;
  Catalog* const catalog;  // may be null

 private:
  std::vector<Advice> advice_;
  std::unique_ptr<LabelShapes> shapes_;
};

// Line and column of an offset, from 1.
void SetLineAndColumn(std::string_view query, Advice* advice);

// ---- of one node
const Expr& Inner(const Expr& expr);                       // without parentheses and signs
const Expr* ArgumentOf(const Call& call, ValueType type);  // the first of that type, or null
bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names);
std::string_view FunctionOf(const Expr& expr);      // "" if it is no call
std::optional<double> LiteralOf(const Expr& expr);  // a number, perhaps in parentheses
bool HoldsTemplate(std::string_view text);  // `$name`, `${name}`, `[[name]]`: of a dashboard
// The selector under a range or by itself; null for anything else.
const VectorSelector* SelectorOf(const Expr& expr);
// The name that a selector asks for with =; "" if it does not.
std::string_view MetricOf(const VectorSelector& selector);
// Called for every child, in order of the text.
template <typename F>
void ForEachChild(const Expr& expr, F&& visit);

// ---- rules
void CheckCounterUse(Context& context, const Place& place);  // counter_rules.cc
void CheckRangeFunction(Context& context, const Place& place);
void CheckQuantile(Context& context, const Place& place);  // histogram_rules.cc
void CheckSelector(Context& context, const Place& place);  // series_rules.cc
void CheckGrouping(Context& context, const Place& place);
void CheckRange(Context& context, const Place& place);  // range_rules.cc
// True if it told of something.
bool CheckAgainstItself(Context& context, const BinaryExpr& node);  // itself_rules.cc
void CheckMatching(Context& context, const Expr& root);             // matching_rules.cc
void CheckComparison(Context& context, const Place& place);         // comparison_rules.cc
void CheckAggregation(Context& context, const Place& place);        // aggregation_rules.cc
void CheckAlert(Context& context, const Expr& root);                // alert_rules.cc

template <typename F>
void ForEachChild(const Expr& expr, F&& visit) {
  auto each = [&](const promql::ExprPtr& child) {
    if (child != nullptr) visit(*child);
  };
  switch (expr.kind) {
    case ExprKind::kMatrixSelector:
      return each(expr.As<MatrixSelector>().selector);
    case ExprKind::kSubquery:
      return each(expr.As<SubqueryExpr>().expr);
    case ExprKind::kCall:
      for (const promql::ExprPtr& arg : expr.As<Call>().args) each(arg);
      return;
    case ExprKind::kAggregate:
      each(expr.As<AggregateExpr>().param);
      return each(expr.As<AggregateExpr>().expr);
    case ExprKind::kBinary:
      each(expr.As<BinaryExpr>().lhs);
      return each(expr.As<BinaryExpr>().rhs);
    case ExprKind::kUnary:
      return each(expr.As<UnaryExpr>().expr);
    case ExprKind::kParen:
      return each(expr.As<ParenExpr>().expr);
    default:
      return;
  }
}

}  // namespace watchfire::advice

// Exemplars of the series that an expression is about: /query_exemplars.
#include "api/params.h"
#include "api/prometheus_api.h"
#include "api/query_json.h"
#include "base/numbers.h"
#include "codec/json_writer.h"
#include "promql/parser/ast.h"
#include "promql/parser/parser.h"

namespace watchfire::api {
namespace {

// The matchers of every selector, wherever it stands in the expression.
void CollectSelectors(const promql::Expr* expr, std::vector<model::Matchers>* out) {
  using promql::ExprKind;
  if (expr == nullptr) return;
  switch (expr->kind) {
    case ExprKind::kVectorSelector:
      out->push_back(expr->As<promql::VectorSelector>().matchers);
      break;
    case ExprKind::kMatrixSelector:
      CollectSelectors(expr->As<promql::MatrixSelector>().selector.get(), out);
      break;
    case ExprKind::kSubquery:
      CollectSelectors(expr->As<promql::SubqueryExpr>().expr.get(), out);
      break;
    case ExprKind::kCall:
      for (const promql::ExprPtr& argument : expr->As<promql::Call>().args) {
        CollectSelectors(argument.get(), out);
      }
      break;
    case ExprKind::kAggregate:
      CollectSelectors(expr->As<promql::AggregateExpr>().expr.get(), out);
      CollectSelectors(expr->As<promql::AggregateExpr>().param.get(), out);
      break;
    case ExprKind::kBinary:
      CollectSelectors(expr->As<promql::BinaryExpr>().lhs.get(), out);
      CollectSelectors(expr->As<promql::BinaryExpr>().rhs.get(), out);
      break;
    case ExprKind::kUnary:
      CollectSelectors(expr->As<promql::UnaryExpr>().expr.get(), out);
      break;
    case ExprKind::kParen:
      CollectSelectors(expr->As<promql::ParenExpr>().expr.get(), out);
      break;
    case ExprKind::kNumberLiteral:
    case ExprKind::kStringLiteral:
    case ExprKind::kDurationExpr:
      break;
  }
}

std::string ExemplarsJson(const std::vector<ExemplarSeries>& all) {
  codec::JsonWriter json;
  json.BeginArray();
  for (const ExemplarSeries& series : all) {
    json.BeginObject().Key("seriesLabels");
    WriteLabels(json, series.labels);
    json.Key("exemplars").BeginArray();
    for (const model::Exemplar& exemplar : series.exemplars) {
      json.BeginObject().Key("labels");
      WriteLabels(json, exemplar.labels);
      json.Field("value", FormatFloatJson(exemplar.value));
      std::string t;
      AppendTimestamp(t, exemplar.t);
      json.Key("timestamp").Raw(t).EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray();
  return json.Take();
}

}  // namespace

net::Response PrometheusApi::QueryExemplars(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  Result<TimeMs> start = ParseTimeParam(*form, "start", kMinTime);
  if (!start.ok()) return InvalidParam("start", start.error());
  Result<TimeMs> end = ParseTimeParam(*form, "end", kMaxTime);
  if (!end.ok()) return InvalidParam("end", end.error());
  if (*end < *start) {
    return Failure(ErrorType::kBadData, "end timestamp must not be before start timestamp");
  }
  auto expr = promql::Parse(form->Get("query"), deps_.engine->options().parse);
  if (!expr.ok()) return Failure(ErrorType::kBadData, expr.error().message());
  std::vector<model::Matchers> sets;
  CollectSelectors(expr->get(), &sets);
  if (sets.empty()) return NoContent();
  if (!deps_.select_exemplars) return Success("[]");
  Result<std::vector<ExemplarSeries>> found = deps_.select_exemplars(*start, *end, sets);
  if (!found.ok()) return Failure(ErrorType::kExecution, found.error().message());
  return Success(ExemplarsJson(*found));
}

}  // namespace watchfire::api

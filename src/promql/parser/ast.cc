#include "promql/parser/ast.h"

#include <array>

namespace watchfire::promql {

std::string_view ValueTypeName(ValueType type) {
  switch (type) {
    case ValueType::kNone:
      return "none";
    case ValueType::kScalar:
      return "scalar";
    case ValueType::kVector:
      return "instant vector";
    case ValueType::kMatrix:
      return "range vector";
    case ValueType::kString:
      return "string";
  }
  return "";
}

std::string_view AggregateOpName(AggregateOp op) {
  constexpr std::array<std::string_view, 14> kNames = {
      "sum",    "avg",  "min",     "max",      "count",        "group",  "stddev",
      "stdvar", "topk", "bottomk", "quantile", "count_values", "limitk", "limit_ratio"};
  return kNames[static_cast<size_t>(op)];
}

std::string_view BinaryOpText(BinaryOp op) {
  constexpr std::array<std::string_view, 18> kTexts = {"+",     "-",   "*",  "/",      "%",  "^",
                                                       "atan2", "==",  "!=", "<",      "<=", ">",
                                                       ">=",    "and", "or", "unless", "</", ">/"};
  return kTexts[static_cast<size_t>(op)];
}

const Expr& Unparen(const Expr& expr) {
  const Expr* inner = &expr;
  while (inner->kind == ExprKind::kParen) inner = inner->As<ParenExpr>().expr.get();
  return *inner;
}

}  // namespace watchfire::promql

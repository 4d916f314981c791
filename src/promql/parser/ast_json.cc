#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/numbers.h"
#include "promql/parser/print_parts.h"
#include "promql/parser/printer.h"
#include "promql/parser/runes.h"

// The answer of /parse_query. Keys stand in alphabetical order, as Go's maps are written.

namespace watchfire::promql {
namespace {

void AppendNode(std::string& out, const Expr* expr);

// As Go escapes JSON for HTML.
void AppendString(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (size_t at = 0; at < text.size();) {
    Rune rune = DecodeRune(text, at);
    std::string_view bytes = text.substr(at, rune.width);
    at += rune.width;
    uint32_t c = rune.value;
    if (!rune.valid) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += bytes;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\b') {
      out += "\\b";
    } else if (c == '\f') {
      out += "\\f";
    } else if (c < 0x20 || c == '<' || c == '>' || c == '&') {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else if (c == 0x2028 || c == 0x2029) {
      out += c == 0x2028 ? "\\u2028" : "\\u2029";
    } else {
      out += bytes;
    }
  }
  out += '"';
}

// Writes the members of one object, with commas between them.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  std::string& Key(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    AppendString(out_, key);
    out_ += ':';
    return out_;
  }
  void Text(std::string_view key, std::string_view value) { AppendString(Key(key), value); }
  void Flag(std::string_view key, bool value) { Key(key) += value ? "true" : "false"; }
  void Integer(std::string_view key, int64_t value) { AppendInt(Key(key), value); }
  void Node(std::string_view key, const ExprPtr& value) { AppendNode(Key(key), value.get()); }
  void Texts(std::string_view key, const std::vector<std::string>& values) {
    Key(key) += '[';
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ',';
      AppendString(out_, values[i]);
    }
    out_ += ']';
  }
  void Number(std::string_view key, const std::optional<double>& value) {
    // JSON has no NaN and no infinities.
    if (!value || !std::isfinite(*value)) {
      Key(key) += "null";
    } else {
      AppendFloatJson(Key(key), *value);
    }
  }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string_view InternalTypeName(ValueType type) {
  switch (type) {
    case ValueType::kVector:
      return "vector";
    case ValueType::kMatrix:
      return "matrix";
    default:
      return ValueTypeName(type);
  }
}

std::string_view CardinalityName(MatchCardinality card) {
  switch (card) {
    case MatchCardinality::kOneToOne:
      return "one-to-one";
    case MatchCardinality::kManyToOne:
      return "many-to-one";
    case MatchCardinality::kOneToMany:
      return "one-to-many";
    case MatchCardinality::kManyToMany:
      return "many-to-many";
  }
  return "";
}

void AppendMatching(std::string& out, const std::optional<VectorMatching>& matching) {
  if (!matching) {
    out += "null";
    return;
  }
  Object object(out);
  object.Text("card", CardinalityName(matching->card));
  {
    Object fill(object.Key("fillValues"));
    fill.Number("lhs", matching->fill_left);
    fill.Number("rhs", matching->fill_right);
  }
  object.Texts("include", matching->include);
  object.Texts("labels", matching->labels);
  object.Flag("on", matching->on);
}

void AppendMatchers(std::string& out, const model::Matchers& matchers) {
  out += '[';
  for (size_t i = 0; i < matchers.size(); ++i) {
    if (i > 0) out += ',';
    Object object(out);
    object.Text("name", matchers[i].name());
    object.Text("type", model::MatchTypeText(matchers[i].type()));
    object.Text("value", matchers[i].value());
  }
  out += ']';
}

void AppendEdge(std::string& out, AtEdge edge) {
  if (edge == AtEdge::kNone) {
    out += "null";
  } else {
    out += edge == AtEdge::kStart ? "\"start\"" : "\"end\"";
  }
}

void AppendTimestamp(std::string& out, const std::optional<TimeMs>& at) {
  if (at) {
    AppendInt(out, *at);
  } else {
    out += "null";
  }
}

void AppendAggregate(Object& object, const AggregateExpr& node) {
  object.Node("expr", node.expr);
  object.Texts("grouping", node.grouping);
  object.Text("op", AggregateOpName(node.op));
  object.Node("param", node.param);
  object.Text("type", "aggregation");
  object.Flag("without", node.without);
}

void AppendBinary(Object& object, const BinaryExpr& node) {
  object.Flag("bool", node.return_bool);
  object.Node("lhs", node.lhs);
  AppendMatching(object.Key("matching"), node.matching);
  object.Text("op", BinaryOpText(node.op));
  object.Node("rhs", node.rhs);
  object.Text("type", "binaryExpr");
}

void AppendCall(std::string& out, Object& object, const Call& node) {
  object.Key("args") += '[';
  for (size_t i = 0; i < node.args.size(); ++i) {
    if (i > 0) out += ',';
    AppendNode(out, node.args[i].get());
  }
  out += ']';
  {
    const Function& function = *node.function;
    Object described(object.Key("func"));
    std::vector<std::string> types;
    for (ValueType type : function.arg_types) types.emplace_back(InternalTypeName(type));
    described.Texts("argTypes", types);
    described.Text("name", function.name);
    described.Text("returnType", InternalTypeName(function.return_type));
    described.Integer("variadic", function.variadic);
  }
  object.Text("type", "call");
}

void AppendVector(Object& object, const VectorSelector& node, const MatrixSelector* matrix) {
  object.Flag("anchored", node.anchored);
  AppendMatchers(object.Key("matchers"), node.matchers);
  object.Text("name", node.name);
  object.Integer("offset", node.modifiers.offset_ms);
  object.Node("offsetExpr", node.modifiers.offset_expr);
  if (matrix != nullptr) {
    object.Integer("range", matrix->range_ms);
    object.Node("rangeExpr", matrix->range_expr);
  }
  object.Flag("smoothed", node.smoothed);
  AppendEdge(object.Key("startOrEnd"), node.modifiers.at_edge);
  AppendTimestamp(object.Key("timestamp"), node.modifiers.at);
  object.Text("type", matrix != nullptr ? "matrixSelector" : "vectorSelector");
}

void AppendSubquery(Object& object, const SubqueryExpr& node) {
  object.Node("expr", node.expr);
  object.Integer("offset", node.modifiers.offset_ms);
  object.Node("offsetExpr", node.modifiers.offset_expr);
  object.Integer("range", node.range_ms);
  object.Node("rangeExpr", node.range_expr);
  AppendEdge(object.Key("startOrEnd"), node.modifiers.at_edge);
  object.Integer("step", node.step_ms);
  object.Node("stepExpr", node.step_expr);
  AppendTimestamp(object.Key("timestamp"), node.modifiers.at);
  object.Text("type", "subquery");
}

void AppendDuration(Object& object, const DurationExpr& node) {
  object.Node("lhs", node.lhs);
  object.Text("op", DurationOpText(node.op));
  object.Node("rhs", node.rhs);
  object.Text("type", "durationExpr");
  object.Flag("wrapped", node.wrapped);
}

void AppendNode(std::string& out, const Expr* expr) {
  if (expr == nullptr) {
    out += "null";
    return;
  }
  Object object(out);
  switch (expr->kind) {
    case ExprKind::kAggregate:
      return AppendAggregate(object, expr->As<AggregateExpr>());
    case ExprKind::kBinary:
      return AppendBinary(object, expr->As<BinaryExpr>());
    case ExprKind::kCall:
      return AppendCall(out, object, expr->As<Call>());
    case ExprKind::kVectorSelector:
      return AppendVector(object, expr->As<VectorSelector>(), nullptr);
    case ExprKind::kMatrixSelector: {
      const auto& matrix = expr->As<MatrixSelector>();
      return AppendVector(object, matrix.vector(), &matrix);
    }
    case ExprKind::kSubquery:
      return AppendSubquery(object, expr->As<SubqueryExpr>());
    case ExprKind::kDurationExpr:
      return AppendDuration(object, expr->As<DurationExpr>());
    case ExprKind::kNumberLiteral:
      object.Text("type", "numberLiteral");
      object.Text("val", FormatFloatFixed(expr->As<NumberLiteral>().value));
      return;
    case ExprKind::kStringLiteral:
      object.Text("type", "stringLiteral");
      object.Text("val", expr->As<StringLiteral>().value);
      return;
    case ExprKind::kParen:
      object.Node("expr", expr->As<ParenExpr>().expr);
      object.Text("type", "parenExpr");
      return;
    case ExprKind::kUnary:
      object.Node("expr", expr->As<UnaryExpr>().expr);
      object.Text("op", expr->As<UnaryExpr>().negative ? "-" : "+");
      object.Text("type", "unaryExpr");
      return;
  }
}

}  // namespace

std::string AstToJson(const Expr& expr) {
  std::string out;
  AppendNode(out, &expr);
  return out;
}

}  // namespace watchfire::promql

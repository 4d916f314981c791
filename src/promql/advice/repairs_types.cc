// Calls: names, numbers and kinds of arguments.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "promql/advice/metric_type.h"
#include "promql/advice/nearest.h"
#include "promql/advice/repairs.h"
#include "promql/parser/functions.h"

namespace watchfire::advice {
namespace {

// ---- names

struct Alias {
  std::string_view name;
  std::string_view meant;
};
// Other names by which people know functions: of Prometheus 2, of SQL, of other query languages.
constexpr Alias kAliases[] = {{"average", "avg"},
                              {"distinct", "group"},
                              {"histogram_percentile", "histogram_quantile"},
                              {"holt_winters", "double_exponential_smoothing"},
                              {"last", "last_over_time"},
                              {"length", "count"},
                              {"log", "ln"},
                              {"maximum", "max"},
                              {"mean", "avg"},
                              {"minimum", "min"},
                              {"now", "time"},
                              {"percentile", "quantile"},
                              {"stdev", "stddev"},
                              {"total", "sum"},
                              {"variance", "stdvar"}};

std::vector<std::string> AllNames() {
  std::vector<std::string> names;
  for (const promql::Function& function : promql::AllFunctions()) {
    names.emplace_back(function.name);
  }
  for (int op = 0; op <= static_cast<int>(AggregateOp::kLimitRatio); ++op) {
    names.emplace_back(promql::AggregateOpName(static_cast<AggregateOp>(op)));
  }
  return names;
}

std::string KnownName(const std::string& name) {
  std::string lower = ToLower(name);
  std::vector<std::string> names = AllNames();
  if (std::ranges::find(names, lower) != names.end()) return lower;
  for (const Alias& alias : kAliases) {
    if (alias.name == lower) return std::string(alias.meant);
  }
  std::vector<std::string> near = NearestNames(lower, names, 1);
  return near.empty() ? "" : near[0];
}

std::optional<Repair> UnknownFunction(const Problem& problem) {
  const Token* here = problem.Here();
  if (here == nullptr || !problem.error.starts_with("unknown function with name")) {
    return std::nullopt;
  }
  std::string name(problem.TextOf(*here));
  std::string known = KnownName(name);
  Repair repair = {"syntax-unknown-function",
                   fmt::format("there is no function {}", name),
                   "Names of functions are written in small letters.",
                   "",
                   {here->start, here->end},
                   {}};
  if (known.empty()) {
    repair.reason = "No function and no aggregation of PromQL is called so, or nearly so.";
    return repair;
  }
  repair.message += fmt::format("; it is called {}", known);
  const promql::Function* function = promql::FindFunction(known);
  bool gated = function != nullptr && function->experimental &&
               !problem.context.options.parse.experimental_functions;
  if (ToLower(name) != known) repair.reason = "This is the function of PromQL that is nearest.";
  if (gated) {
    repair.reason = "It needs --enable-feature=promql-experimental-functions.";
    return repair;
  }
  repair.label = fmt::format("use {}()", known);
  repair.edits = {{here->start, here->end, known}};
  return repair;
}

std::optional<Repair> FeatureNotEnabled(const Problem& problem) {
  bool mine = problem.error.ends_with("is not enabled") ||
              problem.error.ends_with("experimental and not enabled") ||
              problem.error.find("must be enabled with") != std::string_view::npos;
  if (!mine) return std::nullopt;
  std::string_view flag = "promql-experimental-functions";
  if (problem.error.find("fill") != std::string_view::npos) flag = "promql-binop-fill-modifiers";
  if (problem.error.starts_with("anchored") || problem.error.starts_with("smoothed")) {
    flag = "promql-extended-range-selectors";
  }
  const Token* here = problem.Here();
  return Repair{"syntax-feature-not-enabled",
                "this is an experimental feature that is not enabled",
                fmt::format("The server must be started with --enable-feature={}.", flag),
                "",
                {problem.offset, here == nullptr ? problem.offset : here->end},
                {}};
}

// ---- arguments: with the tree that has the wrong types

template <typename F>
void Walk(const Expr& expr, F&& visit) {
  visit(expr);
  ForEachChild(expr, [&](const Expr& child) { Walk(child, visit); });
}

promql::ExprPtr TreeOf(const Problem& problem) {
  Result<promql::ExprPtr> tree =
      promql::ParseUnchecked(problem.query(), problem.context.options.parse);
  return tree.ok() ? std::move(*tree) : nullptr;
}

struct Argument {
  const Expr* parent = nullptr;
  const Expr* node = nullptr;
};

// The argument that begins where the parser stopped, of the innermost call or operator.
Argument ArgumentHere(const Expr& root, uint32_t offset, bool of_calls_only) {
  Argument found;
  Walk(root, [&](const Expr& expr) {
    bool other = expr.kind == ExprKind::kAggregate || expr.kind == ExprKind::kBinary;
    if (expr.kind != ExprKind::kCall && (of_calls_only || !other)) return;
    ForEachChild(expr, [&](const Expr& child) {
      if (child.pos.start == offset) found = {&expr, &child};
    });
  });
  return found;
}

// rate(sum(x)) → sum(rate(x[5m]))
bool RateInside(const Problem& problem, const Expr& call, const Expr& arg, Repair* repair) {
  if (arg.kind != ExprKind::kAggregate) return false;
  const auto& sum = arg.As<AggregateExpr>();
  std::string function(call.As<Call>().function->name);
  const Expr& inner = *sum.expr;
  if (!IsOneOf(function, {"rate", "increase", "irate"})) return false;
  if (inner.kind != ExprKind::kVectorSelector) return false;
  const auto& selector = inner.As<VectorSelector>();
  Edits wrapped =
      problem.context.WrapInRange(function, selector, problem.context.RangeFor(selector));
  repair->edits = {{call.pos.start, arg.pos.start, ""}, {arg.pos.end, call.pos.end, ""}};
  repair->edits.insert(repair->edits.end(), wrapped.begin(), wrapped.end());
  std::string_view op = promql::AggregateOpName(sum.op);
  repair->code = "syntax-rate-of-sum";
  repair->message = fmt::format("{}({}()) must be {}({}())", function, op, op, function);
  repair->reason = fmt::format(
      "{}() takes a range, which only series have, and must be taken of each by itself: of a {} it "
      "would be wrong whenever one of the processes restarts.",
      function, op);
  repair->label = fmt::format("{} of the rates", op);
  return true;
}

std::optional<Repair> MissingRange(const Problem& problem) {
  bool mine = problem.error.starts_with("expected type range vector in call to function") &&
              problem.error.ends_with("got instant vector");
  promql::ExprPtr tree = mine ? TreeOf(problem) : nullptr;
  if (tree == nullptr) return std::nullopt;
  Argument found = ArgumentHere(*tree, problem.offset, true);
  if (found.node == nullptr) return std::nullopt;
  std::string_view function = FunctionOf(*found.parent);
  Repair repair = {"syntax-missing-range",
                   fmt::format("{}() needs a range", function),
                   "It looks at the samples of a stretch of time, whose length stands in brackets "
                   "behind the selector.",
                   "",
                   found.node->pos,
                   {}};
  if (RateInside(problem, *found.parent, *found.node, &repair)) return repair;
  if (found.node->kind == ExprKind::kVectorSelector) {
    const auto& selector = found.node->As<VectorSelector>();
    std::string range = problem.context.RangeFor(selector);
    uint32_t at = problem.source().Selector(selector).end;
    repair.label = fmt::format("a range of {}", range);
    repair.edits = {{at, at, "[" + range + "]"}};
    return repair;
  }
  PosRange pos = found.node->pos;
  bool simple = found.node->kind != ExprKind::kBinary && found.node->kind != ExprKind::kUnary;
  repair.label = "make it a subquery";
  repair.edits = {{pos.start, pos.start, simple ? "" : "("},
                  {pos.end, pos.end, simple ? "[5m:]" : ")[5m:]"}};
  return repair;
}

// sum(x[5m]), x[5m] > 1
std::optional<Repair> NeedlessRange(const Problem& problem) {
  bool mine =
      (problem.error.starts_with("expected type instant vector") &&
       problem.error.ends_with("got range vector")) ||
      problem.error == "binary expression must contain only scalar and instant vector types";
  promql::ExprPtr tree = mine ? TreeOf(problem) : nullptr;
  if (tree == nullptr) return std::nullopt;
  Argument found = ArgumentHere(*tree, problem.offset, false);
  if (found.node == nullptr || found.node->kind != ExprKind::kMatrixSelector) return std::nullopt;
  const auto& range = found.node->As<MatrixSelector>();
  MetricKind kind = KindOf(problem.context, range.vector());
  Repair repair = {"syntax-range-vector",
                   "a range of samples cannot be computed with",
                   "A range must go through a function that makes one value of it, like rate() or "
                   "avg_over_time().",
                   "",
                   range.pos,
                   {}};
  if (kind.kind == NumberKind::kCounter) {
    repair.label = "take the rate";
    repair.edits = {{range.pos.start, range.pos.start, "rate("},
                    {range.pos.end, range.pos.end, ")"}};
  } else {
    PosRange brackets = problem.source().Brackets(range);
    repair.label = "without the range";
    repair.edits = {{brackets.start, brackets.end, ""}};
  }
  return repair;
}

std::optional<Repair> StringCompared(const Problem& problem) {
  if (problem.error != "binary expression must contain only scalar and instant vector types") {
    return std::nullopt;
  }
  const Token* here = problem.Here();
  if (here == nullptr || here->type != TokenType::kString) return std::nullopt;
  return Repair{"syntax-string-comparison",
                "values are numbers and cannot be compared with a text",
                "Texts are in labels, which are compared in the braces of a selector: "
                "metric{label=\"text\"}.",
                "",
                {here->start, here->end},
                {}};
}

// Whether the function takes its arguments the other way round.
bool FitsSwapped(const Expr& parent, const Expr** first, const Expr** second) {
  if (parent.kind == ExprKind::kAggregate) {
    const auto& node = parent.As<AggregateExpr>();
    if (node.param == nullptr) return false;
    *first = node.param.get();
    *second = node.expr.get();
    ValueType wanted =
        node.op == AggregateOp::kCountValues ? ValueType::kString : ValueType::kScalar;
    return (*first)->type() == ValueType::kVector && (*second)->type() == wanted;
  }
  if (parent.kind != ExprKind::kCall) return false;
  const auto& call = parent.As<Call>();
  if (call.args.size() != 2 || call.function->arg_types.size() < 2) return false;
  *first = call.args[0].get();
  *second = call.args[1].get();
  return (*first)->type() == call.function->arg_types[1] &&
         (*second)->type() == call.function->arg_types[0];
}

std::optional<Repair> SwappedArguments(const Problem& problem) {
  if (!problem.error.starts_with("expected type")) return std::nullopt;
  promql::ExprPtr tree = TreeOf(problem);
  if (tree == nullptr) return std::nullopt;
  std::optional<Repair> repair;
  Walk(*tree, [&](const Expr& expr) {
    const Expr* first = nullptr;
    const Expr* second = nullptr;
    if (repair || !FitsSwapped(expr, &first, &second)) return;
    if (first->pos.start != problem.offset && second->pos.start != problem.offset) return;
    repair =
        Repair{"syntax-swapped-arguments",
               "the arguments are the wrong way round",
               "What an aggregation or a quantile is told (k, φ) comes first, then the series.",
               "swap them",
               {first->pos.start, second->pos.end},
               {{first->pos.start, first->pos.end, std::string(problem.source().Text(*second))},
                {second->pos.start, second->pos.end, std::string(problem.source().Text(*first))}}};
  });
  return repair;
}

// topk(x), histogram_quantile(x)
std::optional<Repair> MissingParameter(const Problem& problem) {
  bool aggregation = problem.error.ends_with("expected 2, got 1");
  bool call =
      problem.error.starts_with("expected 2 argument(s)") && problem.error.ends_with("got 1");
  const Token* here = problem.Here();
  if ((!aggregation && !call) || here == nullptr) return std::nullopt;
  struct Default {
    std::string_view name;
    std::string_view value;
  };
  constexpr Default kDefaults[] = {{"topk", "5"},
                                   {"bottomk", "5"},
                                   {"limitk", "5"},
                                   {"quantile", "0.95"},
                                   {"histogram_quantile", "0.95"},
                                   {"quantile_over_time", "0.95"},
                                   {"count_values", "\"value\""}};
  size_t at = problem.source().IndexAt(problem.offset) + 1;
  if (at < problem.tokens().size() && IsGroupingWord(problem.tokens()[at].type)) {
    at = problem.source().Partner(at + 1) + 1;
  }
  if (!problem.Is(at, TokenType::kLeftParen)) return std::nullopt;
  std::string_view name = problem.TextOf(*here);
  for (const Default& one : kDefaults) {
    if (one.name != ToLower(name)) continue;
    uint32_t place = problem.tokens()[at].end;
    return Repair{"syntax-missing-parameter",
                  fmt::format("{}() needs its parameter before the series", name),
                  "How many series, which quantile, or under which label: that comes first.",
                  fmt::format("use {}", one.value),
                  {here->start, here->end},
                  {{place, place, std::string(one.value) + ", "}}};
  }
  return std::nullopt;
}

// rate(x, 5m)
std::optional<Repair> RangeAsArgument(const Problem& problem) {
  if (!problem.error.starts_with("expected 1 argument(s) in call")) return std::nullopt;
  promql::ExprPtr tree = TreeOf(problem);
  if (tree == nullptr) return std::nullopt;
  std::optional<Repair> repair;
  Walk(*tree, [&](const Expr& expr) {
    bool here = !repair && expr.kind == ExprKind::kCall && expr.pos.start == problem.offset;
    if (!here || expr.As<Call>().args.size() != 2) return;
    const Expr& selector = *expr.As<Call>().args[0];
    const Expr& range = *expr.As<Call>().args[1];
    bool fits = selector.kind == ExprKind::kVectorSelector && LiteralOf(range);
    if (!fits) return;
    uint32_t end = problem.source().Selector(selector).end;
    repair = Repair{"syntax-duration",
                    "the range stands in brackets, right behind the selector",
                    "A range selector is a selector and its range: metric{label=\"value\"}[5m].",
                    "put it behind the selector",
                    range.pos,
                    {{end, end, "[" + std::string(problem.source().Text(range)) + "]"},
                     {selector.pos.end, range.pos.end, ""}}};
  });
  return repair;
}

// label_replace(x, dst, …)
std::optional<Repair> UnquotedArgument(const Problem& problem) {
  bool mine = problem.error.starts_with("expected type string in call to function");
  const Token* here = problem.Here();
  if (!mine || here == nullptr || here->type != TokenType::kIdentifier) return std::nullopt;
  std::string quoted = GoQuote(problem.TextOf(*here));
  return Repair{"syntax-quotes",
                "this argument must be a quoted string",
                "Names of labels, patterns and replacements are strings.",
                "quote it",
                {here->start, here->end},
                {{here->start, here->end, quoted}}};
}

// ---- operators

std::optional<Repair> BoolOfScalars(const Problem& problem) {
  const Token* here = problem.Here();
  if (here == nullptr || problem.error != "comparisons between scalars must use BOOL modifier") {
    return std::nullopt;
  }
  return Repair{
      "syntax-bool",
      "two numbers are compared with bool",
      "Without bool a comparison filters series, and a number is none; with it the result "
      "is 1 or 0.",
      "compare with bool",
      {here->start, here->end},
      {{here->end, here->end, " bool"}}};
}

std::optional<Repair> NeedlessBool(const Problem& problem) {
  if (problem.error != "bool modifier can only be used on comparison operators") {
    return std::nullopt;
  }
  size_t at = problem.source().IndexAt(problem.offset);
  if (!problem.Is(at + 1, TokenType::kBool)) return std::nullopt;
  const Token& word = problem.tokens()[at + 1];
  return Repair{"syntax-bool",
                "bool belongs to comparisons only",
                "It makes 1 or 0 of the outcome of a comparison.",
                "without bool",
                {word.start, word.end},
                {Remove(problem, {word.start, word.end})}};
}

// sum(x) or 0
std::optional<Repair> SetOfScalar(const Problem& problem) {
  bool mine = problem.error.starts_with("set operator") &&
              problem.error.ends_with("not allowed in binary scalar expression");
  promql::ExprPtr tree = mine ? TreeOf(problem) : nullptr;
  if (tree == nullptr) return std::nullopt;
  std::optional<Repair> repair;
  Walk(*tree, [&](const Expr& expr) {
    if (expr.kind != ExprKind::kBinary || expr.pos.start != problem.offset) return;
    const auto& node = expr.As<BinaryExpr>();
    if (!promql::IsSetOperator(node.op)) return;
    for (const promql::ExprPtr* side : {&node.lhs, &node.rhs}) {
      if ((*side)->type() != ValueType::kScalar) continue;
      PosRange pos = (*side)->pos;
      std::string_view op = promql::BinaryOpText(node.op);
      repair = Repair{"syntax-set-operator",
                      fmt::format("{} needs a vector on either side, and this is a number", op),
                      "vector() makes a series without labels of a number.",
                      "use vector()",
                      pos,
                      {{pos.start, pos.start, "vector("}, {pos.end, pos.end, ")"}}};
    }
  });
  return repair;
}

std::optional<Repair> TrailingComma(const Problem& problem) {
  const Token* here = problem.Here();
  bool mine = problem.error == "trailing commas not allowed in function call args";
  if (!mine || here == nullptr) return std::nullopt;
  return Repair{"syntax-comma",
                "nothing comes behind this comma",
                "Arguments are separated by commas; the last has none.",
                "remove it",
                {here->start, here->end},
                {{here->start, here->end, ""}}};
}

constexpr Repairer kAll[] = {UnknownFunction,  FeatureNotEnabled, SwappedArguments, MissingRange,
                             NeedlessRange,    StringCompared,    MissingParameter, RangeAsArgument,
                             UnquotedArgument, BoolOfScalars,     NeedlessBool,     SetOfScalar,
                             TrailingComma};

}  // namespace

std::span<const Repairer> TypeRepairs() {
  return kAll;
}

}  // namespace watchfire::advice

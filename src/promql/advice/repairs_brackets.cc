// Ranges, offset and @ in the wrong place, and brackets that do not match.
#include <fmt/format.h>

#include "promql/advice/repairs.h"

namespace watchfire::advice {
namespace {

// ---- rate(sum(x)[5m])

// sum(x)[5m] inside rate(): sum(rate(x[5m])). The aggregation's argument must be a selector.
bool SwapWithRate(const Problem& problem, size_t operand, size_t bracket, Repair* repair) {
  const std::vector<Token>& tokens = problem.tokens();
  size_t outer = EnclosingParen(tokens, bracket);
  size_t function = NameBefore(tokens, outer);
  if (function >= tokens.size() || !promql::IsAggregator(tokens[operand].type)) return false;
  std::string_view name = problem.TextOf(tokens[function]);
  if (!IsOneOf(name, {"rate", "increase", "irate"})) return false;
  size_t range_close = problem.source().Partner(bracket);
  size_t outer_close = problem.source().Partner(outer);
  if (range_close + 1 != outer_close || outer_close >= tokens.size()) return false;
  // The parenthesis of the arguments, behind a grouping that may stand first.
  size_t open = operand + 1;
  if (open < tokens.size() && IsGroupingWord(tokens[open].type)) {
    open = problem.source().Partner(open + 1) + 1;
  }
  size_t close = open < tokens.size() ? problem.source().Partner(open) : tokens.size();
  if (close >= bracket || OperandBefore(tokens, close) != open + 1) return false;
  bool selector = problem.Is(open + 2, TokenType::kLeftBrace) || open + 2 == close;
  if (!selector) return false;
  std::string range(Slice(problem, bracket, range_close + 1));
  repair->edits = {{tokens[function].start, tokens[operand].start, ""},
                   {tokens[open].end, tokens[open].end, std::string(name) + "("},
                   {tokens[close - 1].end, tokens[close - 1].end, range + ")"},
                   {tokens[bracket].start, tokens[outer_close].end, ""}};
  std::string_view op = problem.TextOf(tokens[operand]);
  repair->code = "syntax-rate-of-sum";
  repair->message = fmt::format("{}({}()) must be {}({}())", name, op, op, name);
  repair->reason = fmt::format(
      "A range can be taken of series only, and {}() must be taken of each series by itself: of a "
      "{} it would be wrong whenever one of the processes restarts.",
      name, op);
  repair->label = fmt::format("{} of the rates", op);
  return true;
}

std::optional<Repair> RangeOnExpression(const Problem& problem) {
  if (problem.error != "ranges only allowed for vector selectors") return std::nullopt;
  const std::vector<Token>& tokens = problem.tokens();
  size_t bracket = problem.source().IndexAt(problem.offset);
  size_t close = bracket < tokens.size() ? problem.source().Partner(bracket) : tokens.size();
  if (close >= tokens.size()) return std::nullopt;
  Repair repair;
  repair.position = {tokens[bracket].start, tokens[close].end};
  size_t operand = OperandBefore(tokens, bracket);
  if (operand != bracket && SwapWithRate(problem, operand, bracket, &repair)) return repair;
  repair.code = "syntax-range-on-expression";
  repair.message = "a range can be taken of a selector only";
  repair.reason =
      "For what is computed there are subqueries: [range:step], or [range:] with the "
      "evaluation interval as step.";
  repair.label = "make it a subquery";
  repair.edits = {{tokens[close].start, tokens[close].start, ":"}};
  return repair;
}

// ---- offset and @

// The clause `offset 5m` or `@ 123` that begins at a token: the index behind it.
size_t ModifierEnd(const Problem& problem, size_t at) {
  size_t end = at + 1;
  if (problem.Is(end, TokenType::kSub) || problem.Is(end, TokenType::kAdd)) ++end;
  if (problem.Is(end + 1, TokenType::kLeftParen)) return problem.source().Partner(end + 1) + 1;
  return end + 1;
}

// x offset 1h [5m]
std::optional<Repair> ModifierBeforeRange(const Problem& problem) {
  bool mine = problem.error == "no offset modifiers allowed before range" ||
              problem.error == "no @ modifiers allowed before range";
  const std::vector<Token>& tokens = problem.tokens();
  size_t bracket = problem.source().IndexAt(problem.offset);
  size_t close = bracket < tokens.size() ? problem.source().Partner(bracket) : tokens.size();
  if (!mine || close >= tokens.size()) return std::nullopt;
  size_t first = SkipModifiers(tokens, bracket);
  if (first == bracket || first == 0) return std::nullopt;
  std::string modifiers(Slice(problem, first, bracket));
  return Repair{"syntax-offset",
                "offset and @ stand behind the range",
                "They shift the whole range selector, so they come after its brackets.",
                "put the range first",
                {tokens[first].start, tokens[bracket - 1].end},
                {{tokens[first - 1].end, tokens[close].end,
                  std::string(Slice(problem, bracket, close + 1)) + " " + modifiers}}};
}

// rate(x[5m]) offset 1h: into every selector of the operand.
std::optional<Repair> ModifierOnExpression(const Problem& problem) {
  bool mine = problem.error.find("modifier must be preceded by") != std::string_view::npos;
  if (!mine) return std::nullopt;
  TokenType wanted = problem.error.starts_with("offset") ? TokenType::kOffset : TokenType::kAt;
  const std::vector<Token>& tokens = problem.tokens();
  size_t first = problem.source().IndexAt(problem.offset);
  for (size_t at = first; at < tokens.size(); ++at) {
    if (tokens[at].type != wanted || OperandBefore(tokens, at) != first) continue;
    size_t end = ModifierEnd(problem, at);
    if (end > tokens.size()) return std::nullopt;
    std::string clause = " " + std::string(Slice(problem, at, end));
    PosRange position = {tokens[at].start, tokens[end - 1].end};
    std::string inner(problem.query().substr(0, tokens[at].start));
    Result<promql::ExprPtr> tree = promql::ParseUnchecked(
        std::string_view(inner).substr(tokens[first].start), problem.context.options.parse);
    if (!tree.ok()) return std::nullopt;
    Repair repair = {
        "syntax-offset",
        "offset and @ belong to selectors, not to what is computed of them",
        "A selector looks at another time; a function or an aggregation only computes.",
        "shift the selectors",
        position,
        {Remove(problem, position)}};
    uint32_t base = tokens[first].start;
    auto visit = [&](auto&& self, const Expr& expr) -> void {
      bool selects = SelectorOf(expr) != nullptr || expr.kind == ExprKind::kSubquery;
      if (selects) {
        repair.edits.push_back({base + expr.pos.end, base + expr.pos.end, clause});
        return;
      }
      ForEachChild(expr, [&](const Expr& child) { self(self, child); });
    };
    visit(visit, **tree);
    return repair;
  }
  return std::nullopt;
}

// ---- brackets

std::optional<Repair> CloseAtEnd(const Problem& problem) {
  bool paren = problem.error == "unclosed left parenthesis";
  bool bracket = problem.error == "unclosed left bracket";
  if (!paren && !bracket) return std::nullopt;
  const std::vector<Token>& tokens = problem.tokens();
  std::string closing;
  std::vector<size_t> open;
  for (size_t i = 0; i < tokens.size(); ++i) {
    TokenType type = tokens[i].type;
    if (type == TokenType::kLeftParen || type == TokenType::kLeftBracket) open.push_back(i);
    bool closes = type == TokenType::kRightParen || type == TokenType::kRightBracket;
    if (closes && !open.empty()) open.pop_back();
  }
  if (open.empty() || open.size() > 100) return std::nullopt;
  const Token& first = tokens[open.back()];
  for (; !open.empty(); open.pop_back()) {
    closing += tokens[open.back()].type == TokenType::kLeftParen ? ')' : ']';
  }
  uint32_t end = tokens.back().end;
  return Repair{"syntax-unclosed",
                fmt::format("{} is not closed", problem.TextOf(first)),
                "Every opening bracket needs its closing one.",
                "close it at the end",
                {first.start, first.end},
                {{end, end, closing}}};
}

std::optional<Repair> CloseBracketBeforeParen(const Problem& problem) {
  const Token* here = problem.Here();
  bool mine = problem.error.find("in subquery or range") != std::string_view::npos &&
              here != nullptr && here->type == TokenType::kRightParen;
  if (!mine) return std::nullopt;
  return Repair{"syntax-unclosed",
                "the bracket of the range is not closed",
                "A range stands between [ and ].",
                "close the range",
                {here->start, here->end},
                {{here->start, here->start, "]"}}};
}

std::optional<Repair> ExtraParen(const Problem& problem) {
  if (problem.error != "unexpected right parenthesis ')'" || problem.offset == 0) {
    return std::nullopt;
  }
  PosRange position = {problem.offset - 1, problem.offset};
  return Repair{
      "syntax-unopened", "there is one ) too many",           "It closes nothing.", "remove it",
      position,          {{position.start, position.end, ""}}};
}

constexpr Repairer kAll[] = {RangeOnExpression, ModifierBeforeRange,     ModifierOnExpression,
                             CloseAtEnd,        CloseBracketBeforeParen, ExtraParen};

}  // namespace

std::span<const Repairer> BracketRepairs() {
  return kAll;
}

}  // namespace watchfire::advice

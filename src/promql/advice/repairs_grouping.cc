// by and without where they do not belong, and lists of labels that are none.
#include <fmt/format.h>

#include <algorithm>

#include "promql/advice/repairs.h"

namespace watchfire::advice {
namespace {

// ---- rate(x[5m]) by (model)

struct Clause {
  PosRange position;
  bool without = false;
  std::vector<std::string> labels;  // as written

  std::string Text() const {
    std::string out = without ? "without (" : "by (";
    for (size_t i = 0; i < labels.size(); ++i) out += (i == 0 ? "" : ", ") + labels[i];
    return out + ")";
  }
  bool Has(std::string_view label) const {
    return std::ranges::find(labels, label) != labels.end();
  }
};

std::optional<Clause> ReadClause(const Problem& problem, size_t word) {
  const std::vector<Token>& tokens = problem.tokens();
  if (word >= tokens.size() || !IsGroupingWord(tokens[word].type)) return std::nullopt;
  Clause clause;
  clause.without = tokens[word].type == TokenType::kWithout;
  bool parens = problem.Is(word + 1, TokenType::kLeftParen);
  size_t at = word + (parens ? 2 : 1);
  while (at < tokens.size() && tokens[at].type != TokenType::kRightParen &&
         tokens[at].type != TokenType::kLeftParen) {
    if (tokens[at].type != TokenType::kComma) {
      clause.labels.emplace_back(problem.TextOf(tokens[at]));
    } else if (!parens && (at + 1 >= tokens.size() || !IsName(tokens[at + 1].type))) {
      break;
    }
    ++at;
    if (!parens && !problem.Is(at, TokenType::kComma)) break;
    if (clause.labels.size() > 100) return std::nullopt;
  }
  if (parens && !problem.Is(at, TokenType::kRightParen)) return std::nullopt;
  if (!parens && clause.labels.empty()) return std::nullopt;
  clause.position = {tokens[word].start, parens ? tokens[at].end : tokens[at - 1].end};
  return clause;
}

bool HoldsBuckets(const Problem& problem, size_t first, size_t behind) {
  for (size_t i = first; i < behind; ++i) {
    if (IsName(problem.tokens()[i].type) &&
        problem.TextOf(problem.tokens()[i]).ends_with("_bucket")) {
      return true;
    }
  }
  return false;
}

bool IsUnder(const Problem& problem, size_t at, std::string_view function) {
  const std::vector<Token>& tokens = problem.tokens();
  for (size_t paren = EnclosingParen(tokens, at); paren < tokens.size();
       paren = EnclosingParen(tokens, paren)) {
    size_t name = NameBefore(tokens, paren);
    if (name < tokens.size() && problem.TextOf(tokens[name]) == function) return true;
  }
  return false;
}

// What puts several series of such an expression into one.
std::string_view AggregatorFor(std::string_view function) {
  if (function == "max_over_time") return "max";
  if (function == "min_over_time") return "min";
  if (function == "avg_over_time") return "avg";
  return "sum";
}

struct Trailing {
  size_t word = 0;     // of by or without
  size_t operand = 0;  // the first token of what stands before it
  Clause clause;
};

std::string OperandName(const Problem& problem, const Trailing& it) {
  const Token& first = problem.tokens()[it.operand];
  return IsName(first.type) ? std::string(problem.TextOf(first)) : "an expression";
}

Repair TrailingRepair(const Problem& problem, const Trailing& it) {
  Repair repair;
  repair.code = "syntax-trailing-grouping";
  repair.position = it.clause.position;
  bool call = problem.Is(it.operand + 1, TokenType::kLeftParen);
  std::string name = OperandName(problem, it);
  std::string_view word = it.clause.without ? "without" : "by";
  repair.message = fmt::format("{} cannot stand behind {}{}", word, name, call ? "()" : "");
  repair.reason =
      fmt::format("Only aggregations (sum, avg, max, topk, …) group by labels; {} {}.", name,
                  call                                        ? "is a function"
                  : IsName(problem.tokens()[it.operand].type) ? "is a metric"
                                                              : "is none");
  return repair;
}

// sum(rate(x[5m]) by (a)): the clause belongs to the aggregation around it.
bool MoveOut(const Problem& problem, const Trailing& it, Repair* repair) {
  const std::vector<Token>& tokens = problem.tokens();
  size_t paren = EnclosingParen(tokens, it.word);
  size_t name = NameBefore(tokens, paren);
  if (name >= tokens.size() || !promql::IsAggregator(tokens[name].type)) return false;
  bool picks = tokens[name].type == TokenType::kTopk || tokens[name].type == TokenType::kBottomk ||
               tokens[name].type == TokenType::kLimitk ||
               tokens[name].type == TokenType::kLimitRatio ||
               tokens[name].type == TokenType::kCountValues;
  if (picks || name + 1 != paren) return false;  // has a grouping of its own
  if (problem.source().Partner(paren) >= tokens.size()) return false;
  size_t close = problem.source().Partner(paren);
  bool grouped_behind = close + 1 < tokens.size() && IsGroupingWord(tokens[close + 1].type);
  if (grouped_behind) return false;
  std::string text = it.clause.Text();
  repair->edits = {{tokens[name].end, tokens[name].end, " " + text + " "},
                   Remove(problem, it.clause.position)};
  repair->label = fmt::format("{} {}", problem.TextOf(tokens[name]), text);
  return true;
}

// histogram_quantile(0.9, rate(x_bucket[5m])) by (a): the buckets are added up, not the quantiles.
bool MoveIntoQuantile(const Problem& problem, const Trailing& it, Repair* repair) {
  const std::vector<Token>& tokens = problem.tokens();
  if (problem.TextOf(tokens[it.operand]) != "histogram_quantile" || it.clause.without) return false;
  size_t close = it.word - 1;
  size_t at = it.operand + 2;
  int depth = 0;
  while (at < close && (depth > 0 || tokens[at].type != TokenType::kComma)) {
    if (tokens[at].type == TokenType::kLeftParen) ++depth;
    if (tokens[at].type == TokenType::kRightParen) --depth;
    ++at;
  }
  size_t arg = at + 1;
  if (arg >= close) return false;
  Clause wanted = it.clause;
  if (!wanted.Has("le")) wanted.labels.insert(wanted.labels.begin(), "le");
  repair->edits.push_back(Remove(problem, it.clause.position));
  repair->label = "add up the buckets by " + wanted.Text().substr(3);
  repair->reason += " Quantiles cannot be added up; their buckets can.";
  if (!promql::IsAggregator(tokens[arg].type)) {
    repair->edits.push_back({tokens[arg].start, tokens[arg].start, "sum " + wanted.Text() + " ("});
    repair->edits.push_back({tokens[close - 1].end, tokens[close - 1].end, ")"});
    return true;
  }
  for (size_t i = arg; i < close; ++i) {
    if (tokens[i].type != TokenType::kBy) continue;
    std::optional<Clause> inner = ReadClause(problem, i);
    if (!inner) return false;
    for (const std::string& label : it.clause.labels) {
      if (!inner->Has(label)) inner->labels.push_back(label);
    }
    repair->edits.push_back({inner->position.start, inner->position.end, inner->Text()});
    return true;
  }
  return false;
}

// sum by (a) (x) by (b)
bool Merge(const Problem& problem, const Trailing& it, Repair* repair) {
  const std::vector<Token>& tokens = problem.tokens();
  if (!promql::IsAggregator(tokens[it.operand].type)) return false;
  for (size_t i = it.operand; i < it.word; ++i) {
    std::optional<Clause> first = ReadClause(problem, i);
    if (!first) continue;
    repair->message = "the aggregation is grouped twice";
    repair->reason = "An aggregation has one grouping, before or behind its argument.";
    if (first->without != it.clause.without) return true;  // who knows which was meant
    for (const std::string& label : it.clause.labels) {
      if (!first->Has(label)) first->labels.push_back(label);
    }
    repair->edits = {{first->position.start, first->position.end, first->Text()},
                     Remove(problem, it.clause.position)};
    repair->label = first->Text();
    return true;
  }
  return false;
}

void Wrap(const Problem& problem, const Trailing& it, Repair* repair) {
  const std::vector<Token>& tokens = problem.tokens();
  Clause clause = it.clause;
  bool quantile =
      IsUnder(problem, it.word, "histogram_quantile") && HoldsBuckets(problem, it.operand, it.word);
  if (quantile && !clause.without && !clause.Has("le")) {
    clause.labels.insert(clause.labels.begin(), "le");
  }
  std::string op(AggregatorFor(problem.TextOf(tokens[it.operand])));
  bool parens = tokens[it.operand].type == TokenType::kLeftParen &&
                problem.source().Partner(it.operand) + 1 == it.word;
  uint32_t start = tokens[it.operand].start;
  repair->label = op + " " + clause.Text();
  repair->edits = {{start, start, repair->label + (parens ? " " : " (")},
                   Remove(problem, it.clause.position)};
  if (!parens) repair->edits.back().text = ")";
  size_t name = NameBefore(tokens, EnclosingParen(tokens, it.word));
  bool picks = name < tokens.size() &&
               (tokens[name].type == TokenType::kTopk || tokens[name].type == TokenType::kBottomk);
  if (picks) {
    std::string_view pick = problem.TextOf(tokens[name]);
    repair->reason += fmt::format(
        " To pick among groups, {} them first; {} {} (…) would pick within each group instead.",
        op == "sum" ? "add up" : "aggregate", pick, clause.Text());
  }
}

std::optional<Repair> TrailingGrouping(const Problem& problem) {
  const Token* here = problem.Here();
  if (here == nullptr || !IsGroupingWord(here->type)) return std::nullopt;
  Trailing it;
  it.word = problem.source().IndexAt(problem.offset);
  it.operand = OperandBefore(problem.tokens(), it.word);
  std::optional<Clause> clause = ReadClause(problem, it.word);
  if (it.operand == it.word || !clause) return std::nullopt;
  it.clause = std::move(*clause);
  TokenType first = problem.tokens()[it.operand].type;
  if (first == TokenType::kNumber || first == TokenType::kDuration) return std::nullopt;
  Repair repair = TrailingRepair(problem, it);
  bool done = Merge(problem, it, &repair) || MoveIntoQuantile(problem, it, &repair) ||
              MoveOut(problem, it, &repair);
  if (!done) Wrap(problem, it, &repair);
  return repair;
}

// sum(rate(x[5m]) by (a): a parenthesis is missing, and by belongs to sum.
std::optional<Repair> CloseBeforeGrouping(const Problem& problem) {
  const Token* here = problem.Here();
  if (here == nullptr || !IsGroupingWord(here->type)) return std::nullopt;
  const std::vector<Token>& tokens = problem.tokens();
  size_t word = problem.source().IndexAt(problem.offset);
  size_t paren = EnclosingParen(tokens, word);
  if (paren >= tokens.size() || problem.source().Partner(paren) < tokens.size())
    return std::nullopt;
  size_t name = NameBefore(tokens, paren);
  bool fits = name < tokens.size() && promql::IsAggregator(tokens[name].type) && name + 1 == paren;
  if (!fits) return std::nullopt;
  uint32_t at = tokens[word - 1].end;
  return Repair{"syntax-unclosed",
                fmt::format("the parenthesis of {}( is not closed", problem.TextOf(tokens[name])),
                "Every ( needs a ).",
                "close it before the grouping",
                {tokens[paren].start, tokens[paren].end},
                {{at, at, ")"}}};
}

// sum by job (x), sum(x) by job
std::optional<Repair> GroupingWithoutParens(const Problem& problem) {
  if (problem.error.find("in grouping opts, expected \"(\"") == std::string_view::npos) {
    return std::nullopt;
  }
  const std::vector<Token>& tokens = problem.tokens();
  size_t at = problem.source().IndexAt(problem.offset);
  if (at == 0 || at >= tokens.size()) return std::nullopt;
  size_t last = at;
  std::string labels;
  while (last < tokens.size() && IsName(tokens[last].type)) {
    labels += (labels.empty() ? "" : ", ") + std::string(problem.TextOf(tokens[last]));
    if (!problem.Is(last + 1, TokenType::kComma)) break;
    last += 2;
  }
  if (labels.empty() || last >= tokens.size()) return std::nullopt;
  PosRange position = {tokens[at].start, tokens[last].end};
  return Repair{
      "syntax-grouping",
      fmt::format("the labels behind {} must stand in parentheses", problem.TextOf(tokens[at - 1])),
      "A list of labels has parentheses even if it is a single one.",
      "put them in parentheses",
      position,
      {{position.start, position.end, "(" + labels + ")"}}};
}

// sum by (a b) (x)
std::optional<Repair> GroupingWithoutComma(const Problem& problem) {
  bool here = problem.error.find("in grouping opts, expected \",\" or \")\"") != std::string::npos;
  if (!here || problem.Here() == nullptr) return std::nullopt;
  size_t at = problem.source().IndexAt(problem.offset);
  if (at == 0) return std::nullopt;
  uint32_t end = problem.tokens()[at - 1].end;
  return Repair{"syntax-grouping",
                "labels are separated by commas",
                "The list of labels of by, without, on and ignoring has commas between them.",
                "put a comma",
                {problem.Here()->start, problem.Here()->end},
                {{end, end, ","}}};
}

// sum(x) group by (l)
std::optional<Repair> GroupBy(const Problem& problem) {
  const Token* here = problem.Here();
  if (here == nullptr || here->type != TokenType::kGroup) return std::nullopt;
  size_t at = problem.source().IndexAt(problem.offset);
  if (!problem.Is(at + 1, TokenType::kBy)) return std::nullopt;
  uint32_t end = problem.tokens()[at + 1].end;
  return Repair{"syntax-grouping",
                "the word is by, not group by",
                "Aggregations are grouped with by (…) or without (…).",
                "write by",
                {here->start, end},
                {{here->start, end, "by"}}};
}

constexpr Repairer kAll[] = {CloseBeforeGrouping, TrailingGrouping, GroupingWithoutParens,
                             GroupingWithoutComma, GroupBy};

}  // namespace

std::span<const Repairer> GroupingRepairs() {
  return kAll;
}

}  // namespace watchfire::advice

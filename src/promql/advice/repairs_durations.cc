// Durations: written with the units of other languages, quoted, or as an argument.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"
#include "promql/advice/repairs.h"

namespace watchfire::advice {
namespace {

constexpr std::string_view kReason =
    "Durations are whole numbers with the units ms, s, m, h, d, w, y: 30s, 5m, 1h30m.";

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Milliseconds of a unit by any of its names, or 0.
double UnitMs(std::string_view word) {
  struct Unit {
    double ms;
    std::array<std::string_view, 6> names;
  };
  constexpr std::array<Unit, 7> kUnits = {{
      {1, {"ms", "millis", "millisecond", "milliseconds", "", ""}},
      {1000, {"s", "sec", "secs", "second", "seconds", ""}},
      {60'000, {"m", "min", "mins", "minute", "minutes", ""}},
      {3'600'000, {"h", "hr", "hrs", "hour", "hours", ""}},
      {86'400'000, {"d", "day", "days", "", "", ""}},
      {604'800'000, {"w", "week", "weeks", "", "", ""}},
      {31'536'000'000, {"y", "year", "years", "", "", ""}},
  }};
  std::string lower = ToLower(word);
  for (const Unit& unit : kUnits) {
    for (std::string_view name : unit.names) {
      if (!name.empty() && name == lower) return unit.ms;
    }
  }
  return 0;
}

bool InRange(const Problem& problem) {
  size_t open = problem.query().substr(0, problem.offset).rfind('[');
  if (open == std::string_view::npos) return false;
  return problem.query().substr(open, problem.offset - open).find(']') == std::string_view::npos;
}

bool IsBehindOffset(const Problem& problem) {
  size_t at = problem.source().IndexAt(problem.offset);
  return at > 0 && problem.tokens()[at - 1].type == TokenType::kOffset;
}

// [5min], [5 m], [1.5h], [5M]
std::optional<Repair> OtherUnit(const Problem& problem) {
  bool mine = problem.error.starts_with("bad number or duration syntax") ||
              problem.error.starts_with("unknown unit") ||
              problem.error.starts_with("unexpected character: ");
  if (!mine || !(InRange(problem) || IsBehindOffset(problem))) return std::nullopt;
  std::string_view query = problem.query();
  size_t start = problem.offset;
  if (start < query.size() && !IsDigit(query[start])) {
    while (start > 0 && IsBlank(query[start - 1])) --start;
    while (start > 0 && (IsDigit(query[start - 1]) || query[start - 1] == '.')) --start;
  }
  size_t at = start;
  while (at < query.size() && (IsDigit(query[at]) || query[at] == '.')) ++at;
  std::optional<double> number = ParseFloat(query.substr(start, at - start));
  while (at < query.size() && IsBlank(query[at])) ++at;
  size_t word = at;
  while (at < query.size() && IsLetter(query[at])) ++at;
  double unit = UnitMs(query.substr(word, at - word));
  if (!number || unit == 0 || !(*number * unit >= 1) || *number * unit > 1e15) return std::nullopt;
  std::string text = model::FormatDuration(std::llround(*number * unit));
  PosRange position = {static_cast<uint32_t>(start), static_cast<uint32_t>(at)};
  return Repair{"syntax-duration",
                fmt::format("{} is no duration", problem.source().Text(position)),
                std::string(kReason),
                fmt::format("write {}", text),
                position,
                {{position.start, position.end, text}}};
}

// ["5m"]
std::optional<Repair> QuotedDuration(const Problem& problem) {
  if (!InRange(problem) || problem.offset >= problem.query().size()) return std::nullopt;
  char quote = problem.query()[problem.offset];
  if (quote != '"' && quote != '\'') return std::nullopt;
  size_t end = problem.query().find(quote, problem.offset + 1);
  if (end == std::string_view::npos) return std::nullopt;
  std::string inner(problem.query().substr(problem.offset + 1, end - problem.offset - 1));
  PosRange position = {problem.offset, static_cast<uint32_t>(end + 1)};
  return Repair{"syntax-duration",
                "durations are not quoted",
                std::string(kReason),
                "without quotes",
                position,
                {{position.start, position.end, inner}}};
}

// x[]
std::optional<Repair> EmptyRange(const Problem& problem) {
  const Token* here = problem.Here();
  bool mine = here != nullptr && here->type == TokenType::kRightBracket && here->start > 0 &&
              problem.error.find("in subquery or range selector") != std::string_view::npos;
  if (!mine) return std::nullopt;
  return Repair{
      "syntax-duration", "the range is empty",         std::string(kReason),
      "five minutes",    {here->start - 1, here->end}, {{here->start, here->start, "5m"}}};
}

// rate(x 5m), rate(x, [5m])
std::optional<Repair> RangeAsArgument(const Problem& problem) {
  const Token* here = problem.Here();
  if (here == nullptr || InRange(problem)) return std::nullopt;
  size_t at = problem.source().IndexAt(problem.offset);
  const std::vector<Token>& tokens = problem.tokens();
  Repair repair = {"syntax-duration",
                   "the range stands in brackets, right behind the selector",
                   "A range selector is a selector and its range: metric{label=\"value\"}[5m].",
                   "put it behind the selector",
                   {here->start, here->end},
                   {}};
  if (here->type == TokenType::kDuration && at > 0) {
    repair.edits = {
        {tokens[at - 1].end, here->end, "[" + std::string(problem.TextOf(*here)) + "]"}};
    return repair;
  }
  bool comma = here->type == TokenType::kComma && problem.Is(at + 1, TokenType::kLeftBracket);
  if (!comma || at == 0) return std::nullopt;
  repair.edits = {{tokens[at - 1].end, tokens[at + 1].start, ""}};
  return repair;
}

constexpr Repairer kAll[] = {OtherUnit, QuotedDuration, EmptyRange, RangeAsArgument};

}  // namespace

std::span<const Repairer> DurationRepairs() {
  return kAll;
}

}  // namespace watchfire::advice

// What the lexer refuses, and operators of other languages.
#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "base/numbers.h"
#include "base/text.h"
#include "promql/advice/repairs.h"

namespace watchfire::advice {
namespace {

bool IsWordByte(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Repair Replace(std::string message, std::string reason, PosRange position, std::string by) {
  std::string label = by.empty() ? "remove it" : fmt::format("write {}", by);
  return {"syntax-operator", std::move(message), std::move(reason),
          std::move(label),  position,           {{position.start, position.end, std::move(by)}}};
}

// ---- quotes of a word processor

std::optional<Repair> CurlyQuotes(const Problem& problem) {
  struct Curly {
    std::string_view quote;
    std::string_view plain;
  };
  constexpr std::array<Curly, 6> kCurly = {
      {{"“", "\""}, {"”", "\""}, {"„", "\""}, {"‘", "'"}, {"’", "'"}, {"‚", "'"}}};
  std::string_view rest = problem.query().substr(problem.offset);
  bool here = false;
  Edits edits;
  for (const Curly& curly : kCurly) {
    here = here || rest.starts_with(curly.quote);
    for (size_t at = problem.query().find(curly.quote); at != std::string_view::npos;
         at = problem.query().find(curly.quote, at + 1)) {
      edits.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(at + curly.quote.size()),
                       std::string(curly.plain)});
    }
  }
  if (!here) return std::nullopt;
  return Repair{
      "syntax-quotes",
      "strings need plain quotes",
      "Word processors and chats turn quotes into curly ones, which PromQL does not know.",
      "use plain quotes",
      {problem.offset, problem.offset + 3},
      std::move(edits)};
}

// ---- && || <> = =>

std::optional<Repair> LogicalOperators(const Problem& problem) {
  std::string_view rest = problem.query().substr(problem.offset);
  bool both = rest.starts_with("&");
  if (!both && !rest.starts_with("|")) return std::nullopt;
  uint32_t length = rest.starts_with("&&") || rest.starts_with("||") ? 2 : 1;
  bool blanks = problem.offset > 0 && problem.query()[problem.offset - 1] != ' ';
  std::string word = both ? "and" : "or";
  return Replace(fmt::format("the operator is {}, not {}", word, rest.substr(0, length)),
                 "Set operators are words: and, or, unless.",
                 {problem.offset, problem.offset + length}, blanks ? " " + word + " " : word);
}

std::optional<Repair> UnequalSign(const Problem& problem) {
  const Token* here = problem.Here();
  if (here == nullptr || here->type != TokenType::kGreater || here->start == 0) return std::nullopt;
  if (problem.query()[here->start - 1] != '<') return std::nullopt;
  return Replace("the operator is !=, not <>", "Inequality is written != in PromQL.",
                 {here->start - 1, here->end}, "!=");
}

std::optional<Repair> SingleEqualSign(const Problem& problem) {
  const Token* here = problem.Here();
  if (here == nullptr || here->type != TokenType::kAssign) return std::nullopt;
  if (problem.error.find("label matching") != std::string_view::npos) return std::nullopt;
  std::string_view rest = problem.query().substr(here->end);
  if (rest.starts_with(">") || rest.starts_with("<")) {
    return Replace("the equals sign comes last: >= and <=", "These are the operators of PromQL.",
                   {here->start, here->end + 1}, std::string(rest.substr(0, 1)) + "=");
  }
  return Replace("values are compared with ==", "A single = stands between a label and its value.",
                 {here->start, here->end}, "==");
}

std::optional<Repair> RegexOnValues(const Problem& problem) {
  if (problem.error != "unexpected character after '=': '~'") return std::nullopt;
  return Repair{"syntax-string-comparison",
                "=~ compares labels, not values",
                "Values are numbers. Labels are selected in braces: metric{label=~\"…\"}.",
                "",
                {problem.offset, problem.offset + 2},
                {}};
}

// ---- 90%, 10MB

std::optional<Repair> Percent(const Problem& problem) {
  const std::vector<Token>& tokens = problem.tokens();
  size_t at = problem.source().IndexAt(problem.offset);
  for (size_t i = at; i-- > 0 && at - i < 4;) {
    if (tokens[i].type != TokenType::kMod || i == 0) continue;
    const Token& number = tokens[i - 1];
    if (number.type != TokenType::kNumber || number.end != tokens[i].start) continue;
    return Replace(fmt::format("{}% is no number", problem.TextOf(number)),
                   "% is the remainder of a division. Metrics in percent are compared with 90, "
                   "ratios with 0.9.",
                   {number.start, tokens[i].end}, std::string(problem.TextOf(number)));
  }
  return std::nullopt;
}

std::optional<Repair> Units(const Problem& problem) {
  if (!problem.error.starts_with("bad number or duration syntax")) return std::nullopt;
  std::string_view rest = problem.query().substr(problem.offset);
  size_t digits = 0;
  while (digits < rest.size() && (IsWordByte(rest[digits]) || rest[digits] == '.') &&
         (rest[digits] == '.' || (rest[digits] >= '0' && rest[digits] <= '9'))) {
    ++digits;
  }
  size_t end = digits;
  while (end < rest.size() && IsWordByte(rest[end])) ++end;
  std::string unit = ToLower(rest.substr(digits, end - digits));
  size_t power = unit.empty() ? std::string_view::npos : std::string_view("kmgt").find(unit[0]);
  if (digits == 0 || power == std::string_view::npos) return std::nullopt;
  std::string_view tail = std::string_view(unit).substr(1);
  if (!IsOneOf(tail, {"", "b", "i", "ib"})) return std::nullopt;
  bool binary = tail.starts_with("i");
  std::string number(rest.substr(0, digits));
  std::string text = power == 0
                         ? fmt::format("{} * {}", number, binary ? 1024 : 1000)
                         : fmt::format("{} * {}^{}", number, binary ? 1024 : 1000, power + 1);
  uint32_t stop = problem.offset + static_cast<uint32_t>(end);
  return Repair{"syntax-unit",
                fmt::format("numbers have no units: {}", rest.substr(0, end)),
                "Only durations have (5m, 1h30m). Everything else is a plain number.",
                fmt::format("write {}", text),
                {problem.offset, stop},
                {{problem.offset, stop, text}}};
}

// ---- $variables of dashboards

// `$name`, `${name:format}`, `[[name]]` at the offset: name and length.
struct Variable {
  std::string name;
  uint32_t length = 0;
};

std::optional<Variable> ReadVariable(std::string_view text) {
  auto name_of = [](std::string_view from) {
    size_t end = 0;
    while (end < from.size() && IsWordByte(from[end])) ++end;
    return std::string(from.substr(0, end));
  };
  for (auto [open, close] : {std::pair{"${", "}"}, {"[[", "]]"}}) {
    if (!text.starts_with(open)) continue;
    size_t end = text.find(close);
    if (end == std::string_view::npos) return std::nullopt;
    auto length = static_cast<uint32_t>(end + std::string_view(close).size());
    return Variable{name_of(text.substr(2)), length};
  }
  if (!text.starts_with("$")) return std::nullopt;
  std::string name = name_of(text.substr(1));
  if (name.empty()) return std::nullopt;
  auto length = static_cast<uint32_t>(name.size() + 1);
  return Variable{std::move(name), length};
}

// What could stand for it; "" if that cannot be known.
std::string ValueFor(const Problem& problem, const Variable& variable) {
  if (variable.name == "__range_s") return "3600";
  if (variable.name == "__range_ms") return "3600000";
  if (variable.name == "__interval_ms") return "60000";
  if (variable.name == "__range") return "1h";
  if (variable.name == "__interval") return "1m";
  if (variable.name == "__rate_interval") return "5m";
  const std::vector<Token>& tokens = problem.tokens();
  if (tokens.empty()) return "";
  TokenType before = tokens.back().type;
  if (before == TokenType::kLeftBracket || before == TokenType::kOffset) return "5m";
  if (before == TokenType::kColon) return "1m";
  if (before != TokenType::kLeftParen || tokens.size() < 2) return "";
  std::string_view name = problem.TextOf(tokens[tokens.size() - 2]);
  if (IsOneOf(name, {"topk", "bottomk", "limitk"})) return "5";
  return name == "quantile" || name == "histogram_quantile" ? "0.95" : "";
}

std::optional<Repair> DashboardVariable(const Problem& problem) {
  std::optional<Variable> variable = ReadVariable(problem.query().substr(problem.offset));
  if (!variable) return std::nullopt;
  PosRange position = {problem.offset, problem.offset + variable->length};
  Repair repair = {"syntax-dashboard-variable",
                   fmt::format("{} is a variable of a dashboard", problem.source().Text(position)),
                   "Grafana puts a value in its place before it sends the query; here it must be "
                   "written.",
                   "",
                   position,
                   {}};
  std::string value = ValueFor(problem, *variable);
  if (!value.empty()) {
    repair.label = fmt::format("write {}", value);
    repair.edits = {{position.start, position.end, value}};
  }
  return repair;
}

// ---- http.server.requests

std::optional<Repair> DottedName(const Problem& problem) {
  std::string_view query = problem.query();
  if (problem.offset >= query.size() || query[problem.offset] != '.') return std::nullopt;
  if (problem.error.find("braces") != std::string_view::npos) return std::nullopt;
  size_t start = problem.offset;
  while (start > 0 && (IsWordByte(query[start - 1]) || query[start - 1] == ':')) --start;
  size_t end = problem.offset;
  while (end < query.size() && (IsWordByte(query[end]) || query[end] == '.')) ++end;
  std::string name(query.substr(start, end - start));
  bool word = start < problem.offset && !(name[0] >= '0' && name[0] <= '9') && name.back() != '.';
  if (!word) return std::nullopt;
  PosRange position = {static_cast<uint32_t>(start), static_cast<uint32_t>(end)};
  std::string plain = ReplaceAll(name, ".", "_");
  Catalog* catalog = problem.context.catalog;
  model::Matchers named = {model::Matcher::Equal(std::string(model::kMetricName), plain)};
  bool exists = catalog != nullptr && catalog->Exists(named).value_or(false);
  Repair repair = {"syntax-name",
                   fmt::format("the name {} must be quoted", name),
                   "Names with dots and other signs stand in braces and quotes.",
                   "",
                   position,
                   {}};
  bool braces = end < query.size() && query[end] == '{';
  if (exists) {
    repair.reason += fmt::format(" There is a metric {}, though.", plain);
    repair.label = fmt::format("use {}", plain);
    repair.edits = {{position.start, position.end, plain}};
    return repair;
  }
  repair.label = "quote the name";
  if (braces) {
    bool empty = query.find('}', end) == end + 1;
    std::string text = "{" + GoQuote(name) + (empty ? "" : ", ");
    repair.edits = {{position.start, position.end + 1, std::move(text)}};
  } else {
    repair.edits = {{position.start, position.end, "{" + GoQuote(name) + "}"}};
  }
  return repair;
}

constexpr Repairer kAll[] = {CurlyQuotes,       LogicalOperators, UnequalSign,
                             SingleEqualSign,   RegexOnValues,    Units,
                             DashboardVariable, DottedName,       Percent};

}  // namespace

std::span<const Repairer> CharacterRepairs() {
  return kAll;
}

}  // namespace watchfire::advice

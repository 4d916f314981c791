// Matchers in braces: operators, quotes, commas, names.
#include <fmt/format.h>

#include "base/text.h"
#include "promql/advice/repairs.h"

namespace watchfire::advice {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool InMatchers(const Problem& problem) {
  return problem.error.find("label matching") != std::string_view::npos ||
         problem.error.find("inside braces") != std::string_view::npos;
}

// The last byte before the error that is not blank, or 0.
char Before(const Problem& problem) {
  size_t at = problem.offset;
  while (at > 0 && IsBlank(problem.query()[at - 1])) --at;
  return at > 0 ? problem.query()[at - 1] : '\0';
}

Repair Matcher(std::string message, std::string label, PosRange position, std::string by) {
  return {"syntax-matcher",
          std::move(message),
          "A matcher is a label, one of = != =~ !~, and a quoted value; commas separate matchers.",
          std::move(label),
          position,
          {{position.start, position.end, std::move(by)}}};
}

std::optional<Repair> DoubleEqualSign(const Problem& problem) {
  const Token* here = problem.Here();
  bool mine = InMatchers(problem) && here != nullptr && here->type == TokenType::kAssign &&
              here->start > 0 && problem.query()[here->start - 1] == '=';
  if (!mine) return std::nullopt;
  return Matcher("labels are compared with a single =", "write =", {here->start - 1, here->end},
                 "=");
}

// {code=200}, {job=api}, {instance=10.0.0.1:9100}
std::optional<Repair> UnquotedValue(const Problem& problem) {
  if (!InMatchers(problem) || problem.offset >= problem.query().size()) return std::nullopt;
  char before = Before(problem);
  if (before != '=' && before != '~') return std::nullopt;
  std::string_view query = problem.query();
  size_t end = query.find_first_of(",}\"'`=[)", problem.offset);
  if (end == std::string_view::npos) end = query.size();
  std::string_view value = TrimSpace(query.substr(problem.offset, end - problem.offset));
  if (value.empty() || static_cast<unsigned char>(value[0]) >= 0x80) return std::nullopt;
  uint32_t behind = problem.offset + static_cast<uint32_t>(value.size());
  // A quote at the end only: `{a=b"}`.
  if (behind < query.size() && (query[behind] == '"' || query[behind] == '\'')) ++behind;
  return Matcher("the value of a label must be quoted", "quote it", {problem.offset, behind},
                 GoQuote(value));
}

// {a: "b"}, {a ~ "b"}, {a~="b"}, {a<>"b"}
std::optional<Repair> OtherOperator(const Problem& problem) {
  if (!InMatchers(problem)) return std::nullopt;
  struct Spelling {
    std::string_view written;
    std::string_view meant;
  };
  constexpr Spelling kSpellings[] = {{"~=", "=~"}, {"<>", "!="}, {"!=~", "!~"},  {"~", "=~"},
                                     {":=", "="},  {":", "="},   {"!\"", "!=\""}};
  std::string_view rest = problem.query().substr(problem.offset);
  for (const Spelling& spelling : kSpellings) {
    if (!rest.starts_with(spelling.written)) continue;
    auto length = static_cast<uint32_t>(spelling.written.size());
    return Matcher(fmt::format("{} does not compare labels", spelling.written),
                   fmt::format("write {}", spelling.meant),
                   {problem.offset, problem.offset + length}, std::string(spelling.meant));
  }
  return std::nullopt;
}

// {a="b" and c="d"}, {a="b"; c="d"}, {a="b" c="d"}
std::optional<Repair> Separator(const Problem& problem) {
  if (!InMatchers(problem)) return std::nullopt;
  char before = Before(problem);
  if (before != '"' && before != '\'' && before != '`') return std::nullopt;
  std::string_view rest = problem.query().substr(problem.offset);
  for (std::string_view word : {"and ", "AND ", "&& ", "&&", ";", "& ", "&"}) {
    if (!rest.starts_with(word)) continue;
    size_t start = problem.offset;
    while (start > 0 && IsBlank(problem.query()[start - 1])) --start;
    auto length = static_cast<uint32_t>(word.size());
    bool blank = word.back() != ' ' && problem.offset + length < problem.query().size() &&
                 IsBlank(problem.query()[problem.offset + length]);
    return Matcher("matchers are separated by commas", "put a comma",
                   {static_cast<uint32_t>(start), problem.offset + length}, blank ? "," : ", ");
  }
  const Token* here = problem.Here();
  if (here == nullptr || here->type != TokenType::kIdentifier) return std::nullopt;
  size_t end = problem.offset;
  while (end > 0 && IsBlank(problem.query()[end - 1])) --end;
  Repair repair =
      Matcher("matchers are separated by commas", "put a comma", {here->start, here->end}, "");
  auto at = static_cast<uint32_t>(end);
  repair.edits = {{at, at, end == problem.offset ? ", " : ","}};
  return repair;
}

// {foo-bar="x"}, {http.method="GET"}
std::optional<Repair> OddLabelName(const Problem& problem) {
  if (!InMatchers(problem) || problem.offset >= problem.query().size()) return std::nullopt;
  std::string_view query = problem.query();
  char sign = query[problem.offset];
  if (sign != '-' && sign != '.' && sign != '/') return std::nullopt;
  auto in_name = [](char c) {
    return c == '_' || c == '-' || c == '.' || c == '/' || (c >= '0' && c <= '9') ||
           (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  size_t start = problem.offset;
  while (start > 0 && in_name(query[start - 1])) --start;
  size_t end = problem.offset;
  while (end < query.size() && in_name(query[end])) ++end;
  if (start == problem.offset) return std::nullopt;
  std::string name(query.substr(start, end - start));
  return Repair{"syntax-name",
                fmt::format("the label {} must be quoted", name),
                "Names with dots, dashes and other signs stand in quotes.",
                "quote the name",
                {static_cast<uint32_t>(start), static_cast<uint32_t>(end)},
                {{static_cast<uint32_t>(start), static_cast<uint32_t>(end), GoQuote(name)}}};
}

// {method, code}: a listing of labels, as documentation has it.
std::optional<Repair> BareLabel(const Problem& problem) {
  if (problem.error.find("expected label matching operator") == std::string_view::npos) {
    return std::nullopt;
  }
  size_t at = problem.source().IndexAt(problem.offset);
  if (at == 0 || problem.tokens()[at - 1].type != TokenType::kIdentifier) return std::nullopt;
  const Token& name = problem.tokens()[at - 1];
  Repair repair =
      Matcher(fmt::format("the label {} is compared with nothing", problem.TextOf(name)),
              "all series that have the label", {name.start, name.end}, "");
  repair.edits = {{name.end, name.end, "!=\"\""}};
  return repair;
}

// rate(x{a="b"[5m])
std::optional<Repair> CloseBrace(const Problem& problem) {
  if (problem.error.find("inside braces") == std::string_view::npos) return std::nullopt;
  std::string_view query = problem.query();
  bool end = problem.offset >= query.size();
  if (!end && query[problem.offset] != '[' && query[problem.offset] != ')') return std::nullopt;
  size_t open = query.substr(0, problem.offset).rfind('{');
  if (open == std::string_view::npos) return std::nullopt;
  size_t at = problem.offset;
  while (at > 0 && IsBlank(query[at - 1])) --at;
  auto start = static_cast<uint32_t>(open);
  auto place = static_cast<uint32_t>(at);
  return Repair{"syntax-unclosed", "the brace { is not closed", "Matchers stand between { and }.",
                "close it",        {start, start + 1},          {{place, place, "}"}}};
}

std::optional<Repair> CloseString(const Problem& problem) {
  bool mine = problem.error.starts_with("unterminated") && problem.offset < problem.query().size();
  if (!mine) return std::nullopt;
  std::string_view query = problem.query();
  char quote = query[problem.offset];
  if (quote != '"' && quote != '\'' && quote != '`') return std::nullopt;
  size_t end = query.find_first_of(",}\n)", problem.offset);
  if (end == std::string_view::npos) end = query.size();
  auto place = static_cast<uint32_t>(end);
  return Repair{"syntax-unclosed",
                "the string is not closed",
                "A string ends with the quote that it begins with.",
                "close it",
                {problem.offset, problem.offset + 1},
                {{place, place, std::string(1, quote)}}};
}

// =~"*foo*": a pattern of file names.
std::optional<Repair> Glob(const Problem& problem) {
  if (!problem.error.starts_with("error parsing regexp")) return std::nullopt;
  size_t name = problem.source().IndexAt(problem.offset);
  if (!problem.Is(name + 2, TokenType::kString)) return std::nullopt;
  const Token& value = problem.tokens()[name + 2];
  std::string_view text = problem.TextOf(value);
  Repair repair = {
      "syntax-regex",
      "the regular expression does not parse: " +
          std::string(problem.error.substr(problem.error.find(": ") + 2)),
      "Regular expressions are RE2's: any text is .*, not * alone, and ( [ + ? . stand "
      "for themselves only behind a backslash.",
      "",
      {value.start, value.end},
      {}};
  if (problem.error.find("repetition operator: `*`") == std::string_view::npos) return repair;
  std::string better;
  for (size_t i = 0; i < text.size(); ++i) {
    bool alone = text[i] == '*' && i > 0 &&
                 std::string_view(".)]}\\").find(text[i - 1]) == std::string_view::npos;
    if (alone) better += '.';
    better += text[i];
  }
  repair.label = "use .*";
  repair.edits = {{value.start, value.end, better}};
  return repair;
}

// {job=~".*"}
std::optional<Repair> MatchesEverything(const Problem& problem) {
  if (!problem.error.starts_with("vector selector must contain")) return std::nullopt;
  size_t open = problem.source().IndexAt(problem.offset);
  size_t close = open < problem.tokens().size() ? problem.source().Partner(open) : open;
  if (close >= problem.tokens().size()) return std::nullopt;
  Repair repair = {"syntax-empty-selector",
                   "the selector would match every series",
                   "At least one matcher must not match the empty value: =~\".+\" asks that the "
                   "label is there.",
                   "",
                   {problem.tokens()[open].start, problem.tokens()[close].end},
                   {}};
  for (size_t i = open; i < close; ++i) {
    const Token& token = problem.tokens()[i];
    if (token.type != TokenType::kString || problem.TextOf(token).substr(1, 2) != ".*") continue;
    repair.label = "use .+";
    repair.edits = {{token.start + 2, token.start + 3, "+"}};
    break;
  }
  return repair;
}

constexpr Repairer kAll[] = {
    DoubleEqualSign, UnquotedValue, OtherOperator, Separator, OddLabelName,
    BareLabel,       CloseBrace,    CloseString,   Glob,      MatchesEverything};

}  // namespace

std::span<const Repairer> MatcherRepairs() {
  return kAll;
}

}  // namespace watchfire::advice

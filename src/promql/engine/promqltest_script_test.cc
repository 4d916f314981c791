// Commands of the promqltest language.

#include <fmt/core.h>

#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"
#include "promql/engine/promqltest_test.h"
#include "promql/parser/parser.h"

namespace watchfire::promql {
namespace {

Result<int64_t> ParseTime(std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int64_t ms = 0;
  if (std::optional<double> seconds = ParseFloat(text)) {
    ms = static_cast<int64_t>(*seconds * 1000);
  } else {
    ms = TRY(model::ParseDurationMs(text));
  }
  return negative ? -ms : ms;
}

std::string_view TakeWord(std::string_view& text) {
  text = TrimSpace(text);
  size_t end = std::min(text.find_first_of(" \t"), text.size());
  std::string_view word = text.substr(0, end);
  text = TrimSpace(text.substr(end));
  return word;
}

class ScriptParser {
 public:
  explicit ScriptParser(std::string_view text) {
    for (std::string_view line : Split(text, '\n')) {
      line = TrimSpace(line);
      lines_.push_back(line.starts_with('#') ? std::string_view() : line);
    }
  }

  Result<std::vector<TestCommand>> Parse() {
    std::vector<TestCommand> commands;
    for (; at_ < lines_.size(); ++at_) {
      std::string_view line = lines_[at_];
      if (line.empty()) continue;
      Result<TestCommand> command = ParseCommand(line);
      if (!command.ok()) return command.error().With("line {}", at_ + 1);
      commands.push_back(*std::move(command));
    }
    return commands;
  }

 private:
  Result<TestCommand> ParseCommand(std::string_view line) {
    std::string_view word = TakeWord(line);
    if (word == "clear") return TestCommand{};
    if (word == "load" || word == "load_with_nhcb") {
      return ParseLoad(line, word == "load_with_nhcb");
    }
    if (word == "eval" || word.starts_with("eval_")) return ParseEval(word, line);
    return Error::Invalid("unknown command {}", word);
  }
  // The line below the current one, if it belongs to the same block.
  std::optional<std::string_view> NextInBlock() {
    if (at_ + 1 >= lines_.size() || lines_[at_ + 1].empty()) return std::nullopt;
    return lines_[++at_];
  }
  Result<TestCommand> ParseLoad(std::string_view step, bool with_nhcb) {
    TestCommand command;
    command.kind = TestCommand::Kind::kLoad;
    command.with_nhcb = with_nhcb;
    command.step_ms = TRY(ParseTime(step));
    while (std::optional<std::string_view> line = NextInBlock()) {
      command.series.push_back(TRY(ParseSeriesLine(*line)));
    }
    return command;
  }
  Result<TestCommand> ParseEval(std::string_view word, std::string_view line);
  Result<void> ParseExpect(std::string_view line, EvalCommand* eval);

  std::vector<std::string_view> lines_;
  size_t at_ = 0;
};

Result<void> ParseLegacySuffix(std::string_view word, EvalCommand* eval) {
  if (word == "eval") return {};
  std::string_view suffix = word.substr(5);
  if (suffix == "fail")
    eval->expectations.push_back({ExpectKind::kFail, "", ""});
  else if (suffix == "warn")
    eval->expectations.push_back({ExpectKind::kWarn, "", ""});
  else if (suffix == "info")
    eval->expectations.push_back({ExpectKind::kInfo, "", ""});
  else if (suffix == "ordered")
    eval->ordered = true;
  else
    return Error::Invalid("unknown command {}", word);
  return {};
}

Result<TestCommand> ScriptParser::ParseEval(std::string_view word, std::string_view line) {
  TestCommand command;
  command.kind = TestCommand::Kind::kEval;
  EvalCommand& eval = command.eval;
  eval.line = static_cast<int>(at_) + 1;
  TRY(ParseLegacySuffix(word, &eval));
  eval.range = TakeWord(line) == "range";
  if (eval.range) {
    TakeWord(line);  // from
    eval.start = TRY(ParseTime(TakeWord(line)));
    TakeWord(line);  // to
    eval.end = TRY(ParseTime(TakeWord(line)));
    TakeWord(line);  // step
    eval.step_ms = TRY(ParseTime(TakeWord(line)));
  } else {
    TakeWord(line);  // at
    eval.start = eval.end = TRY(ParseTime(TakeWord(line)));
  }
  eval.query = std::string(line);
  while (std::optional<std::string_view> next = NextInBlock()) {
    if (next->starts_with("expect ") || next->starts_with("expected_fail_")) {
      TRY(ParseExpect(*next, &eval));
    } else if (std::optional<double> v = ParseFloat(*next)) {
      eval.scalar = v;
    } else {
      eval.series.push_back(TRY(ParseSeriesLine(*next)));
    }
  }
  return command;
}

Result<void> ScriptParser::ParseExpect(std::string_view line, EvalCommand* eval) {
  if (line.starts_with("expected_fail_")) {
    std::string_view word = TakeWord(line);
    Expectation fail{ExpectKind::kFail, "", ""};
    (word == "expected_fail_message" ? fail.text : fail.regex) = std::string(line);
    std::erase_if(eval->expectations, [](const auto& e) { return e.kind == ExpectKind::kFail; });
    eval->expectations.push_back(fail);
    return {};
  }
  TakeWord(line);  // expect
  std::string_view kind = TakeWord(line);
  if (kind == "ordered") {
    eval->ordered = true;
    return {};
  }
  if (kind == "string") {
    ExprPtr literal = TRY(promql::Parse(line));
    eval->string = literal->As<StringLiteral>().value;
    return {};
  }
  if (kind == "range") {  // range vector from A to B step S
    TakeWord(line);
    TakeWord(line);
    eval->range_vector = true;
    eval->vector_start = TRY(ParseTime(TakeWord(line)));
    TakeWord(line);
    TakeWord(line);
    TakeWord(line);
    eval->vector_step_ms = TRY(ParseTime(TakeWord(line)));
    return {};
  }
  Expectation expectation;
  if (kind == "fail")
    expectation.kind = ExpectKind::kFail;
  else if (kind == "warn")
    expectation.kind = ExpectKind::kWarn;
  else if (kind == "no_warn")
    expectation.kind = ExpectKind::kNoWarn;
  else if (kind == "info")
    expectation.kind = ExpectKind::kInfo;
  else if (kind == "no_info")
    expectation.kind = ExpectKind::kNoInfo;
  else
    return Error::Invalid("unknown expectation {}", kind);
  if (line.starts_with("msg:")) expectation.text = std::string(TrimSpace(line.substr(4)));
  if (line.starts_with("regex:")) expectation.regex = std::string(TrimSpace(line.substr(6)));
  eval->expectations.push_back(expectation);
  return {};
}

}  // namespace

Result<std::vector<TestCommand>> ParseScript(std::string_view text) {
  return ScriptParser(text).Parse();
}

}  // namespace watchfire::promql

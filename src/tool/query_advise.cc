// `query advise` and `check rules`: what is wrong with expressions, by their text or by what a
// server knows.
#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "config/loader.h"
#include "config/rule_file.h"
#include "promql/advice/advice.h"
#include "promql/parser/parser.h"
#include "tool/advice_commands.h"
#include "tool/query_client.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool {
namespace {

using codec::Json;

// The tools know every feature, as promtool does when it is told of all.
constexpr promql::ParseOptions kEverything = {
    .experimental_functions = true, .extended_range_selectors = true, .fill_modifiers = true};

std::string TextOf(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

uint64_t NumberOf(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr ? 0 : value->AsUint().value_or(0);
}

advice::Severity SeverityOf(std::string_view name) {
  if (name == "error") return advice::Severity::kError;
  return name == "warning" ? advice::Severity::kWarning : advice::Severity::kInfo;
}

Result<std::vector<advice::Advice>> ReadAnswer(const Json& data) {
  const Json* list = data.Find("advice");
  if (list == nullptr || list->AsArray() == nullptr) {
    return Error::Invalid("the server gives no advice on queries");
  }
  std::vector<advice::Advice> all;
  for (const Json& one : *list->AsArray()) {
    advice::Advice advice;
    advice.code = TextOf(one, "code");
    advice.severity = SeverityOf(TextOf(one, "severity"));
    advice.message = TextOf(one, "message");
    advice.reason = TextOf(one, "reason");
    advice.line = static_cast<int>(NumberOf(one, "line"));
    advice.column = static_cast<int>(NumberOf(one, "column"));
    if (const Json* position = one.Find("position")) {
      advice.position = {static_cast<uint32_t>(NumberOf(*position, "start")),
                         static_cast<uint32_t>(NumberOf(*position, "end"))};
    }
    if (const Json* fix = one.Find("fix")) {
      advice.fix = advice::Fix{TextOf(*fix, "label"), TextOf(*fix, "query")};
    }
    all.push_back(std::move(advice));
  }
  return all;
}

std::string_view PurposeName(advice::Purpose purpose) {
  return purpose == advice::Purpose::kAlert       ? "alert"
         : purpose == advice::Purpose::kRecording ? "recording"
                                                  : "query";
}

// Asks the server, or reads the text alone.
class Adviser {
 public:
  static Result<Adviser> Make(const AdviseTarget& target) {
    Adviser adviser;
    if (!target.server.empty()) {
      adviser.client_ = TRY(QueryClient::Make(target.server, target.headers));
    }
    return adviser;
  }
  Result<std::vector<advice::Advice>> Advise(const std::string& expr, advice::Purpose purpose) {
    if (client_ == nullptr) {
      return advice::Advise(expr, {.parse = kEverything, .purpose = purpose});
    }
    Json data = TRY(client_->Post(
        "/query_advice", {{"query", expr}, {"context", std::string(PurposeName(purpose))}}));
    return ReadAnswer(data);
  }

 private:
  std::unique_ptr<QueryClient> client_;
};

std::string Indented(std::string_view text, std::string_view indent) {
  std::string out;
  for (std::string_view line : Split(text, '\n')) out += fmt::format("{}{}\n", indent, line);
  return out;
}

}  // namespace

std::string AdviceText(std::string_view place, const std::vector<advice::Advice>& all) {
  std::string out;
  for (const advice::Advice& one : all) {
    out += fmt::format("{}{}:{}: {}: {} [{}]\n", place, one.line, one.column,
                       advice::SeverityName(one.severity), one.message, one.code);
    out += fmt::format("    {}\n", one.reason);
    if (one.fix)
      out += fmt::format("    {}:\n", one.fix->label) + Indented(one.fix->query, "      ");
  }
  return out;
}

Result<void> AdviseOnQuery(const AdviseOptions& options, std::FILE* out) {
  std::optional<advice::Purpose> purpose = advice::ParsePurpose(options.purpose);
  if (!purpose) return Error::Invalid("\"{}\" is no purpose of a query", options.purpose);
  Adviser adviser = TRY(Adviser::Make(options));
  std::vector<advice::Advice> all = TRY(adviser.Advise(options.expr, *purpose));
  Print(out, all.empty() ? "nothing to say\n" : AdviceText("", all));
  bool failed = std::ranges::any_of(
      all, [](const advice::Advice& one) { return one.severity == advice::Severity::kError; });
  if (failed) return Error::Invalid("the query does not parse");
  return {};
}

namespace {

struct Checked {
  size_t rules = 0;
  size_t advice = 0;
};

Result<std::string> ReadRuleFile(const std::string& path) {
  return FileSystem::Local()->ReadFile(path, config::kMaxConfigFileBytes);
}

Result<std::string> ReadStandardInput() {
  std::string text;
  char part[4096];
  for (size_t n = 0; (n = std::fread(part, 1, sizeof(part), stdin)) > 0;) {
    text.append(part, n);
    if (text.size() > config::kMaxConfigFileBytes) {
      return Error::Make(ErrorCode::kLimit, "standard input has more than {} bytes",
                         config::kMaxConfigFileBytes);
    }
  }
  return text;
}

// Errors are the file's: what does not parse is no rule file. Infos are for those who ask.
Result<Checked> CheckRuleFile(Adviser& adviser, const CheckRulesOptions& options,
                              const std::string& path, std::FILE* out) {
  std::string text = TRY(path.empty() ? ReadStandardInput() : ReadRuleFile(path));
  config::RuleFileOptions reading;
  reading.check_expression = [](const std::string& expr) -> Result<void> {
    TRY(promql::Parse(expr, kEverything));
    return {};
  };
  config::RuleFile file = TRY(config::LoadRuleFile(text, path, reading));
  Checked checked;
  for (const config::RuleGroup& group : file.groups) {
    for (const config::Rule& rule : group.rules) {
      ++checked.rules;
      advice::Purpose purpose =
          rule.is_alert() ? advice::Purpose::kAlert : advice::Purpose::kRecording;
      std::vector<advice::Advice> all = TRY(adviser.Advise(rule.expr, purpose));
      std::erase_if(all, [&](const advice::Advice& one) {
        return one.severity == advice::Severity::kInfo && !options.infos;
      });
      checked.advice += all.size();
      std::string place = fmt::format("{}:{}: {}: ", path, rule.expr_at.line, rule.name());
      Print(out, AdviceText(place, all));
    }
  }
  return checked;
}

}  // namespace

Result<void> CheckRules(const CheckRulesOptions& options, std::FILE* out) {
  Adviser adviser = TRY(Adviser::Make(options));
  size_t failed = 0;
  size_t advised = 0;
  std::vector<std::string> files = options.files;
  if (files.empty()) files.emplace_back();  // standard input
  for (const std::string& path : files) {
    Print(out, fmt::format("Checking {}\n", path.empty() ? "standard input" : path));
    Result<Checked> checked = CheckRuleFile(adviser, options, path, out);
    if (!checked.ok()) {
      ++failed;
      Print(out, "  FAILED:\n" + Indented(checked.error().message(), "  "));
      continue;
    }
    advised += checked->advice;
    Print(out, fmt::format("  SUCCESS: {} rules found\n", checked->rules));
  }
  if (failed > 0) return Error::Invalid("{} of {} files are no rule files", failed, files.size());
  if (options.fatal && advised > 0)
    return Error::Invalid("there is advice on {} expressions", advised);
  return {};
}

}  // namespace watchfire::tool

#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdio>

#include "alerting/alerts/alert.h"
#include "alerting/amconfig/go_duration.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "config/loader.h"
#include "model/duration.h"
#include "template/library/alert_templates.h"
#include "template/library/go_time.h"
#include "tool/amtool/commands.h"

namespace watchfire::amtool {
namespace {

constexpr std::string_view kRfc3339Layout = "2006-01-02T15:04:05Z07:00";
constexpr uint64_t kMaxInputBytes = 64 << 20;
// The Alertmanager whose behaviour is kept.
constexpr const char* kVersion = "0.34.0";

}  // namespace

Result<std::unique_ptr<Client>> Connect(const Invocation& asked) {
  int64_t timeout_ns = TRY(amconfig::ParseGoDuration(asked.Text("timeout")));
  return Client::Make({.url = asked.Text("alertmanager.url"),
                       .http_config_file = asked.Text("http.config.file"),
                       .timeout_ms = timeout_ns / 1'000'000,
                       .version_check = asked.On("version-check"),
                       .version = kVersion});
}

Style StyleOf(const Invocation& asked) {
  return {.output = asked.Text("output"), .date_format = asked.Text("date.format")};
}

Result<amconfig::MatcherSyntax> SyntaxOf(const Invocation& asked) {
  bool classic = false;
  bool strict = false;
  for (const std::string& list : asked.All("enable-feature")) {
    for (std::string_view feature : Split(list, ',')) {
      classic = classic || feature == "classic-mode";
      strict = strict || feature == "utf8-strict-mode";
    }
  }
  if (classic && strict) {
    return Error::Invalid(
        "error parsing the feature flag list: cannot have both classic-mode and "
        "utf8-strict-mode");
  }
  using amconfig::MatcherSyntax;
  return classic  ? MatcherSyntax::kClassic
         : strict ? MatcherSyntax::kUtf8
                  : MatcherSyntax::kFallback;
}

void Print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string UserName() {
  char buffer[4096];
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(geteuid(), &entry, buffer, sizeof buffer, &found);
  return found != nullptr ? found->pw_name : "";
}

std::vector<std::string> MatcherWords(const Invocation& asked, amconfig::MatcherSyntax syntax,
                                      bool quoted) {
  std::vector<std::string> words = asked.arguments;
  if (!words.empty() && !amconfig::ParseMatcher(words[0], syntax).ok()) {
    words[0] = "alertname=" + (quoted ? GoQuote(words[0]) : words[0]);
  }
  return words;
}

Result<std::vector<std::pair<std::string, std::string>>> ParsePairs(
    const std::vector<std::string>& words, amconfig::MatcherSyntax syntax, std::string_view what) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& word : words) {
    amconfig::Matcher matcher = TRY(amconfig::ParseMatcher(word, syntax));
    if (matcher.type() != amconfig::MatchType::kEqual) {
      return Error::Invalid("{} must be specified as key=value pairs", what);
    }
    pairs.emplace_back(matcher.name(), matcher.value());
  }
  return pairs;
}

Result<int64_t> ParseTimeFlag(const std::string& text) {
  templates::GoTime time = TRY(templates::ParseTime(kRfc3339Layout, text));
  // Beyond what nanoseconds hold: the last second that they do.
  constexpr int64_t kMaxSeconds = INT64_MAX / 1'000'000'000 - 1;
  int64_t seconds = std::min(std::max(time.seconds, -kMaxSeconds), kMaxSeconds);
  return seconds * 1'000'000'000 + time.nanos;
}

Result<int64_t> ParseSilenceDuration(const std::string& text) {
  int64_t ms = TRY(model::ParseDurationMs(text));
  if (ms == 0) return Error::Invalid("silence duration must be greater than 0");
  return ms * 1'000'000;
}

int64_t NowNs() {
  return Clock::System()->Now() * 1'000'000;
}

std::string TimeText(int64_t unix_ns) {
  return alerting::FormatMillis({.unix_ns = unix_ns, .offset_s = 0});
}

Result<std::string> ReadInput(const std::string& path) {
  if (!path.empty() && path != "-" && path != "/dev/stdin") {
    if (!FileSystem::Local()->Exists(path)) {
      return Error::NotFound("path '{}' does not exist", path);
    }
    return FileSystem::Local()->ReadFile(path, kMaxInputBytes);
  }
  std::string text;
  char buffer[64 << 10];
  while (size_t n = std::fread(buffer, 1, sizeof buffer, stdin)) {
    text.append(buffer, n);
    if (text.size() > kMaxInputBytes) return Error::Limit("more than 64 MiB of input");
  }
  return text;
}

Result<std::vector<std::pair<std::string, std::string>>> ReadTemplates(
    const std::vector<std::string>& globs) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string& glob : globs) {
    for (const std::string& path : TRY(config::ExpandGlob(glob, *FileSystem::Local()))) {
      files.emplace_back(path, TRY(ReadInput(path)));
    }
  }
  return files;
}

std::string TemplateProblem(const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<std::string> texts;
  for (const auto& [path, text] : files) {
    texts.push_back(text);
    Result<templates::AlertTemplates> loaded = templates::AlertTemplates::Load(texts);
    if (loaded.ok()) continue;
    std::string problem = loaded.error().message();
    std::string name = path.substr(path.rfind('/') + 1);
    // `template: :3: …` is of a text without a name.
    if (problem.starts_with("template: :")) problem.insert(10, name);
    return problem;
  }
  return "";
}

}  // namespace watchfire::amtool

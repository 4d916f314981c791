// The command lines of `watchfire tool query` and `check`. Parsing only; the commands are in
// query_*.cc.
#include <CLI/CLI.hpp>

#include "base/log.h"
#include "model/duration.h"
#include "tool/advice_commands.h"
#include "tool/command_line.h"
#include "tool/query_commands.h"
#include "tool/rule_tests/rule_tests.h"

namespace watchfire::tool {
namespace {

// Times as they are written, until the command is run.
struct TimeFlags {
  std::string time;
  std::string start;
  std::string end;
  std::string step;
};

void AddTarget(CLI::App* command, QueryTarget& target) {
  command
      ->add_option_function<std::string>(
          "-o,--format",
          [&target](const std::string& format) {
            target.format = format == "json" ? QueryFormat::kJson : QueryFormat::kPromql;
          },
          "Output format: promql or json.")
      ->check(CLI::IsMember({"promql", "json"}));
  command->add_option("--header", target.headers, "name=value to send along; may be repeated.")
      ->allow_extra_args(false);
}

void AddRangeFlags(CLI::App* command, TimeFlags& flags, const char* what) {
  command->add_option("--start", flags.start,
                      std::string(what) + " start (RFC 3339 or Unix time).");
  command->add_option("--end", flags.end, std::string(what) + " end (RFC 3339 or Unix time).");
}

// `otherwise` if the flag was not given.
Result<TimeMs> TimeOf(const std::string& flag, TimeMs otherwise) {
  return flag.empty() ? Result<TimeMs>(otherwise) : ParseTimeArgument(flag);
}

Result<void> SetRange(const TimeFlags& flags, RangeOptions& options) {
  options.end = TRY(TimeOf(flags.end, Clock::System()->Now()));
  options.start = TRY(TimeOf(flags.start, options.end - 5 * 60 * 1000));
  if (!flags.step.empty()) options.step_ms = TRY(model::ParseDurationMs(flags.step));
  return {};
}

void AddInstant(CLI::App& query, Chosen* chosen) {
  CLI::App* command = query.add_subcommand("instant", "Run an instant query.");
  auto options = std::make_shared<InstantOptions>();
  auto flags = std::make_shared<TimeFlags>();
  AddTarget(command, *options);
  command->add_option("--time", flags->time, "When to evaluate it (RFC 3339 or Unix time).");
  command->add_option("server", options->server, "The server to ask.")->required();
  command->add_option("expr", options->expr, "The expression.")->required();
  command->callback([=] {
    chosen->run = [=]() -> Result<void> {
      options->time = TRY(TimeOf(flags->time, Clock::System()->Now()));
      return QueryInstant(*options, stdout);
    };
  });
}

void AddRange(CLI::App& query, Chosen* chosen) {
  CLI::App* command = query.add_subcommand("range", "Run a range query.");
  auto options = std::make_shared<RangeOptions>();
  auto flags = std::make_shared<TimeFlags>();
  AddTarget(command, *options);
  AddRangeFlags(command, *flags, "Query range");
  command->add_option("--step", flags->step, "Distance of the steps (a duration).");
  command->add_option("server", options->server, "The server to ask.")->required();
  command->add_option("expr", options->expr, "The expression.")->required();
  command->callback([=] {
    chosen->run = [=]() -> Result<void> {
      TRY(SetRange(*flags, *options));
      return QueryRange(*options, stdout);
    };
  });
}

// Metadata of all times, unless they are given.
Result<void> SetAllTimes(const TimeFlags& flags, SeriesOptions& options) {
  constexpr int64_t kFarMs = int64_t{9999} * 3600 * 1000;
  TimeMs now = Clock::System()->Now();
  options.start = TRY(TimeOf(flags.start, now - kFarMs));
  options.end = TRY(TimeOf(flags.end, now + kFarMs));
  return {};
}

void AddSeries(CLI::App& query, Chosen* chosen) {
  CLI::App* command = query.add_subcommand("series", "Show the series that match.");
  auto options = std::make_shared<SeriesOptions>();
  auto flags = std::make_shared<TimeFlags>();
  AddTarget(command, *options);
  AddRangeFlags(command, *flags, "Time range");
  command->add_option("--match", options->matches, "Series selector; may be repeated.")
      ->allow_extra_args(false)
      ->required();
  command->add_option("server", options->server, "The server to ask.")->required();
  command->callback([=] {
    chosen->run = [=]() -> Result<void> {
      TRY(SetAllTimes(*flags, *options));
      return QuerySeries(*options, stdout);
    };
  });
}

void AddLabels(CLI::App& query, Chosen* chosen) {
  CLI::App* command = query.add_subcommand("labels", "Show the values of a label.");
  auto options = std::make_shared<LabelsOptions>();
  auto flags = std::make_shared<TimeFlags>();
  AddTarget(command, *options);
  AddRangeFlags(command, *flags, "Time range");
  command->add_option("--match", options->matches, "Series selector; may be repeated.")
      ->allow_extra_args(false);
  command->add_option("server", options->server, "The server to ask.")->required();
  command->add_option("name", options->name, "The label.")->required();
  command->callback([=] {
    chosen->run = [=]() -> Result<void> {
      TRY(SetAllTimes(*flags, *options));
      return QueryLabels(*options, stdout);
    };
  });
}

void AddExplain(CLI::App& query, Chosen* chosen) {
  CLI::App* command = query.add_subcommand(
      "explain", "Run a query and show its plan with what each part of it took.");
  auto options = std::make_shared<ExplainOptions>();
  auto flags = std::make_shared<TimeFlags>();
  AddTarget(command, *options);
  command->add_option("--server", options->server, "The server to ask.")->capture_default_str();
  CLI::Option* time =
      command->add_option("--time", flags->time, "When to evaluate it (RFC 3339 or Unix time).");
  AddRangeFlags(command, *flags, "Query range");
  command->add_option("--step", flags->step, "Distance of the steps (a duration).");
  for (const char* name : {"--start", "--end", "--step"}) {
    time->excludes(command->get_option(name));
  }
  command->add_option("expr", options->expr, "The expression.")->required();
  command->callback([=] {
    chosen->run = [=]() -> Result<void> {
      options->is_range = !flags->start.empty() || !flags->end.empty() || !flags->step.empty();
      TRY(SetRange(*flags, *options));
      if (!flags->time.empty()) options->end = TRY(ParseTimeArgument(flags->time));
      return ExplainQuery(*options, stdout);
    };
  });
}

void AddAdvise(CLI::App& query, Chosen* chosen) {
  CLI::App* command = query.add_subcommand(
      "advise", "Say what is wrong with an expression, and how it should be written.");
  auto options = std::make_shared<AdviseOptions>();
  command->add_option("--server", options->server,
                      "A server whose series, types and intervals are taken into account.");
  command->add_option("--header", options->headers, "name=value to send along; may be repeated.")
      ->allow_extra_args(false);
  command->add_option("--context", options->purpose, "query, recording or alert.")
      ->check(CLI::IsMember({"query", "recording", "alert"}))
      ->capture_default_str();
  command->add_option("expr", options->expr, "The expression.")->required();
  command->callback([=] { chosen->run = [options] { return AdviseOnQuery(*options, stdout); }; });
}

}  // namespace

void AddQueryCommands(CLI::App& tools, Chosen* chosen) {
  CLI::App* query = tools.add_subcommand("query", "Ask a running server.");
  query->require_subcommand(1);
  AddInstant(*query, chosen);
  AddRange(*query, chosen);
  AddSeries(*query, chosen);
  AddLabels(*query, chosen);
  AddExplain(*query, chosen);
  AddAdvise(*query, chosen);
}

void AddCheckCommands(CLI::App& tools, Chosen* chosen) {
  CLI::App* check = tools.add_subcommand("check", "Check files before they are used.");
  check->require_subcommand(1);
  CLI::App* command =
      check->add_subcommand("rules", "Check rule files, and give advice on their expressions.");
  auto options = std::make_shared<CheckRulesOptions>();
  command->add_option("--server", options->server,
                      "A server whose series, types and intervals are taken into account.");
  command->add_option("--header", options->headers, "name=value to send along; may be repeated.")
      ->allow_extra_args(false);
  command->add_flag("--infos", options->infos, "Also tell what is only a guess.");
  command->add_flag("--advice-fatal", options->fatal, "Take advice for a failure.");
  command->add_option("rule-files", options->files,
                      "Rule files; standard input if there are none.");
  command->callback([=] { chosen->run = [options] { return CheckRules(*options, stdout); }; });
}

void AddTestCommands(CLI::App& tools, Chosen* chosen) {
  CLI::App* test = tools.add_subcommand("test", "Unit tests.");
  test->require_subcommand(1);
  test->add_option_function<std::string>(
      "--junit", [chosen](const std::string& file) { chosen->junit = file; },
      "File path to store JUnit XML test results.");
  CLI::App* command = test->add_subcommand("rules", "Unit tests for rules.");
  auto options = std::make_shared<RuleTestOptions>();
  command
      ->add_option("--run", options->run,
                   "If set, only the groups whose name matches; may be repeated.")
      ->allow_extra_args(false);
  auto ignored = std::make_shared<bool>(false);
  command->add_flag("--debug,--diff", *ignored, "Taken for the sake of scripts.");
  command->add_flag("--ignore-unknown-fields", options->ignore_unknown_fields,
                    "Take no offence at unknown keys of rule groups and rules.");
  command->add_option("test-rule-file", options->files, "The unit test files.")->required();
  command->callback([=] {
    static_cast<void>(ignored);
    chosen->run = [options, chosen] {
      // A rule that fails is a failure of the test, and told as such.
      ConfigureLogging(LogLevel::kError, LogFormat::kLogfmt);
      options->junit = chosen->junit;
      options->parse = {
          .experimental_functions = true, .extended_range_selectors = true, .fill_modifiers = true};
      return TestRules(*options, stdout, stderr);
    };
  });
}

}  // namespace watchfire::tool

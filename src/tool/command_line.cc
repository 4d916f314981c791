// The command line of `watchfire tool`. Parsing only; the commands are in tsdb_*.cc.
#include <CLI/CLI.hpp>

#include <cmath>

#include "base/log.h"
#include "base/numbers.h"
#include "model/duration.h"
#include "model/labels.h"
#include "tool/amtool/amtool.h"
#include "tool/command_line.h"
#include "tool/grafana_cli/grafana_cli.h"
#include "tool/tool.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool {
namespace {

Result<std::pair<std::string, std::string>> ParseLabel(const std::string& text) {
  size_t equals = text.find('=');
  if (equals == std::string::npos || !model::IsValidLabelName(text.substr(0, equals))) {
    return Error::Invalid("\"{}\" is no label of the form name=value", text);
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

void AddList(CLI::App& tsdb, Chosen* chosen) {
  CLI::App* command = tsdb.add_subcommand("list", "List TSDB blocks.");
  auto options = std::make_shared<ListOptions>();
  command->add_flag("-r,--human-readable", options->human_readable, "Print human readable values.");
  command->add_option("dir", options->directory, "Database path.")->capture_default_str();
  command->callback([=] { chosen->run = [options] { return ListTsdb(*options, stdout); }; });
}

void AddAnalyze(CLI::App& tsdb, Chosen* chosen) {
  CLI::App* command = tsdb.add_subcommand(
      "analyze", "Analyze churn, label pair cardinality and compaction efficiency of a block.");
  auto options = std::make_shared<AnalyzeOptions>();
  command->add_option("--limit", options->limit, "How many items to show in each list.")
      ->capture_default_str();
  command->add_flag("--extended", options->extended, "Run extended analysis.");
  command->add_option("--match", options->match, "Series selector to analyze.");
  command->add_option("dir", options->directory, "Database path.")->capture_default_str();
  command->add_option("block", options->block, "Block to analyze (default is the last block).");
  command->callback([=] { chosen->run = [options] { return AnalyzeTsdb(*options, stdout); }; });
}

void AddDump(CLI::App& tsdb, Chosen* chosen, bool open_metrics) {
  CLI::App* command = open_metrics
                          ? tsdb.add_subcommand("dump-openmetrics",
                                                "Dump samples as OpenMetrics text, without native "
                                                "histograms.")
                          : tsdb.add_subcommand("dump", "Dump samples from a TSDB.");
  auto options = std::make_shared<DumpOptions>();
  auto format = std::make_shared<std::string>("prom");
  auto sandbox = std::make_shared<std::string>();
  command->add_option("--min-time", options->mint, "Minimum timestamp to dump, in milliseconds.");
  command->add_option("--max-time", options->maxt, "Maximum timestamp to dump, in milliseconds.");
  command->add_option("--match", options->selectors, "Series selector; may be repeated.")
      ->allow_extra_args(false);  // what follows is the directory
  command->add_option("--sandbox-dir-root", *sandbox,
                      "Taken for the sake of scripts; nothing is ever written.");
  if (!open_metrics) {
    command->add_option("--format", *format, "prom or seriesjson.")
        ->check(CLI::IsMember({"prom", "seriesjson"}))
        ->capture_default_str();
  }
  command->add_option("dir", options->directory, "Database path.")->capture_default_str();
  command->callback([=] {
    options->format = open_metrics              ? DumpFormat::kOpenMetrics
                      : *format == "seriesjson" ? DumpFormat::kSeriesJson
                                                : DumpFormat::kProm;
    (void)sandbox;
    chosen->run = [options] { return DumpTsdb(*options, stdout); };
  });
}

// Flags that both imports have.
template <typename Options>
void AddImportFlags(CLI::App* command, Options& options, std::string* max_block) {
  command->add_flag("-r,--human-readable", options.human_readable, "Print human readable values.");
  command->add_flag("-q,--quiet", options.quiet, "Do not print created blocks.");
  command->add_option("--max-block-duration", *max_block,
                      "The longest range of a block (2h, 6h, 18h, …).");
}

void AddImports(CLI::App& tsdb, Chosen* chosen) {
  CLI::App* from = tsdb.add_subcommand("create-blocks-from", "Import data as blocks.");
  from->require_subcommand(1);
  auto max_block = std::make_shared<std::string>("2h");

  CLI::App* text = from->add_subcommand("openmetrics", "Import samples from OpenMetrics input.");
  auto import = std::make_shared<ImportOptions>();
  AddImportFlags(text, *import, max_block.get());
  auto labels = std::make_shared<std::vector<std::string>>();
  text->add_option("--label", *labels, "name=value to put on every series; may be repeated.")
      ->allow_extra_args(false);
  text->add_option("input", import->file, "OpenMetrics file to read samples from.")->required();
  text->add_option("output", import->directory, "Output directory for generated blocks.")
      ->capture_default_str();
  text->callback([=] {
    chosen->run = [=]() -> Result<void> {
      import->max_block_ms = TRY(model::ParseDurationMs(*max_block));
      for (const std::string& label : *labels) import->labels.push_back(TRY(ParseLabel(label)));
      return ImportOpenMetrics(*import, stdout);
    };
  });

  CLI::App* rules = from->add_subcommand("rules", "Create blocks of data for new recording rules.");
  auto backfill = std::make_shared<BackfillOptions>();
  auto start = std::make_shared<std::string>();
  auto end = std::make_shared<std::string>();
  auto interval = std::make_shared<std::string>("60s");
  AddImportFlags(rules, *backfill, max_block.get());
  rules->add_option("--url", backfill->url, "The URL of the API that has the data.")
      ->capture_default_str();
  rules->add_option("--start", *start, "Where to begin: RFC 3339 or Unix time.")->required();
  rules->add_option("--end", *end, "Where to end (default: three hours ago).");
  rules->add_option("--output-dir", backfill->directory, "Output directory for generated blocks.")
      ->capture_default_str();
  rules
      ->add_option("--eval-interval", *interval,
                   "How often rules are evaluated whose group does not say it.")
      ->capture_default_str();
  rules->add_option("rule-files", backfill->rule_files, "Files with recording rules.")->required();
  rules->callback([=] {
    chosen->run = [=]() -> Result<void> {
      backfill->max_block_ms = TRY(model::ParseDurationMs(*max_block));
      backfill->eval_interval_ms = TRY(model::ParseDurationMs(*interval));
      backfill->start = TRY(ParseTimeArgument(*start));
      backfill->end = Clock::System()->Now() - 3 * 3600 * 1000;
      if (!end->empty()) backfill->end = TRY(ParseTimeArgument(*end));
      return BackfillRules(*backfill, stdout);
    };
  });
}

void AddVerify(CLI::App& tsdb, Chosen* chosen) {
  CLI::App* command = tsdb.add_subcommand(
      "verify", "Read every block and log record and say what is not as it was written.");
  auto options = std::make_shared<VerifyOptions>();
  command->add_option("dir", options->directory, "Database path.")->capture_default_str();
  command->callback([=] { chosen->run = [options] { return VerifyTsdb(*options, stdout); }; });
}

// What amtool does: its commands under their names, and its check beside promtool's.
std::optional<int> RunAmtool(const std::vector<std::string>& arguments) {
  constexpr std::string_view kCommands[] = {"alert",  "silence",  "cluster",
                                            "config", "template", "check-config"};
  if (arguments.empty()) return std::nullopt;
  if (std::find(std::begin(kCommands), std::end(kCommands), arguments[0]) != std::end(kCommands)) {
    return amtool::Run(arguments, "watchfire tool");
  }
  if (arguments.size() < 2 || arguments[0] != "check" || arguments[1] != "alertmanager-config") {
    return std::nullopt;
  }
  std::vector<std::string> check = {"check-config"};
  check.insert(check.end(), arguments.begin() + 2, arguments.end());
  return amtool::Run(check, "watchfire tool");
}

}  // namespace

Result<TimeMs> ParseTimeArgument(const std::string& text) {
  if (std::optional<double> seconds = ParseFloat(text); seconds && std::isfinite(*seconds)) {
    return static_cast<TimeMs>(std::llround(*seconds * 1000));
  }
  if (std::optional<TimeMs> t = ParseRfc3339(text)) return *t;
  return Error::Invalid("cannot parse \"{}\" to a valid timestamp", text);
}

int Run(std::vector<std::string> arguments) {
  if (std::optional<int> code = RunAmtool(arguments)) return *code;
  if (!arguments.empty() && arguments[0] == "grafana") {
    return RunGrafanaCli({arguments.begin() + 1, arguments.end()});
  }
  CLI::App app("Tools beside a running server, as promtool has them.", "watchfire tool");
  app.footer(
      "As amtool has them: alert, silence, config, cluster, template, check alertmanager-config.\n"
      "As grafana-cli has them: grafana admin, grafana plugins.");
  app.require_subcommand(1);
  app.fallthrough();
  std::string features;
  app.add_option("--enable-feature", features,
                 "Taken for the sake of scripts: every expression that the server knows is known.");
  CLI::App* tsdb = app.add_subcommand("tsdb", "Look into data directories and fill them.");
  tsdb->require_subcommand(1);
  Chosen chosen;
  ConfigureLogging(LogLevel::kWarn, LogFormat::kLogfmt);  // the log is for servers
  AddList(*tsdb, &chosen);
  AddAnalyze(*tsdb, &chosen);
  AddDump(*tsdb, &chosen, false);
  AddDump(*tsdb, &chosen, true);
  AddImports(*tsdb, &chosen);
  AddVerify(*tsdb, &chosen);
  AddQueryCommands(app, &chosen);
  AddCheckCommands(app, &chosen);
  AddTestCommands(app, &chosen);
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  Result<void> done = chosen.run();
  std::fflush(stdout);
  if (done) return 0;
  if (done.error().message().empty()) return 1;  // everything was said
  std::fprintf(stderr, "error: %s\n", done.error().message().c_str());
  return 1;
}

std::optional<int> RunAs(std::string_view program, std::vector<std::string> arguments) {
  if (program == "amtool") return amtool::Run(arguments);
  if (program == "grafana-cli") return RunGrafanaCli(arguments);
  if (program == "promtool") return Run(std::move(arguments));
  return std::nullopt;
}

}  // namespace watchfire::tool

// amtool check-config, config … and cluster.
#include <unistd.h>

#include <cstdio>

#include "alerting/amconfig/loader.h"
#include "alerting/routing/route_text.h"
#include "alerting/routing/route_tree.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time_zone.h"
#include "tool/amtool/commands.h"

namespace watchfire::amtool {
namespace {

using codec::Json;

Result<amconfig::Config> LoadText(std::string_view text, const std::string& name,
                                  amconfig::MatcherSyntax syntax) {
  return amconfig::LoadConfig(text, name,
                              {.syntax = syntax, .zones = SystemZones(FileSystem::Local())});
}

// Tells what is in a configuration and whether its templates are any; returns whether all is well.
Result<bool> DescribeConfig(const amconfig::Config& config) {
  Print(
      fmt::format("Found:\n - global config\n - route\n - {} inhibit rules\n - {} receivers\n"
                  " - {} templates\n",
                  config.inhibit_rules.size(), config.receivers.size(), config.templates.size()));
  if (config.templates.empty()) return true;
  auto files = TRY(ReadTemplates(config.templates));
  std::string problem = TemplateProblem(files);
  Print(problem.empty() ? "  SUCCESS\n" : fmt::format("  FAILED: {}\n", problem));
  return problem.empty();
}

// Of a file, or else of the server.
Result<amconfig::Config> RoutedConfig(const Invocation& asked) {
  amconfig::MatcherSyntax syntax = TRY(SyntaxOf(asked));
  if (std::string file = asked.Text("config.file"); !file.empty()) {
    std::string text = TRY(ReadInput(file));
    if (asked.Given("alertmanager.url")) {
      std::fputs("Warning: --config.file flag overrides the --alertmanager.url.\n", stderr);
    }
    return LoadText(text, file, syntax);
  }
  std::unique_ptr<Client> client = TRY(Connect(asked));
  Json status = TRY(client->Get("/status", {}, "getStatus"));
  const Json* config = status.Find("config");
  if (config == nullptr) return Error::Invalid("failed to get Alertmanager configuration");
  return LoadText(TextOf(*config, "original"), "alertmanager.yml", syntax);
}

Result<model::Labels> ParseLabels(const Invocation& asked) {
  auto pairs = ParsePairs(asked.arguments, TRY(SyntaxOf(asked)), "labels");
  if (!pairs.ok()) return pairs.error().With("Failed to parse labels");
  model::LabelsBuilder labels;
  for (const auto& [name, value] : *pairs) labels.Set(name, value);
  return labels.Build();
}

}  // namespace

Result<int> CheckConfig(const Invocation& asked) {
  std::vector<std::string> files = asked.arguments;
  if (files.empty()) {
    if (isatty(STDIN_FILENO) != 0) return Error::Invalid("no configuration was given");
    files.emplace_back("/dev/stdin");
  }
  amconfig::MatcherSyntax syntax = TRY(SyntaxOf(asked));
  for (const std::string& file : files) {
    if (file != "/dev/stdin" && !FileSystem::Local()->Exists(file)) {
      return Error::NotFound("path '{}' does not exist", file);
    }
  }
  size_t failed = 0;
  for (const std::string& file : files) {
    Print(fmt::format("Checking '{}'", file));
    Result<std::string> text = ReadInput(file);
    Result<amconfig::Config> config =
        text.ok() ? LoadText(*text, file, syntax) : Result<amconfig::Config>(text.error());
    if (config.ok()) {
      Print("  SUCCESS\n");
      for (const std::string& warning : config->warnings) {
        std::fprintf(stderr, "Warning: %s\n", warning.c_str());
      }
      Result<bool> well = DescribeConfig(*config);
      if (!well.ok()) Print(fmt::format("  FAILED: {}\n", well.error().message()));
      if (!well.value_or(false)) ++failed;
    } else {
      Print(fmt::format("  FAILED: {}\n", config.error().message()));
      ++failed;
    }
    Print("\n");
  }
  if (failed > 0) return Error::Invalid("failed to validate {} file(s)", failed);
  return 0;
}

Result<int> ShowConfig(const Invocation& asked) {
  std::unique_ptr<Client> client = TRY(Connect(asked));
  Print(FormatConfig(TRY(client->Get("/status", {}, "getStatus")), StyleOf(asked)));
  return 0;
}

Result<int> ShowRoutes(const Invocation& asked) {
  amconfig::Config config = TRY(RoutedConfig(asked));
  routing::RouteTree tree(*config.route);
  Print(fmt::format("Routing tree:\n{}\n", routing::DrawRoutes(tree)));
  return 0;
}

Result<int> TestRoutes(const Invocation& asked) {
  amconfig::Config config = TRY(RoutedConfig(asked));
  model::Labels labels = TRY(ParseLabels(asked));
  routing::RouteTree tree(*config.route);
  if (asked.On("tree")) {
    Print(fmt::format("Matching routes:\n{}\n\n", routing::DrawRoutes(tree, &labels)));
  }
  std::string receivers = Join(routing::ReceiversOf(tree, labels), ",");
  Print(receivers + "\n");
  std::string expected = asked.Text("verify.receivers");
  if (expected.empty() || expected == receivers) return 0;
  Print("WARNING: Expected receivers did not match resolved receivers.\n");
  return 1;
}

Result<int> ShowCluster(const Invocation& asked) {
  std::unique_ptr<Client> client = TRY(Connect(asked));
  Json status = TRY(client->Get("/status", {}, "getStatus"));
  const Json* cluster = status.Find("cluster");
  if (cluster == nullptr) return Error::Invalid("the server tells nothing of a cluster");
  Print(FormatCluster(*cluster, StyleOf(asked)));
  return 0;
}

}  // namespace watchfire::amtool

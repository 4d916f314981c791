#pragma once
// `watchfire tool …`: what operators do beside a running server, with the names, flags, output and
// exit codes of promtool, so that scripts move over by changing one word:
//
//   watchfire tool tsdb list [-r] [DIR]
//   watchfire tool tsdb analyze [--limit=20] [--extended] [--match=…] [DIR] [BLOCK]
//   watchfire tool tsdb dump [--min-time --max-time --match --format] [DIR]
//   watchfire tool tsdb dump-openmetrics [--min-time --max-time --match] [DIR]
//   watchfire tool tsdb create-blocks-from openmetrics FILE [DIR]
//   watchfire tool tsdb create-blocks-from rules --start … FILE…
//   watchfire tool tsdb verify [DIR]                      (ours: reads every byte)
//   watchfire tool query instant|range|series|labels … SERVER …
//   watchfire tool query explain [--server --time --start --end --step] EXPR          (ours)
//   watchfire tool query advise [--server --context] EXPR                             (ours)
//   watchfire tool check rules [--server --infos --advice-fatal] [FILE…]
//   watchfire tool check alertmanager-config [FILE…], and the commands of amtool (tool/amtool)
//   watchfire tool grafana admin|plugins …, the commands of grafana-cli (tool/grafana_cli)
//
// Results go to stdout, failures to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watchfire::tool {

// `arguments` behind the word "tool".
int Run(std::vector<std::string> arguments);

// The same for a program called by the name of one of the tools that this one stands in for,
// promtool, amtool and grafana-cli; nullopt for any other name.
std::optional<int> RunAs(std::string_view program, std::vector<std::string> arguments);

}  // namespace watchfire::tool

#pragma once
// The commands of amtool, apart from their command line (amtool.cc). Each takes what was asked for
// and returns the exit code; they print to stdout.

#include <memory>
#include <string>
#include <vector>

#include "alerting/amconfig/matcher.h"
#include "base/result.h"
#include "tool/amtool/arguments.h"
#include "tool/amtool/client.h"
#include "tool/amtool/format.h"

namespace watchfire::amtool {

// alert_commands.cc
Result<int> QueryAlerts(const Invocation& asked);
Result<int> AddAlert(const Invocation& asked);
// silence_commands.cc
Result<int> QuerySilences(const Invocation& asked);
Result<int> AddSilence(const Invocation& asked);
Result<int> UpdateSilences(const Invocation& asked);
Result<int> ExpireSilences(const Invocation& asked);
// silence_import.cc
Result<int> ImportSilences(const Invocation& asked);
// config_commands.cc
Result<int> CheckConfig(const Invocation& asked);
Result<int> ShowConfig(const Invocation& asked);
Result<int> ShowRoutes(const Invocation& asked);
Result<int> TestRoutes(const Invocation& asked);
Result<int> ShowCluster(const Invocation& asked);
// template_command.cc
Result<int> RenderTemplate(const Invocation& asked);

// ---- what they share: shared.cc
// Of the flags that all commands have.
Result<std::unique_ptr<Client>> Connect(const Invocation& asked);
Style StyleOf(const Invocation& asked);
Result<amconfig::MatcherSyntax> SyntaxOf(const Invocation& asked);
void Print(std::string_view text);
std::string UserName();
// The words of a query: a first one that is no matcher is the alert's name.
std::vector<std::string> MatcherWords(const Invocation& asked, amconfig::MatcherSyntax syntax,
                                      bool quoted);
// "key=value" arguments; `what` names them in errors: "labels".
Result<std::vector<std::pair<std::string, std::string>>> ParsePairs(
    const std::vector<std::string>& words, amconfig::MatcherSyntax syntax, std::string_view what);
// RFC 3339, in nanoseconds.
Result<int64_t> ParseTimeFlag(const std::string& text);
// A Prometheus duration, not 0, in nanoseconds.
Result<int64_t> ParseSilenceDuration(const std::string& text);
int64_t NowNs();
std::string TimeText(int64_t unix_ns);
Result<std::string> ReadInput(const std::string& path);
// The files that a list of globs finds, read; names and texts.
Result<std::vector<std::pair<std::string, std::string>>> ReadTemplates(
    const std::vector<std::string>& globs);
// Why the texts are no templates, with the name of the file that is to blame; "": they are.
std::string TemplateProblem(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace watchfire::amtool

#include "tool/amtool/amtool.h"

#include <cstdio>
#include <cstdlib>

#include "base/file.h"
#include "base/log.h"
#include "codec/yaml.h"
#include "tool/amtool/arguments.h"
#include "tool/amtool/commands.h"

namespace watchfire::amtool {
namespace {

constexpr std::string_view kAbout =
    "Looks at a running Alertmanager and changes its silences.\n\n"
    "Flags may be set in $HOME/.config/amtool/config.yml and /etc/amtool/config.yml, one\n"
    "`name: value` a line; useful there are alertmanager.url, author, require-comment, output,\n"
    "date.format and http.config.file.";

constexpr std::string_view kMatcherHelp =
    "\n\nArguments are matchers: name=value, name!=value, name=~regex, name!~regex. A first one "
    "that\nis no matcher is taken for the value of alertname.";

std::string WithMatchers(std::string_view about) {
  return std::string(about) + std::string(kMatcherHelp);
}

std::vector<Flag> GlobalFlags() {
  return {
      {.name = "help", .letter = 'h', .help = "Show help."},
      {.name = "date.format",
       .value = "LAYOUT",
       .help = "Format of dates, as a layout of Go.",
       .otherwise = "2006-01-02 15:04:05 MST"},
      {.name = "verbose", .letter = 'v', .help = "Say more."},
      {.name = "alertmanager.url",
       .value = "URL",
       .help = "The Alertmanager to talk to.",
       .otherwise = "http://localhost:9093"},
      {.name = "output",
       .letter = 'o',
       .value = "FORM",
       .help = "How to print: simple, extended or json.",
       .otherwise = "simple",
       .choices = {"simple", "extended", "json"}},
      {.name = "timeout", .value = "DURATION", .help = "Time for a request.", .otherwise = "30s"},
      {.name = "http.config.file",
       .value = "FILE",
       .help = "File with an http_config: credentials, TLS, proxy."},
      {.name = "version-check",
       .help = "Warn of a server of another version; --no-version-check does not.",
       .otherwise = "true"},
      {.name = "enable-feature",
       .value = "LIST",
       .help = "classic-mode or utf8-strict-mode: the syntax of matchers.",
       .repeated = true},
      {.name = "version", .help = "Show the version."},
  };
}

void AddAlertCommands(std::vector<Command>* all) {
  static const std::string query =
      WithMatchers("Show alerts, only active ones if no state is asked for.");
  all->push_back({.path = "alert query",
                  .is_default = true,
                  .arguments = "[<matcher-groups>...]",
                  .about = query,
                  .flags = {{.name = "inhibited", .letter = 'i', .help = "Inhibited alerts."},
                            {.name = "silenced", .letter = 's', .help = "Silenced alerts."},
                            {.name = "active", .letter = 'a', .help = "Active alerts."},
                            {.name = "unprocessed", .letter = 'u', .help = "Unprocessed alerts."},
                            {.name = "receiver",
                             .letter = 'r',
                             .value = "REGEX",
                             .help = "Alerts that go to such a receiver."}},
                  .run = QueryAlerts});
  all->push_back(
      {.path = "alert add",
       .arguments = "[<labels>...]",
       .about = "Add an alert with these labels. A first argument without = is its name.",
       .flags = {{.name = "annotation",
                  .value = "NAME=VALUE",
                  .help = "An annotation.",
                  .repeated = true},
                 {.name = "generator-url", .value = "URL", .help = "Where the alert comes from."},
                 {.name = "start", .value = "TIME", .help = "When it starts (RFC 3339)."},
                 {.name = "end", .value = "TIME", .help = "When it ends (RFC 3339)."}},
       .run = AddAlert});
}

std::vector<Flag> SilenceTimes(std::string_view duration) {
  return {{.name = "duration",
           .letter = 'd',
           .value = "DURATION",
           .help = "How long it lasts.",
           .otherwise = duration},
          {.name = "start", .value = "TIME", .help = "When it starts (RFC 3339)."},
          {.name = "end", .value = "TIME", .help = "When it ends (RFC 3339), over --duration."},
          {.name = "comment", .letter = 'c', .value = "TEXT", .help = "Why."}};
}

void AddSilenceChanges(std::vector<Command>* all) {
  static const std::string add = WithMatchers("Add a silence and print its id.");
  std::vector<Flag> flags = SilenceTimes("1h");
  flags.push_back({.name = "author", .letter = 'a', .value = "NAME", .help = "Who asks for it."});
  flags.push_back({.name = "require-comment", .otherwise = "true", .hidden = true});
  flags.push_back(
      {.name = "annotation", .value = "NAME=VALUE", .help = "An annotation.", .repeated = true});
  all->push_back({.path = "silence add",
                  .arguments = "[<matcher-groups>...]",
                  .about = add,
                  .flags = std::move(flags),
                  .run = AddSilence});
  flags = SilenceTimes("");
  flags.push_back({.name = "quiet", .letter = 'q', .help = "Print ids alone."});
  all->push_back({.path = "silence update",
                  .arguments = "[<update-ids>...]",
                  .about = "Change silences.",
                  .flags = std::move(flags),
                  .run = UpdateSilences});
  all->push_back({.path = "silence expire",
                  .arguments = "[<silence-ids>...]",
                  .about = "End silences now.",
                  .run = ExpireSilences});
}

void AddSilenceCommands(std::vector<Command>* all) {
  static const std::string query = WithMatchers(
      "Show silences that have these matchers, written the same; expired ones are left out.");
  all->push_back(
      {.path = "silence query",
       .is_default = true,
       .arguments = "[<matcher-groups>...]",
       .about = query,
       .flags = {{.name = "expired", .help = "Expired silences instead."},
                 {.name = "quiet", .letter = 'q', .help = "Print ids alone."},
                 {.name = "created-by", .value = "NAME", .help = "Silences of this creator."},
                 {.name = "id", .value = "ID", .help = "The silence of this id."},
                 {.name = "within",
                  .value = "DURATION",
                  .help = "Silences that end, or have ended, within this time."}},
       .run = QuerySilences});
  AddSilenceChanges(all);
  all->push_back(
      {.path = "silence import",
       .arguments = "[<input-file>]",
       .one_argument = true,
       .about = "Import silences from a file, or from the input, that `amtool silence query -o "
                "json` made.",
       .flags = {{.name = "force", .letter = 'f', .help = "Add them as new ones."},
                 {.name = "worker",
                  .letter = 'w',
                  .value = "COUNT",
                  .help = "How many are sent at once.",
                  .otherwise = "8"}},
       .run = ImportSilences});
}

void AddConfigCommands(std::vector<Command>* all) {
  all->push_back({.path = "check-config",
                  .arguments = "[<check-files>...]",
                  .about = "Check configuration files and the templates that they name.",
                  .run = CheckConfig});
  all->push_back({.path = "cluster show",
                  .is_default = true,
                  .about = "Show the state of the cluster and its peers.",
                  .run = ShowCluster});
  all->push_back({.path = "config show",
                  .is_default = true,
                  .about = "Show the configuration that is in force.",
                  .run = ShowConfig});
  Flag file{.name = "config.file",
            .value = "FILE",
            .help = "Configuration to look at, instead of the server's."};
  all->push_back({.path = "config routes show",
                  .is_default = true,
                  .about = "Show the tree of routes.",
                  .flags = {file},
                  .run = ShowRoutes});
  all->push_back({.path = "config routes test",
                  .arguments = "[<labels>...]",
                  .about = "Show the receivers of an alert with these labels.",
                  .flags = {file,
                            {.name = "verify.receivers",
                             .value = "NAMES",
                             .help = "Fail unless these are the receivers, in this order."},
                            {.name = "tree", .help = "Show the routes that match, too."}},
                  .run = TestRoutes});
}

void AddTemplateCommands(std::vector<Command>* all) {
  all->push_back(
      {.path = "template render",
       .about = "Render a text with the templates of some files.",
       .flags =
           {{.name = "template.glob",
             .value = "GLOB",
             .help = "Files of templates.",
             .repeated = true,
             .required = true},
            {.name = "template.text", .value = "TEXT", .help = "What to render.", .required = true},
            {.name = "template.type",
             .value = "TYPE",
             .help = "text or html.",
             .choices = {"html", "text"}},
            {.name = "template.data",
             .value = "FILE",
             .help = "JSON of the notification to render; else an example."}},
       .run = RenderTemplate});
}

const CommandTable& Table() {
  static const CommandTable table = [] {
    CommandTable made;
    made.flags = GlobalFlags();
    AddAlertCommands(&made.commands);
    AddSilenceCommands(&made.commands);
    AddConfigCommands(&made.commands);
    AddTemplateCommands(&made.commands);
    return made;
  }();
  return table;
}

// Of the files in which users set flags, the first that sets one.
Result<Defaults> ReadDefaults() {
  const char* home = std::getenv("HOME");
  std::string own = home != nullptr ? home : "";
  Defaults defaults;
  for (const std::string& path :
       {own + "/.config/amtool/config.yml", std::string("/etc/amtool/config.yml")}) {
    if (!FileSystem::Local()->Exists(path)) continue;
    std::string text = TRY(FileSystem::Local()->ReadFile(path, 1 << 20));
    yaml::Node root = TRY(yaml::Parse(text, {.source = path}));
    for (const yaml::Entry& entry : root.entries) {
      if (!entry.value.is_scalar()) {
        return Error::Invalid("{}:{}: {} is no text", path, entry.line, entry.key);
      }
      bool old_name = entry.key == "comment_required";
      if (old_name && root.Find("require-comment") != nullptr) continue;
      defaults.emplace(old_name ? "require-comment" : entry.key, entry.value.text);
    }
  }
  return defaults;
}

Result<int> RunCommand(const std::vector<std::string>& arguments, const std::string& name) {
  Result<Defaults> defaults = ReadDefaults();
  if (!defaults.ok()) return defaults.error().With("could not load config file");
  Invocation asked = TRY(ParseArguments(Table(), arguments, *defaults));
  if (asked.On("version")) {
    Print("amtool of watchfire (keeps the behaviour of Alertmanager 0.34.0)\n");
    return 0;
  }
  if (asked.help || asked.command == nullptr) {
    Print(HelpText(Table(), asked, name, kAbout));
    return 0;
  }
  return asked.command->run(asked);
}

}  // namespace

int Run(const std::vector<std::string>& arguments, const std::string& name) {
  ConfigureLogging(LogLevel::kWarn, LogFormat::kLogfmt);  // the log is for servers
  Result<int> code = RunCommand(arguments, name);
  std::fflush(stdout);
  if (code.ok()) return *code;
  std::fprintf(stderr, "amtool: error: %s\n\n", code.error().message().c_str());
  return 1;
}

}  // namespace watchfire::amtool

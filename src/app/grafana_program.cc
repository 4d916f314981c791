// What runs when the program is called `grafana-server` (or `grafana server`): the dashboards with
// their own database, asking data sources over the network, and nothing of the rest.
#include <cstdio>

#include "app/grafana_face.h"
#include "app/main_loop.h"
#include "app/pages.h"
#include "app/resident.h"
#include "base/log.h"
#include "base/text.h"
#include "client/process_collector.h"

namespace watchfire::app {
namespace {

constexpr size_t kHandlers = 8;
constexpr size_t kQueryHandlers = 24;
constexpr std::string_view kHelp =
    "usage: grafana-server [--config FILE] [--homepath DIR] [--pidfile FILE] "
    "[cfg:section.key=value "
    "…]\n\n"
    "Dashboards, with Grafana's ini file, GF_* variables and data directory (watchfire.db in "
    "it).\n";

int Fail(const Error& error) {
  WF_LOG(kError, "Fatal error", {"err", error});
  std::fprintf(stderr, "grafana-server: %s\n", error.message().c_str());
  return 1;
}

struct Arguments {
  grafana::SettingsSources sources;
  std::string pid_file;
  bool help = false;
  bool version = false;
};

// Both `--name value` and `--name=value`, with one dash or two, as the original takes them.
Result<Arguments> Parse(const std::vector<std::string>& arguments) {
  Arguments out;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view text = arguments[i];
    if (text.starts_with("cfg:")) {
      out.sources.overrides.emplace_back(text);
      continue;
    }
    if (!text.starts_with('-')) return Error::Invalid("unknown argument {}", GoQuote(text));
    text.remove_prefix(text.starts_with("--") ? 2 : 1);
    size_t equals = text.find('=');
    std::string name(text.substr(0, equals));
    if (name == "help" || name == "h") {
      out.help = true;
    } else if (name == "version" || name == "v") {
      out.version = true;
    } else if (name == "config" || name == "homepath" || name == "pidfile" || name == "packaging" ||
               name == "configOverrides") {
      if (equals == std::string_view::npos && i + 1 == arguments.size()) {
        return Error::Invalid("--{} needs a value", name);
      }
      std::string value =
          equals == std::string_view::npos ? arguments[++i] : std::string(text.substr(equals + 1));
      if (name == "config") out.sources.config_file = value;
      if (name == "pidfile") out.pid_file = value;
      if (name == "configOverrides") {
        for (std::string_view one : Split(value, ' ')) {
          if (!one.empty()) out.sources.overrides.emplace_back(one);
        }
      }
    } else {
      return Error::Invalid("unknown flag --{}", name);
    }
  }
  return out;
}

Result<void> Run(const Arguments& arguments) {
  FileSystem& files = *FileSystem::Local();
  GrafanaSettings settings = TRY(ReadGrafanaSettings(arguments.sources, files));
  client::Registry registry;
  client::ProcessCollector::Register(registry);
  ThreadPool handlers("http", kHandlers);
  ThreadPool query_handlers("query", kQueryHandlers);
  const std::string data = settings.settings.paths.data;
  TRY(files.CreateDirectories(data));
  auto database = TRY(store::Database::Open(JoinPath(data, "watchfire.db")));
  if (!arguments.pid_file.empty()) {
    TRY(files.WriteFileAtomically(arguments.pid_file, fmt::format("{}", getpid())));
  }
  GrafanaFace::Dependencies deps;
  deps.clock = Clock::System();
  deps.files = &files;
  deps.registry = &registry;
  deps.handlers = &handlers;
  deps.query_handlers = &query_handlers;
  deps.database = database.get();
  deps.alerting_path = JoinPath(data, "grafana-alerting");
  deps.key_file = JoinPath(data, "watchfire.key");
  GrafanaFace face(std::move(settings), std::move(deps));
  WF_LOG(kInfo, "Starting Grafana", {"compatible_with", kGrafanaVersion});
  TRY(face.Open());
  TRY(face.Listen(kGrafanaOwnPages));
  face.Start();
  ForgetStartupPages();
  WF_LOG(kInfo, "HTTP Server Listen", {"url", face.LocalUrl()});
  MainLoop loop;
  MainLoop::Callbacks callbacks;
  callbacks.reload = [&face]() -> Result<void> {
    face.Reload();
    return {};
  };
  loop.Run(callbacks);
  loop.Close();
  face.Stop();
  return {};
}

}  // namespace

int RunGrafanaServer(std::vector<std::string> arguments) {
  Result<Arguments> parsed = Parse(arguments);
  if (!parsed.ok()) {
    std::fprintf(stderr, "grafana-server: %s\n%s", parsed.error().message().c_str(),
                 std::string(kHelp).c_str());
    return 2;
  }
  if (parsed->help) {
    std::fputs(std::string(kHelp).c_str(), stdout);
    return 0;
  }
  if (parsed->version) {
    std::printf("Version %s (watchfire)\n", std::string(kGrafanaVersion).c_str());
    return 0;
  }
  parsed->sources.environment = ProcessEnvironment();
  ConfigureLogging(LogLevel::kInfo, LogFormat::kLogfmt);
  BlockSignals();
  Result<void> run = Run(*parsed);
  return run.ok() ? 0 : Fail(run.error());
}

}  // namespace watchfire::app

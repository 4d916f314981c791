// What runs when the program is called `alertmanager`: the flags, files and listener of an
// Alertmanager, and nothing of the rest.
#include <cstdio>

#include "app/alerting_face.h"
#include "app/main_loop.h"
#include "app/pages.h"
#include "app/resident.h"
#include "base/log.h"
#include "client/process_collector.h"
#include "store/database.h"

namespace watchfire::app {
namespace {

constexpr size_t kHandlers = 8;

// Upstream ends with 1 whatever is wrong.
int Fail(const Error& error) {
  WF_LOG(kError, "Fatal error", {"err", error});
  std::fprintf(stderr, "alertmanager: %s\n", error.message().c_str());
  return 1;
}

void AddOwnMetrics(client::Registry& registry) {
  client::ProcessCollector::Register(registry);
  registry
      .AddGauge("alertmanager_build_info", "A constant 1 with the version and build.",
                {{"branch", ""},
                 {"goarch", "amd64"},
                 {"goos", "linux"},
                 {"goversion", ""},
                 {"revision", ""},
                 {"tags", ""},
                 {"version", std::string(kAlertmanagerVersion)}})
      .Set(1);
}

Result<void> Start(AlertingFace& face, const alerting::LoadedConfig& loaded,
                   std::unique_ptr<store::Database>& database) {
  const std::string& directory = face.settings().manager.storage_path;
  TRY(FileSystem::Local()->CreateDirectories(directory));
  database = TRY(store::Database::Open(JoinPath(directory, "watchfire.db")));
  TRY(face.Open(database.get()));
  TRY(face.Apply(loaded));
  return face.Listen(kAlertingPages);
}

int Serve(const Flags& flags) {
  auto settings = ReadAlertingSettings(flags, "", "");
  if (!settings.ok()) return Fail(settings.error());
  client::Registry registry;
  AddOwnMetrics(registry);
  MainLoop loop;
  ThreadPool handlers("http", kHandlers);
  AlertingFace::Dependencies deps;
  deps.clock = Clock::System();
  deps.files = FileSystem::Local();
  deps.registry = &registry;
  deps.handlers = &handlers;
  deps.reload = [&loop] { return loop.RequestReload(); };
  deps.start_time = deps.clock->Now();
  std::unique_ptr<store::Database> database;
  AlertingFace face(std::move(*settings), std::move(deps));
  WF_LOG(kInfo, "Starting Alertmanager", {"compatible_with", kAlertmanagerVersion});
  auto loaded = face.Load();
  if (!loaded.ok()) return Fail(loaded.error());
  Result<void> started = Start(face, *loaded, database);
  if (!started.ok()) return Fail(started.error());
  ForgetStartupPages();

  MainLoop::Callbacks callbacks;
  callbacks.reload = [&face]() -> Result<void> {
    Result<void> result = face.Reload();
    if (result.ok()) {
      WF_LOG(kInfo, "Completed loading of configuration file",
             {"file", face.settings().config_file});
    } else {
      WF_LOG(kError, "Loading configuration file failed", {"file", face.settings().config_file},
             {"err", result.error()});
    }
    return result;
  };
  loop.Run(callbacks);
  loop.Close();
  face.Stop();
  return 0;
}

}  // namespace

int RunAlertmanager(std::vector<std::string> arguments) {
  Result<Flags> flags = Flags::Parse(std::move(arguments), AlertmanagerFlags());
  if (!flags.ok()) {
    std::fprintf(stderr, "alertmanager: error: %s, try --help\n", flags.error().message().c_str());
    return 1;
  }
  if (flags->help()) {
    std::fputs(HelpText(AlertmanagerFlags()).c_str(), stdout);
    return 0;
  }
  if (flags->version()) {
    std::printf("alertmanager, version %s (watchfire)\n",
                std::string(kAlertmanagerVersion).c_str());
    return 0;
  }
  Result<LogLevel> level = ParseLogLevel(flags->String("log.level"));
  Result<LogFormat> format = ParseLogFormat(flags->String("log.format"));
  if (!level.ok()) return Fail(level.error());
  if (!format.ok()) return Fail(format.error());
  ConfigureLogging(*level, *format);
  BlockSignals();
  return Serve(*flags);
}

}  // namespace watchfire::app

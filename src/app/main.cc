// The program. Exit codes are upstream's: 0 a clean end, 1 a failure at run time, 2 bad flags,
// configuration or rules.
#include <csignal>
#include <cstdio>

#include "app/alerting_face.h"
#include "app/flags.h"
#include "app/grafana_face.h"
#include "app/main_loop.h"
#include "app/resident.h"
#include "app/server.h"
#include "base/log.h"
#include "tool/tool.h"

// Read by jemalloc before main. An arena a core, not four: answers of tens of megabytes are built
// by any of the handlers, and what their arenas keep for ten seconds (the default) adds up to
// hundreds of megabytes. And small caches of threads: there are fifty, most of them asleep, and by
// default each keeps up to two hundred free pieces of every size to 32 KiB, more than all that an
// idle server uses. Without jemalloc nobody reads this.
extern "C" const char* malloc_conf;
const char* malloc_conf =
    "percpu_arena:percpu,dirty_decay_ms:1000,muzzy_decay_ms:0,"
    "tcache_nslots_small_max:20,lg_tcache_max:12";

namespace watchfire::app {
namespace {

int Fail(int code, const Error& error) {
  WF_LOG(kError, code == 2 ? "Error loading config" : "Fatal error", {"err", error});
  // The whole text again as it is: quoting makes places in files hard to read.
  std::fprintf(stderr, "watchfire: %s\n", error.message().c_str());
  return code;
}

// Called by the name of a program that this one stands in for.
std::string_view ProgramName(const char* path) {
  std::string_view name(path);
  return name.substr(name.rfind('/') + 1);
}

int Run(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  if (argc > 0) {
    std::string_view name = ProgramName(argv[0]);
    if (name == "alertmanager") return RunAlertmanager({argv + 1, argv + argc});
    if (name == "grafana-server") return RunGrafanaServer({argv + 1, argv + argc});
    if (name == "grafana" && argc > 1 && std::string_view(argv[1]) == "cli") {
      return tool::RunAs("grafana-cli", {argv + 2, argv + argc}).value_or(1);
    }
    if (name == "grafana" && argc > 1 && std::string_view(argv[1]) == "server") {
      return RunGrafanaServer({argv + 2, argv + argc});
    }
    if (auto code = tool::RunAs(name, {argv + 1, argv + argc})) return *code;
  }
  if (argc > 1 && std::string_view(argv[1]) == "tool") return tool::Run({argv + 2, argv + argc});
  Result<Flags> flags = Flags::Parse({argv + 1, argv + argc});
  if (!flags.ok()) {
    std::fprintf(stderr, "Error parsing command line arguments: %s\nSee watchfire --help\n",
                 flags.error().message().c_str());
    return 2;
  }
  if (flags->help()) {
    std::fputs(HelpText().c_str(), stdout);
    return 0;
  }
  if (flags->version()) {
    std::printf("watchfire, version %s (keeps the behaviour of Prometheus %s)\n",
                std::string(kVersion).c_str(), std::string(kCompatibleVersion).c_str());
    return 0;
  }
  Result<LogLevel> level = ParseLogLevel(flags->String("log.level"));
  Result<LogFormat> format = ParseLogFormat(flags->String("log.format"));
  if (!level.ok()) return Fail(2, level.error());
  if (!format.ok()) return Fail(2, format.error());
  ConfigureLogging(*level, *format);

  BlockSignals();
  auto server = Server::Make(std::move(*flags));
  if (!server.ok()) return Fail(2, server.error());
  if (Result<void> started = (*server)->Start(); !started.ok()) return Fail(1, started.error());
  ForgetStartupPages();
  std::printf("watchfire is ready: open %s\n", (*server)->LocalUrl().c_str());
  std::fflush(stdout);
  (*server)->Wait();
  (*server)->Stop();
  return 0;
}

}  // namespace
}  // namespace watchfire::app

int main(int argc, char** argv) {
  return watchfire::app::Run(argc, argv);
}

#pragma once
// The whole server: constructs every part top to bottom, connects them, and destroys them in
// reverse. This is the only place where rooms are put together; no other code knows all of them.
//
// Life: Make (checks flags, configuration and rules; opens nothing) → Start (listeners, then data,
// then scraping; the API answers 503 until data is there) → Reload any number of times → Stop.
// All functions are called from the main thread, except RequestReload and RequestQuit, which
// handlers may call: Reload itself then runs in the main thread.

#include <functional>
#include <memory>
#include <string>

#include "app/flags.h"
#include "base/result.h"

namespace watchfire::app {

inline constexpr std::string_view kVersion = "0.1.0";
// The Prometheus release whose behaviour is kept; clients and targets look at it.
inline constexpr std::string_view kCompatibleVersion = "3.14.0";

class Server {
 public:
  // kInvalid: the configuration or a rule file is wrong; the text names file, line and field.
  static Result<std::unique_ptr<Server>> Make(Flags flags);
  ~Server();

  Result<void> Start();
  // Everything is read and checked before anything is applied; on error the old configuration goes
  // on and the metric prometheus_config_last_reload_successful says so.
  Result<void> Reload();
  void Stop();

  // Where somebody on this machine finds the pages; valid after Start.
  std::string LocalUrl() const;

  // What the main thread does until the end: waits for signals, for requests of handlers and for
  // changed files (--config.auto-reload). Returns when the process should end.
  void Wait();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::app

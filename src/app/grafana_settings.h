#pragma once
// What flags, grafana.ini and GF_* variables say about the Grafana side, for the whole program and
// for the program `grafana-server`. Reads files and the environment; opens nothing.

#include <map>
#include <string>
#include <vector>

#include "app/flags.h"
#include "base/file.h"
#include "base/result.h"
#include "grafana/settings/settings.h"

namespace watchfire::app {

// The Grafana release whose behaviour is kept.
inline constexpr std::string_view kGrafanaVersion = "12.4.0";

struct GrafanaSettings {
  grafana::Settings settings;
  std::vector<std::string> listen_addresses;  // empty: no listener
  bool address_was_asked_for = false;
  std::string prefix;        // "" or "/grafana": where the listener's paths begin
  std::string external_url;  // without a trailing slash
};

// All variables of this process.
std::map<std::string, std::string> ProcessEnvironment();

// `data_path`: where the database lies. kInvalid: a setting that makes no sense.
Result<GrafanaSettings> ReadGrafanaSettings(const Flags& flags,
                                            std::map<std::string, std::string> environment,
                                            const std::string& data_path, FileSystem& files);
// The same for what `grafana-server` was called with.
Result<GrafanaSettings> ReadGrafanaSettings(const grafana::SettingsSources& sources,
                                            FileSystem& files);

}  // namespace watchfire::app

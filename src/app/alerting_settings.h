#pragma once
// What the command line says about alerting, for the whole program and for the program
// `alertmanager`. Reads flags and the name of the host; opens nothing.

#include <string>
#include <string_view>
#include <vector>

#include "alerting/manager/alertmanager.h"
#include "app/flags.h"
#include "base/result.h"

namespace watchfire::app {

// The Alertmanager release whose behaviour is kept.
inline constexpr std::string_view kAlertmanagerVersion = "0.34.0";

struct AlertingSettings {
  std::string config_file;                    // "": the built-in configuration
  std::vector<std::string> listen_addresses;  // empty: no listener of its own
  std::string web_config_file;
  std::string external_url;
  std::string prefix;
  size_t get_concurrency = 0;
  alerting::AlertmanagerOptions manager;  // clock, files, registry and log are set by the face
};

// Flags named `<prefix>config.file` and so on. `data_path`: where the snapshots lie below unless a
// flag says where. kInvalid: a flag that is wrong or asks for what there is not.
Result<AlertingSettings> ReadAlertingSettings(const Flags& flags, const std::string& prefix,
                                              const std::string& data_path);

}  // namespace watchfire::app

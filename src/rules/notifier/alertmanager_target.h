#pragma once
// Where one section's Alertmanagers are: the targets that discovery found, relabelled, as URLs.
// Pure functions.

#include <string>
#include <vector>

#include "config/config.h"
#include "discovery/target_group.h"

namespace watchfire::rules {

struct AlertmanagerUrl {
  std::string url;    // what is asked; may hold a password
  std::string shown;  // without it
};

struct AlertmanagerUrls {
  std::vector<AlertmanagerUrl> active;  // each once, as discovered
  std::vector<std::string> dropped;     // by relabelling; shown
  std::vector<std::string> errors;      // why others were left out
};

AlertmanagerUrls FindAlertmanagers(const config::AlertmanagerConfig& config,
                                   const discovery::TargetGroups& groups);

}  // namespace watchfire::rules

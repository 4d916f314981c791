#pragma once
// What all integrations of a configuration share: templates, who we are, clock, zones, files.
// What is pointed to outlives them.

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "base/time_zone.h"
#include "template/library/alert_templates.h"

namespace watchfire::notify {

struct Environment {
  std::shared_ptr<const templates::AlertTemplates> templates;
  std::string external_url;
  std::string user_agent;        // "Alertmanager/0.34.0"
  const Clock* clock = nullptr;  // null: the system's
  ZoneLoader zones;              // unset: only UTC
  FileSystem* files = nullptr;   // null: the local disk
  // Alerts come from managed rules: labels and annotations `__…__` are not shown but turned into
  // what templates of Grafana ask for.
  bool managed = false;
};

}  // namespace watchfire::notify

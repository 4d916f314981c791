#pragma once
// Provisioning: what files below [paths] provisioning say is there: data sources, dashboards (which
// are looked at again and again) and alerting. One file that is wrong is logged with its line and
// left out; everything else is applied. Owns one thread, which looks at dashboards' folders.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "codec/json.h"
#include "grafana/dashboards/dashboards.h"
#include "grafana/datasources/datasources.h"
#include "grafana/settings/settings.h"

namespace watchfire::grafana {

struct ProvisioningDependencies {
  std::string directory;  // "" or missing: there is nothing to do
  DataSources* sources = nullptr;
  Dashboards* dashboards = nullptr;
  // Handed each file of alerting/; empty: they are not read.
  std::function<Result<void>(const codec::Json&, const std::string& file)> alerting;
  Environment environment;
  FileSystem* files = nullptr;
  const Clock* clock = nullptr;
};

class Provisioning {
 public:
  explicit Provisioning(ProvisioningDependencies dependencies);
  ~Provisioning();

  // What was found wrong, for the status page and a strict check.
  struct Problem {
    std::string kind;  // "datasources", "dashboards", "alerting"
    std::string file;
    uint32_t line = 0;  // 0: the file as a whole
    std::string message;
    bool operator==(const Problem&) const = default;
  };
  // Each applies what the files say now.
  std::vector<Problem> ReloadDataSources();
  std::vector<Problem> ReloadDashboards();
  std::vector<Problem> ReloadAlerting();
  // All three in this order, then watching begins.
  void Start();
  void Stop();
  // Of the last time that each was applied.
  std::vector<Problem> problems() const;
  // Replaces the file that a dashboard was provisioned from by `dashboard`, for "save to the file":
  // two spaces of indentation, keys in the order they have, without id and version. The file's
  // provider sees the change as any other. kNotFound: no provider has that file now; kDenied: it
  // cannot be written.
  Result<void> WriteBack(const std::string& file, codec::Json dashboard);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::grafana

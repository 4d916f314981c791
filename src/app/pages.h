#pragma once
// The paths that the web UI answers, on each listener; the first is its home.

#include <iterator>
#include <string_view>
#include <vector>

namespace watchfire::app {

inline constexpr std::string_view kPages[] = {"/query",
                                              "/alerts",
                                              "/alerting/list",
                                              "/rules",
                                              "/backtest",
                                              "/notifications",
                                              "/notifications/log",
                                              "/notifications/why",
                                              "/silences",
                                              "/silences/new",
                                              "/silences/view",
                                              "/silences/edit",
                                              "/routing",
                                              "/receivers",
                                              "/dry-run",
                                              "/alerting-status",
                                              "/targets",
                                              "/service-discovery",
                                              "/status",
                                              "/tsdb-status",
                                              "/config",
                                              "/flags"};
// Those that need nothing but Alertmanager's API.
inline constexpr std::string_view kAlertingPages[] = {
    "/notifications", "/notifications/log", "/notifications/why", "/silences",
    "/silences/new",  "/silences/view",     "/silences/edit",     "/routing",
    "/receivers",     "/dry-run",           "/alerting-status"};

// Those of the Grafana side that need neither Prometheus nor Alertmanager in this process.
inline constexpr std::string_view kGrafanaOwnPages[] = {"/",
                                                        "/login",
                                                        "/profile",
                                                        "/profile/*",
                                                        "/dashboards",
                                                        "/dashboards/*",
                                                        "/dashboard/new",
                                                        "/dashboard/import",
                                                        "/dashboard/snapshots",
                                                        "/dashboard/snapshot/*",
                                                        "/dashboard/db/*",
                                                        "/import/dashboard",
                                                        "/d/*",
                                                        "/d-solo/*",
                                                        "/public-dashboards/*",
                                                        "/playlists",
                                                        "/playlists/*",
                                                        "/explore",
                                                        "/alerting",
                                                        "/alerting/*",
                                                        "/datasources",
                                                        "/datasources/*",
                                                        "/connections",
                                                        "/connections/*",
                                                        "/admin",
                                                        "/admin/*",
                                                        "/org",
                                                        "/org/*"};
// All of the Grafana listener's, where everything is at hand.
inline std::vector<std::string_view> GrafanaPages() {
  std::vector<std::string_view> all(std::begin(kGrafanaOwnPages), std::end(kGrafanaOwnPages));
  for (std::string_view page : kPages) {
    if (!page.starts_with("/alerting/")) all.push_back(page);  // "/alerting/*" is there already
  }
  return all;
}

}  // namespace watchfire::app

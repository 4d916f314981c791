#pragma once
// The paths that the web UI answers, on each listener; the first is its home.

#include <string_view>

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

// Those of the Grafana side, where everything is at hand.
inline constexpr std::string_view kGrafanaPages[] = {"/",
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
                                                     "/org/*",
                                                     "/query",
                                                     "/alerts",
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
// Those of them that need no Prometheus and no Alertmanager in this process.
inline constexpr size_t kGrafanaOwnPages = 28;

}  // namespace watchfire::app

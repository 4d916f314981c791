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

}  // namespace watchfire::app

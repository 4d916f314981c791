#pragma once
// What operators type as `grafana-cli`, beside a running server:
//
//   grafana-cli admin reset-admin-password [--password-from-stdin] [--user-id N] NEW
//   grafana-cli admin export-dashboard [--uid UID]… [--all] [--output-dir DIR]          (ours)
//   grafana-cli plugins ls|install|remove|update-all
//   grafana-cli admin data-migration|secrets-migration|user-manager …
//
// The program called `grafana-cli` runs it, and `watchfire tool grafana …`. It works on the
// database in the data directory, which the server reads anew, so that what it does holds at once:
// `--data-path`, else [paths] data of --config, GF_ variables and `cfg:` overrides, else the first
// of --homepath/data, /var/lib/grafana and ./data that has a database.
//
// Results go to stdout, all else to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage. What has
// no meaning here (plugins, migrations) says so and succeeds, so that images go on starting.

#include <string>
#include <vector>

namespace watchfire::tool {

// `args` behind the program's name.
int RunGrafanaCli(const std::vector<std::string>& args);

}  // namespace watchfire::tool

// The flags of the Grafana side within the whole program; what else there is to set, its ini file
// and GF_* variables do.
#include "app/flags.h"

namespace watchfire::app {
namespace {

using enum FlagKind;

constexpr FlagSpec kFlags[] = {
    {"grafana.listen-address", kList, "",
     "Address of the dashboards; may be repeated; given empty: none. Default: GF_SERVER_HTTP_ADDR "
     "and GF_SERVER_HTTP_PORT, else 0.0.0.0:3000."},
    {"grafana.config", kString, "",
     "grafana.ini. Default: GF_PATHS_CONFIG, else /etc/grafana/grafana.ini if it is there."},
    {"grafana.provisioning", kString, "",
     "Directory of provisioning files. Default: GF_PATHS_PROVISIONING, else "
     "/etc/grafana/provisioning."},
};

}  // namespace

std::span<const FlagSpec> GrafanaFlags() {
  return kFlags;
}

}  // namespace watchfire::app

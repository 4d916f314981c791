#include "app/grafana_settings.h"

#include <unistd.h>

#include "base/text.h"

namespace watchfire::app {
namespace {

GrafanaSettings Finish(grafana::Settings settings) {
  GrafanaSettings out;
  const auto& server = settings.server;
  out.listen_addresses = {fmt::format("{}:{}", server.http_addr, server.http_port)};
  if (server.http_addr.empty()) {
    out.listen_addresses = {fmt::format("0.0.0.0:{}", server.http_port)};
  }
  if (server.serve_from_sub_path) out.prefix = server.sub_path;
  out.external_url = server.root_url;
  while (out.external_url.ends_with('/')) out.external_url.pop_back();
  out.settings = std::move(settings);
  return out;
}

}  // namespace

std::map<std::string, std::string> ProcessEnvironment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text(*entry);
    size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

Result<GrafanaSettings> ReadGrafanaSettings(const grafana::SettingsSources& sources,
                                            FileSystem& files) {
  GrafanaSettings out = Finish(TRY(grafana::LoadSettings(sources, files)));
  out.address_was_asked_for = true;
  return out;
}

Result<GrafanaSettings> ReadGrafanaSettings(const Flags& flags,
                                            std::map<std::string, std::string> environment,
                                            const std::string& data_path, FileSystem& files) {
  grafana::SettingsSources sources;
  sources.config_file = flags.String("grafana.config");
  sources.environment = std::move(environment);
  sources.data_path = data_path;
  if (const std::string& path = flags.String("grafana.provisioning"); !path.empty()) {
    sources.overrides.push_back("cfg:paths.provisioning=" + path);
  }
  bool asked = sources.environment.contains("GF_SERVER_HTTP_PORT") ||
               sources.environment.contains("GF_SERVER_HTTP_ADDR") || !sources.config_file.empty();
  GrafanaSettings out = Finish(TRY(grafana::LoadSettings(sources, files)));
  out.address_was_asked_for = asked;
  if (flags.IsSet("grafana.listen-address")) {
    out.address_was_asked_for = true;
    out.listen_addresses.clear();
    for (const std::string& address : flags.List("grafana.listen-address")) {
      if (!address.empty()) out.listen_addresses.push_back(address);
    }
  }
  return out;
}

}  // namespace watchfire::app

#include "tool/grafana_cli/place.h"

#include "base/text.h"
#include "grafana/settings/settings.h"

namespace watchfire::tool {
namespace {

constexpr std::string_view kDatabase = "watchfire.db";

// [paths] data, if anybody says what it is.
Result<std::string> ConfiguredData(const PlaceOptions& options, FileSystem& files) {
  grafana::SettingsSources sources;
  sources.config_file = options.config;
  sources.overrides = options.overrides;
  sources.environment = options.environment;
  grafana::Settings settings = TRY(grafana::LoadSettings(sources, files));
  return settings.paths.data;
}

}  // namespace

Result<std::string> FindDatabase(const PlaceOptions& options, FileSystem& files) {
  std::vector<std::string> places;
  if (!options.data_path.empty()) {
    places = {options.data_path};
  } else {
    // A mistake in another setting is the server's business, unless this file was named.
    Result<std::string> configured = ConfiguredData(options, files);
    if (!configured.ok() && !options.config.empty()) return configured.error();
    if (configured.ok() && !configured->empty()) places.push_back(*configured);
    if (!options.homepath.empty()) places.push_back(JoinPath(options.homepath, "data"));
    places.insert(places.end(), options.usual.begin(), options.usual.end());
  }
  for (const std::string& place : places) {
    std::string path = JoinPath(place, kDatabase);
    if (files.Exists(path)) return path;
  }
  return Error::NotFound(
      "there is no {} in {}; name the server's data directory with --data-path, or start the "
      "server once",
      kDatabase, Join(places, ", "));
}

std::string Indented(std::string_view json) {
  std::string out;
  size_t depth = 0;
  bool in_text = false;
  auto line = [&] { out += "\n" + std::string(2 * depth, ' '); };
  for (size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    if (in_text) {
      out.push_back(c);
      if (c == '\\' && i + 1 < json.size()) out.push_back(json[++i]);
      in_text = c != '"';
    } else if (c == '{' || c == '[') {
      out.push_back(c);
      bool empty = i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']');
      if (empty) {
        out.push_back(json[++i]);
      } else {
        ++depth;
        line();
      }
    } else if (c == '}' || c == ']') {
      --depth;
      line();
      out.push_back(c);
    } else if (c == ',') {
      out.push_back(c);
      line();
    } else if (c == ':') {
      out += ": ";
    } else {
      in_text = c == '"';
      out.push_back(c);
    }
  }
  return out + "\n";
}

}  // namespace watchfire::tool

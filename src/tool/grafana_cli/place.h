#pragma once
// Which database a command is about.

#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace watchfire::tool {

struct PlaceOptions {
  std::string data_path, config, homepath;
  std::vector<std::string> overrides;  // "cfg:section.key=value"
  std::map<std::string, std::string> environment;
  std::vector<std::string> usual = {"/var/lib/grafana", "data"};
};

// The file. kNotFound: where it was looked for.
Result<std::string> FindDatabase(const PlaceOptions& options, FileSystem& files);

// JSON over lines, two spaces a level, as files in a repository are read. `json` is valid.
std::string Indented(std::string_view json);

}  // namespace watchfire::tool

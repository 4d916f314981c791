#pragma once
// A target group: addresses that share labels. The unit that static configurations, target files
// and every discovery mechanism hand to scraping. A plain value.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire::config {

struct TargetGroup {
  std::vector<std::string> targets;  // `host:port`, the later `__address__`
  std::map<std::string, std::string> labels;
  // Names the origin ("0", "file.yml:1", …); an update with the same source replaces the group.
  std::string source;
  bool operator==(const TargetGroup&) const = default;
};

// Reads the content of a file_sd or http_sd document, strictly: unknown fields, null groups and
// wrong types are errors `file:line: …`. `source` of each group is `filename:index`.
Result<std::vector<TargetGroup>> LoadTargetGroups(std::string_view text,
                                                  const std::string& filename, bool is_json);

}  // namespace watchfire::config

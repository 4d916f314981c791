#include "config/target_group.h"

#include "config/describe.h"
#include "config/loader.h"
#include "config/reader.h"

namespace watchfire::config {

Result<std::vector<TargetGroup>> LoadTargetGroups(std::string_view text,
                                                  const std::string& filename, bool is_json) {
  yaml::Node root = TRY(yaml::Parse(text, {.source = filename,
                                           .allow_duplicate_keys = true,
                                           .json = is_json,
                                           .size_limit_bytes = kMaxConfigFileBytes}));
  std::vector<TargetGroup> groups;
  if (root.is_null()) return groups;
  if (!root.is_sequence()) {
    return Error::Invalid("{}:{}: cannot unmarshal {} into []*targetgroup.Group", filename,
                          root.line, root.TypeName());
  }
  Reader reader(filename);
  groups.resize(root.items.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    const yaml::Node& item = root.items[i];
    if (item.is_null()) {
      reader.Fail(item.line, Error::Invalid("nil target group item found (index {})", i));
      continue;
    }
    reader.Document(item, "targetgroup.Group", groups[i]);
    groups[i].source = fmt::format("{}:{}", filename, i);
  }
  if (!reader.ok()) return reader.TakeError();
  return groups;
}

}  // namespace watchfire::config

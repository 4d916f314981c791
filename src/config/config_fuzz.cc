// Any bytes: a configuration, a rule file and target files are read or refused, never worse; what
// loads prints as something that loads again.
#include "base/check.h"
#include "config/loader.h"
#include "config/rule_file.h"
#include "config/target_group.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  watchfire::Result<watchfire::config::Config> loaded =
      watchfire::config::LoadConfig(text, "fuzz.yml");
  if (loaded.ok()) {
    std::string printed = watchfire::config::ConfigToYaml(*loaded);
    watchfire::Result<watchfire::yaml::Node> again = watchfire::yaml::Parse(printed);
    WF_CHECK(again.ok());
  }
  static_cast<void>(watchfire::config::LoadRuleFile(text, "fuzz.yml").ok());
  static_cast<void>(watchfire::config::LoadTargetGroups(text, "fuzz.yml", false).ok());
  static_cast<void>(watchfire::config::LoadTargetGroups(text, "fuzz.json", true).ok());
  return 0;
}

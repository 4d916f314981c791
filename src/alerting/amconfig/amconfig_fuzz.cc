// Any bytes: a configuration is read or refused, never worse; what loads prints as something that
// loads again and prints the same.
#include "alerting/amconfig/loader.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace am = watchfire::amconfig;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (am::MatcherSyntax syntax : {am::MatcherSyntax::kFallback, am::MatcherSyntax::kUtf8}) {
    watchfire::Result<am::Config> loaded = am::LoadConfig(text, "fuzz.yml", {.syntax = syntax});
    if (loaded.ok()) WF_CHECK(watchfire::yaml::Parse(am::ConfigToYaml(*loaded)).ok());
    static_cast<void>(am::ParseMatchers(text, syntax).ok());
  }
  return 0;
}

// ldap.toml of any content is read or refused.
#include <cstdint>
#include <string_view>

#include "grafana/signin/toml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto parsed = watchfire::grafana::ParseToml(input, "fuzz");
  if (parsed.ok()) (void)parsed->ToString();
  return 0;
}

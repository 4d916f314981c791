// An expression, a zero byte, a document: parsing and evaluating end, whatever they are.
#include <cstdint>
#include <string_view>

#include "grafana/signin/jmespath.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  size_t zero = input.find('\0');
  auto path = watchfire::grafana::JmesPath::Parse(input.substr(0, zero));
  if (!path.ok() || zero == std::string_view::npos) return 0;
  auto document = watchfire::codec::Json::Parse(input.substr(zero + 1));
  if (document.ok()) (void)path->Evaluate(*document).ToString();
  return 0;
}

// Any body as the answer of another Prometheus.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "grafana/queries/remote_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  auto outcome = watchfire::grafana::ReadRemoteAnswer(200, body);
  if (const auto* answer = std::get_if<watchfire::grafana::Answer>(&outcome)) {
    for (const auto& series : answer->series) {
      if (series.t.size() != series.v.size()) __builtin_trap();
    }
  }
  return 0;
}

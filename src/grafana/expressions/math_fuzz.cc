// Any text as a math expression: it is refused with a place, or evaluates to something.
#include <cstddef>
#include <cstdint>
#include <string>

#include "grafana/expressions/expressions.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire;  // NOLINT: a fuzz target has no namespace of its own
  codec::Json model;
  model.Set("type", codec::Json::OfString("math"));
  model.Set("expression",
            codec::Json::OfString(std::string(reinterpret_cast<const char*>(data), size)));
  grafana::ExpressionContext context;
  context.values["A"].data = std::vector<grafana::Number>{{model::Labels(), 1.5}};
  context.values["B"].data = std::vector<grafana::TimeSeries>{{model::Labels(), {1, 2}, {1, {}}}};
  auto refs = grafana::References(model);
  auto result = grafana::Evaluate(model, context);
  if (!refs.ok() && result.ok()) __builtin_trap();
  return 0;
}

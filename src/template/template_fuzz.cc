// Any text as a template over data of every kind: whatever it says, it ends, within its limits, and
// its output does not depend on when it runs.

#include "base/check.h"
#include "template/executor.h"
#include "template/template_set.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire::templates;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Limits limits;
  limits.steps = 20'000;
  limits.output_bytes = 1 << 16;
  limits.work_bytes = 1 << 20;
  limits.template_depth = 50;
  TemplateSet set(Builtins(), limits);
  if (!set.Parse("", text).ok()) return 0;
  std::vector<Value> list = {Value::Int(1), Value::View("two"), Value::Nil(), Value::Float(0.5)};
  Value values = Value::Make<List>(std::move(list));
  Value map = Value::Make<Map>(Map::Entries{
      {"a", Value::Int(-3)}, {"b", Value::View("text")}, {"l", values}, {"n", Value::Nil()}});
  Execution execution{&Builtins(), nullptr, limits, MissingKey::kZero};
  auto first = Execute(set, "", map, execution);
  auto second = Execute(set, "", map, execution);
  WF_CHECK(first.ok() == second.ok());
  if (first.ok()) WF_CHECK(*first == *second);
  return 0;
}

#pragma once
// Small readers of an expression's JSON model that its evaluators share. Internal to this room.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "grafana/expressions/expressions.h"

namespace watchfire::grafana {

// "" where there is no text.
std::string_view TextOf(const codec::Json& object, std::string_view key);
// Numbers, and texts that say one.
std::optional<double> AsNumber(const codec::Json& value);
std::optional<double> NumberOf(const codec::Json& object, std::string_view key);

// "A" of "A", "$A" and "${A}".
std::string_view BareRef(std::string_view text);
// The value of the ref in the model's "expression". Valid as long as the context.
Result<const NodeValue*> InputOf(const codec::Json& model, const ExpressionContext& context);
Result<const NodeValue*> ValueOf(std::string_view ref, const ExpressionContext& context);

// Nothing at all is no data.
template <typename T>
NodeValue OrNoData(std::vector<T> values) {
  if (values.empty()) return {};
  return {std::move(values)};
}

}  // namespace watchfire::grafana

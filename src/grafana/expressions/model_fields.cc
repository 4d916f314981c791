#include "grafana/expressions/model_fields.h"

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::grafana {

std::string_view TextOf(const codec::Json& object, std::string_view key) {
  const codec::Json* value = object.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::optional<double> AsNumber(const codec::Json& value) {
  if (std::optional<double> number = value.AsDouble()) return number;
  const std::string* text = value.AsString();
  return text == nullptr ? std::nullopt : ParseFloat(TrimSpace(*text));
}

std::optional<double> NumberOf(const codec::Json& object, std::string_view key) {
  const codec::Json* value = object.Find(key);
  return value == nullptr ? std::nullopt : AsNumber(*value);
}

std::string_view BareRef(std::string_view text) {
  text = TrimSpace(text);
  if (text.starts_with("${") && text.ends_with("}")) return text.substr(2, text.size() - 3);
  if (text.starts_with("$")) return text.substr(1);
  return text;
}

Result<const NodeValue*> ValueOf(std::string_view ref, const ExpressionContext& context) {
  auto found = context.values.find(std::string(ref));
  if (found == context.values.end()) return Error::Invalid("there is no query {}", ref);
  return &found->second;
}

Result<const NodeValue*> InputOf(const codec::Json& model, const ExpressionContext& context) {
  std::string_view ref = BareRef(TextOf(model, "expression"));
  if (ref.empty()) return Error::Invalid("the expression names no query");
  return ValueOf(ref, context);
}

}  // namespace watchfire::grafana

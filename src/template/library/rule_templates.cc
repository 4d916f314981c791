#include "template/library/rule_templates.h"

#include <array>

#include "base/numbers.h"
#include "template/executor.h"
#include "template/library/rule_values.h"

namespace watchfire::templates {
namespace {

// Every rule text begins with these, which shows in the columns of errors.
constexpr std::string_view kDefinitions =
    "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}"
    "{{$externalURL := .ExternalURL}}{{$value := .Value}}";

constexpr std::string_view kManagedDefinitions =
    "{{$labels := .Labels}}{{$externalURL := .ExternalURL}}{{$values := .Values}}"
    "{{$value := .Value}}";

// Prints as its number; has .Value and .Labels.
class RefObject : public Object {
 public:
  explicit RefObject(const RefValue* ref) : ref_(ref) {}
  Kind kind() const override { return Kind::kStruct; }
  std::string_view type_name() const override { return "template.Value"; }
  size_t size() const override { return 2; }
  std::string_view NameAt(size_t i) const override { return i == 0 ? "Labels" : "Value"; }
  Value At(size_t i) const override {
    if (i == 0) return Value::Make<LabelMap>(&ref_->labels);
    return Value::Float(ref_->value);
  }
  std::optional<std::string> Text() const override { return FormatFloatFixed(ref_->value); }

 private:
  const RefValue* ref_;
};

class HistogramObject : public Object {
 public:
  explicit HistogramObject(std::string text) : text_(std::move(text)) {}
  Kind kind() const override { return Kind::kStruct; }
  std::string_view type_name() const override { return "*histogram.FloatHistogram"; }
  std::optional<std::string> Text() const override { return text_; }

 private:
  std::string text_;
};

class RuleDataObject : public Object {
 public:
  explicit RuleDataObject(const RuleData* data) : data_(data) {}
  Kind kind() const override { return Kind::kStruct; }
  std::string_view type_name() const override {
    return "struct { Labels map[string]string; ExternalLabels map[string]string; "
           "ExternalURL string; Value interface {} }";
  }
  size_t size() const override { return kNames.size() - (data_->refs == nullptr ? 1 : 0); }
  std::string_view NameAt(size_t i) const override { return kNames[i]; }
  Value At(size_t i) const override {
    switch (i) {
      case 0:
        return Value::Make<LabelMap>(data_->labels);
      case 1:
        return Value::Make<LabelMap>(data_->external_labels);
      case 2:
        return Value::View(data_->external_url);
      case 3:
        if (data_->refs != nullptr) return Value::View(data_->value_text);
        return NumberValue(data_->value).Boxed();
      default: {
        Map::Entries values;
        for (const RefValue& ref : *data_->refs) {
          values.emplace_back(ref.ref, Value::Make<RefObject>(&ref));
        }
        return Value::Make<Map>(std::move(values), "map[string]template.Value");
      }
    }
  }

 private:
  static constexpr std::array<std::string_view, 5> kNames = {"Labels", "ExternalLabels",
                                                             "ExternalURL", "Value", "Values"};
  const RuleData* data_;
};

}  // namespace

LabelMap::LabelMap(const model::Labels* labels, std::shared_ptr<const void> owner)
    : owner_(std::move(owner)) {
  if (labels == nullptr) return;
  for (const model::LabelView& label : *labels) pairs_.push_back(label);
}

std::optional<Value> LabelMap::Find(std::string_view name) const {
  for (const model::LabelView& label : pairs_) {
    if (label.name == name) return Value::Text(std::string(label.value));
  }
  return std::nullopt;
}

Value SampleObject::At(size_t i) const {
  if (i == 0) return Value::Make<LabelMap>(&sample_->labels, sample_);
  return NumberValue(sample_->value);
}

Value NumberValue(const RuleValue& value) {
  if (value.histogram) return Value::Make<HistogramObject>(*value.histogram);
  return Value::Float(value.number);
}

Value RuleDataValue(const RuleData& data) {
  return Value::Make<RuleDataObject>(&data);
}

Value QueryResultValue(std::vector<QuerySample> samples) {
  std::vector<Value> values;
  values.reserve(samples.size());
  for (QuerySample& sample : samples) {
    values.push_back(
        Value::Make<SampleObject>(std::make_shared<const QuerySample>(std::move(sample))));
  }
  return Value::Make<List>(std::move(values), kQueryResultType, "[]*template.sample");
}

Result<RuleTemplate> RuleTemplate::Parse(std::string name, std::string_view text,
                                         const Limits& limits) {
  return ParseAfter(kDefinitions, std::move(name), text, limits);
}

Result<RuleTemplate> RuleTemplate::ParseManaged(std::string name, std::string_view text,
                                                const Limits& limits) {
  return ParseAfter(kManagedDefinitions, std::move(name), text, limits);
}

Result<RuleTemplate> RuleTemplate::ParseAfter(std::string_view definitions, std::string name,
                                              std::string_view text, const Limits& limits) {
  RuleTemplate result;
  result.name_ = std::move(name);
  if (text.find("{{") == std::string_view::npos) {
    result.literal_ = text;
    return result;
  }
  auto set = std::make_shared<TemplateSet>(RuleFunctions(), limits);
  TRY(set->Parse(result.name_, std::string(definitions) + std::string(text)));
  result.set_ = std::move(set);
  return result;
}

Result<std::string> RuleTemplate::Expand(const RuleData& data,
                                         const RuleEnvironment& environment) const {
  if (set_ == nullptr) return literal_;
  Execution execution{&set_->functions(), &environment, set_->limits(), MissingKey::kZero};
  auto text = Execute(*set_, name_, RuleDataValue(data), execution);
  if (text.ok()) return text;
  return text.error().With("error executing template {}", name_);
}

std::string RuleTemplate::ErrorText(const Error& error) {
  return "<error expanding template: " + error.message() + ">";
}

}  // namespace watchfire::templates

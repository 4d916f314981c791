#pragma once
// How the data of rule templates looks to templates: labels as a map, samples with .Labels and
// .Value, the answer of a query as a list. Objects borrow, or share what a query gave.

#include <memory>
#include <vector>

#include "template/library/rule_templates.h"
#include "template/value.h"

namespace watchfire::templates {

inline constexpr std::string_view kQueryResultType = "template.queryResult";
inline constexpr std::string_view kSampleType = "*template.sample";

class LabelMap : public Object {
 public:
  // `owner` keeps the labels alive; null: they outlive this.
  explicit LabelMap(const model::Labels* labels, std::shared_ptr<const void> owner = nullptr);
  Kind kind() const override { return Kind::kMap; }
  std::string_view type_name() const override { return "map[string]string"; }
  std::string_view element_type() const override { return "string"; }
  size_t size() const override { return pairs_.size(); }
  Value At(size_t i) const override { return Value::Text(std::string(pairs_[i].value)); }
  std::string_view NameAt(size_t i) const override { return pairs_[i].name; }
  std::optional<Value> Find(std::string_view name) const override;

 private:
  std::vector<model::LabelView> pairs_;
  std::shared_ptr<const void> owner_;
};

class SampleObject : public Object {
 public:
  explicit SampleObject(std::shared_ptr<const QuerySample> sample) : sample_(std::move(sample)) {}
  Kind kind() const override { return Kind::kStruct; }
  std::string_view type_name() const override { return kSampleType; }
  size_t size() const override { return 2; }
  std::string_view NameAt(size_t i) const override { return i == 0 ? "Labels" : "Value"; }
  Value At(size_t i) const override;
  const QuerySample& sample() const { return *sample_; }

 private:
  std::shared_ptr<const QuerySample> sample_;
};

// A float, or an object that prints as the histogram.
Value NumberValue(const RuleValue& value);
// What `.` is; the data outlives it.
Value RuleDataValue(const RuleData& data);
Value QueryResultValue(std::vector<QuerySample> samples);

}  // namespace watchfire::templates

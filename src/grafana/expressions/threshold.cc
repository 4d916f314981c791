#include "grafana/expressions/threshold.h"

#include <algorithm>
#include <array>

#include "base/numbers.h"
#include "grafana/expressions/model_fields.h"

namespace watchfire::grafana {
namespace {

struct KindName {
  std::string_view name;
  EvaluatorKind kind;
  std::string_view words;
  size_t params;
};
constexpr std::array<KindName, 11> kKinds = {{
    {"gt", EvaluatorKind::kAbove, "IS ABOVE", 1},
    {"lt", EvaluatorKind::kBelow, "IS BELOW", 1},
    {"eq", EvaluatorKind::kEqual, "IS EQUAL TO", 1},
    {"ne", EvaluatorKind::kNotEqual, "IS NOT EQUAL TO", 1},
    {"gte", EvaluatorKind::kAtLeast, "IS ABOVE OR EQUAL TO", 1},
    {"lte", EvaluatorKind::kAtMost, "IS BELOW OR EQUAL TO", 1},
    {"within_range", EvaluatorKind::kWithin, "IS WITHIN RANGE", 2},
    {"outside_range", EvaluatorKind::kOutside, "IS OUTSIDE RANGE", 2},
    {"within_range_included", EvaluatorKind::kWithinIncluded, "IS WITHIN RANGE INCLUDED", 2},
    {"outside_range_included", EvaluatorKind::kOutsideIncluded, "IS OUTSIDE RANGE INCLUDED", 2},
    {"no_value", EvaluatorKind::kNoValue, "HAS NO VALUE", 0},
}};

const KindName& RowOf(EvaluatorKind kind) {
  return *std::find_if(kKinds.begin(), kKinds.end(),
                       [&](const KindName& row) { return row.kind == kind; });
}

// One value of a threshold; a label set that fires stays until the way back is met.
class Threshold {
 public:
  static Result<Threshold> Of(const codec::Json& model) {
    const codec::Json* conditions = model.Find("conditions");
    const codec::Json::Array* list = conditions == nullptr ? nullptr : conditions->AsArray();
    if (list == nullptr || list->size() != 1) {
      return Error::Invalid("a threshold needs exactly one condition");
    }
    const codec::Json* evaluator = list->front().Find("evaluator");
    if (evaluator == nullptr) return Error::Invalid("the condition has no evaluator");
    Threshold threshold(TRY(Evaluator::Of(*evaluator)));
    const codec::Json* unload = list->front().Find("unloadEvaluator");
    if (unload != nullptr && !unload->is_null()) threshold.unload_ = TRY(Evaluator::Of(*unload));
    return threshold;
  }

  std::optional<double> Of(std::optional<double> value, bool firing) const {
    if (!value) return load_.kind() == EvaluatorKind::kNoValue ? std::optional(1.0) : std::nullopt;
    bool met = firing && unload_ ? !unload_->Met(value) : load_.Met(value);
    return met ? 1.0 : 0.0;
  }

 private:
  explicit Threshold(Evaluator load) : load_(load) {}
  Evaluator load_;
  std::optional<Evaluator> unload_;
};

}  // namespace

Result<Evaluator> Evaluator::Of(const codec::Json& json) {
  std::string_view type = TextOf(json, "type");
  auto row = std::find_if(kKinds.begin(), kKinds.end(),
                          [&](const KindName& known) { return known.name == type; });
  if (row == kKinds.end()) return Error::Invalid("unknown evaluator \"{}\"", type);
  Evaluator evaluator;
  evaluator.kind_ = row->kind;
  const codec::Json* params = json.Find("params");
  const codec::Json::Array* list = params == nullptr ? nullptr : params->AsArray();
  size_t count = list == nullptr ? 0 : list->size();
  if (count < row->params) {
    return Error::Invalid("evaluator {} needs {} params, got {}", type, row->params, count);
  }
  std::array<double, 2> numbers = {0, 0};
  for (size_t i = 0; i < row->params; ++i) {
    std::optional<double> number = AsNumber((*list)[i]);
    if (!number) return Error::Invalid("the params of evaluator {} must be numbers", type);
    numbers[i] = *number;
  }
  if (row->params == 2 && numbers[1] < numbers[0]) std::swap(numbers[0], numbers[1]);
  evaluator.first_ = numbers[0];
  evaluator.second_ = numbers[1];
  return evaluator;
}

bool Evaluator::Met(std::optional<double> value) const {
  if (!value) return kind_ == EvaluatorKind::kNoValue;
  double v = *value;
  switch (kind_) {
    case EvaluatorKind::kAbove:
      return v > first_;
    case EvaluatorKind::kBelow:
      return v < first_;
    case EvaluatorKind::kEqual:
      return v == first_;
    case EvaluatorKind::kNotEqual:
      return v != first_;
    case EvaluatorKind::kAtLeast:
      return v >= first_;
    case EvaluatorKind::kAtMost:
      return v <= first_;
    case EvaluatorKind::kWithin:
      return v > first_ && v < second_;
    case EvaluatorKind::kOutside:
      return v < first_ || v > second_;
    case EvaluatorKind::kWithinIncluded:
      return v >= first_ && v <= second_;
    case EvaluatorKind::kOutsideIncluded:
      return v <= first_ || v >= second_;
    case EvaluatorKind::kNoValue:
      return false;
  }
  return false;
}

std::string Evaluator::Words() const {
  const KindName& row = RowOf(kind_);
  std::string words(row.words);
  if (row.params > 0) words += " " + FormatFloatJson(first_);
  if (row.params > 1) words += " TO " + FormatFloatJson(second_);
  return words;
}

Result<NodeValue> EvaluateThreshold(const codec::Json& model, const ExpressionContext& context) {
  const NodeValue& input = *TRY(InputOf(model, context));
  Threshold threshold = TRY(Threshold::Of(model));
  auto firing = [&](const model::Labels& labels) {
    return context.firing != nullptr && context.firing->contains(labels);
  };
  if (const auto* numbers = std::get_if<std::vector<Number>>(&input.data)) {
    std::vector<Number> out;
    for (const Number& number : *numbers) {
      out.push_back({number.labels, threshold.Of(number.value, firing(number.labels))});
    }
    return OrNoData(std::move(out));
  }
  if (const auto* all = std::get_if<std::vector<TimeSeries>>(&input.data)) {
    std::vector<TimeSeries> out = *all;
    for (TimeSeries& series : out) {
      bool fires = firing(series.labels);
      for (std::optional<double>& value : series.v) value = threshold.Of(value, fires);
    }
    return OrNoData(std::move(out));
  }
  return NodeValue{};
}

}  // namespace watchfire::grafana

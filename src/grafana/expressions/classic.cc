#include "grafana/expressions/classic.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "grafana/expressions/model_fields.h"
#include "grafana/expressions/threshold.h"

namespace watchfire::grafana {
namespace {

using Value = std::optional<double>;
constexpr size_t kMaxConditions = 100;

enum class Join : uint8_t { kAnd, kOr, kLogicOr };

struct Condition {
  std::string ref;
  std::string reducer;
  Join join = Join::kAnd;
  Evaluator evaluator;
};

constexpr std::array<std::string_view, 12> kReducers = {"avg",
                                                        "min",
                                                        "max",
                                                        "sum",
                                                        "count",
                                                        "last",
                                                        "median",
                                                        "diff",
                                                        "diff_abs",
                                                        "percent_diff",
                                                        "percent_diff_abs",
                                                        "count_non_null"};

bool IsThere(const Value& value) {
  return value && !std::isnan(*value);
}

// Newest against oldest of what is there; null where that is fewer than two.
Value Difference(std::string_view reducer, const std::vector<double>& values) {
  if (values.size() < 2) return std::nullopt;
  double difference = values.back() - values.front();
  if (reducer.starts_with("percent")) difference = difference / std::abs(values.front()) * 100;
  return reducer.ends_with("_abs") ? std::abs(difference) : difference;
}

// Classic reducers pass over null and NaN; where nothing is left the value is null.
Value Reduced(std::string_view reducer, const TimeSeries& series) {
  if (series.v.empty()) return std::nullopt;
  if (reducer == "count") return static_cast<double>(series.v.size());
  std::vector<double> values;
  for (const Value& value : series.v) {
    if (IsThere(value)) values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  if (reducer == "last") return values.back();
  if (reducer == "min") return *std::min_element(values.begin(), values.end());
  if (reducer == "max") return *std::max_element(values.begin(), values.end());
  if (reducer == "count_non_null") return static_cast<double>(values.size());
  if (reducer.find("diff") != std::string_view::npos) return Difference(reducer, values);
  if (reducer == "median") {
    std::sort(values.begin(), values.end());
    size_t middle = values.size() / 2;
    if (values.size() % 2 == 1) return values[middle];
    return (values[middle - 1] + values[middle]) / 2;
  }
  double sum = 0;
  for (double value : values) sum += value;
  return reducer == "avg" ? sum / static_cast<double>(values.size()) : sum;
}

Result<std::string> RefOf(const codec::Json& condition) {
  const codec::Json* query = condition.Find("query");
  const codec::Json* params = query == nullptr ? nullptr : query->Find("params");
  const codec::Json::Array* list = params == nullptr ? nullptr : params->AsArray();
  const std::string* ref = list == nullptr || list->empty() ? nullptr : list->front().AsString();
  if (ref == nullptr || ref->empty()) return Error::Invalid("a condition names no query");
  return std::string(BareRef(*ref));
}

std::string_view ReducerOf(const codec::Json& condition) {
  const codec::Json* reducer = condition.Find("reducer");
  std::string_view name = reducer == nullptr ? std::string_view() : TextOf(*reducer, "type");
  return name == "mean" ? "avg" : name;
}

Result<Condition> ParseCondition(const codec::Json& json) {
  Condition condition;
  condition.ref = TRY(RefOf(json));
  condition.reducer = ReducerOf(json);
  if (std::find(kReducers.begin(), kReducers.end(), condition.reducer) == kReducers.end()) {
    return Error::Invalid("unknown reducer \"{}\" of a condition", condition.reducer);
  }
  const codec::Json* evaluator = json.Find("evaluator");
  if (evaluator == nullptr) return Error::Invalid("a condition has no evaluator");
  condition.evaluator = TRY(Evaluator::Of(*evaluator));
  const codec::Json* join = json.Find("operator");
  std::string_view type = join == nullptr ? std::string_view() : TextOf(*join, "type");
  if (type == "or") {
    condition.join = Join::kOr;
  } else if (type == "logic-or") {
    condition.join = Join::kLogicOr;
  } else if (type != "and" && !type.empty()) {
    return Error::Invalid("expected the operator and, or, logic-or; got \"{}\"", type);
  }
  return condition;
}

Result<const codec::Json::Array*> ConditionsOf(const codec::Json& model) {
  const codec::Json* conditions = model.Find("conditions");
  const codec::Json::Array* list = conditions == nullptr ? nullptr : conditions->AsArray();
  if (list == nullptr || list->empty()) return Error::Invalid("there are no conditions");
  if (list->size() > kMaxConditions) {
    return Error::Invalid("more than {} conditions", kMaxConditions);
  }
  return list;
}

struct Verdict {
  bool firing = false;
  bool no_data = false;
};

// Of one condition over everything that its query gave.
Verdict Judge(const Condition& condition, const NodeValue& input,
              std::vector<ClassicMatch>* matches) {
  size_t count = 0;
  size_t without_value = 0;
  size_t met = 0;
  auto look = [&](const model::Labels& labels, Value value) {
    ++count;
    if (!value) ++without_value;
    if (!condition.evaluator.Met(value)) return;
    ++met;
    matches->push_back({std::string(labels.metric_name()), labels, value});
  };
  if (const auto* all = std::get_if<std::vector<TimeSeries>>(&input.data)) {
    for (const TimeSeries& series : *all) look(series.labels, Reduced(condition.reducer, series));
  } else if (const auto* numbers = std::get_if<std::vector<Number>>(&input.data)) {
    for (const Number& number : *numbers) {
      look(number.labels, IsThere(number.value) ? number.value : std::nullopt);
    }
  } else {
    look({}, std::nullopt);
  }
  bool no_data = count == without_value;
  if (no_data && met == 0) matches->push_back({"NoData", {}, std::nullopt});
  return {met > 0, no_data};
}

}  // namespace

Result<std::vector<std::string>> ClassicReferences(const codec::Json& model) {
  std::vector<std::string> refs;
  for (const codec::Json& condition : *TRY(ConditionsOf(model))) {
    std::string ref = TRY(RefOf(condition));
    if (std::find(refs.begin(), refs.end(), ref) == refs.end()) refs.push_back(std::move(ref));
  }
  return refs;
}

Result<ExpressionResult> EvaluateClassic(const codec::Json& model,
                                         const ExpressionContext& context) {
  ExpressionResult result;
  Verdict all;
  bool first = true;
  for (const codec::Json& json : *TRY(ConditionsOf(model))) {
    Condition condition = TRY(ParseCondition(json));
    // What comes behind this "or" is not looked at when it is true already.
    if (!first && condition.join == Join::kLogicOr && all.firing) break;
    Verdict one = Judge(condition, *TRY(ValueOf(condition.ref, context)), &result.matches);
    if (first) {
      all = one;
    } else if (condition.join == Join::kAnd) {
      all = {all.firing && one.firing, all.no_data && one.no_data};
    } else {
      all = {all.firing || one.firing, all.no_data || one.no_data};
    }
    first = false;
  }
  Number number;
  if (all.firing) {
    number.value = 1;
  } else if (!all.no_data) {
    number.value = 0;
  }
  result.value.data = std::vector<Number>{number};
  return result;
}

std::string ClassicSentence(const codec::Json& model) {
  Result<const codec::Json::Array*> conditions = ConditionsOf(model);
  if (!conditions.ok()) return {};
  std::string sentence;
  for (const codec::Json& json : **conditions) {
    Result<Condition> condition = ParseCondition(json);
    if (!condition.ok()) return {};
    if (sentence.empty()) {
      sentence = "WHEN ";
    } else {
      sentence += condition->join == Join::kAnd ? " AND " : " OR ";
    }
    sentence += condition->reducer + "() OF query(" + condition->ref + ") ";
    sentence += condition->evaluator.Words();
  }
  return sentence;
}

}  // namespace watchfire::grafana

#include "grafana/managed/evaluation.h"

#include <algorithm>

#include "base/numbers.h"
#include "grafana/expressions/expressions.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMaxInstances = 10'000;
constexpr int64_t kDefaultIntervalMs = 1000;
constexpr int64_t kDefaultMaxDataPoints = 43'200;

int64_t IntOf(const codec::Json& model, std::string_view key, int64_t otherwise) {
  const codec::Json* value = model.Find(key);
  return value == nullptr ? otherwise : value->AsInt().value_or(otherwise);
}

std::string LabelsText(const model::Labels& labels) {
  std::string text;
  for (const model::LabelView& label : labels) {
    if (!text.empty()) text += ", ";
    text += label.name;
    text += '=';
    text += label.value;
  }
  return "{" + text + "}";
}

// Whether every label of `part` is in `whole`.
bool Within(const model::Labels& part, const model::Labels& whole) {
  for (const model::LabelView& label : part) {
    if (whole.Get(label.name) != label.value) return false;
  }
  return true;
}

// One run.
class Run {
 public:
  Run(const ManagedRule& rule, const EvaluationSources& sources, const EvaluationRequest& request)
      : rule_(rule), sources_(sources), request_(request) {}

  Evaluation Finish() {
    std::vector<Node> nodes;
    for (const RuleQuery& query : rule_.data) {
      nodes.push_back({query.ref_id, query.is_expression(), query.model});
    }
    Result<std::vector<size_t>> order = Order(nodes);
    if (!order.ok()) {
      Fail(order.error(), nullptr);
      return std::move(evaluation_);
    }
    for (size_t i : *order) {
      const RuleQuery& query = rule_.data[i];
      Result<NodeValue> value = query.is_expression() ? Compute(query) : Ask(query);
      if (!value.ok()) {
        Fail(value.error(), &query);
        return std::move(evaluation_);
      }
      evaluation_.nodes[query.ref_id] = *std::move(value);
    }
    const std::string& decides = rule_.record ? rule_.record->from : rule_.condition;
    Decide(evaluation_.nodes[decides], decides);
    return std::move(evaluation_);
  }

 private:
  Result<NodeValue> Ask(const RuleQuery& query) {
    DataSourcePtr source = sources_.resolve(query.datasource_uid);
    if (source == nullptr) {
      return Error::NotFound("data source \"{}\" not found", query.datasource_uid);
    }
    PanelQuery ask;
    ask.ref_id = query.ref_id;
    ask.source = source;
    ask.model = query.model;
    ask.interval_ms = IntOf(query.model, "intervalMs", kDefaultIntervalMs);
    ask.max_data_points = IntOf(query.model, "maxDataPoints", kDefaultMaxDataPoints);
    ask.from = request_.at - query.from_s * 1000;
    ask.to = request_.at - query.to_s * 1000;
    Result<NodeValue> value = sources_.values(ask, request_.cancelled);
    bool down = !value.ok() && IsSourceDown(value.error());
    if (!down) evaluation_.sources_up.push_back(source->uid);
    if (!value.ok()) {
      evaluation_.source_down = down;
      evaluation_.datasource_uid = source->uid;
    }
    return value;
  }

  Result<NodeValue> Compute(const RuleQuery& query) {
    ExpressionContext context;
    for (const std::string& ref : TRY(References(query.model))) {
      context.values[ref] = evaluation_.nodes[ref];
    }
    context.now = request_.at;
    context.firing = request_.firing;
    int64_t from_s = 0;
    for (const RuleQuery& other : rule_.data) {
      if (!other.is_expression()) from_s = std::max(from_s, other.from_s);
    }
    context.from = request_.at - from_s * 1000;
    context.to = request_.at;
    ExpressionResult result = TRY(grafana::Evaluate(query.model, context));
    if (query.ref_id == rule_.condition) matches_ = std::move(result.matches);
    return std::move(result.value);
  }

  void Fail(const Error& error, const RuleQuery* query) {
    evaluation_.error = error;
    if (query != nullptr) {
      evaluation_.ref_id = query->ref_id;
      if (evaluation_.datasource_uid.empty()) {
        evaluation_.datasource_uid = query->datasource_uid;
      }
      evaluation_.error = error.With("failed to execute query {}", query->ref_id);
    }
    InstanceOutcome outcome;
    outcome.outcome = Verdict::kError;
    evaluation_.outcomes = {std::move(outcome)};
  }

  void NothingFound() {
    evaluation_.no_data = true;
    for (const RuleQuery& query : rule_.data) {
      if (query.is_expression()) continue;
      if (!evaluation_.ref_id.empty()) evaluation_.ref_id += ",";
      evaluation_.ref_id += query.ref_id;
      if (evaluation_.datasource_uid.empty()) {
        DataSourcePtr source = sources_.resolve(query.datasource_uid);
        evaluation_.datasource_uid = source == nullptr ? query.datasource_uid : source->uid;
      }
    }
    InstanceOutcome outcome;
    outcome.outcome = Verdict::kNoData;
    evaluation_.outcomes = {std::move(outcome)};
  }

  void Decide(const NodeValue& value, const std::string& ref) {
    if (std::get_if<std::vector<TimeSeries>>(&value.data) != nullptr) {
      const auto& series = std::get<std::vector<TimeSeries>>(value.data);
      if (series.empty()) return NothingFound();
      Fail(Error::Invalid("{} gives time series: reduce it to numbers, which alone can be "
                          "a condition",
                          ref),
           nullptr);
      return;
    }
    const auto* numbers = std::get_if<std::vector<Number>>(&value.data);
    bool none = numbers == nullptr || std::ranges::none_of(*numbers, [](const Number& number) {
                  return number.value.has_value();
                });
    if (none) return NothingFound();
    if (numbers->size() > kMaxInstances) {
      Fail(Error::Limit("{} gives {} series, more than {}", ref, numbers->size(), kMaxInstances),
           nullptr);
      return;
    }
    std::set<model::Labels> seen;
    for (const Number& number : *numbers) {
      if (!seen.insert(number.labels).second) {
        Fail(Error::Invalid("{} gives two values with the labels {}", ref,
                            LabelsText(number.labels)),
             nullptr);
        return;
      }
      evaluation_.outcomes.push_back(OutcomeOf(number));
    }
  }

  InstanceOutcome OutcomeOf(const Number& number) {
    InstanceOutcome out;
    out.labels = number.labels;
    out.outcome = !number.value        ? Verdict::kNoData
                  : *number.value != 0 ? Verdict::kBreach
                                       : Verdict::kNormal;
    if (!matches_.empty()) {
      Matches(out);
    } else {
      Values(out);
    }
    return out;
  }

  void Show(InstanceOutcome& out, const std::string& ref, const std::string& metric,
            const model::Labels& labels, std::optional<double> value) {
    if (!out.value_string.empty()) out.value_string += ", ";
    out.value_string += fmt::format("[ var='{}'", ref);
    if (!metric.empty()) out.value_string += fmt::format(" metric='{}'", metric);
    out.value_string += fmt::format(" labels={} value={} ]", LabelsText(labels), ValueText(value));
    if (value) out.values.push_back({ref, labels, *value});
  }

  // What each classic condition saw: B0, B1, …
  void Matches(InstanceOutcome& out) {
    for (size_t i = 0; i < matches_.size(); ++i) {
      const ClassicMatch& match = matches_[i];
      Show(out, fmt::format("{}{}", rule_.condition, i), match.metric, match.labels, match.value);
    }
  }

  // Of every node that gives numbers, the one that belongs to these labels.
  void Values(InstanceOutcome& out) {
    for (const auto& [ref, value] : evaluation_.nodes) {
      const auto* numbers = std::get_if<std::vector<Number>>(&value.data);
      if (numbers == nullptr) continue;
      const Number* best = nullptr;
      for (const Number& number : *numbers) {
        if (number.labels == out.labels) {
          best = &number;
          break;
        }
        bool related = Within(number.labels, out.labels) || Within(out.labels, number.labels);
        if (related && best == nullptr) best = &number;
      }
      if (best != nullptr) Show(out, ref, "", best->labels, best->value);
    }
  }

  const ManagedRule& rule_;
  const EvaluationSources& sources_;
  const EvaluationRequest& request_;
  Evaluation evaluation_;
  std::vector<ClassicMatch> matches_;
};

}  // namespace

bool IsSourceDown(const Error& error) {
  return error.code() == ErrorCode::kIo || error.code() == ErrorCode::kTimeout ||
         error.code() == ErrorCode::kUnavailable;
}

std::string ValueText(std::optional<double> value) {
  return value ? FormatFloatGo(*value) : "null";
}

Evaluation Evaluate(const ManagedRule& rule, const EvaluationSources& sources,
                    const EvaluationRequest& request) {
  Run run(rule, sources, request);
  return run.Finish();
}

}  // namespace watchfire::grafana

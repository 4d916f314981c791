#include "scrape/sample_labels.h"

#include <algorithm>
#include <deque>

#include "base/text.h"

namespace watchfire::scrape {
namespace {

using model::LabelView;

// The rest of upstream's formats cut at fifty bytes.
std::string_view Shown(std::string_view text) {
  return text.substr(0, 50);
}

bool Contains(const std::vector<LabelView>& labels, std::string_view name) {
  return std::any_of(labels.begin(), labels.end(),
                     [name](const LabelView& label) { return label.name == name; });
}

// Scraped labels that clash with target labels move aside; shorter names choose first.
void MoveClashes(std::vector<LabelView> clashes, std::vector<LabelView>& labels,
                 std::deque<std::string>& names) {
  std::stable_sort(clashes.begin(), clashes.end(), [](const LabelView& a, const LabelView& b) {
    return a.name.size() < b.name.size();
  });
  for (const LabelView& clash : clashes) {
    std::string name = "exported_" + std::string(clash.name);
    while (Contains(labels, name)) name.insert(0, "exported_");
    names.push_back(std::move(name));
    labels.push_back({names.back(), clash.value});
  }
}

Result<void> CheckLimits(const SampleRules& rules, const model::Labels& labels) {
  std::string_view metric = Shown(labels.metric_name());
  if (size_t count = labels.Count(); rules.label_limit > 0 && count > rules.label_limit) {
    return Error::Limit("label_limit exceeded (metric: {}, number of labels: {}, limit: {})",
                        metric, count, rules.label_limit);
  }
  if (rules.label_name_length_limit == 0 && rules.label_value_length_limit == 0) return {};
  for (const LabelView& label : labels) {
    if (rules.label_name_length_limit > 0 && label.name.size() > rules.label_name_length_limit) {
      return Error::Limit(
          "label_name_length_limit exceeded (metric: {}, label name: {}, length: {}, limit: {})",
          metric, Shown(label.name), label.name.size(), rules.label_name_length_limit);
    }
    if (rules.label_value_length_limit > 0 && label.value.size() > rules.label_value_length_limit) {
      return Error::Limit(
          "label_value_length_limit exceeded (metric: {}, label name: {}, value: {}, length: {}, "
          "limit: {})",
          metric, Shown(label.name), GoQuote(Shown(label.value)), label.value.size(),
          rules.label_value_length_limit);
    }
  }
  return {};
}

Result<void> CheckNames(const SampleRules& rules, const model::Labels& labels) {
  if (labels.metric_name().empty()) {
    return Error::Invalid("missing metric name (__name__ label)");
  }
  bool valid = model::IsValidMetricName(labels.metric_name(), rules.name_scheme);
  for (const LabelView& label : labels) {
    valid = valid && model::IsValidLabelName(label.name, rules.name_scheme);
  }
  if (!valid) return Error::Invalid("invalid metric name or label names: {}", labels.ToString());
  return {};
}

}  // namespace

SampleRules SampleRules::Of(const config::ScrapeConfig& config) {
  SampleRules rules;
  rules.honor_labels = config.honor_labels;
  rules.honor_timestamps = config.honor_timestamps;
  rules.track_timestamps_staleness = config.track_timestamps_staleness;
  rules.extra_scrape_metrics = config.extra_scrape_metrics.value_or(false);
  rules.metric_relabel_configs = config.metric_relabel_configs;
  rules.name_scheme = config.metric_name_validation_scheme.value_or(model::NameScheme::kUtf8);
  rules.sample_limit = config.sample_limit;
  rules.label_limit = config.label_limit;
  rules.label_name_length_limit = config.label_name_length_limit;
  rules.label_value_length_limit = config.label_value_length_limit;
  return rules;
}

Result<model::Labels> MakeSampleLabels(const SampleRules& rules, const model::Labels& target_labels,
                                       const exposition::SeriesLabelsView& scraped) {
  std::vector<LabelView> labels;
  std::vector<LabelView> clashes;
  labels.reserve(scraped.labels.size() + 8);
  for (const LabelView& label : scraped.labels) {
    if (Contains(labels, label.name) || Contains(clashes, label.name)) {
      return Error::Invalid("label name {} is not unique: invalid sample", GoQuote(label.name));
    }
    if (label.value.empty()) continue;  // The same as no such label.
    bool clash = !rules.honor_labels && target_labels.Has(label.name);
    (clash ? clashes : labels).push_back(label);
  }
  for (const LabelView& label : target_labels) {
    if (!rules.honor_labels || !Contains(labels, label.name)) labels.push_back(label);
  }
  std::deque<std::string> names;
  if (!clashes.empty()) MoveClashes(std::move(clashes), labels, names);
  model::Labels out = model::Labels::FromPairs(std::move(labels));

  if (!rules.metric_relabel_configs.empty()) {
    model::LabelsBuilder builder(out);
    if (!model::Relabel(rules.metric_relabel_configs, builder)) return model::Labels();
    out = builder.Build();
    if (out.empty()) return out;
  }
  TRY(CheckNames(rules, out));
  TRY(CheckLimits(rules, out));
  return out;
}

}  // namespace watchfire::scrape

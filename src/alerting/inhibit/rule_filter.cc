#include "alerting/inhibit/rule_filter.h"

#include <algorithm>

namespace watchfire::alerting {
namespace {

using amconfig::Matcher;
using amconfig::MatchType;

// The values of which the label must have one; empty if other values, or none, would do.
std::vector<std::string> DemandedValues(const Matcher& matcher) {
  if (!matcher.is_equal() || matcher.Matches("")) return {};
  if (matcher.type() == MatchType::kEqual) return {matcher.value()};
  return matcher.regex()->set_matches();
}

}  // namespace

void RuleFilter::Add(uint32_t rule, const amconfig::Matchers& matchers) {
  const Matcher* best = nullptr;
  std::vector<std::string> best_values;
  size_t best_cost = SIZE_MAX;
  for (const Matcher& matcher : matchers) {
    std::vector<std::string> values = DemandedValues(matcher);
    if (values.empty()) continue;
    size_t cost = 0;
    StringMap<Rules>& known = by_label_[matcher.name()];
    for (const std::string& value : values) {
      auto rules = known.find(value);
      if (rules != known.end()) cost = std::max(cost, rules->second.size());
    }
    if (cost >= best_cost) continue;
    best = &matcher;
    best_values = std::move(values);
    best_cost = cost;
  }
  if (best == nullptr) {
    rest_.push_back(rule);
    return;
  }
  for (const std::string& value : best_values) by_label_[best->name()][value].push_back(rule);
}

void RuleFilter::Find(const model::Labels& labels, std::vector<uint32_t>* out) const {
  out->assign(rest_.begin(), rest_.end());
  for (const model::LabelView& label : labels) {
    auto values = by_label_.find(label.name);
    if (values == by_label_.end()) continue;
    auto rules = values->second.find(label.value);
    if (rules == values->second.end()) continue;
    out->insert(out->end(), rules->second.begin(), rules->second.end());
  }
  std::sort(out->begin(), out->end());
}

}  // namespace watchfire::alerting

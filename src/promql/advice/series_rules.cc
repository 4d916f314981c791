// Names and values that do not exist, with the nearest that do.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "promql/advice/context.h"
#include "promql/advice/nearest.h"

namespace watchfire::advice {
namespace {

using model::Matcher;
using model::MatchType;

constexpr size_t kMentioned = 3;

// Where a selector that matches nothing is what the author reckons with.
enum class Standing : uint8_t { kNeeded, kAlternative, kAbsenceTested };

Standing StandingOf(const Place& place) {
  for (const Place* at = &place; at->parent != nullptr; at = at->parent) {
    const Expr& up = *at->parent->node;
    if (FunctionOf(up).starts_with("absent")) return Standing::kAbsenceTested;
    if (up.kind != ExprKind::kBinary) continue;
    const auto& node = up.As<BinaryExpr>();
    if (node.op == BinaryOp::kOr) return Standing::kAlternative;
    bool excluded = node.op == BinaryOp::kUnless && at->node == node.rhs.get();
    if (excluded) return Standing::kAlternative;
  }
  return Standing::kNeeded;
}

bool LooksBack(const VectorSelector& selector) {
  const promql::Modifiers& modifiers = selector.modifiers;
  return modifiers.at || modifiers.at_edge != promql::AtEdge::kNone ||
         modifiers.offset_expr != nullptr || modifiers.offset_ms != 0;
}

std::string Mention(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

// "; the nearest is x" or "; near are x, y"; or nothing.
std::string Near(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  return (names.size() == 1 ? "; the nearest is " : "; near are ") + Mention(names);
}

struct Selected {
  const VectorSelector& selector;
  std::string metric;
  Severity severity;
  model::Matchers by_name;  // the matchers of the name alone
};

// ---- the metric

// The name before the braces, or the matcher that asks for it.
PosRange NamePosition(const Context& context, const VectorSelector& selector) {
  PosRange whole = context.source.Selector(selector);
  if (!selector.name.empty()) {
    return {whole.start, whole.start + static_cast<uint32_t>(selector.name.size())};
  }
  for (size_t i = 0; i < selector.matchers.size(); ++i) {
    bool name = selector.matchers[i].name() == model::kMetricName;
    if (name) return context.source.MatcherText(selector, i);
  }
  return whole;
}

// Another name as it must be written there; "" if it cannot be.
std::string NameText(const Context& context, const VectorSelector& selector, PosRange position,
                     const std::string& name) {
  if (selector.name.empty()) {
    bool quoted_name = context.source.Text(position).find('=') == std::string_view::npos;
    return quoted_name ? GoQuote(name) : "__name__=" + GoQuote(name);
  }
  if (model::IsLegacyMetricName(name)) return name;
  bool alone = context.source.Selector(selector).end == position.end;
  return alone ? "{" + GoQuote(name) + "}" : "";
}

void AdviseUnknownMetric(Context& context, const Selected& it) {
  std::vector<std::string> near;
  if (Catalog::Names names = context.catalog->MetricNames()) {
    near = NearestNames(it.metric, *names, kMentioned);
  }
  PosRange position = NamePosition(context, it.selector);
  Edits edits;
  if (!near.empty()) {
    std::string text = NameText(context, it.selector, position, near[0]);
    if (!text.empty()) edits = {{position.start, position.end, std::move(text)}};
  }
  context.Add("unknown-metric", it.severity, position,
              fmt::format("there is no metric {}{}", it.metric, Near(near)),
              "No series of that name was seen lately, so this part of the query is empty.",
              near.empty() ? "" : fmt::format("use {}", near[0]), std::move(edits));
}

// ---- a label of a matcher

// A name in an edit; quoted where it must be.
std::string LabelText(const std::string& label) {
  return model::IsLegacyLabelName(label) ? label : GoQuote(label);
}

std::string MatcherText(const std::string& label, MatchType type, const std::string& value) {
  return LabelText(label) + std::string(model::MatchTypeText(type)) + GoQuote(value);
}

void AdviseUnknownLabel(Context& context, const Selected& it, size_t index) {
  const Matcher& matcher = it.selector.matchers[index];
  PosRange position = context.source.MatcherText(it.selector, index);
  std::vector<std::string> near;
  if (Catalog::Names names = context.catalog->LabelNames(it.by_name)) {
    std::erase(*names, std::string(model::kMetricName));
    near = NearestNames(matcher.name(), *names, 1);
    if (near.empty() && names->size() <= 2 * kMentioned) near = *names;
  }
  Edits edits;
  bool certain = near.size() == 1;
  if (certain) {
    std::string text = MatcherText(near[0], matcher.type(), matcher.value());
    edits = {{position.start, position.end, std::move(text)}};
  }
  bool empties = !matcher.MatchesEmpty();
  std::string list = near.empty() ? "" : certain ? Near(near) : "; it has " + Mention(near);
  context.Add("unknown-label", empties ? it.severity : Severity::kInfo, position,
              fmt::format("no series of {} has a label {}{}",
                          it.metric.empty() ? "this selector" : it.metric, matcher.name(), list),
              empties ? "A label that a series lacks has the empty value, which this matcher does "
                        "not match, so the selector is empty."
                      : "A label that a series lacks has the empty value, which this matcher "
                        "matches, so it has no effect.",
              certain ? fmt::format("use {}", near[0]) : "", std::move(edits));
}

// ---- a value of a matcher

bool LooksLikeRegex(std::string_view value) {
  for (std::string_view sign : {".*", ".+", "|", "[0-9]", "\\d", "(", "^"}) {
    if (value.find(sign) != std::string_view::npos) return true;
  }
  // `5..`: dots where digits were meant.
  return value.size() == 3 && value.ends_with("..");
}

// The same pattern as a regex matcher, if it would match any of the values.
bool MatchesAsRegex(const Matcher& matcher, const std::vector<std::string>& values) {
  Result<Matcher> regex = Matcher::Make(MatchType::kRegex, matcher.name(), matcher.value());
  return regex.ok() && std::ranges::any_of(
                           values, [&](const std::string& value) { return regex->Matches(value); });
}

void AdviseEqualityWithRegex(Context& context, const Selected& it, size_t index, bool certain) {
  const Matcher& matcher = it.selector.matchers[index];
  PosRange position = context.source.MatcherText(it.selector, index);
  MatchType better = matcher.type() == MatchType::kEqual ? MatchType::kRegex : MatchType::kNotRegex;
  context.Add(
      "equality-with-regex", certain ? it.severity : Severity::kInfo, position,
      fmt::format("{} compares with the text {} as it stands{}",
                  model::MatchTypeText(matcher.type()), GoQuote(matcher.value()),
                  certain ? "" : ", which looks like a regular expression (a guess)"),
      fmt::format("Regular expressions are matched by {}.", model::MatchTypeText(better)),
      fmt::format("match with {}", model::MatchTypeText(better)),
      {{position.start, position.end, MatcherText(matcher.name(), better, matcher.value())}});
}

// The part of a regex that is nearest to what there is, replaced; "" if that is not clear.
std::string NearestPattern(const Matcher& matcher, const std::vector<std::string>& values,
                           std::vector<std::string>* near) {
  const std::vector<std::string>& literals = matcher.regex()->set_matches();
  if (literals.empty()) {
    // `prod.*` where there is `production`: too open to guess.
    return "";
  }
  std::string pattern;
  for (const std::string& literal : literals) {
    std::vector<std::string> nearest = NearestNames(literal, values, 1);
    if (nearest.empty()) return "";
    near->push_back(nearest[0]);
    pattern += (pattern.empty() ? "" : "|") + nearest[0];
  }
  return pattern;
}

void AdviseUnknownValue(Context& context, const Selected& it, size_t index,
                        const std::vector<std::string>& values) {
  const Matcher& matcher = it.selector.matchers[index];
  if (matcher.type() == MatchType::kEqual && LooksLikeRegex(matcher.value()) &&
      MatchesAsRegex(matcher, values)) {
    return AdviseEqualityWithRegex(context, it, index, true);
  }
  PosRange position = context.source.MatcherText(it.selector, index);
  bool regex = matcher.type() == MatchType::kRegex;
  std::vector<std::string> near;
  std::string better;
  if (regex) {
    better = NearestPattern(matcher, values, &near);
  } else {
    near = NearestNames(matcher.value(), values, kMentioned);
    if (!near.empty()) better = near[0];
  }
  if (near.empty() && values.size() <= 2 * kMentioned) near = values;
  Edits edits;
  if (!better.empty()) {
    edits = {{position.start, position.end, MatcherText(matcher.name(), matcher.type(), better)}};
  }
  std::string metric = it.metric.empty() ? "this selector" : it.metric;
  std::string list = better.empty() && !near.empty() ? "; there are " + Mention(near) : Near(near);
  context.Add(
      regex ? "regex-matches-nothing" : "unknown-label-value", it.severity, position,
      regex ? fmt::format("{} matches no value of {} in {}{}", GoQuote(matcher.value()),
                          matcher.name(), metric, list)
            : fmt::format("the label {} of {} never has the value {}{}", matcher.name(), metric,
                          GoQuote(matcher.value()), list),
      regex ? "A regular expression must match the whole value; no series seen lately has one that "
              "this one matches, so the selector is empty."
            : "No series seen lately has that value, so the selector is empty.",
      better.empty() ? "" : fmt::format("use {}", better), std::move(edits));
}

// False if it told of something.
bool CheckMatcher(Context& context, const Selected& it, size_t index) {
  const Matcher& matcher = it.selector.matchers[index];
  if (matcher.name() == model::kMetricName || matcher.name().starts_with("__")) return true;
  Matcher has = Matcher::Make(MatchType::kNotEqual, matcher.name(), "").value();
  model::Matchers with = it.by_name;
  with.push_back(has);
  bool needs_value = !matcher.MatchesEmpty();
  std::optional<bool> exists = context.catalog->Exists(with);
  if (!exists) return true;
  if (!*exists) {
    // `x!="…"` of a label that is not there does no harm; only a slip of the pen is worth a word.
    Catalog::Names names = context.catalog->LabelNames(it.by_name);
    bool slip = names && !NearestNames(matcher.name(), *names, 1).empty();
    if (needs_value || slip) AdviseUnknownLabel(context, it, index);
    return !needs_value;
  }
  if (!needs_value) return true;
  with.back() = matcher;
  if (context.catalog->Exists(with).value_or(true)) return true;
  with.back() = has;
  Catalog::Names values = context.catalog->LabelValues(matcher.name(), it.by_name);
  if (!values) values.emplace();
  AdviseUnknownValue(context, it, index, *values);
  return false;
}

void CheckTogether(Context& context, const Selected& it) {
  if (it.selector.matchers.size() < 3) return;
  if (context.catalog->Exists(it.selector.matchers).value_or(true)) return;
  context.Add("matchers-exclude-each-other", it.severity, context.source.Selector(it.selector),
              "each matcher alone matches series, all together match none",
              "A series must satisfy every matcher of a selector; no series seen lately does.");
}

// ---- what needs no catalog

bool CheckTexts(Context& context, const VectorSelector& selector) {
  bool sound = true;
  for (size_t i = 0; i < selector.matchers.size(); ++i) {
    const Matcher& matcher = selector.matchers[i];
    if (HoldsTemplate(matcher.value())) {
      sound = false;
      context.Add("dashboard-variable", Severity::kInfo, context.source.MatcherText(selector, i),
                  fmt::format("{} holds a variable of a dashboard that was not filled in",
                              GoQuote(matcher.value())),
                  "Grafana replaces $name, ${name} and [[name]] before it sends a query. Here the "
                  "text is compared as it stands.");
      continue;
    }
    bool equal = matcher.type() == MatchType::kEqual || matcher.type() == MatchType::kNotEqual;
    bool guess = context.catalog == nullptr && equal && matcher.name() != model::kMetricName;
    bool open = matcher.value().find(".*") != std::string::npos ||
                matcher.value().find(".+") != std::string::npos ||
                (matcher.value().size() == 3 && matcher.value().ends_with(".."));
    if (guess && open) {
      Selected it = {selector, "", Severity::kInfo, {}};
      AdviseEqualityWithRegex(context, it, i, false);
    }
  }
  return sound;
}

// A histogram's name without _bucket below histogram_quantile(): CheckQuantile says what it needs.
bool IsToldOfBuckets(const Context& context, const Place& place, const std::string& metric) {
  model::Matchers buckets = {Matcher::Equal(std::string(model::kMetricName), metric + "_bucket")};
  for (const Place* at = &place; at != nullptr; at = at->parent) {
    if (FunctionOf(*at->node).starts_with("histogram_")) {
      return context.catalog->Exists(buckets).value_or(false);
    }
  }
  return false;
}

}  // namespace

void CheckSelector(Context& context, const Place& place) {
  if (place.node->kind != ExprKind::kVectorSelector) return;
  const auto& selector = place.node->As<VectorSelector>();
  if (place.parent != nullptr && FunctionOf(*place.parent->node) == "info" &&
      place.parent->node->As<Call>().args[0].get() != place.node) {
    return;  // filters labels, selects no series
  }
  if (!CheckTexts(context, selector) || context.catalog == nullptr || LooksBack(selector)) return;
  Standing standing = StandingOf(place);
  if (standing == Standing::kAbsenceTested) return;
  Selected it = {selector,
                 std::string(MetricOf(selector)),
                 standing == Standing::kNeeded ? Severity::kWarning : Severity::kInfo,
                 {}};
  for (const Matcher& matcher : selector.matchers) {
    if (matcher.name() == model::kMetricName) it.by_name.push_back(matcher);
  }
  if (!it.by_name.empty()) {
    std::optional<bool> exists = context.catalog->Exists(it.by_name);
    if (!exists) return;
    if (!*exists) {
      bool told = it.metric.empty() || IsToldOfBuckets(context, place, it.metric);
      if (!told) AdviseUnknownMetric(context, it);
      return;
    }
  }
  bool fine = true;
  for (size_t i = 0; i < selector.matchers.size(); ++i) {
    fine = CheckMatcher(context, it, i) && fine;
  }
  if (fine) CheckTogether(context, it);
}

// Labels that an aggregation groups by and that no series below it has.
void CheckGrouping(Context& context, const Place& place) {
  if (place.node->kind != ExprKind::kAggregate || context.catalog == nullptr) return;
  const auto& node = place.node->As<AggregateExpr>();
  const Expr* below = &Inner(*node.expr);
  if (below->kind == ExprKind::kCall) {
    const auto& call = below->As<Call>();
    if (call.function->name.starts_with("label_") || call.function->name == "info") return;
    const Expr* range = ArgumentOf(call, ValueType::kMatrix);
    if (range == nullptr) return;
    below = &Inner(*range);
  }
  const VectorSelector* selector = SelectorOf(*below);
  if (selector == nullptr || node.grouping.empty() || LooksBack(*selector)) return;
  for (const Matcher& matcher : selector->matchers) {
    if (HoldsTemplate(matcher.value())) return;
  }
  Catalog::Names names = context.catalog->LabelNames(selector->matchers);
  if (!names || names->empty()) return;
  for (const std::string& label : node.grouping) {
    if (std::ranges::binary_search(*names, label) || label == model::kMetricName) continue;
    std::vector<std::string> near = NearestNames(label, *names, 1);
    std::vector<std::string> labels = node.grouping;
    if (!near.empty()) std::ranges::replace(labels, label, near[0]);
    PosRange grouping = context.source.Grouping(node);
    Edits edits;
    if (!near.empty()) {
      edits = {
          {grouping.start, grouping.end, (node.without ? "without " : "by ") + LabelList(labels)}};
    }
    context.Add("unknown-grouping-label", Severity::kInfo, grouping,
                fmt::format("no series below has a label {}{}", label, Near(near)),
                node.without ? "There is nothing to leave out, so it has no effect."
                             : "Every series falls into the group without it, so grouping by it "
                               "has no effect.",
                near.empty() ? "" : fmt::format("use {}", near[0]), std::move(edits));
  }
}

}  // namespace watchfire::advice

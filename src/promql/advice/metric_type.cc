#include "promql/advice/metric_type.h"

namespace watchfire::advice {
namespace {

using model::MetricType;

// The kind of the series called `suffix` of a family of that type; the family's own name has none.
NumberKind KindOfPart(MetricType type, std::string_view suffix) {
  if (suffix == "_created") return NumberKind::kGauge;
  switch (type) {
    case MetricType::kCounter:
      return NumberKind::kCounter;
    case MetricType::kGauge:
    case MetricType::kStateset:
    case MetricType::kInfo:
    case MetricType::kGaugeHistogram:
      return NumberKind::kGauge;
    case MetricType::kHistogram:
      return suffix.empty() ? NumberKind::kNative : NumberKind::kCounter;
    case MetricType::kSummary:
      return suffix.empty() ? NumberKind::kQuantile : NumberKind::kCounter;
    case MetricType::kUnknown:
      return NumberKind::kUnknown;
  }
  return NumberKind::kUnknown;
}

bool Fits(MetricType type, std::string_view suffix) {
  switch (type) {
    case MetricType::kCounter:
      return suffix.empty() || suffix == "_total" || suffix == "_created";
    case MetricType::kHistogram:
      return suffix.empty() || suffix == "_bucket" || suffix == "_count" || suffix == "_sum" ||
             suffix == "_created";
    case MetricType::kSummary:
      return suffix.empty() || suffix == "_count" || suffix == "_sum" || suffix == "_created";
    case MetricType::kGaugeHistogram:
      return suffix.empty() || suffix == "_bucket" || suffix == "_gcount" || suffix == "_gsum";
    case MetricType::kInfo:
      return suffix.empty() || suffix == "_info";
    default:
      return suffix.empty();
  }
}

std::optional<NumberKind> Told(Catalog& catalog, std::string_view name) {
  for (std::string_view suffix :
       {"", "_total", "_bucket", "_count", "_sum", "_created", "_gcount", "_gsum", "_info"}) {
    if (!name.ends_with(suffix) || name.size() <= suffix.size()) continue;
    std::string family(name.substr(0, name.size() - suffix.size()));
    std::optional<MetricType> type = catalog.FamilyType(family);
    if (!type || *type == MetricType::kUnknown || !Fits(*type, suffix)) continue;
    return KindOfPart(*type, suffix);
  }
  return std::nullopt;
}

NumberKind Guess(std::string_view name) {
  if (name.ends_with("_total") || name.ends_with("_bucket")) return NumberKind::kCounter;
  for (std::string_view suffix : {"_info", "_created", "_timestamp_seconds", "_ratio", "_celsius",
                                  "_percent", "_start_time_seconds"}) {
    if (name.ends_with(suffix)) return NumberKind::kGauge;
  }
  return name == "up" ? NumberKind::kGauge : NumberKind::kUnknown;
}

}  // namespace

MetricKind KindOf(const Context& context, const VectorSelector& selector) {
  std::string_view name = MetricOf(selector);
  // What rules recorded has no page that tells of it, and names that say what was done to it.
  if (name.empty() || name.find(':') != std::string_view::npos) return {};
  if (HoldsTemplate(name)) return {};
  if (context.catalog != nullptr) {
    if (std::optional<NumberKind> told = Told(*context.catalog, name)) return {*told, false};
    // A name that does not exist is wrong by itself; nothing more is said of it.
    model::Matchers named = {
        model::Matcher::Equal(std::string(model::kMetricName), std::string(name))};
    if (!context.catalog->Exists(named).value_or(true)) return {};
  }
  return {Guess(name), true};
}

std::string_view IsA(const MetricKind& kind) {
  bool counter = kind.kind == NumberKind::kCounter;
  if (!kind.guess) {
    return kind.kind == NumberKind::kQuantile ? "is a quantile of a summary"
           : counter                          ? "is a counter"
                                              : "is a gauge";
  }
  return counter ? "looks like a counter by its name (a guess: its type is not known here)"
                 : "looks like a gauge by its name (a guess: its type is not known here)";
}

}  // namespace watchfire::advice

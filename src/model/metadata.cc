#include "model/metadata.h"

namespace watchfire::model {

std::string_view MetricTypeName(MetricType type) {
  switch (type) {
    case MetricType::kUnknown:
      return "unknown";
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
    case MetricType::kGaugeHistogram:
      return "gaugehistogram";
    case MetricType::kSummary:
      return "summary";
    case MetricType::kInfo:
      return "info";
    case MetricType::kStateset:
      return "stateset";
  }
  return "unknown";
}

std::optional<MetricType> ParseMetricType(std::string_view name) {
  if (name == "untyped") return MetricType::kUnknown;
  for (auto code = MetricType::kUnknown; code <= MetricType::kStateset;
       code = static_cast<MetricType>(static_cast<uint8_t>(code) + 1)) {
    if (MetricTypeName(code) == name) return code;
  }
  return std::nullopt;
}

}  // namespace watchfire::model

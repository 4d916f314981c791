#pragma once
// What a metric page says of a family: its type, unit and help text.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchfire::model {

enum class MetricType : uint8_t {
  kUnknown,
  kCounter,
  kGauge,
  kHistogram,
  kGaugeHistogram,
  kSummary,
  kInfo,
  kStateset,
};

// "unknown", "counter", …, as the API writes them.
std::string_view MetricTypeName(MetricType type);
// The type of that name; `untyped` is unknown.
std::optional<MetricType> ParseMetricType(std::string_view name);

struct Metadata {
  MetricType type = MetricType::kUnknown;
  std::string unit;
  std::string help;
  bool operator==(const Metadata&) const = default;
};

}  // namespace watchfire::model

#pragma once
// The messages inside a series of a remote write request that not every sample passes through,
// read with the protobuf library: labels, exemplars, metadata and native histograms. Field numbers
// are those of the remote write specifications 1.0 and 2.0. Pure functions; damaged bytes are
// kCorrupt.

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/metadata.h"

namespace watchfire::remote {

Result<model::LabelView> ReadLabelMessage(std::string_view bytes);
// Packed numbers.
Result<std::vector<uint32_t>> ReadReferences(std::string_view bytes);

struct ExemplarMessage {
  std::vector<model::LabelView> labels;  // v1
  std::vector<uint32_t> references;      // v2
  double value = 0;
  TimeMs t = 0;
};
Result<ExemplarMessage> ReadExemplarMessage(std::string_view bytes, bool v1);

struct MetadataMessage {
  model::MetricType type = model::MetricType::kUnknown;
  uint32_t help = 0;  // references
  uint32_t unit = 0;
};
Result<MetadataMessage> ReadMetadataMessage(std::string_view bytes);

// The same message in both protocols. What it means is not checked.
struct HistogramMessage {
  TimeMs t = 0;
  std::variant<model::Histogram, model::FloatHistogram> histogram;
};
Result<HistogramMessage> ReadHistogramMessage(std::string_view bytes);

}  // namespace watchfire::remote

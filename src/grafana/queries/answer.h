#pragma once
// What a data source answered, in columns, wherever it came from: this process' engine or another
// server. Internal to this room; plain values.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "model/labels.h"

namespace watchfire::grafana {

// One bucket of a native histogram. `layout` tells which bounds belong to it: 0 = (lower, upper],
// 1 = [lower, upper), 2 = neither, 3 = both.
struct HistogramCell {
  TimeMs t = 0;
  double lower = 0;
  double upper = 0;
  double count = 0;
  int8_t layout = 0;
};

struct AnswerSeries {
  model::Labels labels;
  std::vector<TimeMs> t;
  std::vector<double> v;
  std::vector<HistogramCell> cells;
};

enum class AnswerKind : uint8_t { kMatrix, kVector, kScalar, kString };

struct Answer {
  AnswerKind kind = AnswerKind::kVector;
  std::vector<AnswerSeries> series;  // a scalar is one without labels
  TimeMs text_time = 0;              // of kString
  std::string text;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
  std::shared_ptr<void> lease;  // the engine's account of this memory
};

struct Failure {
  int status = 500;
  std::string message;  // "bad_data: …"
  bool downstream = true;
  bool cancelled = false;
};

using Outcome = std::variant<Answer, Failure>;

}  // namespace watchfire::grafana

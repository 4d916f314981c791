#pragma once
// An exemplar: one observation behind a sample, with labels of its own (a trace id, usually).

#include "base/clock.h"
#include "model/labels.h"

namespace watchfire::model {

struct Exemplar {
  Labels labels;
  double value = 0;
  TimeMs t = 0;
  bool has_t = false;
};

}  // namespace watchfire::model

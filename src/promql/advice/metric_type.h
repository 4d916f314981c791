#pragma once
// What kind of numbers a selector gives: by the type that metric pages tell of its family, else by
// the suffix of its name, which is then a guess. Internal to this room; asks the Catalog once.

#include "promql/advice/context.h"

namespace watchfire::advice {

enum class NumberKind : uint8_t {
  kUnknown,
  kCounter,   // goes up, falls to zero at a restart
  kGauge,     // goes up and down
  kNative,    // a native histogram
  kQuantile,  // of a summary
};

struct MetricKind {
  NumberKind kind = NumberKind::kUnknown;
  bool guess = false;
};

MetricKind KindOf(const Context& context, const VectorSelector& selector);

// "is a counter" or "looks like a counter (by its name; no metric page tells its type)".
std::string_view IsA(const MetricKind& kind);

}  // namespace watchfire::advice

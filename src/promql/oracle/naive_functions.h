#pragma once
// What single numbers and windows come to, each function in the most obvious way, straight from the
// documented semantics of Prometheus 3. Written without a look at the engine's kernels and sharing
// nothing with them; slow where obvious is slow. Pure functions.

#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/sample.h"
#include "promql/parser/ast.h"

namespace watchfire::promql::naive {

// Go's math.Max and math.Min.
double Max(double a, double b);
double Min(double a, double b);

double Sum(const std::vector<double>& values);
double Mean(const std::vector<double>& values);
double Quantile(double q, std::vector<double> values);
// Of an aggregation; the other over time.
double Variance(const std::vector<double>& values);

// Nothing if there is no such function.
std::optional<double> Math(std::string_view function, double v);
// Nothing also where no calendar reaches. What is no time at all (NaN, more seconds than an int64
// has) is the second after the last one: 292277026596-12-04 15:30:08, as Go has it.
std::optional<double> DatePart(std::string_view function, double v);

double Calculate(BinaryOp op, double a, double b);
bool Holds(BinaryOp op, double a, double b);

// The samples of a window (from, to] for the step at time `at`; not empty.
struct Window {
  std::vector<model::Sample> samples;
  TimeMs from = 0;
  TimeMs to = 0;
  TimeMs at = 0;
};
// Nothing if the window gives no value. `scalars` are the other arguments.
std::optional<double> OfWindow(std::string_view function, const Window& window,
                               const std::vector<double>& scalars);

// Cumulative counts of a classic histogram.
struct Bucket {
  double upper = 0;
  double count = 0;
};
double BucketQuantile(double q, std::vector<Bucket> buckets);
double BucketFraction(double lower, double upper, std::vector<Bucket> buckets);

}  // namespace watchfire::promql::naive

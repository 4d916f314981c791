// Lines through windows: deriv, predict_linear and double exponential smoothing.

#include <cmath>

#include "promql/kernels/numerics.h"
#include "promql/kernels/range_kernel.h"

namespace watchfire::promql {
namespace {

struct Line {
  double slope = 0;
  double intercept = 0;
};

// Least squares; x in seconds relative to `origin`.
Line Regress(const TimeMs* t, const double* v, size_t n, TimeMs origin) {
  KahanSum x_sum;
  KahanSum y_sum;
  KahanSum xy_sum;
  KahanSum xx_sum;
  bool constant = true;
  for (size_t i = 0; i < n; ++i) {
    constant = constant && v[i] == v[0];
    double x = ToSeconds(t[i] - origin);
    x_sum.Add(x);
    y_sum.Add(v[i]);
    xy_sum.Add(x * v[i]);
    xx_sum.Add(x * x);
  }
  if (constant) {
    if (std::isinf(v[0])) return {model::kNormalNan, model::kNormalNan};
    return {0, v[0]};
  }
  auto count = static_cast<double>(n);
  double x = x_sum.sum + x_sum.c;
  double y = y_sum.sum + y_sum.c;
  double covariance = xy_sum.sum + xy_sum.c - x * y / count;
  double variance = xx_sum.sum + xx_sum.c - x * x / count;
  double slope = covariance / variance;
  return {slope, y / count - slope * x / count};
}

class Deriv final : public RangeKernel {
 public:
  void Run(const RangeInput& in, double* out) override {
    Pace* pace = in.LongPace();
    for (size_t i = 0; i < in.count(); ++i) {
      size_t lo = in.windows->lo[i];
      size_t n = in.windows->hi[i] - lo;
      if (pace != nullptr) pace->Spend(n);
      out[i] = n < 2 ? kAbsent : Regress(in.t + lo, in.v + lo, n, in.t[lo]).slope;
    }
  }
};

class PredictLinear final : public RangeKernel {
 public:
  void Run(const RangeInput& in, double* out) override {
    Pace* pace = in.LongPace();
    for (size_t i = 0; i < in.count(); ++i) {
      size_t lo = in.windows->lo[i];
      size_t n = in.windows->hi[i] - lo;
      if (pace != nullptr) pace->Spend(n);
      out[i] = kAbsent;
      if (n < 2) continue;
      Line line = Regress(in.t + lo, in.v + lo, n, in.steps->at(i));
      out[i] = line.slope * in.scalars->front()[i] + line.intercept;
    }
  }
};

class DoubleExponentialSmoothing final : public RangeKernel {
 public:
  void Run(const RangeInput& in, double* out) override {
    Pace* pace = in.LongPace();
    for (size_t i = 0; i < in.count(); ++i) {
      double smoothing = (*in.scalars)[0][i];
      double trend = (*in.scalars)[1][i];
      size_t lo = in.windows->lo[i];
      size_t n = in.windows->hi[i] - lo;
      if (pace != nullptr) pace->Spend(n);
      out[i] = n < 2 ? kAbsent : Smooth(in.v + lo, n, smoothing, trend);
    }
  }

 private:
  static double Smooth(const double* v, size_t n, double sf, double tf) {
    double before = 0;
    double now = v[0];
    double b = v[1] - v[0];
    for (size_t i = 1; i < n; ++i) {
      if (i > 1) b = tf * (now - before) + (1 - tf) * b;
      double next = sf * v[i] + (1 - sf) * (now + b);
      before = now;
      now = next;
    }
    return now;
  }
};

}  // namespace

RangeKernelPtr MakeTrendKernel(std::string_view name) {
  if (name == "deriv") return std::make_unique<Deriv>();
  if (name == "predict_linear") return std::make_unique<PredictLinear>();
  if (name == "double_exponential_smoothing") {
    return std::make_unique<DoubleExponentialSmoothing>();
  }
  return nullptr;
}

}  // namespace watchfire::promql

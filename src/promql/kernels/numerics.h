#pragma once
// Sums and quantiles as Prometheus defines them, to the bit where the order of additions is the
// same. A KahanSum is Neumaier's compensated sum whose compensation is forgotten when the sum
// becomes infinite. Pure functions; the compiler may not fuse the additions (no -ffast-math).

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "model/sample.h"

namespace watchfire::promql {

struct KahanSum {
  double sum = 0;
  double c = 0;

  void Add(double x) {
    double t = sum + x;
    if (std::isinf(t)) {
      c = 0;
    } else if (std::fabs(sum) >= std::fabs(x)) {
      c += (sum - t) + x;
    } else {
      c += (x - t) + sum;
    }
    sum = t;
  }
  double value() const { return std::isinf(sum) ? sum : sum + c; }
};

// The running mean of avg and avg_over_time: a sum as long as it does not overflow, then an
// incremental mean.
struct KahanMean {
  KahanSum sum;
  double count = 0;
  bool incremental = false;

  void Add(double x) {
    ++count;
    if (count == 1) {
      sum.sum = x;
      return;
    }
    if (!incremental) {
      KahanSum next = sum;
      next.Add(x);
      if (!std::isinf(next.sum)) {
        sum = next;
        return;
      }
      incremental = true;
      sum.sum /= count - 1;
      sum.c /= count - 1;
    }
    double q = (count - 1) / count;
    sum.sum *= q;
    sum.c *= q;
    sum.Add(x / count);
  }
  // As if the other's values had been added here.
  void Merge(const KahanMean& other) {
    if (other.count == 0) return;
    double all = count + other.count;
    if (!incremental && !other.incremental) {
      KahanSum next = sum;
      next.Add(other.sum.sum);
      if (!std::isinf(next.sum)) {
        next.c += other.sum.c;
        sum = next;
        count = all;
        return;
      }
    }
    double merged = value() * (count / all) + other.value() * (other.count / all);
    *this = {{merged, 0}, all, true};
  }
  double value() const { return incremental ? sum.sum + sum.c : sum.sum / count + sum.c / count; }
};

inline bool NanFirst(double a, double b) {
  return std::isnan(a) ? !std::isnan(b) : a < b;
}

// Linear interpolation between the two nearest ranks of values in order (NaN first).
inline double QuantileOfSorted(double q, const double* values, size_t n) {
  if (n == 0 || std::isnan(q)) return model::kNormalNan;
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  double rank = q * static_cast<double>(n - 1);
  double floor = std::floor(rank);
  auto lower = static_cast<size_t>(std::max(0.0, floor));
  size_t upper = std::min(n - 1, lower + 1);
  double weight = rank - floor;
  return values[lower] * (1 - weight) + values[upper] * weight;
}

// The same; sorts `values`.
inline double Quantile(double q, double* values, size_t n) {
  if (q >= 0 && q <= 1) std::sort(values, values + n, NanFirst);
  return QuantileOfSorted(q, values, n);
}

}  // namespace watchfire::promql

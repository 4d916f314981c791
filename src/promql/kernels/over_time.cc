// Aggregations over time, changes and resets. Short windows are folded one by one, in upstream's
// order; where windows overlap so much that this would cost more than a few passes over the
// samples, sums and extremes slide: each sample is looked at a constant number of times.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/vector_clones.h"
#include "promql/kernels/numerics.h"
#include "promql/kernels/range_kernel.h"

namespace watchfire::promql {
namespace {

bool WorthSliding(const RangeInput& in) {
  return in.windows->total > 16 * (in.size + in.count());
}

// `fold(v, t, n, step)` for each window that is not empty.
template <typename Fold>
class FoldKernel final : public RangeKernel {
 public:
  explicit FoldKernel(Fold fold) : fold_(std::move(fold)) {}
  void Run(const RangeInput& in, double* out) override {
    Pace* pace = in.LongPace();
    for (size_t i = 0; i < in.count(); ++i) {
      size_t lo = in.windows->lo[i];
      size_t n = in.windows->hi[i] - lo;
      if (pace != nullptr) pace->Spend(n);
      out[i] = n == 0 ? kAbsent : fold_(in, lo, n, i);
    }
  }

 private:
  Fold fold_;
};

template <typename Fold>
RangeKernelPtr MakeFold(Fold fold) {
  return std::make_unique<FoldKernel<Fold>>(std::move(fold));
}

// ---- sums

KahanSum Combine(const KahanSum& a, const KahanSum& b) {
  KahanSum result = a;
  result.Add(b.sum);
  if (!std::isinf(result.sum)) result.c += b.c;
  return result;
}

double WindowSum(const double* v, size_t n) {
  KahanSum sum;
  for (size_t i = 0; i < n; ++i) sum.Add(v[i]);
  return sum.value();
}

double WindowMean(const double* v, size_t n) {
  KahanMean mean;
  for (size_t i = 0; i < n; ++i) mean.Add(v[i]);
  return mean.value();
}

class SumKernel final : public RangeKernel {
 public:
  explicit SumKernel(bool mean) : mean_(mean) {}

  void Run(const RangeInput& in, double* out) override {
    if (WorthSliding(in)) {
      Slide(in, out);
      return;
    }
    for (size_t i = 0; i < in.count(); ++i) {
      const double* v = in.v + in.windows->lo[i];
      size_t n = in.windows->hi[i] - in.windows->lo[i];
      out[i] = n == 0 ? kAbsent : mean_ ? WindowMean(v, n) : WindowSum(v, n);
    }
  }

 private:
  // Two stacks: sums of all suffixes of [lo, mid), and one growing sum of [mid, hi).
  void Slide(const RangeInput& in, double* out) {
    size_t mid = 0;
    size_t base = 0;
    size_t at = 0;
    KahanSum head;
    for (size_t i = 0; i < in.count(); ++i) {
      size_t lo = in.windows->lo[i];
      size_t hi = in.windows->hi[i];
      if (lo >= mid) {
        suffixes_.assign(hi - lo + 1, KahanSum());
        for (size_t k = hi; k > lo; --k) {
          suffixes_[k - 1 - lo] = suffixes_[k - lo];
          suffixes_[k - 1 - lo].Add(in.v[k - 1]);
        }
        base = lo;
        mid = hi;
        at = hi;
        head = KahanSum();
      }
      for (; at < hi; ++at) head.Add(in.v[at]);
      size_t n = hi - lo;
      if (n == 0) {
        out[i] = kAbsent;
        continue;
      }
      KahanSum sum = Combine(suffixes_[lo - base], head);
      if (!mean_) {
        out[i] = sum.value();
      } else if (std::isinf(sum.sum) || std::isnan(sum.sum)) {
        out[i] = WindowMean(in.v + lo, n);  // overflow has rules of its own
      } else {
        auto count = static_cast<double>(n);
        out[i] = sum.sum / count + sum.c / count;
      }
    }
  }

  bool mean_;
  std::vector<KahanSum> suffixes_;
};

// ---- extremes. A NaN gives way to any number.

// Of equal values (0 and -0 are), the first counts as a value and the last as a time.
template <bool kMax, bool kTime>
bool Better(double candidate, double current) {
  if (std::isnan(current)) return true;
  if (kTime && candidate == current) return true;
  return kMax ? candidate > current : candidate < current;
}

// Four values at once: the compiler may not reorder the comparisons of a plain loop.
typedef double Lanes __attribute__((vector_size(32)));

template <bool kMax>
__attribute__((always_inline)) inline double ExtremeOf(const double* v, size_t n) {
  constexpr double kWorst =
      kMax ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  Lanes a = {kWorst, kWorst, kWorst, kWorst};
  Lanes b = a;
  size_t k = 0;
  for (; k + 8 <= n; k += 8) {
    Lanes x;
    Lanes y;
    std::memcpy(&x, v + k, sizeof(x));
    std::memcpy(&y, v + k + 4, sizeof(y));
    a = kMax ? (x > a ? x : a) : (x < a ? x : a);
    b = kMax ? (y > b ? y : b) : (y < b ? y : b);
  }
  double best = kWorst;
  for (size_t lane = 0; lane < 4; ++lane) {
    for (double x : {a[lane], b[lane]}) best = kMax ? (x > best ? x : best) : (x < best ? x : best);
  }
  for (; k < n; ++k) best = kMax ? (v[k] > best ? v[k] : best) : (v[k] < best ? v[k] : best);
  return best;
}
// NaN gives way to any number; with nothing but NaN the worst infinity remains.
WF_VECTOR_CLONES double LargestOf(const double* v, size_t n) {
  return ExtremeOf<true>(v, n);
}
WF_VECTOR_CLONES double SmallestOf(const double* v, size_t n) {
  return ExtremeOf<false>(v, n);
}

template <bool kMax, bool kTime>
class ExtremeKernel final : public RangeKernel {
 public:
  void Run(const RangeInput& in, double* out) override {
    if (WorthSliding(in)) {
      Slide(in, out);
      return;
    }
    for (size_t i = 0; i < in.count(); ++i) {
      size_t lo = in.windows->lo[i];
      size_t hi = in.windows->hi[i];
      if (lo == hi) {
        out[i] = kAbsent;
        continue;
      }
      out[i] = kTime ? ToSeconds(in.t[Place(in, lo, hi)]) : Number(in, lo, hi);
    }
  }

 private:
  static size_t Place(const RangeInput& in, size_t lo, size_t hi) {
    size_t best = lo;
    for (size_t k = lo + 1; k < hi; ++k) {
      if (Better<kMax, kTime>(in.v[k], in.v[best])) best = k;
    }
    return best;
  }
  static double Number(const RangeInput& in, size_t lo, size_t hi) {
    double best = kMax ? LargestOf(in.v + lo, hi - lo) : SmallestOf(in.v + lo, hi - lo);
    // With infinities all may be NaN; the lanes do not know which of 0 and -0 came first.
    return std::isinf(best) || best == 0 ? in.v[Place(in, lo, hi)] : best;
  }
  static double Value(const RangeInput& in, size_t k) {
    return kTime ? ToSeconds(in.t[k]) : in.v[k];
  }
  // A queue of candidates, each better than all that follow it.
  void Slide(const RangeInput& in, double* out) {
    queue_.clear();
    size_t head = 0;
    size_t at = 0;
    for (size_t i = 0; i < in.count(); ++i) {
      size_t lo = in.windows->lo[i];
      size_t hi = in.windows->hi[i];
      for (; at < hi; ++at) {
        while (queue_.size() > head && Better<kMax, kTime>(in.v[at], in.v[queue_.back()])) {
          queue_.pop_back();
        }
        queue_.push_back(static_cast<uint32_t>(at));
      }
      while (head < queue_.size() && queue_[head] < lo) ++head;
      out[i] = lo == hi ? kAbsent : Value(in, queue_[head]);
    }
  }
  std::vector<uint32_t> queue_;
};

// ---- counts of neighbours: prefix sums

// kChanges: values that differ from the one before; otherwise those below it.
template <bool kChanges>
class NeighbourKernel final : public RangeKernel {
 public:
  void Run(const RangeInput& in, double* out) override {
    before_.resize(in.size + 1);
    uint32_t total = 0;
    for (size_t k = 0; k < in.size; ++k) {
      if (k > 0 && Counts(in.v[k - 1], in.v[k])) ++total;
      before_[k] = total;
    }
    for (size_t i = 0; i < in.count(); ++i) {
      size_t lo = in.windows->lo[i];
      size_t hi = in.windows->hi[i];
      out[i] = lo == hi ? kAbsent : static_cast<double>(before_[hi - 1] - before_[lo]);
    }
  }

 private:
  static bool Counts(double a, double b) {
    if (!kChanges) return b < a;
    return a != b && !(std::isnan(a) && std::isnan(b));
  }
  std::vector<uint32_t> before_;
};

// ---- spread

double Variance(const double* v, size_t n) {
  KahanSum mean;
  KahanSum aux;
  double count = 0;
  for (size_t i = 0; i < n; ++i) {
    ++count;
    double delta = v[i] - (mean.sum + mean.c);
    mean.Add(delta / count);
    aux.Add(delta * (v[i] - (mean.sum + mean.c)));
  }
  return (aux.sum + aux.c) / count;
}

double MedianAbsoluteDeviation(std::vector<double>& values) {
  for (double v : values) {
    if (std::isnan(v)) return model::kNormalNan;
  }
  double median = Quantile(0.5, values.data(), values.size());
  for (double& v : values) v = std::fabs(v - median);
  return Quantile(0.5, values.data(), values.size());
}

// Keeps the values of the window in order from one step to the next, where windows overlap.
class QuantileKernel final : public RangeKernel {
 public:
  void Run(const RangeInput& in, double* out) override {
    Pace* pace = in.LongPace();
    lo_ = hi_ = 0;
    sorted_.clear();
    for (size_t i = 0; i < in.count(); ++i) {
      size_t lo = in.windows->lo[i];
      size_t hi = in.windows->hi[i];
      if (pace != nullptr) pace->Spend(hi - lo);
      if (lo == hi) {
        out[i] = kAbsent;
        continue;
      }
      MoveTo(in.v, lo, hi);
      out[i] = QuantileOfSorted(in.scalars->front()[i], sorted_.data(), sorted_.size());
    }
  }

 private:
  // What is taken out and put in one by one, and when sorting anew is less work.
  void MoveTo(const double* v, size_t lo, size_t hi) {
    size_t moved = (lo - lo_) + (hi - hi_);
    if (lo >= hi_ || moved * 4 > hi - lo) {
      sorted_.assign(v + lo, v + hi);
      std::sort(sorted_.begin(), sorted_.end(), NanFirst);
    } else {
      for (size_t k = lo_; k < lo; ++k) sorted_.erase(PlaceOf(v[k]));
      for (size_t k = hi_; k < hi; ++k) sorted_.insert(PlaceOf(v[k]), v[k]);
    }
    lo_ = lo;
    hi_ = hi;
  }
  std::vector<double>::iterator PlaceOf(double v) {
    return std::lower_bound(sorted_.begin(), sorted_.end(), v, NanFirst);
  }

  std::vector<double> sorted_;  // of [lo_, hi_)
  size_t lo_ = 0;
  size_t hi_ = 0;
};

}  // namespace

RangeKernelPtr MakeOverTimeKernel(std::string_view name) {
  if (name == "sum_over_time") return std::make_unique<SumKernel>(false);
  if (name == "avg_over_time") return std::make_unique<SumKernel>(true);
  if (name == "max_over_time") return std::make_unique<ExtremeKernel<true, false>>();
  if (name == "min_over_time") return std::make_unique<ExtremeKernel<false, false>>();
  if (name == "ts_of_max_over_time") return std::make_unique<ExtremeKernel<true, true>>();
  if (name == "ts_of_min_over_time") return std::make_unique<ExtremeKernel<false, true>>();
  if (name == "changes") return std::make_unique<NeighbourKernel<true>>();
  if (name == "resets") return std::make_unique<NeighbourKernel<false>>();
  if (name == "quantile_over_time") return std::make_unique<QuantileKernel>();
  if (name == "count_over_time") {
    return MakeFold(
        [](const RangeInput&, size_t, size_t n, size_t) { return static_cast<double>(n); });
  }
  if (name == "present_over_time") {
    return MakeFold([](const RangeInput&, size_t, size_t, size_t) { return 1.0; });
  }
  if (name == "last_over_time") {
    return MakeFold(
        [](const RangeInput& in, size_t lo, size_t n, size_t) { return in.v[lo + n - 1]; });
  }
  if (name == "first_over_time") {
    return MakeFold([](const RangeInput& in, size_t lo, size_t, size_t) { return in.v[lo]; });
  }
  if (name == "ts_of_first_over_time") {
    return MakeFold(
        [](const RangeInput& in, size_t lo, size_t, size_t) { return ToSeconds(in.t[lo]); });
  }
  if (name == "ts_of_last_over_time") {
    return MakeFold([](const RangeInput& in, size_t lo, size_t n, size_t) {
      return ToSeconds(in.t[lo + n - 1]);
    });
  }
  if (name == "stdvar_over_time") {
    return MakeFold(
        [](const RangeInput& in, size_t lo, size_t n, size_t) { return Variance(in.v + lo, n); });
  }
  if (name == "stddev_over_time") {
    return MakeFold([](const RangeInput& in, size_t lo, size_t n, size_t) {
      return std::sqrt(Variance(in.v + lo, n));
    });
  }
  if (name == "mad_over_time") {
    return MakeFold([buffer = std::vector<double>()](const RangeInput& in, size_t lo, size_t n,
                                                     size_t) mutable {
      buffer.assign(in.v + lo, in.v + lo + n);
      return MedianAbsoluteDeviation(buffer);
    });
  }
  return nullptr;
}

}  // namespace watchfire::promql

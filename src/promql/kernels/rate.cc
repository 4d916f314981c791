// rate, increase and delta with Prometheus' extrapolation; irate and idelta.
//
// What of the extrapolation depends on timestamps only is computed once per shared timestamp array
// (Edges), down to the factor itself; a series then costs a subtraction and a few multiplications a
// step. Only a counter that could have started inside the window needs its own factor. Counter
// resets are rare, so they are listed in one pass and only windows that hold one pay for it; they
// are added in order, as upstream does, so that results agree to the bit.

#include <algorithm>

#include "promql/kernels/range_kernel.h"

namespace watchfire::promql {
namespace {

// One window's share of the extrapolation, in seconds.
struct Edges {
  uint32_t first;
  uint32_t last;  // == first: fewer than two samples
  double interval;
  double to_start;  // as extrapolated, before a counter's clamp at zero
  double to_end;
  double factor;  // of the result, unless the clamp bites
};

// What multiplications may have rounded away when they stand in for a division.
constexpr double kRounding = 1 + 1e-9;

class ExtrapolatedRate final : public RangeKernel {
 public:
  ExtrapolatedRate(bool counter, bool per_second) : counter_(counter), per_second_(per_second) {}

  void Run(const RangeInput& in, double* out) override {
    if (in.version != version_) {
      ComputeEdges(in);
      version_ = in.version;
    }
    if (!counter_) {
      Differences(in, out);
    } else if (FindResets(in)) {
      CounterWithResets(in, out);
    } else {
      Counter(in, out);
    }
  }

 private:
  void ComputeEdges(const RangeInput& in);
  bool FindResets(const RangeInput& in);

  double Factor(const Edges& e, double to_start) const {
    return (e.interval + to_start + e.to_end) / e.interval / divisor_;
  }
  // A counter cannot have been below zero: it started at most that long before its first sample.
  double Extrapolate(const Edges& e, double first, double result) const {
    bool may_start_inside =
        result > 0 && first >= 0 && !(e.interval * first > e.to_start * kRounding * result);
    if (!may_start_inside) return result * e.factor;
    double to_zero = e.interval * (first / result);
    return to_zero < e.to_start ? result * Factor(e, to_zero) : result * e.factor;
  }

  void Differences(const RangeInput& in, double* out) const {
    for (size_t i = 0; i < edges_.size(); ++i) {
      const Edges& e = edges_[i];
      out[i] = e.last == e.first ? kAbsent : (in.v[e.last] - in.v[e.first]) * e.factor;
    }
  }
  void Counter(const RangeInput& in, double* out) const {
    for (size_t i = 0; i < edges_.size(); ++i) {
      const Edges& e = edges_[i];
      double first = in.v[e.first];
      out[i] = e.last == e.first ? kAbsent : Extrapolate(e, first, in.v[e.last] - first);
    }
  }
  void CounterWithResets(const RangeInput& in, double* out) const {
    size_t from = 0;
    for (size_t i = 0; i < edges_.size(); ++i) {
      const Edges& e = edges_[i];
      if (e.last == e.first) {
        out[i] = kAbsent;
        continue;
      }
      double first = in.v[e.first];
      double result = in.v[e.last] - first;
      while (from < resets_.size() && resets_[from] <= e.first) ++from;
      for (size_t r = from; r < resets_.size() && resets_[r] <= e.last; ++r) {
        result += in.v[resets_[r] - 1];
      }
      out[i] = Extrapolate(e, first, result);
    }
  }

  bool counter_;
  bool per_second_;
  double divisor_ = 1;  // seconds of the range for a rate
  uint64_t version_ = 0;
  std::vector<Edges> edges_;
  std::vector<uint32_t> resets_;  // indexes of samples below the one before
};

void ExtrapolatedRate::ComputeEdges(const RangeInput& in) {
  divisor_ = per_second_ ? ToSeconds(in.grid->range_ms) : 1;
  edges_.assign(in.count(), Edges{0, 0, 1, 0, 0, 1});
  for (size_t i = 0; i < edges_.size(); ++i) {
    uint32_t lo = in.windows->lo[i];
    uint32_t hi = in.windows->hi[i];
    if (hi - lo < 2) continue;
    Edges& e = edges_[i];
    e.first = lo;
    e.last = hi - 1;
    TimeMs end = in.grid->ends[i];
    TimeMs start = end - in.grid->range_ms;
    e.interval = ToSeconds(in.t[e.last] - in.t[e.first]);
    e.to_start = ToSeconds(in.t[e.first] - start);
    e.to_end = ToSeconds(end - in.t[e.last]);
    double average = e.interval / static_cast<double>(hi - lo - 1);
    double threshold = average * 1.1;
    if (e.to_start >= threshold) e.to_start = average / 2;
    if (e.to_end >= threshold) e.to_end = average / 2;
    e.factor = Factor(e, e.to_start);
  }
}

bool ExtrapolatedRate::FindResets(const RangeInput& in) {
  // A first pass without branches: most series have no reset at all.
  size_t resets = 0;
  for (size_t i = 1; i < in.size; ++i) resets += in.v[i] < in.v[i - 1] ? 1 : 0;
  resets_.clear();
  if (resets == 0) return false;
  for (size_t i = 1; i < in.size; ++i) {
    if (in.v[i] < in.v[i - 1]) resets_.push_back(static_cast<uint32_t>(i));
  }
  return true;
}

class LastTwo final : public RangeKernel {
 public:
  explicit LastTwo(bool rate) : rate_(rate) {}
  void Run(const RangeInput& in, double* out) override {
    for (size_t i = 0; i < in.count(); ++i) {
      out[i] = kAbsent;
      size_t hi = in.windows->hi[i];
      if (hi - in.windows->lo[i] < 2) continue;
      int64_t interval = in.t[hi - 1] - in.t[hi - 2];
      if (interval == 0) continue;
      double last = in.v[hi - 1];
      double before = in.v[hi - 2];
      double result = rate_ && last < before ? last : last - before;
      out[i] = rate_ ? result / ToSeconds(interval) : result;
    }
  }

 private:
  bool rate_;
};

}  // namespace

RangeKernelPtr MakeRateKernel(std::string_view name) {
  if (name == "rate") return std::make_unique<ExtrapolatedRate>(true, true);
  if (name == "increase") return std::make_unique<ExtrapolatedRate>(true, false);
  if (name == "delta") return std::make_unique<ExtrapolatedRate>(false, false);
  if (name == "irate") return std::make_unique<LastTwo>(true);
  if (name == "idelta") return std::make_unique<LastTwo>(false);
  return nullptr;
}

}  // namespace watchfire::promql

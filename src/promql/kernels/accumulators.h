#pragma once
// Accumulators of the aggregations that need a fixed number of figures a group and step: sum avg
// min max count group stddev stdvar. An Accumulators<State> holds them flat, [groups × steps], so
// that adding a series is one pass over two arrays; sums, the most common, are kept in columns of
// their own that the compiler can compute several at a time. Shards of a query have their own and
// are merged in order, so that the result depends on the data and the number of shards alone.
//
// States get values only, never kAbsent. Sums are compensated as Prometheus' are (numerics.h).

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "promql/kernels/grid.h"
#include "promql/kernels/numerics.h"

namespace watchfire::promql {

struct SumState {
  KahanSum sum;
  void Add(double v) { sum.Add(v); }
  void Merge(const SumState& other) {
    sum.Add(other.sum.sum);
    if (!std::isinf(sum.sum)) sum.c += other.sum.c;
  }
  double Value() const { return sum.value(); }
};
struct AvgState {
  KahanMean mean;
  void Add(double v) { mean.Add(v); }
  void Merge(const AvgState& other) { mean.Merge(other.mean); }
  double Value() const { return mean.value(); }
};
struct MinState {
  double best = model::kNormalNan;
  void Add(double v) {
    if (best > v || std::isnan(best)) best = v;
  }
  void Merge(const MinState& other) { Add(other.best); }
  double Value() const { return best; }
};
struct MaxState {
  double best = model::kNormalNan;
  void Add(double v) {
    if (best < v || std::isnan(best)) best = v;
  }
  void Merge(const MaxState& other) { Add(other.best); }
  double Value() const { return best; }
};
struct CountState {
  double count = 0;
  void Add(double) { ++count; }
  void Merge(const CountState& other) { count += other.count; }
  double Value() const { return count; }
};
struct GroupState {
  void Add(double) {}
  void Merge(const GroupState&) {}
  double Value() const { return 1; }
};
// Welford's running variance; shards by the formula of Chan, Golub and LeVeque.
template <bool kRoot>
struct SpreadState {
  double count = 0;
  double mean = 0;
  double aux = 0;
  void Add(double v) {
    ++count;
    if (count == 1) {
      mean = v;
      aux = std::isfinite(v) ? 0 : model::kNormalNan;
      return;
    }
    double delta = v - mean;
    mean += delta / count;
    aux += delta * (v - mean);
  }
  void Merge(const SpreadState& other) {
    if (other.count == 0) return;
    double delta = other.mean - mean;
    double all = count + other.count;
    aux += other.aux + delta * delta * (count * other.count / all);
    mean += delta * (other.count / all);
    count = all;
  }
  double Value() const { return kRoot ? std::sqrt(aux / count) : aux / count; }
};

// Whether each group has a value at each step.
class SeenSteps {
 public:
  explicit SeenSteps(size_t steps) : steps_(steps) {}
  void AddGroup() { seen_.resize(seen_.size() + steps_); }
  uint8_t* of(size_t group) { return seen_.data() + group * steps_; }
  const uint8_t* of(size_t group) const { return seen_.data() + group * steps_; }

 private:
  size_t steps_;
  std::vector<uint8_t> seen_;
};

template <typename State>
class Accumulators {
 public:
  explicit Accumulators(size_t steps) : steps_(steps), seen_(steps) {}

  void AddGroup() {
    states_.resize(states_.size() + steps_);
    seen_.AddGroup();
  }
  // One value a step, kAbsent where there is none.
  void AddSeries(size_t group, const double* v) {
    State* states = states_.data() + group * steps_;
    uint8_t* seen = seen_.of(group);
    for (size_t i = 0; i < steps_; ++i) {
      if (IsAbsent(v[i])) continue;
      seen[i] = 1;
      states[i].Add(v[i]);
    }
  }
  void AddValue(size_t group, size_t step, double v) {
    seen_.of(group)[step] = 1;
    states_[group * steps_ + step].Add(v);
  }
  void MergeGroup(size_t group, const Accumulators& other, size_t from) {
    State* states = states_.data() + group * steps_;
    const State* more = other.states_.data() + from * steps_;
    uint8_t* seen = seen_.of(group);
    const uint8_t* more_seen = other.seen_.of(from);
    for (size_t i = 0; i < steps_; ++i) {
      if (!more_seen[i]) continue;
      if (seen[i]) {
        states[i].Merge(more[i]);
      } else {
        states[i] = more[i];
      }
      seen[i] = 1;
    }
  }
  // kAbsent where nothing was added.
  void Values(size_t group, double* out) const {
    const uint8_t* seen = seen_.of(group);
    for (size_t i = 0; i < steps_; ++i) {
      out[i] = seen[i] ? states_[group * steps_ + i].Value() : kAbsent;
    }
  }

 private:
  size_t steps_;
  std::vector<State> states_;
  SeenSteps seen_;
};

// KahanSum::Add on arrays, without branches. `seen` may not alias the others.
void AddToSums(size_t n, const double* v, double* sum, double* c, uint8_t* seen);

template <>
class Accumulators<SumState> {
 public:
  explicit Accumulators(size_t steps) : steps_(steps), seen_(steps) {}

  void AddGroup() {
    sums_.resize(sums_.size() + steps_);
    compensations_.resize(compensations_.size() + steps_);
    seen_.AddGroup();
  }
  void AddSeries(size_t group, const double* v) {
    size_t at = group * steps_;
    AddToSums(steps_, v, sums_.data() + at, compensations_.data() + at, seen_.of(group));
  }
  void AddValue(size_t group, size_t step, double v) {
    size_t at = group * steps_ + step;
    KahanSum sum{sums_[at], compensations_[at]};
    sum.Add(v);
    sums_[at] = sum.sum;
    compensations_[at] = sum.c;
    seen_.of(group)[step] = 1;
  }
  void MergeGroup(size_t group, const Accumulators& other, size_t from) {
    for (size_t i = 0; i < steps_; ++i) {
      if (!other.seen_.of(from)[i]) continue;
      size_t at = group * steps_ + i;
      size_t more = from * steps_ + i;
      SumState state{{sums_[at], compensations_[at]}};
      state.Merge({{other.sums_[more], other.compensations_[more]}});
      sums_[at] = state.sum.sum;
      compensations_[at] = state.sum.c;
      seen_.of(group)[i] = 1;
    }
  }
  void Values(size_t group, double* out) const {
    const uint8_t* seen = seen_.of(group);
    for (size_t i = 0; i < steps_; ++i) {
      size_t at = group * steps_ + i;
      out[i] = seen[i] ? KahanSum{sums_[at], compensations_[at]}.value() : kAbsent;
    }
  }

 private:
  size_t steps_;
  std::vector<double> sums_;
  std::vector<double> compensations_;
  SeenSteps seen_;
};

}  // namespace watchfire::promql

#include "promql/kernels/start_times.h"

#include <algorithm>
#include <utility>

namespace watchfire::promql {
namespace {

SampleTimes TimesAt(const RangeInput& in, size_t i) {
  return {in.t[i], in.st[i]};
}

bool IsReset(const RangeInput& in, size_t i) {
  return in.v[i] < in.v[i - 1] || IsStartTimeReset(TimesAt(in, i - 1), TimesAt(in, i));
}

double Rate(const RangeInput& in, size_t i, bool per_second, bool* overlap) {
  size_t first = in.windows->lo[i];
  size_t end = in.windows->hi[i];
  if (end == first) return kAbsent;
  size_t last = end - 1;
  TimeMs window_end = in.grid->ends[i];
  TimeMs window_start = window_end - in.grid->range_ms;

  double result = in.v[last] - in.v[first];
  for (size_t k = first + 1; k < end; ++k) {
    if (StartTimesOverlap(TimesAt(in, k - 1), TimesAt(in, k))) *overlap = true;
    if (IsReset(in, k)) result += in.v[k - 1];
  }
  double to_start = ToSeconds(in.t[first] - window_start);
  double to_end = ToSeconds(window_end - in.t[last]);
  double interval = ToSeconds(in.t[last] - in.t[first]);
  double average = last > first ? interval / static_cast<double>(last - first) : 0;
  double threshold = average * 1.1;
  if (BeganInside(TimesAt(in, first), window_start)) {
    // As if there was a sample of zero at its start.
    to_start = 0;
    interval = ToSeconds(in.t[last] - in.st[first]);
    result += in.v[first];
  } else if (last == first) {
    return kAbsent;
  } else {
    if (to_start >= threshold) to_start = average / 2;
    if (result > 0 && in.v[first] >= 0) {
      to_start = std::min(to_start, interval * (in.v[first] / result));
    }
  }
  if (to_end >= threshold) to_end = average / 2;
  double factor = interval == 0 ? 1 : (interval + to_start + to_end) / interval;
  if (per_second) factor /= ToSeconds(in.grid->range_ms);
  return result * factor;
}

double InstantRate(const RangeInput& in, size_t i) {
  size_t end = in.windows->hi[i];
  if (end - in.windows->lo[i] < 2) return kAbsent;
  int64_t interval = in.t[end - 1] - in.t[end - 2];
  if (interval == 0) return kAbsent;
  double result = IsReset(in, end - 1) ? in.v[end - 1] : in.v[end - 1] - in.v[end - 2];
  return result / ToSeconds(interval);
}

double Resets(const RangeInput& in, size_t i) {
  size_t first = in.windows->lo[i];
  size_t end = in.windows->hi[i];
  if (end == first) return kAbsent;
  double resets = 0;
  for (size_t k = first + 1; k < end; ++k) resets += IsReset(in, k) ? 1 : 0;
  return resets;
}

enum class Kind : uint8_t { kRate, kIncrease, kInstantRate, kResets };

class StartTimeKernel final : public RangeKernel {
 public:
  StartTimeKernel(Kind kind, RangeKernelPtr plain) : kind_(kind), plain_(std::move(plain)) {}

  void Run(const RangeInput& in, double* out) override {
    overlap_ = false;
    if (in.st == nullptr) return plain_->Run(in, out);
    for (size_t i = 0; i < in.count(); ++i) {
      switch (kind_) {
        case Kind::kRate:
        case Kind::kIncrease:
          out[i] = Rate(in, i, kind_ == Kind::kRate, &overlap_);
          break;
        case Kind::kInstantRate:
          out[i] = InstantRate(in, i);
          break;
        case Kind::kResets:
          out[i] = Resets(in, i);
          break;
      }
    }
  }
  bool start_times_overlap() const override { return overlap_; }

 private:
  Kind kind_;
  RangeKernelPtr plain_;
  bool overlap_ = false;
};

}  // namespace

bool IsStartTimeReset(SampleTimes before, SampleTimes current) {
  bool known = current.st != 0 && current.st < current.t;
  if (!known || current.st < before.t) return false;
  if (current.st > before.t) return true;
  // It began when the last sample was taken: so do deltas, each of which is a counter of its own,
  // but also counters whose first sample only says that nobody knows.
  return before.st != 0 && before.st < before.t;
}

bool StartTimesOverlap(SampleTimes before, SampleTimes current) {
  return current.st != 0 && current.st < before.t && current.st != before.st;
}

bool BeganInside(SampleTimes sample, TimeMs start) {
  return sample.st != 0 && sample.st > start && sample.st < sample.t;
}

RangeKernelPtr WithStartTimes(std::string_view name, RangeKernelPtr kernel) {
  auto wrap = [&kernel](Kind kind) {
    return std::make_unique<StartTimeKernel>(kind, std::move(kernel));
  };
  if (name == "rate") return wrap(Kind::kRate);
  if (name == "increase") return wrap(Kind::kIncrease);
  if (name == "irate") return wrap(Kind::kInstantRate);
  if (name == "resets") return wrap(Kind::kResets);
  return kernel;
}

}  // namespace watchfire::promql

#include <chrono>
#include <limits>

#include "client/quantile_stream.h"
#include "client/registry.h"

namespace watchfire::client {
namespace {

constexpr int64_t kWindowNs = 600'000'000'000;
constexpr size_t kAgeBuckets = 5;

int64_t SteadyNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

// Five streams, each fed with everything, started a fifth of the window apart: the oldest one,
// which is asked, always covers between four fifths and all of the window.
struct Summary::Impl {
  std::vector<double> quantiles;
  std::function<int64_t()> now_ns;
  mutable std::mutex mutex;
  std::vector<QuantileStream> streams;
  size_t oldest = 0;
  int64_t next_turn_ns = 0;
  uint64_t count = 0;
  double sum = 0;

  // Requires mutex.
  void Turn() {
    int64_t now = now_ns();
    if (now >= next_turn_ns + kWindowNs) {  // Quiet for a whole window: start afresh.
      for (QuantileStream& stream : streams) stream.Reset();
      next_turn_ns = now + kWindowNs / static_cast<int64_t>(kAgeBuckets);
      return;
    }
    while (now >= next_turn_ns) {
      streams[oldest].Reset();
      oldest = (oldest + 1) % kAgeBuckets;
      next_turn_ns += kWindowNs / static_cast<int64_t>(kAgeBuckets);
    }
  }
};

Summary::Summary(std::vector<double> quantiles) : Summary(std::move(quantiles), SteadyNs) {}

Summary::Summary(std::vector<double> quantiles, std::function<int64_t()> now_ns)
    : impl_(std::make_unique<Impl>()) {
  impl_->quantiles = std::move(quantiles);
  impl_->now_ns = std::move(now_ns);
  impl_->next_turn_ns = impl_->now_ns() + kWindowNs / static_cast<int64_t>(kAgeBuckets);
  if (!impl_->quantiles.empty()) {
    impl_->streams.assign(kAgeBuckets, QuantileStream(impl_->quantiles));
  }
}

Summary::~Summary() = default;

void Summary::Observe(double v) {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  ++impl_->count;
  impl_->sum += v;
  if (impl_->streams.empty()) return;
  impl_->Turn();
  for (QuantileStream& stream : impl_->streams) stream.Insert(v);
}

MetricPoint Summary::Collect() const {
  MetricPoint point;
  std::lock_guard<std::mutex> lock(impl_->mutex);
  point.count = static_cast<double>(impl_->count);
  point.sum = impl_->sum;
  if (impl_->streams.empty()) return point;
  impl_->Turn();
  for (double q : impl_->quantiles) {
    point.parts.emplace_back(q, impl_->streams[impl_->oldest].Query(q));
  }
  return point;
}

}  // namespace watchfire::client

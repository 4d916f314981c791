#pragma once
// The instrumentation library: counters, gauges, histograms and summaries, grouped in families and
// gathered by a Registry. Standard library only, so that it can be shipped to other programs;
// watchfire measures itself with it.
//
//   Registry registry;
//   Counter& scrapes = registry.AddCounter("scrapes_total", "Scrapes so far.");
//   Family<Counter>& requests = registry.AddCounterFamily("http_requests_total", "…", {"code"});
//   requests.With({"200"}).Increment();
//   std::string page = WriteText(registry.Gather());             // client/text_writer.h
//
// The registry owns every metric; references stay valid as long as it lives (children of a family:
// until Remove or Clear). Registering a name again returns the existing metric if kind and label
// names agree (other label values make another child) and aborts otherwise: that is a bug. All
// classes are thread-safe; updates of counters and gauges are lock-free.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watchfire::client {

enum class MetricKind : uint8_t { kCounter, kGauge, kHistogram, kSummary, kUntyped };

// What a gathered metric looks like; collectors build these by hand.
struct LabelPair {
  std::string name;
  std::string value;
};
struct MetricPoint {
  std::vector<LabelPair> labels;  // in the order they are written
  double value = 0;               // counter, gauge, untyped
  // Histogram (upper bound, cumulative count; +Inf last) or summary (quantile, value).
  std::vector<std::pair<double, double>> parts;
  double count = 0;
  double sum = 0;
};
struct MetricFamily {
  std::string name;
  std::string help;
  MetricKind kind = MetricKind::kUntyped;
  std::vector<MetricPoint> points;
};

class Counter {
 public:
  // `by` ≥ 0.
  void Increment(double by = 1);
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Gauge {
 public:
  void Set(double v) { value_.store(v, std::memory_order_relaxed); }
  void Increment(double by = 1);
  void Decrement(double by = 1) { Increment(-by); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Classic histogram with fixed upper bounds; +Inf is implied.
class Histogram {
 public:
  // `bounds` ascend.
  explicit Histogram(std::vector<double> bounds);
  void Observe(double v);
  MetricPoint Collect() const;

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

// Quantiles over a sliding window of ten minutes; NaN while it is empty. With no quantiles it only
// counts and sums.
class Summary {
 public:
  explicit Summary(std::vector<double> quantiles);
  // For tests: `now_ns` is monotonic time.
  Summary(std::vector<double> quantiles, std::function<int64_t()> now_ns);
  ~Summary();
  void Observe(double v);
  MetricPoint Collect() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Metrics of one name that differ by the values of fixed label names.
template <typename T>
class Family {
 public:
  Family(std::vector<std::string> label_names, std::function<std::unique_ptr<T>()> make)
      : label_names_(std::move(label_names)), make_(std::move(make)) {}

  // The child for these label values (in the order of the names), made on first use. Keep the
  // reference in hot paths.
  T& With(const std::vector<std::string>& values) {
    std::lock_guard<std::mutex> lock(mutex_);
    std::unique_ptr<T>& child = children_[values];
    if (!child) child = make_();
    return *child;
  }
  void Remove(const std::vector<std::string>& values) {
    std::lock_guard<std::mutex> lock(mutex_);
    children_.erase(values);
  }
  void Clear() {
    std::lock_guard<std::mutex> lock(mutex_);
    children_.clear();
  }
  const std::vector<std::string>& label_names() const { return label_names_; }
  void ForEach(const std::function<void(const std::vector<std::string>&, const T&)>& visit) const {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [values, child] : children_) visit(values, *child);
  }

 private:
  std::vector<std::string> label_names_;
  std::function<std::unique_ptr<T>()> make_;
  mutable std::mutex mutex_;
  std::map<std::vector<std::string>, std::unique_ptr<T>> children_;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& AddCounter(std::string name, std::string help, std::vector<LabelPair> labels = {});
  Gauge& AddGauge(std::string name, std::string help, std::vector<LabelPair> labels = {});
  Histogram& AddHistogram(std::string name, std::string help, std::vector<double> bounds,
                          std::vector<LabelPair> labels = {});
  Summary& AddSummary(std::string name, std::string help, std::vector<double> quantiles,
                      std::vector<LabelPair> labels = {});
  // A gauge or counter whose value is asked for at each gathering; must not block.
  void AddCallback(std::string name, std::string help, MetricKind kind,
                   std::function<double()> value);

  Family<Counter>& AddCounterFamily(std::string name, std::string help,
                                    std::vector<std::string> label_names);
  Family<Gauge>& AddGaugeFamily(std::string name, std::string help,
                                std::vector<std::string> label_names);
  Family<Histogram>& AddHistogramFamily(std::string name, std::string help,
                                        std::vector<double> bounds,
                                        std::vector<std::string> label_names);
  Family<Summary>& AddSummaryFamily(std::string name, std::string help,
                                    std::vector<double> quantiles,
                                    std::vector<std::string> label_names);

  // Adds families computed at gathering time (process statistics, host metrics). The collector must
  // live as long as the registry; it is called without locks held.
  using Collector = std::function<std::vector<MetricFamily>()>;
  void AddCollector(Collector collector);

  // All families, sorted by name; families of one name are merged; points in order of labels.
  std::vector<MetricFamily> Gather() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::client

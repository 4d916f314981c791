#include "client/registry.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <type_traits>
#include <variant>

namespace watchfire::client {
namespace {

void AddTo(std::atomic<double>& value, double by) {
  double old = value.load(std::memory_order_relaxed);
  while (!value.compare_exchange_weak(old, old + by, std::memory_order_relaxed)) {
  }
}

[[noreturn]] void Misuse(const char* what, const std::string& name) {
  std::fprintf(stderr, "metric %s: %s\n", name.c_str(), what);
  std::abort();
}

bool IsName(const std::string& name, bool colon) {
  auto fits = [colon](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (colon && c == ':');
  };
  return !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), fits);
}

std::vector<std::string> Names(const std::vector<LabelPair>& labels) {
  std::vector<std::string> names;
  for (const LabelPair& label : labels) names.push_back(label.name);
  return names;
}

std::vector<std::string> LabelValues(const std::vector<LabelPair>& labels) {
  std::vector<std::string> values;
  for (const LabelPair& label : labels) values.push_back(label.value);
  return values;
}

MetricPoint CollectFrom(const Counter& counter) {
  MetricPoint point;
  point.value = counter.value();
  return point;
}
MetricPoint CollectFrom(const Gauge& gauge) {
  MetricPoint point;
  point.value = gauge.value();
  return point;
}
MetricPoint CollectFrom(const Histogram& histogram) {
  return histogram.Collect();
}
MetricPoint CollectFrom(const Summary& summary) {
  return summary.Collect();
}

template <typename T>
void CollectFamily(const Family<T>& family, std::vector<MetricPoint>& points) {
  family.ForEach([&](const std::vector<std::string>& values, const T& child) {
    MetricPoint point = CollectFrom(child);
    for (size_t i = 0; i < values.size(); ++i) {
      point.labels.push_back({family.label_names()[i], values[i]});
    }
    points.push_back(std::move(point));
  });
}

bool LabelsBefore(const MetricPoint& a, const MetricPoint& b) {
  return std::lexicographical_compare(a.labels.begin(), a.labels.end(), b.labels.begin(),
                                      b.labels.end(), [](const LabelPair& x, const LabelPair& y) {
                                        return x.name != y.name ? x.name < y.name
                                                                : x.value < y.value;
                                      });
}

}  // namespace

void Counter::Increment(double by) {
  AddTo(value_, by);
}

void Gauge::Increment(double by) {
  AddTo(value_, by);
}

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)),
      counts_(std::make_unique<std::atomic<uint64_t>[]>(bounds_.size() + 1)) {
  if (!std::is_sorted(bounds_.begin(), bounds_.end())) Misuse("unsorted bounds", "histogram");
}

void Histogram::Observe(double v) {
  // NaN compares false with every bound and so lands in +Inf, as it should.
  auto at = std::partition_point(bounds_.begin(), bounds_.end(),
                                 [v](double bound) { return !(v <= bound); });
  counts_[static_cast<size_t>(at - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  AddTo(sum_, v);
}

MetricPoint Histogram::Collect() const {
  MetricPoint point;
  uint64_t count = 0;
  for (size_t i = 0; i <= bounds_.size(); ++i) {
    count += counts_[i].load(std::memory_order_relaxed);
    double bound = i < bounds_.size() ? bounds_[i] : std::numeric_limits<double>::infinity();
    point.parts.emplace_back(bound, static_cast<double>(count));
  }
  point.count = static_cast<double>(count);
  point.sum = sum_.load(std::memory_order_relaxed);
  return point;
}

struct Registry::Impl {
  struct Entry {
    std::string help;
    MetricKind kind = MetricKind::kUntyped;
    std::variant<std::monostate, std::unique_ptr<Family<Counter>>, std::unique_ptr<Family<Gauge>>,
                 std::unique_ptr<Family<Histogram>>, std::unique_ptr<Family<Summary>>,
                 std::function<double()>>
        source;
  };

  mutable std::mutex mutex;
  // Entries are never removed, and a map does not move them: pointers stay valid without the lock.
  std::map<std::string, Entry> entries;
  std::vector<Collector> collectors;

  template <typename T>
  Family<T>& AddFamily(std::string name, std::string help, MetricKind kind,
                       std::vector<std::string> label_names,
                       std::function<std::unique_ptr<T>()> make) {
    if (!IsName(name, true)) Misuse("not a valid name", name);
    for (const std::string& label : label_names) {
      if (!IsName(label, false)) Misuse("not a valid label name", name);
    }
    std::lock_guard<std::mutex> lock(mutex);
    auto [at, fresh] = entries.try_emplace(name);
    Entry& entry = at->second;
    if (fresh) {
      entry.help = std::move(help);
      entry.kind = kind;
      entry.source = std::make_unique<Family<T>>(std::move(label_names), std::move(make));
      return *std::get<std::unique_ptr<Family<T>>>(entry.source);
    }
    auto* family = std::get_if<std::unique_ptr<Family<T>>>(&entry.source);
    if (family == nullptr) Misuse("registered twice with different kinds", name);
    if ((*family)->label_names() != label_names) {
      Misuse("registered twice with different labels", name);
    }
    return **family;
  }

  static void Collect(const Entry& entry, std::vector<MetricPoint>& points) {
    std::visit(
        [&points](const auto& source) {
          using Source = std::decay_t<decltype(source)>;
          if constexpr (std::is_same_v<Source, std::function<double()>>) {
            MetricPoint point;
            point.value = source();
            points.push_back(std::move(point));
          } else if constexpr (!std::is_same_v<Source, std::monostate>) {
            CollectFamily(*source, points);
          }
        },
        entry.source);
  }
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter& Registry::AddCounter(std::string name, std::string help, std::vector<LabelPair> labels) {
  return AddCounterFamily(std::move(name), std::move(help), Names(labels))
      .With(LabelValues(labels));
}

Gauge& Registry::AddGauge(std::string name, std::string help, std::vector<LabelPair> labels) {
  return AddGaugeFamily(std::move(name), std::move(help), Names(labels)).With(LabelValues(labels));
}

Histogram& Registry::AddHistogram(std::string name, std::string help, std::vector<double> bounds,
                                  std::vector<LabelPair> labels) {
  return AddHistogramFamily(std::move(name), std::move(help), std::move(bounds), Names(labels))
      .With(LabelValues(labels));
}

Summary& Registry::AddSummary(std::string name, std::string help, std::vector<double> quantiles,
                              std::vector<LabelPair> labels) {
  return AddSummaryFamily(std::move(name), std::move(help), std::move(quantiles), Names(labels))
      .With(LabelValues(labels));
}

void Registry::AddCallback(std::string name, std::string help, MetricKind kind,
                           std::function<double()> value) {
  if (!IsName(name, true)) Misuse("not a valid name", name);
  if (kind == MetricKind::kHistogram || kind == MetricKind::kSummary) {
    Misuse("a callback yields one value", name);
  }
  std::lock_guard<std::mutex> lock(impl_->mutex);
  auto [at, fresh] = impl_->entries.try_emplace(name);
  if (!fresh) Misuse("registered twice", name);
  at->second = {std::move(help), kind, std::move(value)};
}

Family<Counter>& Registry::AddCounterFamily(std::string name, std::string help,
                                            std::vector<std::string> label_names) {
  return impl_->AddFamily<Counter>(std::move(name), std::move(help), MetricKind::kCounter,
                                   std::move(label_names),
                                   [] { return std::make_unique<Counter>(); });
}

Family<Gauge>& Registry::AddGaugeFamily(std::string name, std::string help,
                                        std::vector<std::string> label_names) {
  return impl_->AddFamily<Gauge>(std::move(name), std::move(help), MetricKind::kGauge,
                                 std::move(label_names), [] { return std::make_unique<Gauge>(); });
}

Family<Histogram>& Registry::AddHistogramFamily(std::string name, std::string help,
                                                std::vector<double> bounds,
                                                std::vector<std::string> label_names) {
  return impl_->AddFamily<Histogram>(
      std::move(name), std::move(help), MetricKind::kHistogram, std::move(label_names),
      [bounds = std::move(bounds)] { return std::make_unique<Histogram>(bounds); });
}

Family<Summary>& Registry::AddSummaryFamily(std::string name, std::string help,
                                            std::vector<double> quantiles,
                                            std::vector<std::string> label_names) {
  return impl_->AddFamily<Summary>(
      std::move(name), std::move(help), MetricKind::kSummary, std::move(label_names),
      [quantiles = std::move(quantiles)] { return std::make_unique<Summary>(quantiles); });
}

void Registry::AddCollector(Collector collector) {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->collectors.push_back(std::move(collector));
}

std::vector<MetricFamily> Registry::Gather() const {
  std::vector<std::pair<const std::string*, const Impl::Entry*>> entries;
  std::vector<Collector> collectors;
  {
    std::lock_guard<std::mutex> lock(impl_->mutex);
    for (const auto& [name, entry] : impl_->entries) entries.emplace_back(&name, &entry);
    collectors = impl_->collectors;
  }
  std::map<std::string, MetricFamily> families;
  for (const auto& [name, entry] : entries) {
    MetricFamily& family = families[*name];
    family.name = *name;
    family.help = entry->help;
    family.kind = entry->kind;
    Impl::Collect(*entry, family.points);
  }
  for (const Collector& collector : collectors) {
    for (MetricFamily& family : collector()) {
      auto [at, fresh] = families.try_emplace(family.name);
      if (fresh) {
        at->second = std::move(family);
        continue;
      }
      std::move(family.points.begin(), family.points.end(), std::back_inserter(at->second.points));
    }
  }
  std::vector<MetricFamily> out;
  for (auto& [name, family] : families) {
    // A family without children has nothing to show yet.
    if (family.points.empty()) continue;
    std::stable_sort(family.points.begin(), family.points.end(), LabelsBefore);
    out.push_back(std::move(family));
  }
  return out;
}

}  // namespace watchfire::client

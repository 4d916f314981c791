#include "promql/oracle/data_generator.h"

#include <limits>

#include "promql/oracle/random.h"

namespace watchfire::promql {
namespace {

using model::Labels;

// When one target is scraped; its series share these times.
struct Target {
  std::string job;
  std::string instance;
  std::string zone;  // may be missing
  std::vector<TimeMs> scrapes;
  std::vector<bool> failed;  // scrapes that found nothing
  bool regular = false;      // every scrape succeeds
};

class DataGenerator {
 public:
  explicit DataGenerator(const DataOptions& options) : options_(options), random_(options.seed) {}
  GeneratedData Run();

 private:
  std::vector<Target> MakeTargets();
  Target MakeTarget(int index);
  void FillTarget(const Target& target);
  void FillInfo(const Target& target);
  void FillLone();
  // `next()` gives the value of each scrape.
  template <typename Next>
  void Fill(const Target& target, const Labels& labels, Next next);
  void FillCounter(const Target& target, const Labels& labels);
  void FillBuckets(const Target& target);
  Labels Of(const Target& target, const char* name, const char* more = "", const char* value = "");
  bool Restarts(const Target& target) const {
    return target.regular || !options_.for_closed_windows;
  }
  double Eighths(int low, int high) { return random_.Between(low * 8, high * 8) / 8.0; }
  double OddValue();

  DataOptions options_;
  Random random_;
  GeneratedData data_;
};

Labels DataGenerator::Of(const Target& target, const char* name, const char* more,
                         const char* value) {
  return Labels::Of({{"__name__", name},
                     {"job", target.job},
                     {"instance", target.instance},
                     {"zone", target.zone},
                     {more[0] ? more : "job", more[0] ? value : target.job.c_str()}});
}

Target DataGenerator::MakeTarget(int index) {
  Target target;
  target.job = index < 3 ? "api" : index < 5 ? "db" : "lonely";
  target.instance = std::to_string(index % 3);
  target.zone = index == 1 ? "" : index % 2 == 0 ? "eu" : "us";
  // The first two share their timestamps.
  target.regular = index < 2;
  int64_t interval = index == 3 ? 10'000 : index == 4 ? 30'000 : 15'000;
  int64_t offset = index < 2 || index == 4 ? 0 : random_.Between(1, 9) * 1'000;
  bool irregular = index == 5;
  if (options_.for_closed_windows) offset += 377;
  TimeMs begin = options_.start + offset;
  TimeMs end = options_.start + options_.span_ms;
  if (index == 2) begin += options_.span_ms / 3 / interval * interval;
  if (index == 3) end -= options_.span_ms / 4;
  bool failing = false;
  for (TimeMs t = begin; t <= end; t += interval) {
    int64_t late = irregular ? random_.Between(0, 6) * 1'000 : 0;
    failing = !target.regular && random_.Chance(failing ? 80 : 3);
    target.scrapes.push_back(t + late);
    target.failed.push_back(failing);
  }
  return target;
}

std::vector<Target> DataGenerator::MakeTargets() {
  std::vector<Target> targets;
  for (int i = 0; i < 6; ++i) targets.push_back(MakeTarget(i));
  return targets;
}

template <typename Next>
void DataGenerator::Fill(const Target& target, const Labels& labels, Next next) {
  testing::TestSeries& series = data_.series[labels];
  bool stale = true;
  for (size_t i = 0; i < target.scrapes.size(); ++i) {
    double v = next(i);
    if (target.failed[i]) {
      // Half of the failures are noted, as after a scrape that was answered by an error.
      if (!stale && random_.Chance(50))
        series.floats.push_back({target.scrapes[i], model::kStaleNan});
      stale = true;
      continue;
    }
    stale = false;
    series.floats.push_back({target.scrapes[i], v});
  }
  // A target that went away in time leaves a marker.
  if (!stale && target.scrapes.back() < options_.start + options_.span_ms - 60'000) {
    series.floats.push_back({target.scrapes.back() + 15'000, model::kStaleNan});
  }
}

void DataGenerator::FillCounter(const Target& target, const Labels& labels) {
  // Begins high enough that it cannot have started inside a window, if asked for.
  int floor = options_.for_closed_windows ? 4'000 : 0;
  double v = floor + random_.Below(40);
  int speed = random_.Between(1, 12);
  Fill(target, labels, [&](size_t i) {
    if (random_.Chance(2) && i > 0 && Restarts(target)) {
      v = random_.Below(3);
    } else if (!random_.Chance(15)) {
      v += random_.Below(speed + 1);
    }
    return v;
  });
}

void DataGenerator::FillBuckets(const Target& target) {
  const char* bounds[] = {"0.1", "0.5", "1", "2.5", "+Inf"};
  constexpr size_t kBounds = std::size(bounds);
  double floor = options_.for_closed_windows ? 4'000 : 0;
  std::vector<std::vector<double>> columns(kBounds);
  std::vector<double> counts(kBounds);
  double base = floor;
  for (size_t i = 0; i < target.scrapes.size(); ++i) {
    int hits = random_.Below(6);
    for (int k = 0; k < hits; ++k) ++counts[static_cast<size_t>(random_.Below(kBounds))];
    if (random_.Chance(1) && i > 0 && Restarts(target)) {
      counts.assign(kBounds, 0);
      base = 0;
    }
    double below = base;
    for (size_t b = 0; b < kBounds; ++b) columns[b].push_back(below += counts[b]);
  }
  for (size_t b = 0; b < kBounds; ++b) {
    Fill(target, Of(target, "latency_seconds_bucket", "le", bounds[b]),
         [&](size_t i) { return columns[b][i]; });
  }
  Fill(target, Of(target, "latency_seconds_count"), [&](size_t i) { return columns.back()[i]; });
}

double DataGenerator::OddValue() {
  using Limits = std::numeric_limits<double>;
  const double odd[] = {0.0, -0.0, model::kNormalNan, Limits::infinity(), -Limits::infinity(), -1,
                        // What sums lose that are not compensated:
                        1e-9, 9007199254740993.0, Limits::max(), -1e300, Limits::denorm_min()};
  if (random_.Chance(60)) return Eighths(-4, 4);
  return odd[random_.Below(options_.for_closed_windows ? 6 : std::size(odd))];
}

void DataGenerator::FillTarget(const Target& target) {
  FillCounter(target, Of(target, "requests_total", "code", "200"));
  FillCounter(target, Of(target, "requests_total", "code", "500"));
  FillCounter(target, Of(target, "errors_total"));
  double walk = Eighths(-20, 20);
  Fill(target, Of(target, "temperature"), [&](size_t) { return walk += Eighths(-2, 2); });
  Fill(target, Of(target, "queue_length"), [&](size_t) { return random_.Below(6); });
  Fill(target, Of(target, "up"), [&](size_t) { return random_.Chance(95) ? 1 : 0; });
  if (options_.odd_values) {
    Fill(target, Of(target, "odd"), [&](size_t) { return OddValue(); });
  }
  FillBuckets(target);
}

void DataGenerator::FillInfo(const Target& target) {
  Labels labels = Labels::Of({{"__name__", "build_info"},
                              {"job", target.job},
                              {"version", target.job == "api" ? "1.2" : "0.9"}});
  Fill(target, labels, [](size_t) { return 1; });
}

void DataGenerator::FillLone() {
  Target target = MakeTarget(0);
  Fill(target, Labels::Of({{"__name__", "lone"}}), [&](size_t) { return Eighths(-1, 3); });
}

GeneratedData DataGenerator::Run() {
  DataDescription& description = data_.description;
  const std::vector<std::string> common = {"job", "instance", "zone"};
  description.metrics = {{"requests_total", MetricKind::kCounter, common},
                         {"errors_total", MetricKind::kCounter, common},
                         {"latency_seconds_count", MetricKind::kCounter, common},
                         {"temperature", MetricKind::kGauge, common},
                         {"queue_length", MetricKind::kGauge, common},
                         {"up", MetricKind::kGauge, common},
                         {"lone", MetricKind::kGauge, {}},
                         {"latency_seconds_bucket", MetricKind::kBuckets, common},
                         {"build_info", MetricKind::kInfo, {"job", "version"}}};
  description.metrics[0].labels.push_back("code");
  if (options_.odd_values) description.metrics.push_back({"odd", MetricKind::kGauge, common});
  description.labels = {{"job", {"api", "db", "lonely"}},
                        {"instance", {"0", "1", "2"}},
                        {"zone", {"eu", "us"}},
                        {"code", {"200", "500"}},
                        {"version", {"1.2", "0.9"}}};
  description.start = options_.start;
  description.end = options_.start + options_.span_ms;
  std::vector<Target> targets = MakeTargets();
  for (const Target& target : targets) {
    FillTarget(target);
    if (target.instance == "0") FillInfo(target);
  }
  FillLone();
  return std::move(data_);
}

}  // namespace

GeneratedData GenerateData(const DataOptions& options) {
  return DataGenerator(options).Run();
}

bool Append(const testing::TestSeriesMap& series, storage::Appendable& storage) {
  auto appender = storage.NewAppender();
  for (const auto& [labels, samples] : series) {
    for (const model::Sample& sample : samples.floats) {
      if (!appender->Append(0, labels, sample.t, sample.v).ok()) return false;
    }
  }
  return appender->Commit().ok();
}

}  // namespace watchfire::promql

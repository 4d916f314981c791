// Functions of histograms. Classic ones (`le` buckets) are complete; of native histograms only
// what is a plain field of them.

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "base/hash_map.h"
#include "base/numbers.h"
#include "base/text.h"
#include "promql/operators/operator.h"

namespace watchfire::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Bucket {
  double upper = 0;
  double count = 0;  // cumulative
};

struct Fixes {
  bool forced = false;
  double min_bucket = kInf;
  double max_bucket = -kInf;
  double max_diff = 0;
};

bool AlmostEqual(double a, double b) {
  constexpr double kEpsilon = 1e-12;
  double sum = std::fabs(a) + std::fabs(b);
  double diff = std::fabs(a - b);
  if (a == 0 || b == 0 || sum < std::numeric_limits<double>::min()) {
    return diff < kEpsilon * std::numeric_limits<double>::min();
  }
  return diff / std::min(sum, std::numeric_limits<double>::max()) < kEpsilon;
}

// Buckets in order of bounds come with equal bounds side by side: their counts are added.
void MergeEqualBounds(std::vector<Bucket>& buckets) {
  size_t kept = 0;
  for (size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper == buckets[kept].upper) {
      buckets[kept].count += buckets[i].count;
    } else {
      buckets[++kept] = buckets[i];
    }
  }
  buckets.resize(kept + 1);
}

Fixes ForceMonotonic(std::vector<Bucket>& buckets) {
  Fixes fixes;
  double before = buckets[0].count;
  for (size_t i = 1; i < buckets.size(); ++i) {
    double& count = buckets[i].count;
    if (count == before) continue;
    if (AlmostEqual(before, count)) {
      count = before;
    } else if (count < before) {
      fixes.forced = true;
      fixes.min_bucket = std::min(fixes.min_bucket, buckets[i].upper);
      fixes.max_bucket = std::max(fixes.max_bucket, buckets[i].upper);
      fixes.max_diff = std::max(fixes.max_diff, before - count);
      count = before;
    } else {
      before = count;
    }
  }
  return fixes;
}

// `buckets` sorted and not empty; it is used up.
double ClassicQuantile(double q, std::vector<Bucket>& buckets, Fixes* fixes) {
  if (std::isnan(q)) return model::kNormalNan;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  if (buckets.back().upper != kInf) return model::kNormalNan;
  MergeEqualBounds(buckets);
  *fixes = ForceMonotonic(buckets);
  double total = buckets.back().count;
  if (buckets.size() < 2 || total == 0) return model::kNormalNan;
  double rank = q * total;
  auto found = std::partition_point(buckets.begin(), buckets.end() - 1,
                                    [rank](const Bucket& b) { return !(b.count >= rank); });
  auto b = static_cast<size_t>(found - buckets.begin());
  if (b == buckets.size() - 1) return buckets[b - 1].upper;
  if (b == 0 && buckets[0].upper <= 0) return buckets[0].upper;
  double lower = 0;
  double count = buckets[b].count;
  if (b > 0) {
    lower = buckets[b - 1].upper;
    count -= buckets[b - 1].count;
    rank -= buckets[b - 1].count;
  }
  return lower + (buckets[b].upper - lower) * (rank / count);
}

// Observations below `v`, of `count`.
double RankOf(double v, const std::vector<Bucket>& buckets, double count) {
  double rank = 0;
  for (size_t i = 0; i < buckets.size(); ++i) {
    double lower = i > 0 ? buckets[i - 1].upper : buckets[0].upper > 0 ? 0 : -kInf;
    double upper = buckets[i].upper;
    if (lower >= v) return rank;
    if (upper > v) {
      // Nothing can be said of the inside of an infinite bucket.
      if (lower == -kInf) return buckets[i].count;
      return std::min(count, rank + (buckets[i].count - rank) * (v - lower) / (upper - lower));
    }
    rank = buckets[i].count;
  }
  return count;
}

double ClassicFraction(double lower, double upper, std::vector<Bucket>& buckets) {
  if (buckets.back().upper != kInf) return model::kNormalNan;
  MergeEqualBounds(buckets);
  double count = buckets.back().count;
  if (count == 0 || std::isnan(lower) || std::isnan(upper)) return model::kNormalNan;
  if (lower >= upper) return 0;
  return (RankOf(upper, buckets, count) - RankOf(lower, buckets, count)) / count;
}

// All bucket series of one histogram.
struct ClassicHistogram {
  model::Labels labels;
  std::string metric_name;
  bool drop_name = false;
  std::vector<std::pair<double, std::vector<double>>> bounds;  // upper bound, counts at the steps
  std::vector<uint8_t> native;                                 // steps with a native histogram

  // The buckets that have a count at this step.
  void At(size_t step, std::vector<Bucket>* out) const {
    out->clear();
    for (const auto& [upper, counts] : bounds) {
      if (!IsAbsent(counts[step])) out->push_back({upper, counts[step]});
    }
  }
};

class ClassicReader {
 public:
  ClassicReader(QueryContext& context, const PlanNode& call, const PlanNode& vector)
      : context_(context), function_(call.function), pos_(vector.expr->pos), held_(context) {}

  std::vector<ClassicHistogram> Read(Stream& stream) {
    while (stream.Next()) {
      Column& column = stream.column();
      context_.Tick(column.v.size());
      size_t samples = column.CountSamples();
      if (samples == 0) continue;
      held_.Add(samples);
      Add(stream, column);
    }
    for (ClassicHistogram& histogram : all_) {
      std::stable_sort(histogram.bounds.begin(), histogram.bounds.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
    }
    return std::move(all_);
  }
  void NoteMix(const ClassicHistogram& histogram) {
    context_.notes.Warn("vector contains a mix of classic and native histograms" +
                            ForMetricName(histogram.metric_name),
                        pos_);
  }
  [[noreturn]] void RefuseNative() { ThrowUnsupportedHistograms(function_); }

 private:
  ClassicHistogram& Find(Stream& stream) {
    static const std::vector<std::string> kLe = {std::string(model::kBucketLabel)};
    model::Labels key = stream.labels().Drop(kLe);
    auto [at, fresh] = index_.try_emplace(key, all_.size());
    if (fresh) {
      all_.emplace_back();
      all_.back().metric_name = std::string(key.metric_name());
      all_.back().labels = std::move(key);
    }
    ClassicHistogram& histogram = all_[at->second];
    histogram.drop_name = histogram.drop_name || stream.drop_name();
    return histogram;
  }
  void Add(Stream& stream, Column& column) {
    bool floats =
        std::any_of(column.v.begin(), column.v.end(), [](double v) { return !IsAbsent(v); });
    if (!column.h.empty()) {
      ClassicHistogram& histogram = Find(stream);
      histogram.native.resize(column.v.size());
      for (size_t i = 0; i < column.v.size(); ++i) {
        if (column.HasHistogram(i)) histogram.native[i] = 1;
      }
    }
    if (!floats) return;
    std::string_view le = stream.labels().Get(model::kBucketLabel);
    std::optional<double> upper = ParseFloat(le);
    if (!upper) {
      context_.notes.Warn(
          fmt::format("bucket label \"le\" is missing or has a malformed value of {}{}",
                      GoQuote(le), ForMetricName(stream.labels().metric_name())),
          pos_);
      return;
    }
    Find(stream).bounds.emplace_back(*upper, column.v);
  }

  QueryContext& context_;
  std::string function_;
  PosRange pos_;
  HeldSamples held_;
  HashMap<model::Labels, size_t, std::hash<model::Labels>> index_;
  std::vector<ClassicHistogram> all_;
};

// `compute(histogram, step, buckets)` at each step with buckets.
template <typename Compute>
Row EvalClassic(ClassicReader& reader, const ClassicHistogram& histogram, size_t steps,
                Compute compute) {
  Row row{histogram.labels, histogram.drop_name, {}};
  row.column.Reset(steps);
  std::vector<Bucket> buckets;
  for (size_t i = 0; i < steps; ++i) {
    histogram.At(i, &buckets);
    if (!histogram.native.empty() && histogram.native[i]) {
      if (buckets.empty()) reader.RefuseNative();
      reader.NoteMix(histogram);
    } else if (!buckets.empty()) {
      row.column.v[i] = compute(histogram, i, buckets);
    }
  }
  return row;
}

void CheckQuantiles(QueryContext& context, const ScalarColumn& qs, PosRange pos) {
  for (double q : qs) {
    if (q >= 0 && q <= 1) continue;
    context.notes.Warn(
        fmt::format("quantile value should be between 0 and 1, got {}", FormatFloatGo(q)), pos);
  }
}

auto QuantileAt(QueryContext& context, const Grid& grid, const ScalarColumn& qs, PosRange pos) {
  return [&context, &qs, grid, pos](const ClassicHistogram& histogram, size_t step,
                                    std::vector<Bucket>& buckets) {
    Fixes fixes;
    double result = ClassicQuantile(qs[step], buckets, &fixes);
    if (fixes.forced) {
      context.notes.ForcedMonotonicity({histogram.metric_name, pos, grid.at(step), fixes.min_bucket,
                                        fixes.max_bucket, fixes.max_diff});
    }
    return result;
  };
}

StreamPtr MakeQuantile(QueryContext& context, const PlanNode& call, const Grid& grid) {
  ScalarColumn qs = EvalScalar(context, *call.children[0], grid);
  CheckQuantiles(context, qs, call.children[0]->expr->pos);
  const PlanNode& vector = *call.children[1];
  ClassicReader reader(context, call, vector);
  std::vector<Row> rows;
  for (const ClassicHistogram& h : reader.Read(*MakeStream(context, vector, grid))) {
    rows.push_back(
        EvalClassic(reader, h, grid.count, QuantileAt(context, grid, qs, vector.expr->pos)));
  }
  return std::make_unique<RowStream>(std::move(rows));
}

// As exposition pages write quantiles: whole numbers with ".0".
std::string QuantileLabel(double q) {
  std::string text = FormatFloatGo(q);
  bool whole = text.find_first_not_of("-0123456789") == std::string::npos;
  return whole ? text + ".0" : text;
}

StreamPtr MakeQuantiles(QueryContext& context, const PlanNode& call, const Grid& grid) {
  const std::string& label = call.children[1]->expr->As<StringLiteral>().value;
  if (!model::IsValidLabelName(label)) {
    throw QueryError(fmt::format("invalid label name {}", GoQuote(label)));
  }
  const PlanNode& vector = *call.children[0];
  ClassicReader reader(context, call, vector);
  std::vector<ClassicHistogram> all = reader.Read(*MakeStream(context, vector, grid));
  std::vector<Row> rows;
  for (size_t arg = 2; arg < call.children.size(); ++arg) {
    ScalarColumn qs = EvalScalar(context, *call.children[arg], grid);
    CheckQuantiles(context, qs, call.children[arg]->expr->pos);
    // The label tells the quantile, so each value of it makes a series of its own.
    std::vector<double> values = qs;
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end(), model::SameBits), values.end());
    for (double q : values) {
      for (const ClassicHistogram& h : all) {
        Row row =
            EvalClassic(reader, h, grid.count, QuantileAt(context, grid, qs, vector.expr->pos));
        for (size_t i = 0; i < grid.count; ++i) {
          if (!model::SameBits(qs[i], q)) row.column.Clear(i);
        }
        model::LabelsBuilder builder(row.labels);
        builder.Set(label, QuantileLabel(q));
        row.labels = builder.Build();
        rows.push_back(std::move(row));
      }
    }
  }
  return std::make_unique<RowStream>(std::move(rows));
}

StreamPtr MakeFraction(QueryContext& context, const PlanNode& call, const Grid& grid) {
  ScalarColumn lower = EvalScalar(context, *call.children[0], grid);
  ScalarColumn upper = EvalScalar(context, *call.children[1], grid);
  const PlanNode& vector = *call.children[2];
  ClassicReader reader(context, call, vector);
  std::vector<Row> rows;
  for (const ClassicHistogram& h : reader.Read(*MakeStream(context, vector, grid))) {
    rows.push_back(EvalClassic(reader, h, grid.count,
                               [&](const ClassicHistogram&, size_t i, std::vector<Bucket>& b) {
                                 return ClassicFraction(lower[i], upper[i], b);
                               }));
  }
  return std::make_unique<RowStream>(std::move(rows));
}

// histogram_count, histogram_sum, histogram_avg of native histograms; numbers are left out.
class FieldStream final : public MapStream {
 public:
  FieldStream(QueryContext& context, StreamPtr child, std::string function)
      : MapStream(context, std::move(child)), function_(std::move(function)) {}

 private:
  void Apply(Column& column) override {
    for (size_t i = 0; i < column.v.size(); ++i) {
      column.v[i] = column.HasHistogram(i) ? Field(*column.h[i]) : kAbsent;
    }
    column.h.clear();
  }
  double Field(const model::FloatHistogram& histogram) const {
    if (function_ == "histogram_count") return histogram.count;
    if (function_ == "histogram_sum") return histogram.sum;
    if (function_ == "histogram_avg") return histogram.sum / histogram.count;
    ThrowUnsupportedHistograms(function_);
  }
  std::string function_;
};

}  // namespace

StreamPtr MakeHistogramFunction(QueryContext& context, const PlanNode& call, const Grid& grid) {
  const std::string& name = call.function;
  StreamPtr stream;
  if (name == "histogram_quantile") {
    stream = MakeQuantile(context, call, grid);
  } else if (name == "histogram_quantiles") {
    stream = MakeQuantiles(context, call, grid);
  } else if (name == "histogram_fraction") {
    stream = MakeFraction(context, call, grid);
  } else if (name.starts_with("histogram_")) {
    stream =
        std::make_unique<FieldStream>(context, MakeStream(context, *call.children[0], grid), name);
  } else {
    return nullptr;
  }
  return MakeNameDrop(context, std::move(stream), call);
}

}  // namespace watchfire::promql

// Functions of histograms, classic (`le` buckets) and native.

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/core.h>

#include "base/hash_map.h"
#include "base/numbers.h"
#include "base/text.h"
#include "promql/kernels/histogram_quantile.h"
#include "promql/operators/operator.h"

namespace watchfire::promql {
namespace {

// All series of one histogram.
struct HistogramRow {
  model::Labels labels;
  std::string metric_name;
  bool drop_name = false;
  std::vector<std::pair<double, std::vector<double>>> bounds;  // upper bound, counts at the steps
  std::vector<HistogramPtr> native;                            // empty, or one a step

  // The buckets that have a count at this step.
  void At(size_t step, std::vector<ClassicBucket>* out) const {
    out->clear();
    for (const auto& [upper, counts] : bounds) {
      if (!IsAbsent(counts[step])) out->push_back({upper, counts[step]});
    }
  }
};

class HistogramReader {
 public:
  HistogramReader(QueryContext& context, const PlanNode& vector)
      : context_(context), pos_(vector.expr->pos), held_(context) {}

  std::vector<HistogramRow> Read(Stream& stream) {
    while (stream.Next()) {
      Column& column = stream.column();
      context_.Tick(column.v.size());
      size_t samples = column.CountSamples();
      if (samples == 0) continue;
      held_.Add(samples);
      Add(stream, column);
    }
    for (HistogramRow& histogram : all_) {
      std::stable_sort(histogram.bounds.begin(), histogram.bounds.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
    }
    return std::move(all_);
  }
  void NoteMix(const HistogramRow& histogram) {
    context_.notes.Warn("vector contains a mix of classic and native histograms" +
                            ForMetricName(histogram.metric_name),
                        pos_);
  }
  void NoteNan(NanEffect effect, const HistogramRow& histogram) {
    std::string_view text;
    switch (effect) {
      case NanEffect::kNone:
        return;
      case NanEffect::kResultIsNan:
        text = "input to histogram_quantile has NaN observations, result is NaN";
        break;
      case NanEffect::kSkewed:
        text = "input to histogram_quantile has NaN observations, result is skewed higher";
        break;
      case NanEffect::kExcluded:
        text =
            "input to histogram_fraction has NaN observations, which are excluded from all "
            "fractions";
        break;
    }
    context_.notes.Info(std::string(text) + ForMetricName(histogram.metric_name), pos_);
  }
  void NoteFixes(const MonotonicityFixes& fixes, const HistogramRow& histogram, TimeMs t) {
    if (!fixes.forced) return;
    context_.notes.ForcedMonotonicity(
        {histogram.metric_name, pos_, t, fixes.min_bucket, fixes.max_bucket, fixes.max_diff});
  }

 private:
  HistogramRow& Find(Stream& stream) {
    static const std::vector<std::string> kLe = {std::string(model::kBucketLabel)};
    model::Labels key = stream.labels().Drop(kLe);
    auto [at, fresh] = index_.try_emplace(key, all_.size());
    if (fresh) {
      all_.emplace_back();
      all_.back().metric_name = std::string(key.metric_name());
      all_.back().labels = std::move(key);
    }
    HistogramRow& histogram = all_[at->second];
    histogram.drop_name = histogram.drop_name || stream.drop_name();
    return histogram;
  }
  void Add(Stream& stream, Column& column) {
    bool floats =
        std::any_of(column.v.begin(), column.v.end(), [](double v) { return !IsAbsent(v); });
    if (!column.h.empty()) {
      // Series with different names may have the same labels at last, but not at the same step.
      std::vector<HistogramPtr>& native = Find(stream).native;
      native.resize(column.v.size());
      for (size_t i = 0; i < column.v.size(); ++i) {
        if (column.HasHistogram(i)) native[i] = std::move(column.h[i]);
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
  PosRange pos_;
  HeldSamples held_;
  HashMap<model::Labels, size_t, std::hash<model::Labels>> index_;
  std::vector<HistogramRow> all_;
};

// `classic(histogram, step, buckets)` at each step with buckets, `native(histogram, step)` at each
// with a native histogram.
template <typename Classic, typename Native>
Row Eval(HistogramReader& reader, const HistogramRow& histogram, size_t steps, Classic classic,
         Native native) {
  Row row{histogram.labels, histogram.drop_name, {}};
  row.column.Reset(steps);
  std::vector<ClassicBucket> buckets;
  for (size_t i = 0; i < steps; ++i) {
    histogram.At(i, &buckets);
    bool is_native = !histogram.native.empty() && histogram.native[i];
    if (is_native && !buckets.empty()) {
      reader.NoteMix(histogram);
    } else if (is_native) {
      row.column.v[i] = native(histogram, i);
    } else if (!buckets.empty()) {
      row.column.v[i] = classic(histogram, i, buckets);
    }
  }
  return row;
}

Row EvalQuantile(HistogramReader& reader, const HistogramRow& histogram, const Grid& grid,
                 const ScalarColumn& qs) {
  return Eval(
      reader, histogram, grid.count,
      [&](const HistogramRow& h, size_t step, std::vector<ClassicBucket>& buckets) {
        MonotonicityFixes fixes;
        double result = ClassicQuantile(qs[step], buckets, &fixes);
        reader.NoteFixes(fixes, h, grid.at(step));
        return result;
      },
      [&](const HistogramRow& h, size_t step) {
        NanEffect effect = NanEffect::kNone;
        double result = NativeQuantile(qs[step], *h.native[step], &effect);
        reader.NoteNan(effect, h);
        return result;
      });
}

void CheckQuantiles(QueryContext& context, const ScalarColumn& qs, PosRange pos) {
  for (double q : qs) {
    if (q >= 0 && q <= 1) continue;
    context.notes.Warn(
        fmt::format("quantile value should be between 0 and 1, got {}", FormatFloatGo(q)), pos);
  }
}

StreamPtr MakeQuantile(QueryContext& context, const PlanNode& call, const Grid& grid) {
  ScalarColumn qs = EvalScalar(context, *call.children[0], grid);
  CheckQuantiles(context, qs, call.children[0]->expr->pos);
  const PlanNode& vector = *call.children[1];
  HistogramReader reader(context, vector);
  std::vector<Row> rows;
  for (const HistogramRow& h : reader.Read(*MakeStream(context, vector, grid))) {
    rows.push_back(EvalQuantile(reader, h, grid, qs));
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
  HistogramReader reader(context, vector);
  std::vector<HistogramRow> all = reader.Read(*MakeStream(context, vector, grid));
  std::vector<Row> rows;
  for (size_t arg = 2; arg < call.children.size(); ++arg) {
    ScalarColumn qs = EvalScalar(context, *call.children[arg], grid);
    CheckQuantiles(context, qs, call.children[arg]->expr->pos);
    // The label tells the quantile, so each value of it makes a series of its own.
    std::vector<double> values = qs;
    // By bits, because NaN has no place among the others.
    std::ranges::sort(values, {}, [](double q) { return std::bit_cast<uint64_t>(q); });
    values.erase(std::unique(values.begin(), values.end(), model::SameBits), values.end());
    for (double q : values) {
      for (const HistogramRow& h : all) {
        Row row = EvalQuantile(reader, h, grid, qs);
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
  HistogramReader reader(context, vector);
  std::vector<model::HistogramBucket> scratch;
  std::vector<Row> rows;
  for (const HistogramRow& h : reader.Read(*MakeStream(context, vector, grid))) {
    rows.push_back(Eval(
        reader, h, grid.count,
        [&](const HistogramRow&, size_t i, std::vector<ClassicBucket>& b) {
          return ClassicFraction(lower[i], upper[i], b);
        },
        [&](const HistogramRow& row, size_t i) {
          NanEffect effect = NanEffect::kNone;
          double result = NativeFraction(lower[i], upper[i], *row.native[i], &scratch, &effect);
          reader.NoteNan(effect, row);
          return result;
        }));
  }
  return std::make_unique<RowStream>(std::move(rows));
}

// A number of each native histogram; numbers are left out.
class FieldStream final : public MapStream {
 public:
  enum class Field : uint8_t { kCount, kSum, kAverage, kVariance, kDeviation };
  FieldStream(QueryContext& context, StreamPtr child, Field field)
      : MapStream(context, std::move(child)), field_(field) {}

 private:
  void Apply(Column& column) override {
    for (size_t i = 0; i < column.v.size(); ++i) {
      column.v[i] = column.HasHistogram(i) ? Of(*column.h[i]) : kAbsent;
    }
    column.h.clear();
  }
  double Of(const model::FloatHistogram& histogram) {
    switch (field_) {
      case Field::kCount:
        return histogram.count;
      case Field::kSum:
        return histogram.sum;
      case Field::kAverage:
        return histogram.sum / histogram.count;
      case Field::kVariance:
        return NativeVariance(histogram, &scratch_);
      case Field::kDeviation:
        return std::sqrt(NativeVariance(histogram, &scratch_));
    }
    return model::kNormalNan;
  }
  Field field_;
  std::vector<model::HistogramBucket> scratch_;
};

std::optional<FieldStream::Field> FieldOf(std::string_view function) {
  using Field = FieldStream::Field;
  if (function == "histogram_count") return Field::kCount;
  if (function == "histogram_sum") return Field::kSum;
  if (function == "histogram_avg") return Field::kAverage;
  if (function == "histogram_stdvar") return Field::kVariance;
  if (function == "histogram_stddev") return Field::kDeviation;
  return std::nullopt;
}

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
  } else if (std::optional<FieldStream::Field> field = FieldOf(name)) {
    stream = std::make_unique<FieldStream>(context, MakeStream(context, *call.children[0], grid),
                                           *field);
  } else {
    return nullptr;
  }
  return MakeNameDrop(context, std::move(stream), call);
}

}  // namespace watchfire::promql

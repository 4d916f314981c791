#include "model/histogram_math.h"

#include <algorithm>
#include <cmath>

#include "model/histogram_bounds.h"
#include "model/histogram_spans.h"
#include "model/sample.h"

namespace watchfire::model {
namespace {

void AddRuns(const std::vector<BucketRun>& runs, const std::vector<double>& part, double sign,
             std::vector<double>* whole) {
  for (const BucketRun& run : runs) {
    double* to = whole->data() + run.whole;
    const double* from = part.data() + run.part;
    for (size_t i = 0; i < run.length; ++i) to[i] += sign * from[i];
  }
}

void AddSide(Spans& spans, std::vector<double>& counts, const Spans& other_spans,
             const std::vector<double>& other_counts, double sign) {
  std::vector<BucketRun> runs;
  if (!MapRuns(spans, other_spans, &runs)) {
    Spans joined = UnionOfSpans(spans, other_spans);
    counts = SpreadCounts(spans, counts, joined);
    spans = std::move(joined);
    MapRuns(spans, other_spans, &runs);
  }
  AddRuns(runs, other_counts, sign, &counts);
}

void ReduceSide(Spans& spans, std::vector<double>& counts, int32_t by) {
  std::vector<size_t> positions;
  spans = CoarseSpans(spans, by, &positions);
  std::vector<double> coarse(CountBuckets(spans), 0.0);
  for (size_t i = 0; i < counts.size(); ++i) coarse[positions[i]] += counts[i];
  counts = std::move(coarse);
}

// Sets all buckets of one side to zero that begin below the threshold.
void DropBelow(const Spans& spans, double threshold, int32_t schema, std::vector<double>* counts) {
  BucketCursor cursor(spans);
  while (cursor.Next() && ExponentialBound(cursor.index() - 1, schema) < threshold) {
    (*counts)[cursor.position()] = 0;
  }
}

// Adds one side's buckets below the threshold up; the threshold grows to the end of a filled bucket
// that it cuts. True if it has grown.
bool SumBelow(const Spans& spans, const std::vector<double>& counts, int32_t schema,
              double* threshold, double* sum) {
  BucketCursor cursor(spans);
  while (cursor.Next()) {
    if (ExponentialBound(cursor.index() - 1, schema) >= *threshold) return false;
    double count = counts[cursor.position()];
    *sum += count;
    double upper = ExponentialBound(cursor.index(), schema);
    if (upper <= *threshold) continue;
    if (count == 0) return false;
    *threshold = upper;
    return true;
  }
  return false;
}

// Both with exponential buckets and the same zero bucket.
void CombineExponential(FloatHistogram& h, const FloatHistogram& other, double sign) {
  if (other.schema > h.schema) {
    FloatHistogram coarse = other;
    ReduceResolution(coarse, h.schema);
    return CombineExponential(h, coarse, sign);
  }
  ReduceResolution(h, other.schema);
  h.zero_count += sign * other.zero_count;
  AddSide(h.positive_spans, h.positive_buckets, other.positive_spans, other.positive_buckets, sign);
  AddSide(h.negative_spans, h.negative_buckets, other.negative_spans, other.negative_buckets, sign);
}

void CombineCustom(FloatHistogram& h, const FloatHistogram& other, double sign,
                   Combination* result) {
  if (h.custom_values == other.custom_values) {
    AddSide(h.positive_spans, h.positive_buckets, other.positive_spans, other.positive_buckets,
            sign);
    return;
  }
  result->bounds_reconciled = true;
  std::vector<double> bounds = CommonBounds(h.custom_values, other.custom_values);
  std::vector<double> counts =
      CountsBetween(h.positive_spans, h.positive_buckets, h.custom_values, bounds);
  std::vector<double> more =
      CountsBetween(other.positive_spans, other.positive_buckets, other.custom_values, bounds);
  for (size_t i = 0; i < counts.size(); ++i) counts[i] += sign * more[i];
  h.positive_spans = {{0, static_cast<uint32_t>(counts.size())}};
  h.positive_buckets = std::move(counts);
  h.custom_values = std::move(bounds);
}

Combination Combine(FloatHistogram& h, const FloatHistogram& other, double sign) {
  Combination result;
  if (UsesCustomBuckets(h) != UsesCustomBuckets(other) || !IsWellFormed(h) ||
      !IsWellFormed(other)) {
    result.compatible = false;
    return result;
  }
  h.reset_hint = CombineHints(h.reset_hint, other.reset_hint, &result.resets_conflict);
  h.count += sign * other.count;
  h.sum += sign * other.sum;
  if (UsesCustomBuckets(h)) {
    CombineCustom(h, other, sign, &result);
  } else if (h.zero_threshold == other.zero_threshold) {
    CombineExponential(h, other, sign);
  } else {
    FloatHistogram grown = other;
    while (grown.zero_threshold < h.zero_threshold || h.zero_threshold < grown.zero_threshold) {
      GrowZeroBucket(grown, h.zero_threshold);
      GrowZeroBucket(h, grown.zero_threshold);
    }
    CombineExponential(h, grown, sign);
  }
  return result;
}

void CompactSide(Spans& spans, std::vector<double>& counts) {
  bool clean = std::none_of(counts.begin(), counts.end(), [](double c) { return c == 0; });
  for (size_t i = 0; i < spans.size(); ++i) {
    clean = clean && spans[i].length > 0 && (i == 0 || spans[i].offset > 0);
  }
  if (clean) return;
  Spans filled;
  size_t kept = 0;
  int64_t end = 0;
  BucketCursor cursor(spans);
  while (cursor.Next()) {
    double count = counts[cursor.position()];
    if (count == 0) continue;
    if (filled.empty() || cursor.index() != end) {
      filled.push_back({static_cast<int32_t>(cursor.index() - end), 0});
    }
    ++filled.back().length;
    end = int64_t{cursor.index()} + 1;
    counts[kept++] = count;
  }
  counts.resize(kept);
  spans = std::move(filled);
}

// The next filled bucket; false if there is none.
bool NextFilled(BucketCursor& cursor, const std::vector<double>& counts) {
  while (cursor.Next()) {
    if (counts[cursor.position()] != 0) return true;
  }
  return false;
}

bool SameSide(const Spans& a_spans, const std::vector<double>& a, const Spans& b_spans,
              const std::vector<double>& b) {
  BucketCursor at_a(a_spans);
  BucketCursor at_b(b_spans);
  while (true) {
    bool more = NextFilled(at_a, a);
    if (more != NextFilled(at_b, b)) return false;
    if (!more) return true;
    if (at_a.index() != at_b.index() || !SameBits(a[at_a.position()], b[at_b.position()])) {
      return false;
    }
  }
}

}  // namespace

bool IsWellFormed(const FloatHistogram& h) {
  return FitsCounts(h.positive_spans, h.positive_buckets) &&
         FitsCounts(h.negative_spans, h.negative_buckets);
}

CounterReset CombineHints(CounterReset a, CounterReset b, bool* conflict) {
  *conflict = false;
  if (a == b) return a;
  if (a == CounterReset::kGauge || b == CounterReset::kGauge) return CounterReset::kGauge;
  *conflict = a != CounterReset::kUnknown && b != CounterReset::kUnknown;
  return CounterReset::kUnknown;
}

Combination Add(FloatHistogram& h, const FloatHistogram& other) {
  return Combine(h, other, 1);
}

Combination Subtract(FloatHistogram& h, const FloatHistogram& other) {
  return Combine(h, other, -1);
}

void Multiply(FloatHistogram& h, double factor) {
  h.zero_count *= factor;
  h.count *= factor;
  h.sum *= factor;
  for (double& count : h.positive_buckets) count *= factor;
  for (double& count : h.negative_buckets) count *= factor;
  if (factor < 0) h.reset_hint = CounterReset::kGauge;
}

void Divide(FloatHistogram& h, double divisor) {
  h.zero_count /= divisor;
  h.count /= divisor;
  h.sum /= divisor;
  if (divisor == 0) {
    h.positive_spans.clear();
    h.positive_buckets.clear();
    h.negative_spans.clear();
    h.negative_buckets.clear();
    return;
  }
  for (double& count : h.positive_buckets) count /= divisor;
  for (double& count : h.negative_buckets) count /= divisor;
  if (divisor < 0) h.reset_hint = CounterReset::kGauge;
}

void Compact(FloatHistogram& h) {
  CompactSide(h.positive_spans, h.positive_buckets);
  CompactSide(h.negative_spans, h.negative_buckets);
}

void ReduceResolution(FloatHistogram& h, int32_t schema) {
  if (schema >= h.schema) return;
  int32_t by = h.schema - schema;
  ReduceSide(h.positive_spans, h.positive_buckets, by);
  ReduceSide(h.negative_spans, h.negative_buckets, by);
  h.schema = schema;
}

void GrowZeroBucket(FloatHistogram& h, double threshold) {
  if (!(threshold > h.zero_threshold)) return;
  double count = 0;
  do {
    count = h.zero_count;
    SumBelow(h.positive_spans, h.positive_buckets, h.schema, &threshold, &count);
    // A threshold that grew here is not the one that the positive side was counted for.
  } while (SumBelow(h.negative_spans, h.negative_buckets, h.schema, &threshold, &count));
  h.zero_count = count;
  h.zero_threshold = threshold;
  DropBelow(h.positive_spans, threshold, h.schema, &h.positive_buckets);
  DropBelow(h.negative_spans, threshold, h.schema, &h.negative_buckets);
  Compact(h);
}

bool SameHistogram(const FloatHistogram& a, const FloatHistogram& b) {
  return a.schema == b.schema && SameBits(a.count, b.count) && SameBits(a.sum, b.sum) &&
         a.zero_threshold == b.zero_threshold && SameBits(a.zero_count, b.zero_count) &&
         a.custom_values == b.custom_values &&
         SameSide(a.positive_spans, a.positive_buckets, b.positive_spans, b.positive_buckets) &&
         SameSide(a.negative_spans, a.negative_buckets, b.negative_spans, b.negative_buckets);
}

size_t SizeInSamples(const FloatHistogram& h) {
  constexpr size_t kFixed = 168;  // upstream's structure and the pointer to it
  constexpr size_t kItem = 8;     // a span, a count, a bound
  constexpr size_t kFloatSample = 16;
  size_t items = h.positive_spans.size() + h.negative_spans.size() + h.positive_buckets.size() +
                 h.negative_buckets.size() + h.custom_values.size();
  return (kFixed + items * kItem + 8) / kFloatSample;
}

std::vector<double> CommonBounds(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  return common;
}

std::vector<double> CountsBetween(const std::vector<Span>& spans, const std::vector<double>& counts,
                                  const std::vector<double>& from, const std::vector<double>& to) {
  std::vector<double> between(to.size() + 1, 0.0);
  size_t target = 0;
  BucketCursor cursor(spans);
  while (cursor.Next()) {
    auto index = static_cast<size_t>(cursor.index());
    if (index >= from.size()) {
      target = to.size();  // of +Inf
    } else {
      while (target < to.size() && to[target] < from[index]) ++target;
    }
    between[target] += counts[cursor.position()];
  }
  return between;
}

}  // namespace watchfire::model

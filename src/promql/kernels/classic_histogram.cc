// Classic histograms.

#include <algorithm>
#include <cmath>

#include "model/sample.h"
#include "promql/kernels/histogram_quantile.h"

namespace watchfire::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

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
void MergeEqualBounds(std::vector<ClassicBucket>& buckets) {
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

MonotonicityFixes ForceMonotonic(std::vector<ClassicBucket>& buckets) {
  MonotonicityFixes fixes;
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

// Observations below `v`, of `count`.
double RankOf(double v, const std::vector<ClassicBucket>& buckets, double count) {
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

}  // namespace

double ClassicQuantile(double q, std::vector<ClassicBucket>& buckets, MonotonicityFixes* fixes) {
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
                                    [rank](const ClassicBucket& b) { return !(b.count >= rank); });
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

double ClassicFraction(double lower, double upper, std::vector<ClassicBucket>& buckets) {
  if (buckets.back().upper != kInf) return model::kNormalNan;
  MergeEqualBounds(buckets);
  double count = buckets.back().count;
  if (count == 0 || std::isnan(lower) || std::isnan(upper)) return model::kNormalNan;
  if (lower >= upper) return 0;
  return (RankOf(upper, buckets, count) - RankOf(lower, buckets, count)) / count;
}

}  // namespace watchfire::promql

#include "model/histogram_spans.h"

#include <algorithm>

#include "base/check.h"

namespace watchfire::model {
namespace {

struct Interval {
  int64_t begin = 0;
  int64_t end = 0;
};

void AppendIntervals(const Spans& spans, std::vector<Interval>* out) {
  int64_t index = 0;
  for (const Span& span : spans) {
    index += span.offset;
    if (span.length > 0) out->push_back({index, index + span.length});
    index += span.length;
  }
}

void AppendSpan(int64_t begin, int64_t end, int64_t* last_end, Spans* spans) {
  spans->push_back({static_cast<int32_t>(begin - *last_end), static_cast<uint32_t>(end - begin)});
  *last_end = end;
}

}  // namespace

bool FitsCounts(const Spans& spans, const std::vector<double>& counts) {
  for (size_t i = 1; i < spans.size(); ++i) {
    if (spans[i].offset < 0) return false;
  }
  return CountBuckets(spans) == counts.size();
}

size_t CountBuckets(const Spans& spans) {
  size_t count = 0;
  for (const Span& span : spans) count += span.length;
  return count;
}

Spans UnionOfSpans(const Spans& a, const Spans& b) {
  std::vector<Interval> all;
  all.reserve(a.size() + b.size());
  AppendIntervals(a, &all);
  AppendIntervals(b, &all);
  std::sort(all.begin(), all.end(),
            [](const Interval& x, const Interval& y) { return x.begin < y.begin; });
  Spans spans;
  int64_t last_end = 0;
  for (size_t i = 0; i < all.size();) {
    Interval joined = all[i];
    for (++i; i < all.size() && all[i].begin <= joined.end; ++i) {
      joined.end = std::max(joined.end, all[i].end);
    }
    AppendSpan(joined.begin, joined.end, &last_end, &spans);
  }
  return spans;
}

bool MapRuns(const Spans& whole, const Spans& part, std::vector<BucketRun>* runs) {
  runs->clear();
  size_t span = 0;    // of `whole`
  size_t before = 0;  // its buckets before that span
  int64_t span_begin = whole.empty() ? 0 : whole[0].offset;
  int64_t index = 0;  // of `part`
  size_t position = 0;
  for (const Span& wanted : part) {
    index += wanted.offset;
    for (int64_t left = wanted.length; left > 0;) {
      while (span < whole.size() && index >= span_begin + whole[span].length) {
        before += whole[span].length;
        span_begin += whole[span].length;
        if (++span < whole.size()) span_begin += whole[span].offset;
      }
      if (span == whole.size() || index < span_begin) return false;
      int64_t inside = index - span_begin;
      int64_t length = std::min(left, int64_t{whole[span].length} - inside);
      runs->push_back(
          {before + static_cast<size_t>(inside), position, static_cast<size_t>(length)});
      index += length;
      position += static_cast<size_t>(length);
      left -= length;
    }
  }
  return true;
}

Spans CoarseSpans(const Spans& spans, int32_t by, std::vector<size_t>* positions) {
  positions->clear();
  by = std::min(by, 62);
  Spans coarse;
  int64_t last = 0;  // index of the last bucket of `coarse`
  size_t count = 0;
  int64_t index = 0;
  for (const Span& span : spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length; ++i, ++index) {
      int64_t target = ((index - 1) >> by) + 1;
      if (coarse.empty() || target > last + 1) {
        int64_t gap = coarse.empty() ? target : target - last - 1;
        coarse.push_back({static_cast<int32_t>(gap), 1});
        ++count;
      } else if (target == last + 1) {
        ++coarse.back().length;
        ++count;
      }
      last = target;
      positions->push_back(count - 1);
    }
  }
  return coarse;
}

std::vector<double> SpreadCounts(const Spans& from, const std::vector<double>& counts,
                                 const Spans& to) {
  std::vector<double> spread(CountBuckets(to), 0.0);
  std::vector<BucketRun> runs;
  bool part = MapRuns(to, from, &runs);
  WF_CHECK(part);
  for (const BucketRun& run : runs) {
    std::copy_n(counts.data() + run.part, run.length, spread.data() + run.whole);
  }
  return spread;
}

}  // namespace watchfire::model

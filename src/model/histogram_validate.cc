#include "model/histogram_validate.h"

#include <cmath>
#include <limits>

#include "base/numbers.h"

namespace watchfire::model {
namespace {

Result<void> CheckSpans(const std::vector<Span>& spans, size_t num_buckets, bool first_counts) {
  uint64_t needed = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    if ((i > 0 || first_counts) && spans[i].offset < 0) {
      return Error::Invalid(
          "span number {} with offset {}: histogram has a span whose offset is negative", i + 1,
          spans[i].offset);
    }
    needed += spans[i].length;
  }
  if (needed != num_buckets) {
    return Error::Invalid(
        "spans need {} buckets, have {} buckets: histogram spans specify different number of "
        "buckets than provided",
        needed, num_buckets);
  }
  return {};
}

Error NegativeBucket(size_t number, const std::string& count) {
  return Error::Invalid(
      "bucket number {} has observation count of {}: histogram has a bucket whose observation "
      "count is negative",
      number, count);
}

// Adds the counts up in `sum`.
Result<void> CheckBuckets(const std::vector<int64_t>& deltas, uint64_t* sum) {
  uint64_t count = 0;
  for (size_t i = 0; i < deltas.size(); ++i) {
    count += static_cast<uint64_t>(deltas[i]);  // wraps as upstream's arithmetic does
    if (static_cast<int64_t>(count) < 0) {
      return NegativeBucket(i + 1, fmt::format("{}", static_cast<int64_t>(count)));
    }
    *sum += count;
  }
  return {};
}
Result<void> CheckBuckets(const std::vector<double>& counts, uint64_t*) {
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < 0) return NegativeBucket(i + 1, FormatFloatGo(counts[i]));
  }
  return {};
}

const std::vector<int64_t>& PositiveBuckets(const Histogram& h) {
  return h.positive_deltas;
}
const std::vector<double>& PositiveBuckets(const FloatHistogram& h) {
  return h.positive_buckets;
}
const std::vector<int64_t>& NegativeBuckets(const Histogram& h) {
  return h.negative_deltas;
}
const std::vector<double>& NegativeBuckets(const FloatHistogram& h) {
  return h.negative_buckets;
}

Result<void> InContext(std::string_view context, const Result<void>& result) {
  if (result.ok()) return {};
  return result.error().With("{}", context);
}

Result<void> CheckBounds(const HistogramLayout& h, size_t num_buckets) {
  double previous = -std::numeric_limits<double>::infinity();
  for (double bound : h.custom_values) {
    if (std::isnan(bound)) return Error::Invalid("histogram custom bounds must not be NaN");
    if (bound <= previous) {
      return Error::Invalid(
          "previous bound is {:f} and current is {:f}: histogram custom bounds must be in strictly "
          "increasing order",
          previous, bound);
    }
    previous = bound;
  }
  if (previous == std::numeric_limits<double>::infinity()) {
    return Error::Invalid(
        "last +Inf bound must not be explicitly defined: histogram custom bounds must be finite");
  }
  TRY(CheckSpans(h.positive_spans, num_buckets, true));
  int64_t total = 0;
  for (const Span& span : h.positive_spans) total += int64_t{span.offset} + span.length;
  if (static_cast<int64_t>(h.custom_values.size()) + 1 < total) {
    return Error::Invalid(
        "only {} custom bounds defined which is insufficient to cover total span length of {}: "
        "histogram custom bounds are too few",
        h.custom_values.size(), total);
  }
  return {};
}

template <typename AnyHistogram>
Result<void> CheckCustom(const AnyHistogram& h) {
  TRY(InContext("custom buckets", CheckBounds(h, PositiveBuckets(h).size())));
  if (h.zero_count != 0) return Error::Invalid("custom buckets: must have zero count of 0");
  if (h.zero_threshold != 0) return Error::Invalid("custom buckets: must have zero threshold of 0");
  if (!h.negative_spans.empty()) {
    return Error::Invalid("custom buckets: must not have negative spans");
  }
  if (!NegativeBuckets(h).empty()) {
    return Error::Invalid("custom buckets: must not have negative buckets");
  }
  return {};
}

template <typename AnyHistogram>
Result<void> CheckLayout(const AnyHistogram& h, uint64_t* observed) {
  if (h.schema == kCustomBucketsSchema) {
    TRY(CheckCustom(h));
  } else if (h.schema >= kMinExponentialSchema && h.schema <= kMaxExponentialSchema) {
    TRY(InContext("positive side", CheckSpans(h.positive_spans, PositiveBuckets(h).size(), false)));
    TRY(InContext("negative side", CheckSpans(h.negative_spans, NegativeBuckets(h).size(), false)));
    TRY(InContext("negative side", CheckBuckets(NegativeBuckets(h), observed)));
    if (h.zero_count < 0) {
      return Error::Invalid(
          "zero bucket has observation count of {}: histogram has a bucket whose observation count "
          "is negative",
          FormatFloatGo(static_cast<double>(h.zero_count)));
    }
    if (!h.custom_values.empty()) {
      return Error::Invalid("histogram with exponential schema must not have custom bounds");
    }
  } else {
    return Error::Invalid(
        "histogram has an invalid schema, which must be between {} and {} for exponential buckets, "
        "or {} for custom buckets, got schema {}",
        kMinExponentialSchema, kMaxExponentialSchema, kCustomBucketsSchema, h.schema);
  }
  if (h.count < 0) {
    // The two blanks are upstream's.
    return Error::Invalid("observation count is  {}: histogram's observation count is negative",
                          FormatFloatGo(static_cast<double>(h.count)));
  }
  return InContext("positive side", CheckBuckets(PositiveBuckets(h), observed));
}

}  // namespace

Result<void> Validate(const Histogram& h) {
  uint64_t observed = h.zero_count;
  TRY(CheckLayout(h, &observed));
  if (std::isnan(h.sum)) {
    if (observed <= h.count) return {};
    return Error::Invalid(
        "{} observations found in buckets, but the Count field is {}: histogram's observation "
        "count should be at least the number of observations found in the buckets",
        observed, h.count);
  }
  if (observed == h.count) return {};
  return Error::Invalid(
      "{} observations found in buckets, but the Count field is {}: histogram's observation count "
      "should equal the number of observations found in the buckets (in absence of NaN)",
      observed, h.count);
}

Result<void> Validate(const FloatHistogram& h) {
  uint64_t unused = 0;
  return CheckLayout(h, &unused);
}

}  // namespace watchfire::model

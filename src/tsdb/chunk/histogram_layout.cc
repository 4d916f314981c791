#include "tsdb/chunk/histogram_layout.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace watchfire::chunk {
namespace {

constexpr uint64_t kMaxShortBound = 33'554'430;  // in thousandths; 25 bits less one for the offset

void PutZeroThreshold(BitCursor& out, double threshold) {
  if (threshold == 0) return out.Put(0, 8);
  int exponent = 0;
  double fraction = std::frexp(threshold, &exponent);
  if (fraction == 0.5 && exponent >= -242 && exponent <= 11) {
    return out.Put(static_cast<uint64_t>(exponent + 243), 8);
  }
  out.Put(255, 8);
  out.PutWide(std::bit_cast<uint64_t>(threshold), 64);
}

double GetZeroThreshold(BitReader& in) {
  uint64_t byte = in.Get(8);
  if (byte == 0) return 0;
  if (byte == 255) return std::bit_cast<double>(in.GetWide(64));
  return std::ldexp(0.5, static_cast<int>(byte) - 243);
}

void PutSpans(BitCursor& out, std::span<const model::Span> spans) {
  PutVarbitUint(out, spans.size());
  for (const model::Span& span : spans) {
    PutVarbitUint(out, span.length);
    PutVarbitInt(out, span.offset);
  }
}

bool GetSpans(BitReader& in, std::vector<model::Span>* spans) {
  uint64_t count = GetVarbitUint(in);
  if (!in.ok() || count > (in.size_bits() - in.position()) / 2) return false;
  int64_t index = 0;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t length = GetVarbitUint(in);
    int64_t offset = GetVarbitInt(in);
    if (!in.ok() || length > std::numeric_limits<uint32_t>::max() ||
        offset != static_cast<int32_t>(offset) || (i > 0 && offset < 0)) {
      return false;
    }
    index += offset + static_cast<int64_t>(length);
    if (index > std::numeric_limits<int32_t>::max()) return false;
    spans->push_back({static_cast<int32_t>(offset), static_cast<uint32_t>(length)});
  }
  return true;
}

// Bounds that are thousandths are short; as they never are 0, a zero bit tells the others.
void PutBound(BitCursor& out, double bound) {
  double thousandths = bound * 1000;
  if (thousandths >= 0 && thousandths <= kMaxShortBound) {
    double whole = std::round(thousandths);
    if (whole / 1000 == bound) return PutVarbitUint(out, static_cast<uint64_t>(whole) + 1);
  }
  out.Put(0, 1);
  out.PutWide(std::bit_cast<uint64_t>(bound), 64);
}

double GetBound(BitReader& in) {
  uint64_t v = GetVarbitUint(in);
  if (v == 0) return std::bit_cast<double>(in.GetWide(64));
  return static_cast<double>(v - 1) / 1000;
}

bool GetBounds(BitReader& in, std::vector<double>* bounds) {
  uint64_t count = GetVarbitUint(in);
  if (!in.ok() || count > (in.size_bits() - in.position()) / 5) return false;
  for (uint64_t i = 0; i < count; ++i) bounds->push_back(GetBound(in));
  return in.ok();
}

}  // namespace

size_t LayoutBytes(const model::HistogramLayout& layout) {
  size_t spans = layout.positive_spans.size() + layout.negative_spans.size();
  return (5 + 2 * spans + layout.custom_values.size()) * kMaxVarbitBytes;
}

void PutLayout(BitCursor& out, const model::HistogramLayout& layout) {
  PutZeroThreshold(out, layout.zero_threshold);
  PutVarbitInt(out, layout.schema);
  PutSpans(out, layout.positive_spans);
  PutSpans(out, layout.negative_spans);
  if (layout.schema != model::kCustomBucketsSchema) return;
  PutVarbitUint(out, layout.custom_values.size());
  for (double bound : layout.custom_values) PutBound(out, bound);
}

Result<void> GetLayout(BitReader& in, unsigned bucket_bits, model::HistogramLayout* layout) {
  layout->zero_threshold = GetZeroThreshold(in);
  int64_t schema = GetVarbitInt(in);
  bool custom = schema == model::kCustomBucketsSchema;
  if (!custom && (schema < kMinSchema || schema > kMaxSchema)) {
    return Error::Corrupt("histogram of unknown schema {}", schema);
  }
  layout->schema = static_cast<int32_t>(schema);
  if (!GetSpans(in, &layout->positive_spans) || !GetSpans(in, &layout->negative_spans)) {
    return Error::Corrupt("histogram with spans that cannot be");
  }
  if (custom && !GetBounds(in, &layout->custom_values)) {
    return Error::Corrupt("histogram with bounds that cannot be");
  }
  uint64_t buckets = BucketCount(layout->positive_spans) + BucketCount(layout->negative_spans);
  if (!in.ok() || buckets > (in.size_bits() - in.position()) / bucket_bits) {
    return Error::Corrupt("histogram with more buckets than its chunk has room for");
  }
  return {};
}

std::vector<int64_t> BucketIndexes(std::span<const model::Span> spans, size_t max) {
  std::vector<int64_t> indexes;
  indexes.reserve(max);
  int64_t next = 0;
  for (const model::Span& span : spans) {
    next += span.offset;
    for (uint32_t i = 0; i < span.length && indexes.size() < max; ++i) indexes.push_back(next++);
  }
  return indexes;
}

std::vector<model::Span> SpansOf(std::span<const int64_t> indexes) {
  std::vector<model::Span> spans;
  for (size_t i = 0; i < indexes.size(); ++i) {
    if (i > 0 && indexes[i] == indexes[i - 1] + 1) {
      ++spans.back().length;
    } else {
      int64_t gap = i > 0 ? indexes[i] - indexes[i - 1] - 1 : indexes[i];
      spans.push_back({static_cast<int32_t>(gap), 1});
    }
  }
  return spans;
}

bool Ascends(std::span<const int64_t> indexes) {
  for (size_t i = 1; i < indexes.size(); ++i) {
    if (indexes[i] <= indexes[i - 1]) return false;
  }
  return true;
}

size_t BucketCount(std::span<const model::Span> spans) {
  size_t count = 0;
  for (const model::Span& span : spans) count += span.length;
  return count;
}

std::vector<int64_t> Union(std::span<const int64_t> a, std::span<const int64_t> b) {
  std::vector<int64_t> out;
  out.reserve(a.size() + b.size());
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

}  // namespace watchfire::chunk

// Decoding of histogram chunks: integer and float, with and without start timestamps.
#include "tsdb/chunk/histogram_kinds.h"
#include "tsdb/chunk/start_times.h"

namespace watchfire::chunk {
namespace {

Error Corrupt(const ChunkView& chunk, std::string_view what) {
  return Error::Corrupt("chunk of {} bytes, encoding {}, from {}: {}", chunk.data.size(),
                        static_cast<int>(chunk.encoding), chunk.mint, what);
}

bool HasStarts(Encoding encoding) {
  return encoding == Encoding::kHistogramSt || encoding == Encoding::kFloatHistogramSt;
}

// What the flags say of the chunk's samples. Of its first one nothing: whether the chunk before it
// is still there, or another came between them, is not known here.
model::CounterReset Hint(uint8_t flags, uint32_t index) {
  if ((flags & kResetGauge) == kResetGauge) return model::CounterReset::kGauge;
  return index > 0 ? model::CounterReset::kNo : model::CounterReset::kUnknown;
}

// Finer resolutions than queries know come from later programs.
template <typename Kind>
void ReduceToQuerySchema(typename Kind::Histogram* histogram) {
  if (histogram->schema <= kMaxQuerySchema) return;
  auto shift = static_cast<unsigned>(histogram->schema - kMaxQuerySchema);
  BucketCounts<typename Kind::Count> sides[2];
  for (bool negative : {false, true}) {
    auto& side = sides[negative ? 1 : 0];
    auto& spans = negative ? histogram->negative_spans : histogram->positive_spans;
    side.counts = Kind::Counts(*histogram, negative);
    side.indexes = BucketIndexes(spans, side.counts.size());
    ReduceResolution(shift, &side);
    spans = SpansOf(side.indexes);
  }
  Kind::SetCounts(histogram, sides[0].counts, sides[1].counts);
  histogram->schema = kMaxQuerySchema;
}

template <typename Kind>
HistogramPoint MakePoint(const model::HistogramLayout& layout,
                         const typename Kind::Fields& fields) {
  HistogramPoint point;
  point.is_float = std::is_same_v<Kind, FloatKind>;
  auto& histogram = Kind::Of(point);
  histogram.sum = fields.sum.value();
  if (model::IsStaleNan(histogram.sum)) return point;
  static_cast<model::HistogramLayout&>(histogram) = layout;
  Kind::Fill(fields, BucketCount(layout.positive_spans), &histogram);
  ReduceToQuerySchema<Kind>(&histogram);
  return point;
}

template <typename Kind>
Result<void> Decode(const ChunkView& chunk, TimeMs mint, TimeMs maxt,
                    std::vector<HistogramPoint>* out) {
  if (chunk.data.size() < kHistogramHeaderBytes) return Corrupt(chunk, "no header");
  bool with_starts = HasStarts(chunk.encoding);
  auto flags = static_cast<uint8_t>(chunk.data[with_starts ? 0 : 2]);
  StartTimeReader starts(with_starts ? static_cast<uint8_t>(chunk.data[2]) : 0);
  BitReader in(chunk.data);
  in.Skip(8 * kHistogramHeaderBytes);

  uint32_t count = SampleCount(chunk);
  model::HistogramLayout layout;
  typename Kind::Fields fields;
  DodField time;
  for (uint32_t i = 0; i < count; ++i) {
    auto last_t = static_cast<TimeMs>(time.value);
    if (i == 0) {
      TRY(GetLayout(in, Kind::kMinBucketBits, &layout));
      fields.buckets.resize(BucketCount(layout.positive_spans) +
                            BucketCount(layout.negative_spans));
      time.value = static_cast<uint64_t>(GetVarbitInt(in));
      Kind::GetFirst(in, fields);
    } else {
      time.Get(in);
      Kind::GetNext(in, fields);
    }
    auto t = static_cast<TimeMs>(time.value);
    if (with_starts) starts.Read(in, i, t, last_t);
    if (!in.ok() || (i > 0 && t <= last_t)) {
      return Corrupt(chunk, fmt::format("cannot be read at sample {}", i));
    }
    if (t > maxt) break;
    if (t < mint) continue;
    HistogramPoint point = MakePoint<Kind>(layout, fields);
    point.t = t;
    point.st = starts.start();
    bool stale = model::IsStaleNan(fields.sum.value());
    if (!stale) Kind::Of(point).reset_hint = Hint(flags, i);
    out->push_back(std::move(point));
  }
  return {};
}

}  // namespace

Result<void> DecodeHistograms(const ChunkView& chunk, TimeMs mint, TimeMs maxt,
                              std::vector<HistogramPoint>* out) {
  size_t before = out->size();
  Result<void> result = Corrupt(chunk, "holds no histograms");
  switch (chunk.encoding) {
    case Encoding::kHistogram:
    case Encoding::kHistogramSt:
      result = Decode<IntegerKind>(chunk, mint, maxt, out);
      break;
    case Encoding::kFloatHistogram:
    case Encoding::kFloatHistogramSt:
      result = Decode<FloatKind>(chunk, mint, maxt, out);
      break;
    default:
      break;
  }
  if (!result.ok()) out->resize(before);
  return result;
}

}  // namespace watchfire::chunk

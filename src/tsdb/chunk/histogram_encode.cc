// Encoding of histogram points: where chunks are cut, what buckets they have, what their flags say.
// The rules are Prometheus', so that either program goes on where the other stopped.
#include "tsdb/chunk/histogram_kinds.h"
#include "tsdb/chunk/start_times.h"

namespace watchfire::chunk {
namespace {

constexpr uint32_t kMaxStartedSamples = 0x3fff;  // their header counts in 14 bits
constexpr uint32_t kMinSamples = 10;             // a chunk of large histograms has at least

template <typename Kind>
class Encoder {
 public:
  using Histogram = typename Kind::Histogram;
  using Counts = BucketCounts<typename Kind::Count>;

  Encoder(std::span<const HistogramPoint> points, bool with_starts, const ChunkLimits& limits,
          std::vector<OwnedChunk>* out)
      : points_(points), with_starts_(with_starts), limits_(limits), out_(out) {
    uint32_t most = with_starts ? kMaxStartedSamples : 0xffff;
    limits_.max_samples = std::clamp<uint32_t>(limits_.max_samples, 1, most);
  }

  void Run() {
    for (size_t i = 0; i < points_.size(); ++i) {
      WF_CHECK(i == 0 || points_[i].t > points_[i - 1].t);
      const Histogram& histogram = Kind::Of(points_[i]);
      Sides sides = SidesOf(histogram);
      if (i == 0) {
        Start(i, FirstFlags(histogram), sides);
        continue;
      }
      Verdict verdict =
          IsGauge(histogram) ? JudgeGauge(histogram, sides) : JudgeCounter(histogram, sides);
      if (!verdict.fits || Full()) {
        Finish(i);
        Start(i, verdict.flags, sides);
        continue;
      }
      if (verdict.wider) {
        layout_.positive_spans = std::move(verdict.spans[0]);
        layout_.negative_spans = std::move(verdict.spans[1]);
        Recode(i);
      }
      Put(i, sides);
    }
    if (count_ > 0) Finish(points_.size());
  }

 private:
  // Positive buckets, then negative ones.
  struct Sides {
    Counts side[2];
    std::vector<model::Span> spans[2];
  };
  struct Verdict {
    bool fits = false;
    uint8_t flags = kResetUnknown;  // of a chunk that begins with the sample
    bool wider = false;             // the chunk needs these spans first
    std::vector<model::Span> spans[2];
  };

  static bool IsGauge(const Histogram& histogram) {
    return histogram.reset_hint == model::CounterReset::kGauge;
  }
  static uint8_t FirstFlags(const Histogram& histogram) {
    if (IsGauge(histogram)) return kResetGauge;
    bool reset = histogram.reset_hint == model::CounterReset::kYes;
    return reset ? kResetSeen : kResetUnknown;
  }

  // A stale marker has no buckets. Our input is not always checked: where spans and counts do not
  // go together, the buckets are those that both have, in order.
  static Sides SidesOf(const Histogram& histogram) {
    Sides sides;
    if (model::IsStaleNan(histogram.sum)) return sides;
    for (int s = 0; s < 2; ++s) {
      const auto& spans = s == 0 ? histogram.positive_spans : histogram.negative_spans;
      Counts& side = sides.side[s];
      side.counts = Kind::Counts(histogram, s == 1);
      side.indexes = BucketIndexes(spans, side.counts.size());
      side.counts.resize(side.indexes.size());
      bool sound = BucketCount(spans) == side.indexes.size() && Ascends(side.indexes);
      if (!sound) Sort(&side);
      sides.spans[s] = sound ? spans : SpansOf(side.indexes);
    }
    return sides;
  }

  bool SameLayout(const Histogram& h) const {
    return h.schema == layout_.schema && h.zero_threshold == layout_.zero_threshold;
  }
  bool SameBounds(const Histogram& h) const {
    return h.schema != model::kCustomBucketsSchema || h.custom_values == layout_.custom_values;
  }

  Verdict JudgeCounter(const Histogram& h, const Sides& sides) const {
    Verdict verdict;
    bool stale = model::IsStaleNan(h.sum);
    if (h.reset_hint == model::CounterReset::kYes) {
      verdict.flags = kResetSeen;
      return verdict;
    }
    if (flags_ == kResetGauge) return verdict;
    if (stale) {
      verdict.fits = true;
      verdict.flags = kResetNone;
      return verdict;
    }
    if (last_stale_) return verdict;
    if (h.count < last_count_) {
      verdict.flags = kResetSeen;
      return verdict;
    }
    if (!SameLayout(h)) return verdict;
    BucketDifference positive = Compare(last_[0], sides.side[0]);
    BucketDifference negative = Compare(last_[1], sides.side[1]);
    if (!SameBounds(h) || h.zero_count < last_zero_count_ || positive.reset || negative.reset) {
      verdict.flags = kResetSeen;
      return verdict;
    }
    verdict.fits = true;
    verdict.flags = kResetNone;
    verdict.wider = positive.added || negative.added;
    if (verdict.wider) {
      verdict.spans[0] = WiderSpans(sides, 0, positive.missing);
      verdict.spans[1] = WiderSpans(sides, 1, negative.missing);
    }
    return verdict;
  }

  Verdict JudgeGauge(const Histogram& h, const Sides& sides) const {
    Verdict verdict;
    verdict.flags = kResetGauge;
    if (flags_ != kResetGauge) return verdict;
    bool stale = model::IsStaleNan(h.sum);
    verdict.fits = stale || (!last_stale_ && SameLayout(h) && SameBounds(h));
    if (stale || !verdict.fits) return verdict;
    BucketDifference positive = Compare(last_[0], sides.side[0]);
    BucketDifference negative = Compare(last_[1], sides.side[1]);
    bool missing = positive.missing || negative.missing;
    verdict.wider = positive.added || negative.added;
    if (verdict.wider) {
      verdict.spans[0] = WiderSpans(sides, 0, missing);
      verdict.spans[1] = WiderSpans(sides, 1, missing);
    }
    return verdict;
  }

  std::vector<model::Span> WiderSpans(const Sides& sides, int s, bool missing) const {
    if (!missing) return sides.spans[s];
    return SpansOf(Union(last_[s].indexes, sides.side[s].indexes));
  }

  bool Full() const {
    return count_ >= limits_.max_samples ||
           (count_ >= kMinSamples && buffer_.size() >= limits_.max_bytes);
  }

  void Start(size_t i, uint8_t flags, const Sides& sides) {
    const Histogram& histogram = Kind::Of(points_[i]);
    first_ = i;
    flags_ = flags;
    layout_ = {};
    if (!model::IsStaleNan(histogram.sum)) {
      layout_ = histogram;
      layout_.positive_spans = sides.spans[0];
      layout_.negative_spans = sides.spans[1];
    }
    Begin();
    Put(i, sides);
  }

  // An empty chunk of the layout.
  void Begin() {
    count_ = 0;
    fields_ = {};
    time_ = {};
    starts_ = {};
    for (int s = 0; s < 2; ++s) {
      const auto& spans = s == 0 ? layout_.positive_spans : layout_.negative_spans;
      last_[s].indexes = BucketIndexes(spans, BucketCount(spans));
      last_[s].counts.assign(last_[s].indexes.size(), 0);
    }
    fields_.buckets.resize(last_[0].indexes.size() + last_[1].indexes.size());
    buffer_.MakeRoom(kHistogramHeaderBytes + LayoutBytes(layout_));
    buffer_.Begin();
    buffer_.MakeRoom(kHistogramHeaderBytes + LayoutBytes(layout_));
    buffer_.cursor().Put(0, 8 * kHistogramHeaderBytes);
    PutLayout(buffer_.cursor(), layout_);
  }

  void Recode(size_t end) {
    Begin();
    for (size_t i = first_; i < end; ++i) Put(i, SidesOf(Kind::Of(points_[i])));
  }

  void Put(size_t i, const Sides& sides) {
    const HistogramPoint& point = points_[i];
    const Histogram& histogram = Kind::Of(point);
    // Time, two counts, sum, buckets, start.
    buffer_.MakeRoom((5 + fields_.buckets.size()) * kMaxVarbitBytes);
    BitCursor& out = buffer_.cursor();
    auto last_t = static_cast<TimeMs>(time_.value);
    bool first = count_ == 0;
    last_stale_ = model::IsStaleNan(histogram.sum);
    Histogram stale;
    stale.sum = histogram.sum;
    const Histogram& written = last_stale_ ? stale : histogram;
    if (first) {
      time_.value = static_cast<uint64_t>(point.t);
      PutVarbitInt(out, point.t);
      Kind::PutFirst(out, written, fields_);
    } else {
      time_.Put(out, static_cast<uint64_t>(point.t));
      Kind::PutNext(out, written, fields_);
    }
    if (!last_stale_) {
      auto buckets = std::span(fields_.buckets);
      for (Counts& last : last_) {
        last.counts = Widen(sides.side[&last - last_], last.indexes);
        Kind::PutBuckets(out, last.counts, first, buckets.first(last.counts.size()));
        buckets = buckets.subspan(last.counts.size());
      }
    }
    if (with_starts_) starts_.Write(out, count_, point.t, last_t, point.st);
    last_count_ = histogram.count;
    last_zero_count_ = histogram.zero_count;
    ++count_;
  }

  void Finish(size_t end) {
    uint8_t* header = buffer_.data();
    header[0] = static_cast<uint8_t>(count_ >> 8);
    header[1] = static_cast<uint8_t>(count_);
    header[2] = with_starts_ ? starts_.header() : flags_;
    if (with_starts_) header[0] |= flags_;
    out_->push_back({points_[first_].t, points_[end - 1].t,
                     with_starts_ ? Kind::kEncodingSt : Kind::kEncoding,
                     std::string(buffer_.view())});
  }

  std::span<const HistogramPoint> points_;
  bool with_starts_;
  ChunkLimits limits_;
  std::vector<OwnedChunk>* out_;

  // The chunk being written, and its newest sample.
  BitBuffer buffer_;
  size_t first_ = 0;
  uint32_t count_ = 0;
  uint8_t flags_ = kResetUnknown;
  model::HistogramLayout layout_;
  typename Kind::Fields fields_;
  DodField time_;
  StartTimeWriter starts_;
  Counts last_[2];
  decltype(Histogram::count) last_count_ = 0;
  decltype(Histogram::zero_count) last_zero_count_ = 0;
  bool last_stale_ = false;
};

}  // namespace

void EncodeHistograms(std::span<const HistogramPoint> points, bool with_starts,
                      std::vector<OwnedChunk>* out, const ChunkLimits& limits) {
  while (!points.empty()) {
    bool is_float = points[0].is_float;
    size_t end = 1;
    while (end < points.size() && points[end].is_float == is_float) ++end;
    if (is_float) {
      Encoder<FloatKind>(points.first(end), with_starts, limits, out).Run();
    } else {
      Encoder<IntegerKind>(points.first(end), with_starts, limits, out).Run();
    }
    points = points.subspan(end);
  }
}

}  // namespace watchfire::chunk

#pragma once
// What integer and float histogram chunks do differently, sample by sample. Both go through the
// codecs as absolute counts a bucket; a Kind takes them out of a point, and writes and reads them
// as its encoding has them: integers as differences of differences, floats XORed each with its own
// window. Used by the histogram codecs of this room only. Drawing: docs/format/chunks.md.

#include <cstdint>
#include <span>
#include <vector>

#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/chunk/histogram_layout.h"
#include "tsdb/chunk/xor_bits.h"

namespace watchfire::chunk {

// A number that is XORed with the one before it.
struct XorField {
  XorState state;

  void PutRaw(BitCursor& out, double v) {
    state.bits = std::bit_cast<uint64_t>(v);
    out.PutWide(state.bits, 64);
  }
  void Put(BitCursor& out, double v) {
    GreedyWindows windows;
    auto bits = std::bit_cast<uint64_t>(v);
    PutChange(out, bits ^ state.bits, state, windows);
    state.bits = bits;
  }
  void GetRaw(BitReader& in) {
    state.bits = in.GetWide(64);
    state.leading = 0;  // readers begin with the widest window
    state.trailing = 0;
  }
  void Get(BitReader& in) {
    if (in.Get(1) == 0) return;
    if (in.Get(1) == 1) {
      state.leading = static_cast<unsigned>(in.Get(5));
      auto width = static_cast<unsigned>(in.Get(6));
      if (width == 0) width = 64;
      if (state.leading + width > 64) return in.Fail();
      state.trailing = 64 - state.leading - width;
    }
    state.bits ^= in.GetWide(64 - state.leading - state.trailing) << state.trailing;
  }
  double value() const { return std::bit_cast<double>(state.bits); }
};

// An integer of which the difference of differences is written.
struct DodField {
  uint64_t value = 0;
  uint64_t delta = 0;

  void Put(BitCursor& out, uint64_t v) {
    uint64_t next = v - value;
    PutVarbitInt(out, static_cast<int64_t>(next - delta));
    delta = next;
    value = v;
  }
  void Get(BitReader& in) {
    delta += static_cast<uint64_t>(GetVarbitInt(in));
    value += delta;
  }
};

struct IntegerKind {
  using Count = int64_t;
  using Total = uint64_t;
  using Histogram = model::Histogram;
  static constexpr Encoding kEncoding = Encoding::kHistogram;
  static constexpr Encoding kEncodingSt = Encoding::kHistogramSt;
  static constexpr unsigned kMinBucketBits = 1;

  static const Histogram& Of(const HistogramPoint& point) { return point.integer; }
  static Histogram& Of(HistogramPoint& point) { return point.integer; }
  static std::vector<Count> Counts(const Histogram& histogram, bool negative) {
    std::vector<Count> counts = negative ? histogram.negative_deltas : histogram.positive_deltas;
    uint64_t count = 0;
    for (Count& c : counts) {
      count += static_cast<uint64_t>(c);
      c = static_cast<Count>(count);
    }
    return counts;
  }
  static std::vector<int64_t> Deltas(std::span<const Count> counts) {
    std::vector<int64_t> deltas;
    deltas.reserve(counts.size());
    uint64_t last = 0;
    for (Count c : counts) {
      deltas.push_back(static_cast<int64_t>(static_cast<uint64_t>(c) - last));
      last = static_cast<uint64_t>(c);
    }
    return deltas;
  }
  static void SetCounts(Histogram* histogram, std::span<const Count> positive,
                        std::span<const Count> negative) {
    histogram->positive_deltas = Deltas(positive);
    histogram->negative_deltas = Deltas(negative);
  }

  // The numbers of one sample after the other. Buckets: positive ones before negative ones.
  struct Fields {
    DodField count;
    DodField zero_count;
    XorField sum;
    std::vector<DodField> buckets;  // differences to the bucket before it
  };

  static void PutFirst(BitCursor& out, const Histogram& h, Fields& fields) {
    fields.count.value = h.count;
    fields.zero_count.value = h.zero_count;
    PutVarbitUint(out, h.count);
    PutVarbitUint(out, h.zero_count);
    fields.sum.PutRaw(out, h.sum);
  }
  static void PutNext(BitCursor& out, const Histogram& h, Fields& fields) {
    if (model::IsStaleNan(h.sum)) {
      out.Put(0, 2);  // as if both counts went on as before
    } else {
      fields.count.Put(out, h.count);
      fields.zero_count.Put(out, h.zero_count);
    }
    fields.sum.Put(out, h.sum);
  }
  static void PutBuckets(BitCursor& out, std::span<const Count> counts, bool first,
                         std::span<DodField> buckets) {
    uint64_t last = 0;
    for (size_t i = 0; i < counts.size(); ++i) {
      uint64_t delta = static_cast<uint64_t>(counts[i]) - last;
      last = static_cast<uint64_t>(counts[i]);
      if (first) {
        buckets[i].value = delta;
        PutVarbitInt(out, static_cast<int64_t>(delta));
      } else {
        buckets[i].Put(out, delta);
      }
    }
  }

  static void GetFirst(BitReader& in, Fields& fields) {
    fields.count.value = GetVarbitUint(in);
    fields.zero_count.value = GetVarbitUint(in);
    fields.sum.GetRaw(in);
    for (DodField& bucket : fields.buckets) {
      bucket.value = static_cast<uint64_t>(GetVarbitInt(in));
    }
  }
  static void GetNext(BitReader& in, Fields& fields) {
    fields.count.Get(in);
    fields.zero_count.Get(in);
    fields.sum.Get(in);
    if (model::IsStaleNan(fields.sum.value())) return;
    for (DodField& bucket : fields.buckets) bucket.Get(in);
  }
  static void Fill(const Fields& fields, size_t positive, Histogram* out) {
    out->count = fields.count.value;
    out->zero_count = fields.zero_count.value;
    for (size_t i = 0; i < fields.buckets.size(); ++i) {
      auto& side = i < positive ? out->positive_deltas : out->negative_deltas;
      side.push_back(static_cast<int64_t>(fields.buckets[i].value));
    }
  }
};

struct FloatKind {
  using Count = double;
  using Histogram = model::FloatHistogram;
  static constexpr Encoding kEncoding = Encoding::kFloatHistogram;
  static constexpr Encoding kEncodingSt = Encoding::kFloatHistogramSt;
  static constexpr unsigned kMinBucketBits = 64;

  static const Histogram& Of(const HistogramPoint& point) { return point.floating; }
  static Histogram& Of(HistogramPoint& point) { return point.floating; }
  static std::vector<Count> Counts(const Histogram& histogram, bool negative) {
    return negative ? histogram.negative_buckets : histogram.positive_buckets;
  }
  static void SetCounts(Histogram* histogram, std::span<const Count> positive,
                        std::span<const Count> negative) {
    histogram->positive_buckets.assign(positive.begin(), positive.end());
    histogram->negative_buckets.assign(negative.begin(), negative.end());
  }

  struct Fields {
    XorField count;
    XorField zero_count;
    XorField sum;
    std::vector<XorField> buckets;
  };

  static void PutFirst(BitCursor& out, const Histogram& h, Fields& fields) {
    fields.count.PutRaw(out, h.count);
    fields.zero_count.PutRaw(out, h.zero_count);
    fields.sum.PutRaw(out, h.sum);
  }
  static void PutNext(BitCursor& out, const Histogram& h, Fields& fields) {
    bool stale = model::IsStaleNan(h.sum);
    fields.count.Put(out, stale ? 0 : h.count);
    fields.zero_count.Put(out, stale ? 0 : h.zero_count);
    fields.sum.Put(out, h.sum);
  }
  static void PutBuckets(BitCursor& out, std::span<const Count> counts, bool first,
                         std::span<XorField> buckets) {
    for (size_t i = 0; i < counts.size(); ++i) {
      if (first) {
        buckets[i].PutRaw(out, counts[i]);
      } else {
        buckets[i].Put(out, counts[i]);
      }
    }
  }

  static void GetFirst(BitReader& in, Fields& fields) {
    fields.count.GetRaw(in);
    fields.zero_count.GetRaw(in);
    fields.sum.GetRaw(in);
    for (XorField& bucket : fields.buckets) bucket.GetRaw(in);
  }
  static void GetNext(BitReader& in, Fields& fields) {
    fields.count.Get(in);
    fields.zero_count.Get(in);
    fields.sum.Get(in);
    if (model::IsStaleNan(fields.sum.value())) return;
    for (XorField& bucket : fields.buckets) bucket.Get(in);
  }
  static void Fill(const Fields& fields, size_t positive, Histogram* out) {
    out->count = fields.count.value();
    out->zero_count = fields.zero_count.value();
    for (size_t i = 0; i < fields.buckets.size(); ++i) {
      auto& side = i < positive ? out->positive_buckets : out->negative_buckets;
      side.push_back(fields.buckets[i].value());
    }
  }
};

}  // namespace watchfire::chunk

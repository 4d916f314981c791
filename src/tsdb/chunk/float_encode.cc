// Encoding of float columns: XOR and XOR2, with windows as they come or planned.
#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/chunk/start_times.h"
#include "tsdb/chunk/varbit.h"
#include "tsdb/chunk/window_plan.h"
#include "tsdb/chunk/xor_bits.h"
#include "tsdb/chunk/xor_encoder.h"

namespace watchfire::chunk {
namespace {

struct Columns {
  std::span<const TimeMs> times;
  std::span<const double> values;
  std::span<const TimeMs> starts;  // empty, or one a sample

  Columns Part(size_t first, size_t count) const {
    return {times.subspan(first, count), values.subspan(first, count),
            starts.empty() ? starts : starts.subspan(first, count)};
  }
  uint64_t bits(size_t i) const { return std::bit_cast<uint64_t>(values[i]); }
};

// Opens windows where a plan says.
class PlannedWindows {
 public:
  explicit PlannedWindows(std::span<const Window> windows) : windows_(windows) {}

  WF_IN_LOOP bool Opens(uint64_t change, XorState& state) {
    bool opens = next_ < windows_.size() && windows_[next_].first == changes_;
    if (opens) {
      state.leading = windows_[next_].leading;
      state.trailing = windows_[next_].trailing;
      ++next_;
    }
    WF_CHECK(FitsWindow(change, state.leading, state.trailing));
    ++changes_;
    return opens;
  }

 private:
  std::span<const Window> windows_;
  size_t next_ = 0;
  uint32_t changes_ = 0;
};

struct XorFormat {
  static constexpr Encoding kEncoding = Encoding::kXor;
  static constexpr size_t kHeaderBytes = 2;
  static constexpr size_t kMaxSampleBytes = kMaxXorSampleBytes;

  template <typename Windows>
  WF_IN_LOOP static void PutSecond(BitCursor& out, uint64_t bits, XorState& state,
                                   Windows& windows) {
    PutChange(out, bits ^ state.bits, state, windows);
    state.bits = bits;
  }
  template <typename Windows>
  WF_IN_LOOP static void Put(BitCursor& out, TimeMs t, uint64_t bits, XorState& state,
                             Windows& windows) {
    PutXorSample(out, t, bits, state, windows);
  }
  static bool IsChange(uint64_t) { return true; }
};

struct Xor2Format {
  static constexpr Encoding kEncoding = Encoding::kXor2;
  static constexpr size_t kHeaderBytes = 3;
  // 5 + 64 bits of time, 14 + 64 of value, 72 of start timestamp.
  static constexpr size_t kMaxSampleBytes = 28;

  // The value after a difference of times, or of the second sample.
  template <typename Windows>
  WF_IN_LOOP static void PutSecond(BitCursor& out, uint64_t bits, XorState& state,
                                   Windows& windows) {
    uint64_t change = bits ^ state.bits;
    if (bits == model::kStaleNanBits) {
      out.Put(0b111, 3);
      return;
    }
    state.bits = bits;
    if (change == 0) {
      out.Put(0, 1);
    } else if (windows.Opens(change, state)) {
      PutNewWindow(out, 0b110, 3, change, state);
    } else {
      PutInWindow(out, 0b10, 2, change, state);
    }
  }

  template <typename Windows>
  WF_IN_LOOP static void PutOnTime(BitCursor& out, uint64_t bits, XorState& state,
                                   Windows& windows) {
    uint64_t change = bits ^ state.bits;
    if (change == 0) {
      out.Put(0, 1);
    } else if (bits == model::kStaleNanBits) {
      out.Put(0b11111, 5);
    } else {
      if (windows.Opens(change, state)) {
        PutNewWindow(out, 0b101, 3, change, state);
      } else {
        PutInWindow(out, 0b100, 3, change, state);
      }
      state.bits = bits;
    }
  }

  template <typename Windows>
  WF_IN_LOOP static void Put(BitCursor& out, TimeMs t, uint64_t bits, XorState& state,
                             Windows& windows) {
    uint64_t delta = static_cast<uint64_t>(t) - static_cast<uint64_t>(state.t);
    auto dod = static_cast<int64_t>(delta - state.delta);
    state.t = t;
    if (dod == 0) return PutOnTime(out, bits, state, windows);
    state.delta = delta;
    if (dod >= -(1 << 12) && dod < 1 << 12) {
      out.Put(uint64_t{0b110} << 13 | LowBits(dod, 13), 3 + 13);
    } else if (dod >= -(1 << 19) && dod < 1 << 19) {
      out.Put(uint64_t{0b1110} << 20 | LowBits(dod, 20), 4 + 20);
    } else {
      out.Put(0b11110, 5);
      out.PutWide(static_cast<uint64_t>(dod), 64);
    }
    PutSecond(out, bits, state, windows);
  }
  static bool IsChange(uint64_t bits) { return bits != model::kStaleNanBits; }
};

// Writes one chunk after the other into the same memory.
template <typename Format>
class Encoder {
 public:
  // As many samples from the front as the limits let in, at least one; returns how many.
  template <typename Windows>
  size_t Encode(const Columns& columns, const ChunkLimits& limits, Windows windows) {
    buffer_.MakeRoom(Format::kHeaderBytes + Format::kMaxSampleBytes);
    buffer_.Begin();
    buffer_.MakeRoom(limits.max_bytes + 3 * Format::kMaxSampleBytes);
    BitCursor cursor = buffer_.cursor();
    const uint8_t* begin = buffer_.data();
    cursor.Put(0, 8 * Format::kHeaderBytes);
    XorState state;
    StartTimeWriter starts;
    size_t end = std::min<size_t>(columns.times.size(), limits.max_samples);
    size_t i = 0;
    for (; i < end; ++i) {
      if (i > 0 && cursor.SizeFrom(begin) + Format::kMaxSampleBytes > limits.max_bytes) break;
      TimeMs t = columns.times[i];
      TimeMs last_t = state.t;
      WF_CHECK(i == 0 || t > last_t);
      if (i > 1) {
        Format::Put(cursor, t, columns.bits(i), state, windows);
      } else if (i == 1) {
        state.delta = static_cast<uint64_t>(t) - static_cast<uint64_t>(last_t);
        state.t = t;
        PutUvarint(cursor, state.delta);
        Format::PutSecond(cursor, columns.bits(i), state, windows);
      } else {
        state.t = t;
        if (Format::IsChange(columns.bits(i))) state.bits = columns.bits(i);
        PutVarint(cursor, t);
        cursor.PutWide(columns.bits(i), 64);
      }
      if (!columns.starts.empty()) {
        starts.Write(cursor, static_cast<uint32_t>(i), t, last_t, columns.starts[i]);
      }
    }
    buffer_.cursor() = cursor;
    buffer_.data()[0] = static_cast<uint8_t>(i >> 8);
    buffer_.data()[1] = static_cast<uint8_t>(i);
    if (Format::kHeaderBytes > 2) buffer_.data()[2] = starts.header();
    return i;
  }
  size_t size() const { return buffer_.size(); }
  std::string_view view() const { return buffer_.view(); }

 private:
  BitBuffer buffer_;
};

// What windows the changed values of the columns need.
template <typename Format>
void Describe(const Columns& columns, WindowPlan* plan) {
  plan->Clear();
  uint64_t last = Format::IsChange(columns.bits(0)) ? columns.bits(0) : 0;
  for (size_t i = 1; i < columns.values.size(); ++i) {
    uint64_t bits = columns.bits(i);
    if (bits == last || !Format::IsChange(bits)) continue;
    uint64_t change = bits ^ last;
    plan->Add(LeadingZeros(change), static_cast<unsigned>(std::countr_zero(change)));
    last = bits;
  }
}

template <typename Format>
void EncodeColumns(const Columns& columns, const ChunkLimits& limits,
                   std::vector<OwnedChunk>* out) {
  Encoder<Format> greedy;
  Encoder<Format> planned;
  WindowPlan plan;
  for (size_t first = 0; first < columns.times.size();) {
    Columns rest = columns.Part(first, columns.times.size() - first);
    size_t count = greedy.Encode(rest, limits, GreedyWindows());
    std::string_view data = greedy.view();
    if (limits.best_windows) {
      Columns part = rest.Part(0, count);
      Describe<Format>(part, &plan);
      // The plan counts a bit too little for some of XOR2's windows.
      ChunkLimits all{static_cast<uint32_t>(count), data.size() + Format::kMaxSampleBytes, false};
      size_t fitted = planned.Encode(part, all, PlannedWindows(plan.Solve()));
      if (fitted == count && planned.size() < data.size()) data = planned.view();
    }
    out->push_back({rest.times[0], rest.times[count - 1], Format::kEncoding, std::string(data)});
    first += count;
  }
}

}  // namespace

void EncodeFloats(std::span<const TimeMs> times, std::span<const double> values,
                  const ChunkLimits& limits, Encoding encoding, std::vector<OwnedChunk>* out,
                  std::span<const TimeMs> starts) {
  WF_CHECK(times.size() == values.size() && (starts.empty() || starts.size() == times.size()));
  WF_CHECK(HoldsFloats(encoding));
  ChunkLimits cut = limits;
  cut.max_samples = std::clamp<uint32_t>(cut.max_samples, 1, kMaxChunkSamples);
  cut.max_bytes = std::min(cut.max_bytes, size_t{kMaxChunkSamples} * Xor2Format::kMaxSampleBytes);
  if (encoding == Encoding::kXor) {
    EncodeColumns<XorFormat>({times, values, {}}, cut, out);
  } else {
    EncodeColumns<Xor2Format>({times, values, starts}, cut, out);
  }
}

}  // namespace watchfire::chunk

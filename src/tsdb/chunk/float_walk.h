#pragma once
// FloatWalk goes over the samples of a float chunk, from the third on, in columns: the tight loop
// behind DecodeFloats and LastFloat. A Format says what differs between XOR and XOR2: how many zero
// bits a sample costs that came on time with the old value, and how any other sample is read. Used
// by the chunk decoders of this room only.
//
// The loop peeks at 64 bits, handles all samples that are nothing but zero bits at once, and reads
// memory without asking for the end: where the chunk has fewer bytes left than a sample may need,
// the rest is copied behind zeros of its own, and the same loop goes on there. Whatever the bits
// are, it writes no more samples than the header announced.

#include <bit>
#include <cstring>

#include "base/clock.h"
#include "tsdb/chunk/bits.h"

namespace watchfire::chunk {

// What one sample leaves behind for the next, as a reader sees it.
struct WalkState {
  TimeMs t = 0;
  uint64_t delta = 0;
  uint64_t bits = 0;    // what the next value is XORed with
  unsigned width = 64;  // of the window; readers begin with the widest
  unsigned trailing = 0;
};

enum class WalkStop : uint8_t { kEnd, kBeyondBound, kCorrupt };

// Bits above the position of `word` (which has all 64 that follow): leading and width of a window.
inline bool ReadWindow(uint64_t word, WalkState& state) {
  auto leading = static_cast<unsigned>(word >> 59);
  auto width = static_cast<unsigned>(word >> 53) & 63;
  if (width == 0) width = 64;
  if (leading + width > 64) return false;
  state.width = width;
  state.trailing = 64 - leading - width;
  return true;
}

// A changed value at the position of `in`. The top bits of `word` follow it, `known` of them.
inline void ReadChange(RawBits& in, uint64_t word, unsigned known, WalkState& state) {
  if (state.width > known) word = in.Peek();
  state.bits ^= word >> (64 - state.width) << state.trailing;
  in.position += state.width;
}

template <typename Format>
class FloatWalk {
 public:
  // `position`: of the first bit after the second sample; `left`: samples from there on.
  FloatWalk(std::string_view chunk, uint64_t position, uint32_t left, const WalkState& state)
      : state_(state), value_(state.bits), left_(left) {
    in_.base = reinterpret_cast<const uint8_t*>(chunk.data());
    in_.position = position;
    size_bits_ = chunk.size() * 8;
    in_tail_ = false;
    safe_bits_ = chunk.size() > kReach ? (chunk.size() - kReach) * 8 : 0;
  }

  WalkState& state() { return state_; }
  uint64_t value() const { return value_; }
  void SetValue(uint64_t bits) { value_ = bits; }
  uint32_t left() const { return left_; }
  // The sample before the newest one; after Skip returned kBeyondBound, the last within the bound.
  TimeMs previous_t() const { return previous_t_; }
  uint64_t previous_value() const { return previous_value_; }

  // Goes on as long as t ≤ bound without keeping samples. After kBeyondBound the newest sample is
  // the first beyond it.
  WalkStop Skip(TimeMs bound) { return Go<false>(bound, nullptr, nullptr); }

  // Writes samples as long as t ≤ bound; the first beyond it is lost. The columns have room for
  // left() + kColumnSlack, and are moved behind what was written.
  static constexpr size_t kColumnSlack = 4;
  WalkStop Store(TimeMs bound, TimeMs*& times, double*& values) {
    return Go<true>(bound, &times, &values);
  }

 private:
  // A sample has at most 5 + 64 + 3 + 11 + 64 bits, and a peek looks at nine bytes.
  static constexpr size_t kReach = 19 + 9;

  template <bool kStore>
  WalkStop Go(TimeMs bound, TimeMs** times, double** values) {
    if (state_.t > bound) return WalkStop::kBeyondBound;
    for (;;) {
      WalkStop stop = Run<kStore>(in_tail_ ? size_bits_ : safe_bits_, bound, times, values);
      if (in_tail_ && in_.position > size_bits_) return WalkStop::kCorrupt;
      if (stop != WalkStop::kEnd || left_ == 0) return stop;
      if (in_tail_) return WalkStop::kCorrupt;
      EnterTail();
    }
  }

  void EnterTail() {
    uint64_t byte = in_.position >> 3;
    uint64_t size = size_bits_ >> 3;
    std::memset(tail_, 0, sizeof(tail_));
    if (byte < size) std::memcpy(tail_, in_.base + byte, size - byte);
    in_.base = tail_;
    in_.position &= 7;
    size_bits_ -= byte * 8;
    in_tail_ = true;
  }

  // Samples in a row that came on time with the old value.
  struct Still {
    uint32_t count;
    TimeMs last;
    WalkStop stop;
  };

  template <bool kStore>
  static Still Measure(uint64_t word, uint32_t left, const WalkState& state, TimeMs bound) {
    auto zeros = static_cast<uint32_t>(std::countl_zero(word | 1));
    Still still{std::min(zeros / Format::kZeroBits, left), 0, WalkStop::kEnd};
    auto step = static_cast<int64_t>(state.delta);
    int64_t way;
    if (step <= 0 || __builtin_mul_overflow(step, int64_t{still.count}, &way) ||
        __builtin_add_overflow(state.t, way, &still.last)) {
      still.stop = WalkStop::kCorrupt;
    } else if (still.last > bound) {
      uint64_t distance = static_cast<uint64_t>(bound) - static_cast<uint64_t>(state.t);
      auto within = static_cast<uint32_t>(distance / state.delta);
      still.count = kStore ? within : within + 1;  // a skip shows what it stops at
      still.last = state.t + step * still.count;
      still.stop = WalkStop::kBeyondBound;
    }
    return still;
  }

  // Writes in fours: what is too much is written over, or cut off at the end.
  static void StoreStill(const WalkState& state, uint32_t count, TimeMs* times, double* values) {
    auto t = static_cast<uint64_t>(state.t);
    double v = std::bit_cast<double>(state.bits);
    for (uint32_t i = 0; i < count; i += kColumnSlack) {
      for (uint32_t k = 0; k < kColumnSlack; ++k) {
        times[i + k] = static_cast<TimeMs>(t + (k + 1) * state.delta);
        values[i + k] = v;
      }
      t += kColumnSlack * state.delta;
    }
  }

  template <bool kStore>
  WalkStop Run(uint64_t limit_bits, TimeMs bound, TimeMs** times, double** values);

  WalkState state_;
  uint64_t value_;  // of the newest sample
  TimeMs previous_t_ = 0;
  uint64_t previous_value_ = 0;
  RawBits in_;
  uint64_t size_bits_;
  uint64_t safe_bits_;  // a sample that begins before may be read without a look at the end
  uint32_t left_;
  bool in_tail_;
  uint8_t tail_[2 * kReach + 8];
};

// Everything lives in locals that no store can alias; hence one function, written back at its end.
// One by one: as a struct, copied whole, they cost short chunks a fifth of their speed.
template <typename Format>
template <bool kStore>
WalkStop FloatWalk<Format>::Run(uint64_t limit_bits, TimeMs bound, TimeMs** times_out,
                                double** values_out) {
  RawBits in = in_;
  WalkState state = state_;
  uint64_t value = value_;
  TimeMs previous_t = previous_t_;
  uint64_t previous_value = previous_value_;
  uint32_t left = left_;
  TimeMs* times = kStore ? *times_out : nullptr;
  double* values = kStore ? *values_out : nullptr;
  WalkStop stop = WalkStop::kEnd;

  while (left > 0 && in.position < limit_bits) {
    uint64_t word = in.Peek();
    if (word >> (64 - Format::kZeroBits) == 0) {
      Still still = Measure<kStore>(word, left, state, bound);
      stop = still.stop;
      if (stop == WalkStop::kCorrupt) break;
      if constexpr (kStore) {
        StoreStill(state, still.count, times, values);
        times += still.count;
        values += still.count;
      } else {
        previous_value = still.count > 1 ? state.bits : value;
        previous_t = still.last - static_cast<int64_t>(state.delta);
      }
      value = state.bits;
      state.t = still.last;
      left -= still.count;
      in.position += uint64_t{still.count} * Format::kZeroBits;
      if (stop != WalkStop::kEnd) break;
      continue;
    }
    if constexpr (!kStore) {
      previous_t = state.t;
      previous_value = value;
    }
    TimeMs last_t = state.t;
    if (!Format::Read(in, word, state, value)) {
      stop = WalkStop::kCorrupt;
      break;
    }
    state.t = static_cast<TimeMs>(static_cast<uint64_t>(last_t) + state.delta);
    --left;
    if (state.t <= last_t || state.t > bound) {
      stop = state.t > bound ? WalkStop::kBeyondBound : WalkStop::kCorrupt;
      break;
    }
    if constexpr (kStore) {
      *times++ = state.t;
      *values++ = std::bit_cast<double>(value);
    }
  }

  in_ = in;
  state_ = state;
  value_ = value;
  previous_t_ = previous_t;
  previous_value_ = previous_value;
  left_ = left;
  if constexpr (kStore) {
    *times_out = times;
    *values_out = values;
  }
  return stop;
}

}  // namespace watchfire::chunk

#pragma once
// The pieces of a sample in an XOR chunk, as they are written: difference of time differences, and
// value. Shared by the encoders of this room (XorEncoder, best windows, XOR2 and the sums of
// histograms); nobody else includes it. The drawing is in docs/format/chunks.md.

#include <bit>

#include "base/check.h"
#include "tsdb/chunk/bits.h"
#include "tsdb/chunk/xor_encoder.h"

namespace watchfire::chunk {

// Five bits hold the number of leading zeros.
inline constexpr unsigned kMaxLeading = 31;

inline unsigned LeadingZeros(uint64_t v) {
  auto zeros = static_cast<unsigned>(std::countl_zero(v));
  return zeros < kMaxLeading ? zeros : kMaxLeading;
}

// Whether n bits hold v: -(2^(n-1) - 1) ≤ v ≤ 2^(n-1), one up from two's complement.
inline bool FitsBits(int64_t v, unsigned n) {
  return static_cast<uint64_t>(v) + (uint64_t{1} << (n - 1)) - 1 < uint64_t{1} << n;
}

inline uint64_t LowBits(int64_t v, unsigned n) {
  return static_cast<uint64_t>(v) & ((uint64_t{1} << n) - 1);
}

// Undoes FitsBits' mapping of n bits, n < 64.
inline int64_t SignedBits(uint64_t bits, unsigned n) {
  uint64_t half = uint64_t{1} << (n - 1);
  return static_cast<int64_t>(bits > half ? bits - 2 * half : bits);
}

WF_IN_LOOP void PutDod(BitCursor& out, int64_t dod) {
  if (dod == 0) {
    out.Put(0, 1);
  } else if (FitsBits(dod, 14)) {
    out.Put(uint64_t{0b10} << 14 | LowBits(dod, 14), 2 + 14);
  } else if (FitsBits(dod, 17)) {
    out.Put(uint64_t{0b110} << 17 | LowBits(dod, 17), 3 + 17);
  } else if (FitsBits(dod, 20)) {
    out.Put(uint64_t{0b1110} << 20 | LowBits(dod, 20), 4 + 20);
  } else {
    out.Put(0b1111, 4);
    out.PutWide(static_cast<uint64_t>(dod), 64);
  }
}

inline bool FitsWindow(uint64_t change, unsigned leading, unsigned trailing) {
  static_assert(XorState::kNoWindow > kMaxLeading);
  return LeadingZeros(change) >= leading &&
         static_cast<unsigned>(std::countr_zero(change)) >= trailing;
}

// `width` bits of a value (1 … 64) behind `prefix` of n bits, 1 ≤ n ≤ 24.
WF_IN_LOOP void PutBehind(BitCursor& out, uint64_t prefix, unsigned n, uint64_t bits,
                          unsigned width) {
  if (n + width <= 56) {
    out.Put(prefix << width | bits, n + width);
  } else {
    out.Put(prefix << (width - 32) | bits >> 32, n + width - 32);
    out.Put(bits & 0xffffffffU, 32);
  }
}

// The bits of `change` between the window's zeros, behind `prefix`.
WF_IN_LOOP void PutInWindow(BitCursor& out, uint64_t prefix, unsigned n, uint64_t change,
                            const XorState& state) {
  PutBehind(out, prefix, n, change >> state.trailing, 64 - state.leading - state.trailing);
}

// The same, with the window before them.
WF_IN_LOOP void PutNewWindow(BitCursor& out, uint64_t prefix, unsigned n, uint64_t change,
                             const XorState& state) {
  unsigned width = 64 - state.leading - state.trailing;
  uint64_t window = uint64_t{state.leading} << 6 | (width & 63);  // 64 is written as 0
  PutBehind(out, prefix << 11 | window, n + 11, change >> state.trailing, width);
}

// Decides where new windows begin: wherever the old one does not fit, as tight as can be.
struct GreedyWindows {
  WF_IN_LOOP bool Opens(uint64_t change, XorState& state) {
    if (FitsWindow(change, state.leading, state.trailing)) return false;
    state.leading = LeadingZeros(change);
    state.trailing = static_cast<unsigned>(std::countr_zero(change));
    return true;
  }
};

template <typename Windows>
WF_IN_LOOP void PutChange(BitCursor& out, uint64_t change, XorState& state, Windows& windows) {
  if (change == 0) {
    out.Put(0, 1);
  } else if (windows.Opens(change, state)) {
    PutNewWindow(out, 0b11, 2, change, state);
  } else {
    PutInWindow(out, 0b10, 2, change, state);
  }
}

// The third sample of a chunk, or a later one.
template <typename Windows>
WF_IN_LOOP void PutXorSample(BitCursor& out, TimeMs t, uint64_t bits, XorState& state,
                             Windows& windows) {
  uint64_t delta = static_cast<uint64_t>(t) - static_cast<uint64_t>(state.t);
  state.t = t;
  if (delta == state.delta && bits == state.bits) {
    out.Put(0, 2);
    return;
  }
  PutDod(out, static_cast<int64_t>(delta - state.delta));
  PutChange(out, bits ^ state.bits, state, windows);
  state.delta = delta;
  state.bits = bits;
}

}  // namespace watchfire::chunk

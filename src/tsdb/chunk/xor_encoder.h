#pragma once
// XorEncoder writes one XOR chunk (encoding 1) sample by sample, bit for bit as Prometheus does.
// Who fills chunks over time, or cuts them by rules of his own, owns one and uses it again and
// again: it keeps its buffer, and nothing is allocated per sample. Whole columns are quicker
// through EncodeFloats (tsdb/chunk/chunk_codec.h), which also knows how to choose better windows.
//
//   XorEncoder encoder;
//   for (…) {
//     if (encoder.count() == 120 || encoder.bytes() > 1024 - kMaxXorSampleBytes)
//       out.push_back(encoder.Finish());
//     encoder.Append(t, v);
//   }
//   if (encoder.count() > 0) out.push_back(encoder.Finish());
//
// Costs 3–4 ns a sample. Thread-compatible.

#include "tsdb/chunk/bits.h"
#include "tsdb/chunk/encoded_chunk.h"

namespace watchfire::chunk {

// What one sample leaves behind for the next. The window are the bits of a changed value that are
// written: those between its leading and trailing zeros.
struct XorState {
  TimeMs t = 0;
  uint64_t delta = 0;
  uint64_t bits = 0;
  unsigned leading = kNoWindow;
  unsigned trailing = 0;

  static constexpr unsigned kNoWindow = 0xff;
};

// The chunk's header counts samples in 16 bits.
inline constexpr uint32_t kMaxChunkSamples = 65535;
// No sample needs more: 4 + 64 bits of time, 13 + 64 of value.
inline constexpr size_t kMaxXorSampleBytes = 19;

class XorEncoder {
 public:
  XorEncoder();

  // `t` is above that of every sample since the last Finish or Reset; there are fewer than
  // kMaxChunkSamples of them.
  void Append(TimeMs t, double v);

  uint32_t count() const { return count_; }
  // Length of the chunk if it ended here, header included; 2 if there is no sample.
  size_t bytes() const { return buffer_.size(); }
  // Of the samples so far; 0 if there are none.
  TimeMs mint() const { return mint_; }
  TimeMs maxt() const { return state_.t; }

  // The chunk of all samples since the last Finish or Reset, at least one; the encoder is empty
  // again afterwards.
  OwnedChunk Finish();
  // Forgets all samples.
  void Reset();

 private:
  void AppendFirst(TimeMs t, double v);
  void AppendSecond(TimeMs t, double v);

  BitBuffer buffer_;
  uint32_t count_ = 0;
  TimeMs mint_ = 0;
  XorState state_;  // after the newest sample
};

}  // namespace watchfire::chunk

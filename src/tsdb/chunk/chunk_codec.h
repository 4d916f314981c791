#pragma once
// Decoding and encoding of whole chunks, whatever their encoding. Decoders append to their outputs
// and stop with kCorrupt at the first bit that cannot be; they never read past the chunk.
// Timestamps and values come out in columns. Formats: docs/format/chunks.md (after Prometheus'
// tsdb/docs/format/chunks.md). Pure functions.

#include <optional>
#include <vector>

#include "model/histogram.h"
#include "tsdb/chunk/encoded_chunk.h"

namespace watchfire::chunk {

// A native histogram of either kind. `st`: start timestamp, 0 if not known.
struct HistogramPoint {
  TimeMs t = 0;
  TimeMs st = 0;
  bool is_float = false;
  model::Histogram integer;        // if !is_float
  model::FloatHistogram floating;  // if is_float
};

inline bool HoldsFloats(Encoding encoding) {
  return encoding == Encoding::kXor || encoding == Encoding::kXor2;
}

// Float samples with mint ≤ t ≤ maxt. `starts`, if given, gets the start timestamps (0: unknown).
Result<void> DecodeFloats(const ChunkView& chunk, TimeMs mint, TimeMs maxt,
                          std::vector<TimeMs>* times, std::vector<double>* values,
                          std::vector<TimeMs>* starts = nullptr);

// The newest float sample with t ≤ maxt, without keeping the others.
Result<std::optional<model::Sample>> LastFloat(const ChunkView& chunk, TimeMs maxt);

Result<void> DecodeHistograms(const ChunkView& chunk, TimeMs mint, TimeMs maxt,
                              std::vector<HistogramPoint>* out);

// How long chunks may become. Prometheus' head makes 120 samples; readers take up to 65,535, and
// store gateways of others expect at most 16 KiB.
struct ChunkLimits {
  uint32_t max_samples = 120;
  size_t max_bytes = 1024;
  // Whether windows of changed values are chosen so that the chunk is as short as can be, any
  // reader understanding it, instead of as Prometheus chooses them: 5–10 % less for five times the
  // work.
  bool best_windows = false;
};
inline constexpr ChunkLimits kUpstreamLimits{120, 1024, false};
inline constexpr ChunkLimits kFullLimits{2048, 8192, true};

// Cuts and encodes samples that ascend strictly in time. Times and values have equal lengths.
// `encoding`: kXor or kXor2. `starts`: start timestamps (0: unknown), one a sample or none at all;
// only kXor2 keeps them.
void EncodeFloats(std::span<const TimeMs> times, std::span<const double> values,
                  const ChunkLimits& limits, Encoding encoding, std::vector<OwnedChunk>* out,
                  std::span<const TimeMs> starts = {});

// A histogram's chunk ends when it has so many samples or bytes, though not before its tenth
// sample.
inline constexpr ChunkLimits kHistogramLimits{2048, 2048, false};

// The same for histograms, with upstream's rules for counter resets, gauges, new buckets and
// changed layouts; integer and float points may alternate (each change cuts). `with_starts`: the
// encodings that keep start timestamps.
void EncodeHistograms(std::span<const HistogramPoint> points, bool with_starts,
                      std::vector<OwnedChunk>* out, const ChunkLimits& limits = kHistogramLimits);

}  // namespace watchfire::chunk

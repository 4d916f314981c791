// Any bytes as a chunk of any encoding: nothing may crash or read beyond the end, a part of the
// time range must be that part of the whole, and what decodes must encode to something that decodes
// to the same.

#include <limits>

#include "base/check.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::chunk {
namespace {

constexpr TimeMs kMin = std::numeric_limits<TimeMs>::min();
constexpr TimeMs kMax = std::numeric_limits<TimeMs>::max();

struct Floats {
  std::vector<TimeMs> times;
  std::vector<double> values;
  std::vector<TimeMs> starts;

  bool Decode(const ChunkView& chunk, TimeMs mint, TimeMs maxt) {
    return DecodeFloats(chunk, mint, maxt, &times, &values, &starts).ok();
  }
  bool Same(const Floats& other) const {
    if (times != other.times || starts != other.starts) return false;
    for (size_t i = 0; i < values.size(); ++i) {
      if (!model::SameBits(values[i], other.values[i])) return false;
    }
    return values.size() == other.values.size();
  }
};

void CheckFloats(const ChunkView& chunk) {
  Floats all;
  if (!all.Decode(chunk, kMin, kMax)) return;
  if (all.times.empty()) return;

  TimeMs from = all.times[all.times.size() / 3];
  TimeMs to = all.times[all.times.size() * 2 / 3];
  Floats part;
  WF_CHECK(part.Decode(chunk, from, to));
  size_t first = all.times.size() / 3;
  size_t end = all.times.size() * 2 / 3 + 1;
  Floats expected;
  expected.times.assign(all.times.begin() + static_cast<ptrdiff_t>(first),
                        all.times.begin() + static_cast<ptrdiff_t>(end));
  expected.values.assign(all.values.begin() + static_cast<ptrdiff_t>(first),
                         all.values.begin() + static_cast<ptrdiff_t>(end));
  expected.starts.assign(all.starts.begin() + static_cast<ptrdiff_t>(first),
                         all.starts.begin() + static_cast<ptrdiff_t>(end));
  WF_CHECK(part.Same(expected));
  auto last = LastFloat(chunk, to);
  WF_CHECK(last.ok() && *last && (*last)->t == to);
  WF_CHECK(model::SameBits((*last)->v, expected.values.back()));

  for (const ChunkLimits& limits : {kUpstreamLimits, kFullLimits}) {
    std::vector<OwnedChunk> chunks;
    EncodeFloats(all.times, all.values, limits, Encoding::kXor2, &chunks, all.starts);
    Floats again;
    for (const OwnedChunk& owned : chunks) WF_CHECK(again.Decode(owned.view(), kMin, kMax));
    WF_CHECK(again.Same(all));
    chunks.clear();
    again = {};
    EncodeFloats(all.times, all.values, limits, Encoding::kXor, &chunks);
    for (const OwnedChunk& owned : chunks) WF_CHECK(again.Decode(owned.view(), kMin, kMax));
    again.starts = all.starts;
    WF_CHECK(again.Same(all));
  }
}

void CheckHistograms(const ChunkView& chunk) {
  std::vector<HistogramPoint> points;
  if (!DecodeHistograms(chunk, kMin, kMax, &points).ok()) return;
  for (bool with_starts : {false, true}) {
    std::vector<OwnedChunk> chunks;
    EncodeHistograms(points, with_starts, &chunks);
    std::vector<HistogramPoint> again;
    for (const OwnedChunk& owned : chunks) {
      WF_CHECK(DecodeHistograms(owned.view(), kMin, kMax, &again).ok());
    }
    WF_CHECK(again.size() == points.size());
    for (size_t i = 0; i < points.size(); ++i) {
      WF_CHECK(again[i].t == points[i].t && again[i].integer.count == points[i].integer.count);
      WF_CHECK(model::SameBits(again[i].floating.count, points[i].floating.count));
      WF_CHECK(!with_starts || again[i].st == points[i].st);
    }
  }
}

}  // namespace
}  // namespace watchfire::chunk

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire::chunk;
  if (size == 0 || size > 1 << 16) return 0;
  ChunkView chunk;
  chunk.encoding = static_cast<Encoding>(1 + data[0] % 6);
  // A copy of its own, so that a read beyond the end is found out.
  std::vector<char> bytes(data + 1, data + size);
  chunk.data = {bytes.data(), bytes.size()};
  if (HoldsFloats(chunk.encoding)) {
    CheckFloats(chunk);
  } else {
    CheckHistograms(chunk);
  }
  return 0;
}

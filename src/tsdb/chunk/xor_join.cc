#include "tsdb/chunk/xor_join.h"

#include "tsdb/chunk/varbit.h"
#include "tsdb/chunk/xor_bits.h"
#include "tsdb/chunk/xor_encoder.h"

namespace watchfire::chunk {
namespace {

constexpr size_t kHeaderBits = 16;
// What the first two samples of a chunk may grow by when they are written anew.
constexpr size_t kSeamBytes = 2 * kMaxXorSampleBytes;

Error Corrupt(const ChunkView& chunk) {
  return Error::Corrupt("XOR chunk of {} bytes from {} to {} is not what it should be",
                        chunk.data.size(), chunk.mint, chunk.maxt);
}

// The parts of a chunk that a join handles differently.
struct Layout {
  uint32_t count = 0;
  uint64_t first_bits = 0;    // value of the first sample
  uint64_t first_delta = 0;   // from the first to the second
  uint64_t second_value = 0;  // position of the second sample's value
  uint64_t end = 0;           // of the last sample; perhaps padding
  XorState last;              // after the last sample, if it was walked to
};

// Reads the value at the position of `in`. False: a window that cannot be.
bool SkipValue(BitReader& in, XorState& state) {
  uint64_t word = in.Peek();
  if (word >> 63 == 0) {
    in.Skip(1);
    return true;
  }
  in.Skip(2);
  if ((word >> 62 & 1) != 0) {
    auto window = static_cast<unsigned>(in.Get(5 + 6));
    unsigned width = (window & 63) == 0 ? 64 : window & 63;
    state.leading = window >> 6;
    if (state.leading + width > 64) return false;
    state.trailing = 64 - state.leading - width;
  } else if (state.leading == XorState::kNoWindow) {
    // Readers take this for the widest window.
    state.leading = 0;
  }
  state.bits ^= in.GetWide(64 - state.leading - state.trailing) << state.trailing;
  return true;
}

// The difference of differences at the position of `in`.
uint64_t ReadDod(BitReader& in) {
  uint64_t word = in.Peek();
  auto ones = static_cast<unsigned>(std::min(std::countl_one(word), 4));
  if (ones == 4) {
    in.Skip(4);
    return in.GetWide(64);
  }
  in.Skip(ones + 1);
  if (ones == 0) return 0;
  static constexpr unsigned kWidths[] = {0, 14, 17, 20};
  return static_cast<uint64_t>(SignedBits(in.Get(kWidths[ones]), kWidths[ones]));
}

// From the third sample on, `left` of them.
bool SkipSamples(BitReader& in, uint32_t left, XorState& state) {
  while (left > 0 && in.ok()) {
    // Two zero bits: on time with the old value. 57 bits of a peek are true.
    auto zeros = static_cast<uint32_t>(std::countl_zero(in.Peek() | uint64_t{1} << 7));
    if (uint32_t still = std::min(zeros / 2, left); still > 0) {
      in.Skip(uint64_t{2} * still);
      state.t = static_cast<TimeMs>(static_cast<uint64_t>(state.t) + still * state.delta);
      left -= still;
      continue;
    }
    state.delta += ReadDod(in);
    state.t = static_cast<TimeMs>(static_cast<uint64_t>(state.t) + state.delta);
    if (!SkipValue(in, state)) return false;
    --left;
  }
  return in.ok();
}

Result<Layout> Measure(const ChunkView& chunk, bool to_end) {
  Layout layout;
  layout.count = SampleCount(chunk);
  BitReader in(chunk.data);
  in.Skip(kHeaderBits);
  XorState state;
  state.t = GetVarint(in);
  state.bits = layout.first_bits = in.GetWide(64);
  bool starts_well = chunk.encoding == Encoding::kXor && layout.count > 0 && state.t == chunk.mint;
  if (!starts_well || !in.ok()) return Corrupt(chunk);
  if (layout.count > 1) {
    state.delta = layout.first_delta = GetUvarint(in);
    layout.second_value = in.position();
    state.t = static_cast<TimeMs>(static_cast<uint64_t>(state.t) + state.delta);
    bool readable = in.ok();
    if (to_end)
      readable = readable && SkipValue(in, state) && SkipSamples(in, layout.count - 2, state);
    if (!readable) return Corrupt(chunk);
  }
  if (to_end || layout.count == 1) {
    if (state.t != chunk.maxt) return Corrupt(chunk);
    layout.end = in.position();
    layout.last = state;
  } else {
    layout.end = in.size_bits();
  }
  return layout;
}

// The bits of `data` from `begin` to `end`.
void CopyBits(std::string_view data, uint64_t begin, uint64_t end, BitCursor& out) {
  BitReader in(data);
  in.Skip(begin);
  constexpr unsigned kStep = 56;
  uint64_t left = end - begin;
  for (; left >= kStep; left -= kStep) out.Put(in.Get(kStep), kStep);
  if (left > 0) out.Put(in.Get(static_cast<unsigned>(left)), static_cast<unsigned>(left));
}

// The time of sample number `number` of the joined chunk.
void PutTime(BitCursor& out, uint32_t number, TimeMs t, XorState& state) {
  uint64_t delta = static_cast<uint64_t>(t) - static_cast<uint64_t>(state.t);
  if (number == 1) {
    PutUvarint(out, delta);
  } else {
    PutDod(out, static_cast<int64_t>(delta - state.delta));
  }
  state.t = t;
  state.delta = delta;
}

}  // namespace

Result<OwnedChunk> JoinXor(std::span<const ChunkView> chunks) {
  WF_CHECK(!chunks.empty());
  size_t bytes = 0;
  for (const ChunkView& chunk : chunks) bytes += chunk.data.size() + kSeamBytes;
  BitBuffer buffer;
  buffer.MakeRoom(bytes);
  buffer.Begin();
  buffer.MakeRoom(bytes);
  BitCursor& out = buffer.cursor();
  uint32_t count = 0;
  XorState state;
  GreedyWindows windows;
  for (const ChunkView& chunk : chunks) {
    Layout layout = TRY(Measure(chunk, &chunk != &chunks.back()));
    if (count == 0) {
      CopyBits(chunk.data, 0, layout.end, out);
    } else {
      if (chunk.mint <= state.t) return Corrupt(chunk);
      PutTime(out, count, chunk.mint, state);
      PutChange(out, layout.first_bits ^ state.bits, state, windows);
      state.bits = layout.first_bits;
      if (layout.count > 1) {
        auto second = static_cast<uint64_t>(chunk.mint) + layout.first_delta;
        PutTime(out, count + 1, static_cast<TimeMs>(second), state);
        // A window of before means nothing from here on: the chunk began with none, so its first
        // change brings its own.
        CopyBits(chunk.data, layout.second_value, layout.end, out);
      }
    }
    count += layout.count;
    if (count > kMaxChunkSamples) return Error::Limit("{} samples are too many to join", count);
    if (count > layout.count && layout.count == 1) continue;  // `state` is where it ends
    state = layout.last;
  }
  buffer.data()[0] = static_cast<uint8_t>(count >> 8);
  buffer.data()[1] = static_cast<uint8_t>(count);
  return OwnedChunk{chunks.front().mint, chunks.back().maxt, Encoding::kXor,
                    std::string(buffer.view())};
}

}  // namespace watchfire::chunk

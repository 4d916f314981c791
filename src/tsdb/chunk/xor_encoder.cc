#include "tsdb/chunk/xor_encoder.h"

#include "tsdb/chunk/varbit.h"
#include "tsdb/chunk/xor_bits.h"

namespace watchfire::chunk {
namespace {

constexpr size_t kHeaderBytes = 2;
constexpr size_t kUsualBytes = 1024;

}  // namespace

XorEncoder::XorEncoder() {
  Reset();
}

void XorEncoder::Reset() {
  buffer_.MakeRoom(kUsualBytes);
  buffer_.Begin();
  buffer_.cursor().Put(0, 8 * kHeaderBytes);  // the count, known at the end
  count_ = 0;
  mint_ = 0;
  state_ = {};
}

void XorEncoder::AppendFirst(TimeMs t, double v) {
  state_.bits = std::bit_cast<uint64_t>(v);
  state_.t = mint_ = t;
  PutVarint(buffer_.cursor(), t);
  buffer_.cursor().PutWide(state_.bits, 64);
}

void XorEncoder::AppendSecond(TimeMs t, double v) {
  state_.delta = static_cast<uint64_t>(t) - static_cast<uint64_t>(state_.t);
  PutUvarint(buffer_.cursor(), state_.delta);
  auto bits = std::bit_cast<uint64_t>(v);
  GreedyWindows windows;
  PutChange(buffer_.cursor(), bits ^ state_.bits, state_, windows);
  state_.bits = bits;
  state_.t = t;
}

void XorEncoder::Append(TimeMs t, double v) {
  WF_CHECK(count_ < kMaxChunkSamples && (count_ == 0 || t > state_.t));
  buffer_.MakeRoom(kMaxXorSampleBytes);
  if (count_ == 0) {
    AppendFirst(t, v);
  } else if (count_ == 1) {
    AppendSecond(t, v);
  } else {
    GreedyWindows windows;
    PutXorSample(buffer_.cursor(), t, std::bit_cast<uint64_t>(v), state_, windows);
  }
  ++count_;
}

OwnedChunk XorEncoder::Finish() {
  WF_CHECK(count_ > 0);
  buffer_.data()[0] = static_cast<uint8_t>(count_ >> 8);
  buffer_.data()[1] = static_cast<uint8_t>(count_);
  OwnedChunk chunk{mint_, state_.t, Encoding::kXor, std::string(buffer_.view())};
  Reset();
  return chunk;
}

}  // namespace watchfire::chunk

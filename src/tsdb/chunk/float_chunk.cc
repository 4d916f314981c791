// Decoding of float chunks: XOR and XOR2.
#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/chunk/float_walk.h"
#include "tsdb/chunk/start_times.h"
#include "tsdb/chunk/varbit.h"

namespace watchfire::chunk {
namespace {

Error Corrupt(const ChunkView& chunk, std::string_view what) {
  return Error::Corrupt("chunk of {} bytes, encoding {}, from {}: {}", chunk.data.size(),
                        static_cast<int>(chunk.encoding), chunk.mint, what);
}

uint64_t Bit(uint64_t word, unsigned index) {
  return word >> (63 - index) & 1;
}

struct XorFormat {
  static constexpr Encoding kEncoding = Encoding::kXor;
  static constexpr size_t kHeaderBytes = 2;
  static constexpr uint32_t kZeroBits = 2;

  // The top bits of `word` follow the position of `in`, `known` of them (at least 13).
  WF_IN_LOOP static bool ReadValue(RawBits& in, uint64_t word, unsigned known, WalkState& state,
                                   uint64_t& value) {
    if (Bit(word, 0) == 0) {
      in.position += 1;
    } else if (Bit(word, 1) == 0) {
      in.position += 2;
      ReadChange(in, word << 2, known - 2, state);
    } else {
      in.position += 2 + 11;
      if (!ReadWindow(word << 2, state)) return false;
      ReadChange(in, word << 13, known - 13, state);
    }
    value = state.bits;
    return true;
  }

  WF_IN_LOOP static bool Read(RawBits& in, uint64_t word, WalkState& state, uint64_t& value) {
    if (Bit(word, 0) == 0) {
      in.position += 1;
      return ReadValue(in, word << 1, 63, state, value);
    }
    if (Bit(word, 1) == 0) {
      state.delta += static_cast<uint64_t>(SignedBits(word << 2 >> (64 - 14), 14));
      in.position += 2 + 14;
      return ReadValue(in, word << 16, 48, state, value);
    }
    if (Bit(word, 2) == 0) {
      state.delta += static_cast<uint64_t>(SignedBits(word << 3 >> (64 - 17), 17));
      in.position += 3 + 17;
      return ReadValue(in, word << 20, 44, state, value);
    }
    if (Bit(word, 3) == 0) {
      state.delta += static_cast<uint64_t>(SignedBits(word << 4 >> (64 - 20), 20));
      in.position += 4 + 20;
      return ReadValue(in, word << 24, 40, state, value);
    }
    in.position += 4;
    state.delta += in.Peek();
    in.position += 64;
    return ReadValue(in, in.Peek(), 64, state, value);
  }
};

// The value of an XOR2 sample is XORed with the last that was not a stale marker.
struct Xor2Format {
  static constexpr Encoding kEncoding = Encoding::kXor2;
  static constexpr size_t kHeaderBytes = 3;
  static constexpr uint32_t kZeroBits = 1;

  // Differences here are in two's complement.
  static uint64_t Signed(uint64_t word, unsigned n) {
    return static_cast<uint64_t>(static_cast<int64_t>(word) >> (64 - n));
  }

  // After a difference of times, or in the second sample.
  WF_IN_LOOP static bool ReadValue(RawBits& in, uint64_t word, unsigned known, WalkState& state,
                                   uint64_t& value) {
    if (Bit(word, 0) == 0) {
      in.position += 1;
    } else if (Bit(word, 1) == 0) {
      in.position += 2;
      ReadChange(in, word << 2, known - 2, state);
    } else if (Bit(word, 2) == 0) {
      in.position += 3 + 11;
      if (!ReadWindow(word << 3, state)) return false;
      ReadChange(in, word << 14, known - 14, state);
    } else {
      in.position += 3;
      value = model::kStaleNanBits;
      return true;
    }
    value = state.bits;
    return true;
  }

  WF_IN_LOOP static bool Read(RawBits& in, uint64_t word, WalkState& state, uint64_t& value) {
    if (Bit(word, 0) == 0) {
      in.position += 1;
    } else if (Bit(word, 1) == 0) {
      if (Bit(word, 2) == 0) {
        in.position += 3;
        ReadChange(in, word << 3, 61, state);
      } else {
        in.position += 3 + 11;
        if (!ReadWindow(word << 3, state)) return false;
        ReadChange(in, word << 14, 50, state);
      }
    } else if (Bit(word, 2) == 0) {
      state.delta += Signed(word << 3, 13);
      in.position += 3 + 13;
      return ReadValue(in, word << 16, 48, state, value);
    } else if (Bit(word, 3) == 0) {
      state.delta += Signed(word << 4, 20);
      in.position += 4 + 20;
      return ReadValue(in, word << 24, 40, state, value);
    } else if (Bit(word, 4) == 0) {
      in.position += 5;
      state.delta += in.Peek();
      in.position += 64;
      return ReadValue(in, in.Peek(), 64, state, value);
    } else {
      in.position += 5;
      value = model::kStaleNanBits;
      return true;
    }
    value = state.bits;
    return true;
  }
};

// The first two samples, which are written unlike the others, and where the others begin.
struct Start {
  uint32_t count = 0;
  TimeMs t[2] = {};
  uint64_t value[2] = {};
  WalkState state;        // after the second
  uint64_t position = 0;  // of the third
  uint32_t left() const { return count > 2 ? count - 2 : 0; }
};

// Peeks of the second sample's value may reach this far beyond its first bit.
constexpr size_t kPadding = 32;

template <typename Format>
Result<Start> ReadStart(const ChunkView& chunk) {
  Start start;
  start.count = SampleCount(chunk);
  if (start.count == 0) {
    if (chunk.data.size() < Format::kHeaderBytes) return Corrupt(chunk, "no header");
    return start;
  }
  BitReader in(chunk.data);
  in.Skip(8 * Format::kHeaderBytes);
  start.t[0] = GetVarint(in);
  start.value[0] = in.GetWide(64);
  WalkState& state = start.state;
  state.t = start.t[0];
  if (start.value[0] != model::kStaleNanBits || Format::kEncoding == Encoding::kXor) {
    state.bits = start.value[0];
  }
  start.position = in.position();
  if (!in.ok()) return Corrupt(chunk, "it ends in its first sample");
  if (start.count == 1) return start;

  state.delta = GetUvarint(in);
  state.t = static_cast<TimeMs>(static_cast<uint64_t>(state.t) + state.delta);
  if (!in.ok()) return Corrupt(chunk, "it ends in its second sample");
  if (state.t <= start.t[0]) return Corrupt(chunk, "its second sample is not after its first");
  uint8_t padded[kPadding] = {};
  size_t byte = in.position() / 8;
  std::memcpy(padded, chunk.data.data() + byte, std::min(chunk.data.size() - byte, kPadding / 2));
  RawBits raw{padded, in.position() % 8};
  if (!Format::ReadValue(raw, raw.Peek(), 64, state, start.value[1])) {
    return Corrupt(chunk, "its second sample has no sense");
  }
  start.t[1] = state.t;
  start.position = byte * 8 + raw.position;
  // At least: a header may announce more than the chunk can hold.
  uint64_t needed = start.position + uint64_t{start.left()} * Format::kZeroBits;
  if (needed > chunk.data.size() * 8) return Corrupt(chunk, "too short for its samples");
  return start;
}

Error WalkError(const ChunkView& chunk, uint32_t left) {
  return Corrupt(chunk, fmt::format("cannot be read at sample {}", SampleCount(chunk) - left));
}

template <typename Format>
Result<void> Decode(const ChunkView& chunk, TimeMs mint, TimeMs maxt, std::vector<TimeMs>* times,
                    std::vector<double>* values) {
  Start start = TRY(ReadStart<Format>(chunk));
  for (uint32_t i = 0; i < std::min(start.count, 2U); ++i) {
    if (start.t[i] > maxt) return {};
    if (start.t[i] < mint) continue;
    times->push_back(start.t[i]);
    values->push_back(std::bit_cast<double>(start.value[i]));
  }
  if (start.count <= 2) return {};
  FloatWalk<Format> walk(chunk.data, start.position, start.left(), start.state);
  walk.SetValue(start.value[1]);
  if (start.state.t < mint) {
    WalkStop stop = walk.Skip(mint - 1);
    if (stop == WalkStop::kCorrupt) return WalkError(chunk, walk.left());
    if (stop == WalkStop::kEnd || walk.state().t > maxt) return {};
    times->push_back(walk.state().t);
    values->push_back(std::bit_cast<double>(walk.value()));
  }
  size_t times_kept = times->size();
  size_t values_kept = values->size();
  size_t room = walk.left() + FloatWalk<Format>::kColumnSlack;
  times->resize(times_kept + room);
  values->resize(values_kept + room);
  TimeMs* next_time = times->data() + times_kept;
  double* next_value = values->data() + values_kept;
  WalkStop stop = walk.Store(maxt, next_time, next_value);
  times->resize(static_cast<size_t>(next_time - times->data()));
  values->resize(static_cast<size_t>(next_value - values->data()));
  if (stop == WalkStop::kCorrupt) return WalkError(chunk, walk.left());
  return {};
}

template <typename Format>
Result<std::optional<model::Sample>> Last(const ChunkView& chunk, TimeMs maxt) {
  Start start = TRY(ReadStart<Format>(chunk));
  auto sample = [](TimeMs t, uint64_t bits) {
    return std::optional<model::Sample>({t, std::bit_cast<double>(bits)});
  };
  if (start.count == 0 || start.t[0] > maxt) return std::optional<model::Sample>();
  if (start.count == 1 || start.t[1] > maxt) return sample(start.t[0], start.value[0]);
  if (start.count == 2) return sample(start.t[1], start.value[1]);
  FloatWalk<Format> walk(chunk.data, start.position, start.left(), start.state);
  walk.SetValue(start.value[1]);
  switch (walk.Skip(maxt)) {
    case WalkStop::kCorrupt:
      break;
    case WalkStop::kEnd:
      return sample(walk.state().t, walk.value());
    case WalkStop::kBeyondBound:
      return sample(walk.previous_t(), walk.previous_value());
  }
  return WalkError(chunk, walk.left());
}

// XOR2 with start timestamps: one sample after the other, in a copy that may be read beyond its
// end.
class StartedWalk {
 public:
  explicit StartedWalk(const ChunkView& chunk)
      : padded_(chunk.data), size_bits_(chunk.data.size() * 8) {
    padded_.append(kPadding, '\0');
    raw_.base = reinterpret_cast<const uint8_t*>(padded_.data());
    raw_.position = 8 * Xor2Format::kHeaderBytes;
    starts_ = StartTimeReader(static_cast<uint8_t>(chunk.data[2]));
  }

  // The next sample, or false if it cannot be.
  bool Read() {
    if (raw_.position >= size_bits_) return false;
    TimeMs last_t = state_.t;
    bool good = index_ == 0 ? ReadFirst() : index_ == 1 ? ReadSecond() : ReadLater();
    if (!good || raw_.position > size_bits_) return false;
    if (index_ > 0 && state_.t <= last_t) return false;
    BitReader in({padded_.data(), static_cast<size_t>(size_bits_ / 8)});
    in.Skip(raw_.position);
    starts_.Read(in, index_, state_.t, last_t);
    raw_.position = in.position();
    ++index_;
    return in.ok();
  }

  TimeMs t() const { return state_.t; }
  uint64_t value() const { return value_; }
  TimeMs start() const { return starts_.start(); }

 private:
  bool ReadFirst() {
    BitReader in({padded_.data(), static_cast<size_t>(size_bits_ / 8)});
    in.Skip(raw_.position);
    state_.t = GetVarint(in);
    value_ = in.GetWide(64);
    if (value_ != model::kStaleNanBits) state_.bits = value_;
    raw_.position = in.position();
    return true;
  }
  bool ReadSecond() {
    BitReader in({padded_.data(), static_cast<size_t>(size_bits_ / 8)});
    in.Skip(raw_.position);
    state_.delta = GetUvarint(in);
    state_.t = static_cast<TimeMs>(static_cast<uint64_t>(state_.t) + state_.delta);
    raw_.position = in.position();
    return in.ok() && Xor2Format::ReadValue(raw_, raw_.Peek(), 64, state_, value_);
  }
  bool ReadLater() {
    if (!Xor2Format::Read(raw_, raw_.Peek(), state_, value_)) return false;
    state_.t = static_cast<TimeMs>(static_cast<uint64_t>(state_.t) + state_.delta);
    return true;
  }

  std::string padded_;
  uint64_t size_bits_;
  RawBits raw_;
  WalkState state_;
  uint64_t value_ = 0;
  uint32_t index_ = 0;
  StartTimeReader starts_{0};
};

bool HasStarts(const ChunkView& chunk) {
  return chunk.encoding == Encoding::kXor2 && chunk.data.size() > 2 && chunk.data[2] != 0;
}

template <typename Sink>
Result<void> WalkStarted(const ChunkView& chunk, TimeMs maxt, Sink sink) {
  StartedWalk walk(chunk);
  uint32_t count = SampleCount(chunk);
  for (uint32_t i = 0; i < count; ++i) {
    if (!walk.Read()) return WalkError(chunk, count - i);
    if (walk.t() > maxt) break;
    sink(walk);
  }
  return {};
}

Result<void> DecodeInto(const ChunkView& chunk, TimeMs mint, TimeMs maxt,
                        std::vector<TimeMs>* times, std::vector<double>* values,
                        std::vector<TimeMs>* starts) {
  if (HasStarts(chunk)) {
    return WalkStarted(chunk, maxt, [&](const StartedWalk& walk) {
      if (walk.t() < mint) return;
      times->push_back(walk.t());
      values->push_back(std::bit_cast<double>(walk.value()));
      if (starts != nullptr) starts->push_back(walk.start());
    });
  }
  if (chunk.encoding == Encoding::kXor) TRY(Decode<XorFormat>(chunk, mint, maxt, times, values));
  if (chunk.encoding == Encoding::kXor2) TRY(Decode<Xor2Format>(chunk, mint, maxt, times, values));
  return {};
}

}  // namespace

Result<void> DecodeFloats(const ChunkView& chunk, TimeMs mint, TimeMs maxt,
                          std::vector<TimeMs>* times, std::vector<double>* values,
                          std::vector<TimeMs>* starts) {
  if (!HoldsFloats(chunk.encoding)) return Corrupt(chunk, "holds no floats");
  size_t times_before = times->size();
  size_t values_before = values->size();
  size_t starts_before = starts != nullptr ? starts->size() : 0;
  Result<void> result = DecodeInto(chunk, mint, maxt, times, values, starts);
  if (!result.ok()) {
    times->resize(times_before);
    values->resize(values_before);
  }
  if (starts != nullptr) starts->resize(starts_before + times->size() - times_before);
  return result;
}

Result<std::optional<model::Sample>> LastFloat(const ChunkView& chunk, TimeMs maxt) {
  if (HasStarts(chunk)) {
    std::optional<model::Sample> last;
    TRY(WalkStarted(chunk, maxt, [&](const StartedWalk& walk) {
      last = model::Sample{walk.t(), std::bit_cast<double>(walk.value())};
    }));
    return last;
  }
  if (chunk.encoding == Encoding::kXor) return Last<XorFormat>(chunk, maxt);
  if (chunk.encoding == Encoding::kXor2) return Last<Xor2Format>(chunk, maxt);
  return Corrupt(chunk, "holds no floats");
}

}  // namespace watchfire::chunk

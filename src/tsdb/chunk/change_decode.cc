#include "tsdb/chunk/change_decode.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "tsdb/chunk/bits.h"
#include "tsdb/chunk/change_stream.h"

namespace watchfire::chunk {
namespace {

// Peeks of the last event may look so far beyond it.
constexpr size_t kPadding = 32;

// The top `n` bits, n ≤ 64.
uint64_t TopBits(uint64_t word, uint32_t n) {
  return n == 0 ? 0 : word >> (64 - n);
}

uint32_t LeadingOnes(uint64_t word, uint32_t limit) {
  return std::min(static_cast<uint32_t>(std::countl_one(word)), limit);
}

// The decoder's state, as the encoder's.
class Events {
 public:
  Events(const uint8_t* flat, uint64_t end, const StreamHead& head)
      : in_{flat, 0},
        end_(end),
        index_(head.start),
        mode_(head.first_mode),
        value_(std::bit_cast<double>(head.first)),
        previous_(FirstPrevious(head.first, head.first_mode)) {}

  uint32_t index() const { return index_; }
  double value() const { return value_; }

  bool Next() {
    if (in_.position >= end_) return false;
    static constexpr std::array<uint8_t, 5> kLength = {1, 5, 9, 14, 20};
    static constexpr std::array<uint16_t, 5> kBase = {0, 1, 9, 73, 0};
    static constexpr std::array<uint16_t, 5> kMask = {0, 7, 63, 1023, 65535};
    uint64_t word = in_.Peek();
    uint32_t size_class = LeadingOnes(word, 4);
    uint32_t length = kLength[size_class];
    index_ +=
        1U + kBase[size_class] + (static_cast<uint32_t>(word >> (64 - length)) & kMask[size_class]);
    word <<= length;
    in_.position += length;
    uint32_t kind = LeadingOnes(word, 3);
    if (kind == 3) {
      ReadEscape();
    } else if (mode_ == kXor) {
      ReadXor(word, kind);
    } else {
      ReadInteger(word, kind, 64 - length);
    }
    return true;
  }

 private:
  // `known` bits of `word` are those that follow.
  void ReadInteger(uint64_t word, uint32_t kind, uint32_t known) {
    if (kind == 0) {
      in_.position += 1;
    } else {
      uint32_t prefix = 2;
      if (kind == 2) {
        width_ = static_cast<uint8_t>((word >> 55) & 63);
        prefix = 9;
      }
      in_.position += prefix;
      word = prefix + width_ <= known ? word << prefix : in_.Peek();
      in_.position += width_;
      delta_ = UnZigZag(TopBits(word, width_));
    }
    previous_ += static_cast<uint64_t>(delta_);
    value_ = static_cast<double>(static_cast<int64_t>(previous_));
    if (mode_ != 0) value_ /= kPowers[mode_];
  }

  void ReadXor(uint64_t word, uint32_t kind) {
    if (kind == 0) {
      in_.position += 1;
    } else {
      if (kind == 2) {
        leading_ = static_cast<uint8_t>((word >> 56) & 31);
        width_ = static_cast<uint8_t>(((word >> 50) & 63) + 1);
      }
      in_.position += kind == 2 ? 14 : 2;
      previous_ ^= TopBits(in_.Peek(), width_) << ((64U - leading_ - width_) & 63);
      in_.position += width_;
    }
    value_ = std::bit_cast<double>(previous_);
  }

  void ReadEscape() {
    auto what = static_cast<Escape>((in_.Peek() >> 59) & 3);
    in_.position += 5;
    if (what == Escape::kStale) {
      value_ = std::bit_cast<double>(kStaleBits);
      return;
    }
    mode_ = kXor;
    if (what == Escape::kScale) {
      mode_ = static_cast<uint8_t>(in_.Peek() >> 60);
      in_.position += 4;
    }
    uint64_t bits = in_.Peek();
    in_.position += 64;
    delta_ = 0;
    width_ = 0;
    leading_ = 0;
    previous_ = FirstPrevious(bits, mode_);
    value_ = std::bit_cast<double>(bits);
  }

  RawBits in_;
  uint64_t end_;
  uint32_t index_;
  uint8_t mode_;
  uint8_t leading_ = 0;
  uint8_t width_ = 0;
  double value_;
  uint64_t previous_;
  int64_t delta_ = 0;
};

// Writes in fours: what is too much is written over, or slack.
double* Fill(double* out, uint32_t count, double value) {
  for (uint32_t i = 0; i < count; i += ChangeDecoder::kSlack) {
    for (uint32_t k = 0; k < ChangeDecoder::kSlack; ++k) out[i + k] = value;
  }
  return out + count;
}

}  // namespace

uint64_t ChangeDecoder::Flatten(const Arena& arena, Arena::Handle stream) {
  const StreamHead& head = HeadOf(arena, stream);
  uint64_t bytes = 0;
  Arena::Handle cell_handle = stream;
  for (uint32_t number = 0;; ++number) {
    char* cell = arena.At(cell_handle);
    uint32_t size = CellData(number);
    if (flat_.size() < bytes + size + kPadding) flat_.resize(2 * (bytes + size + kPadding));
    std::memcpy(flat_.data() + bytes, DataOf(cell, number), size);
    if (cell_handle == head.tail) return bytes * 8 + head.tail_used;
    std::memcpy(&cell_handle, LinkOf(cell, number), sizeof cell_handle);
    bytes += size;
  }
}

void ChangeDecoder::Decode(const Arena& arena, const Segment& segment, uint32_t begin, uint32_t end,
                           double* out) {
  if (segment.last_event <= begin) {  // a constant's is its first sample
    Fill(out, end - begin, std::bit_cast<double>(segment.last_bits));
    return;
  }
  uint64_t bits = Flatten(arena, segment.stream);
  Events events(flat_.data(), bits, HeadOf(arena, segment.stream));
  while (true) {
    double value = events.value();
    if (!events.Next() || events.index() >= end) {
      Fill(out, end - begin, value);
      return;
    }
    if (events.index() <= begin) continue;
    out = Fill(out, events.index() - begin, value);
    begin = events.index();
  }
}

}  // namespace watchfire::chunk

#include "tsdb/chunk/change_list.h"

#include <array>
#include <cmath>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "base/check.h"
#include "tsdb/chunk/change_stream.h"

namespace watchfire::chunk {
namespace {

uint8_t ModeFor(uint64_t bits, uint8_t from) {
  for (uint8_t scale = from; scale <= kMaxScale; ++scale) {
    if (Scaled(bits, scale)) return scale;
  }
  return kXor;
}

bool IsNan(uint64_t bits) {
  return std::isnan(std::bit_cast<double>(bits));
}

// The low `bits` bits of `v`; the others are zero.
struct Code {
  uint64_t v = 0;
  uint32_t bits = 0;
};

class BitSink {
 public:
  BitSink(Arena& arena, StreamHead& head) : arena_(arena), head_(head) { FindTail(); }

  void Put(Code code) {
    while (code.bits > 0) {
      if (head_.tail_used == capacity_) AddCell();
      uint32_t room = capacity_ - head_.tail_used;
      uint32_t n = code.bits < room ? code.bits : room;
      PutInCell(code.v >> (code.bits - n), n);
      code.bits -= n;
      if (code.bits > 0) code.v &= (uint64_t{1} << code.bits) - 1;
    }
  }
  // One after the other, in one step if they are short.
  void Put(Code first, Code second) {
    if (first.bits + second.bits <= 64 && second.bits < 64) {
      Put({(first.v << second.bits) | second.v, first.bits + second.bits});
    } else {
      Put(first);
      Put(second);
    }
  }

 private:
  void PutInCell(uint64_t v, uint32_t bits) {
    uint32_t at = head_.tail_used;
    head_.tail_used = static_cast<uint16_t>(at + bits);
    char* byte = data_ + at / 8;
    uint32_t used = at % 8;
    if (used + bits <= 64 && (at & ~7U) + 64 <= capacity_) {
      uint64_t word;
      std::memcpy(&word, byte, 8);
      word |= __builtin_bswap64(v << (64 - used - bits));
      std::memcpy(byte, &word, 8);
      return;
    }
    while (bits > 0) {
      uint32_t n = 8 - used < bits ? 8 - used : bits;
      auto piece = static_cast<uint8_t>((v >> (bits - n)) & ((1U << n) - 1));
      *byte = static_cast<char>(static_cast<uint8_t>(*byte) | (piece << (8 - used - n)));
      bits -= n;
      used = 0;
      ++byte;
    }
  }

  void FindTail() {
    data_ = DataOf(arena_.At(head_.tail), head_.cells - 1U);
    capacity_ = CellData(head_.cells - 1U) * 8;
  }

  void AddCell() {
    uint32_t number = head_.cells;
    Arena::Handle next = arena_.Allocate(kLinkBytes + CellData(number));
    std::memcpy(LinkOf(arena_.At(head_.tail), number - 1), &next, sizeof next);
    head_.tail = next;
    head_.tail_used = 0;
    // Past the table all cells are alike, so the count may stop.
    if (head_.cells < 255) ++head_.cells;
    FindTail();
  }

  Arena& arena_;
  StreamHead& head_;
  char* data_ = nullptr;
  uint32_t capacity_ = 0;  // bits
};

Code GapCode(uint32_t gap) {
  if (gap == 0) return {0b0, 1};
  if (gap <= 8) return {0b10'000 | (gap - 1), 5};
  if (gap <= 72) return {0b110'000000 | (gap - 9), 9};
  if (gap <= 1096) return {(0b1110U << 10) | (gap - 73), 14};
  return {(0b1111U << 16) | gap, 20};
}

Code EscapeCode(Escape what) {
  return {0b111'00U | static_cast<uint8_t>(what), 5};
}

uint32_t WidthOf(uint64_t v) {
  return static_cast<uint32_t>(std::bit_width(v));
}

// Starts a stream for a series that was constant until now.
void OpenStream(Arena& arena, Segment& segment, uint64_t next_bits) {
  Arena::Handle stream = arena.Allocate(kFirstHeader + CellData(0));
  StreamHead& head = HeadOf(arena, stream);
  head.first = segment.last_bits;
  head.start = segment.last_event;
  // A series that starts with a marker or goes stale at once says nothing about its values.
  uint64_t sample = IsNan(head.first) ? next_bits : head.first;
  head.first_mode = ModeFor(sample, 0);
  head.mode = head.first_mode;
  head.previous = FirstPrevious(head.first, head.mode);
  head.tail = stream;
  head.cells = 1;
  segment.stream = stream;
  segment.kind = SegmentKind::kChanging;
}

void PutInt(BitSink& sink, StreamHead& head, Code gap, int64_t m) {
  int64_t delta = m - static_cast<int64_t>(head.previous);
  head.previous = static_cast<uint64_t>(m);
  if (delta == head.delta && delta != 0) {
    sink.Put(gap, {0b0, 1});
    return;
  }
  head.delta = delta;
  uint64_t code = ZigZag(delta);
  uint32_t need = WidthOf(code);
  // A window that is much too wide is worth the seven bits of a new one.
  if (head.window_a != 0 && need <= head.window_a && need + 6 > head.window_a) {
    sink.Put(gap, {(uint64_t{0b10} << head.window_a) | code, head.window_a + 2U});
    return;
  }
  head.window_a = static_cast<uint8_t>(need);
  sink.Put(gap, {(0b110U << 6) | need, 9});
  sink.Put({code, need});
}

void PutXor(BitSink& sink, StreamHead& head, Code gap, uint64_t bits) {
  uint64_t x = head.previous ^ bits;
  head.previous = bits;
  if (x == 0) {
    sink.Put(gap, {0b0, 1});
    return;
  }
  auto leading = static_cast<uint32_t>(std::countl_zero(x));
  if (leading > 31) leading = 31;
  auto trailing = static_cast<uint32_t>(std::countr_zero(x));
  uint32_t window_trailing = 64U - head.window_a - head.window_b;
  if (head.window_b != 0 && leading >= head.window_a && trailing >= window_trailing) {
    sink.Put(gap, {0b10, 2});
    sink.Put({x >> window_trailing, head.window_b});
    return;
  }
  uint32_t significant = 64 - leading - trailing;
  head.window_a = static_cast<uint8_t>(leading);
  head.window_b = static_cast<uint8_t>(significant);
  sink.Put(gap, {(((0b110U << 5) | leading) << 6) | (significant - 1), 14});
  sink.Put({x >> trailing, significant});
}

// Upwards: more decimal places, or no integers any more.
void PutModeChange(BitSink& sink, StreamHead& head, Code gap, uint64_t bits) {
  uint8_t mode = IsNan(bits) ? kXor : ModeFor(bits, static_cast<uint8_t>(head.mode + 1));
  head.mode = mode;
  head.delta = 0;
  head.window_a = 0;
  head.window_b = 0;
  if (mode != kXor) {
    sink.Put(gap, EscapeCode(Escape::kScale));
    head.previous = static_cast<uint64_t>(*Scaled(bits, mode));
    sink.Put({mode, 4});
  } else {
    sink.Put(gap, EscapeCode(Escape::kToXor));
    head.previous = bits;
  }
  sink.Put({bits, 64});
}

}  // namespace

void BeginSegment(Segment& segment, uint16_t index, uint64_t bits) {
  segment.last_bits = bits;
  segment.stream = 0;
  segment.last_event = index;
  segment.kind = SegmentKind::kConstant;
}

void AppendChange(Arena& arena, Segment& segment, uint16_t index, uint64_t bits) {
  if (segment.kind == SegmentKind::kConstant) OpenStream(arena, segment, bits);
  StreamHead& head = HeadOf(arena, segment.stream);
  BitSink sink(arena, head);
  WF_DCHECK(index > segment.last_event);
  Code gap = GapCode(index - segment.last_event - 1U);
  if (bits == kStaleBits) {
    sink.Put(gap, EscapeCode(Escape::kStale));
  } else if (head.mode == kXor) {
    PutXor(sink, head, gap, bits);
  } else if (std::optional<int64_t> m = Scaled(bits, head.mode)) {
    PutInt(sink, head, gap, *m);
  } else {
    PutModeChange(sink, head, gap, bits);
  }
  segment.last_event = index;
  segment.last_bits = bits;
}

uint16_t FirstIndex(const Arena& arena, const Segment& segment) {
  if (segment.kind == SegmentKind::kConstant) return segment.last_event;
  return HeadOf(arena, segment.stream).start;
}

void PrefetchTail(const Arena& arena, const Segment& segment) {
  if (segment.stream == 0) return;
  const StreamHead& head = HeadOf(arena, segment.stream);
  if (head.tail != segment.stream) {
    __builtin_prefetch(arena.At(head.tail) + head.tail_used / 8, 1);
  }
}

SegmentReader::SegmentReader(const Arena& arena, const Segment& segment, uint32_t end)
    : arena_(arena), end_(end) {
  if (segment.kind == SegmentKind::kEmpty) return;
  if (segment.kind == SegmentKind::kConstant) {
    pending_ = {segment.last_event, segment.last_bits};
    more_ = pending_.index < end_;
    return;
  }
  const StreamHead& head = HeadOf(arena, segment.stream);
  pending_ = {head.start, head.first};
  more_ = pending_.index < end_;
  cell_handle_ = segment.stream;
  cell_ = DataOf(arena.At(segment.stream), 0);
  tail_ = head.tail;
  tail_used_ = head.tail_used;
  last_event_ = head.start;
  mode_ = head.first_mode;
  previous_ = FirstPrevious(head.first, mode_);
}

bool SegmentReader::Next(Run* run) {
  if (!more_) return false;
  *run = {pending_.index, end_, pending_.bits};
  Event next;
  more_ = ReadEvent(&next) && next.index < end_;
  if (more_) {
    run->end = next.index;
    pending_ = next;
  }
  return true;
}

bool SegmentReader::AtEnd() const {
  return cell_ == nullptr || (cell_handle_ == tail_ && position_ >= tail_used_);
}

void SegmentReader::Refill() {
  if (position_ < CellData(cell_number_) * 8) return;
  char* cell = arena_.At(cell_handle_);
  std::memcpy(&cell_handle_, LinkOf(cell, cell_number_), sizeof cell_handle_);
  if (cell_number_ < 254) ++cell_number_;
  cell_ = DataOf(arena_.At(cell_handle_), cell_number_);
  position_ = 0;
}

uint64_t SegmentReader::Take(uint32_t bits) {
  uint64_t out = 0;
  while (bits > 0) {
    Refill();
    uint32_t size = CellData(cell_number_);
    uint32_t byte = position_ / 8;
    uint32_t used = position_ % 8;
    if (used + bits <= 64 && byte + 8 <= size) {
      uint64_t word;
      std::memcpy(&word, cell_ + byte, 8);
      word = __builtin_bswap64(word) << used;
      position_ += bits;
      out = bits == 64 ? word >> (64 - bits) : (out << bits) | (word >> (64 - bits));
      return out;
    }
    uint32_t n = 8 - used < bits ? 8 - used : bits;
    auto whole = static_cast<uint8_t>(cell_[byte]);
    uint32_t piece = (static_cast<uint32_t>(whole) >> (8 - used - n)) & ((1U << n) - 1);
    out = (out << n) | piece;
    position_ += n;
    bits -= n;
  }
  return out;
}

uint32_t SegmentReader::TakeUnary(uint32_t limit) {
  uint32_t ones = 0;
  while (ones < limit && Take(1) == 1) ++ones;
  return ones;
}

bool SegmentReader::ReadEvent(Event* event) {
  if (AtEnd()) return false;
  static constexpr std::array<uint32_t, 5> kBits = {0, 3, 6, 10, 16};
  static constexpr std::array<uint32_t, 5> kBase = {0, 1, 9, 73, 0};
  uint32_t size_class = TakeUnary(4);
  uint32_t gap = kBase[size_class] + static_cast<uint32_t>(Take(kBits[size_class]));
  last_event_ += gap + 1;
  event->index = last_event_;
  uint32_t kind = TakeUnary(3);
  if (kind == 3) {
    event->bits = ReadEscape();
    return true;
  }
  if (mode_ == kXor) {
    if (kind == 1) {
      previous_ ^= Take(window_b_) << (64U - window_a_ - window_b_);
    } else if (kind == 2) {
      window_a_ = static_cast<uint8_t>(Take(5));
      window_b_ = static_cast<uint8_t>(Take(6) + 1);
      previous_ ^= Take(window_b_) << (64U - window_a_ - window_b_);
    }
    event->bits = previous_;
    return true;
  }
  if (kind == 2) window_a_ = static_cast<uint8_t>(Take(6));
  if (kind != 0) delta_ = UnZigZag(Take(window_a_));
  previous_ += static_cast<uint64_t>(delta_);
  event->bits = Unscaled(static_cast<int64_t>(previous_), mode_);
  return true;
}

uint64_t SegmentReader::ReadEscape() {
  auto what = static_cast<Escape>(Take(2));
  if (what == Escape::kStale) return kStaleBits;
  mode_ = what == Escape::kToXor ? kXor : static_cast<uint8_t>(Take(4));
  uint64_t bits = Take(64);
  delta_ = 0;
  window_a_ = 0;
  window_b_ = 0;
  previous_ = mode_ == kXor ? bits : static_cast<uint64_t>(*Scaled(bits, mode_));
  return bits;
}

}  // namespace watchfire::chunk

#pragma once
// Bits of chunks, the most significant first: a cursor that writes them and one that reads them.
// Both hold 64 bits in a register and touch memory eight bytes at a time; no call handles a single
// bit. They are small structs, so that hot loops keep them in registers: copy one into a local
// variable, work, copy it back.
//
// BitCursor writes into memory that its owner (BitBuffer) has made large enough: kBitSlack bytes
// beyond the last bit are overwritten, too. BitReader is a view of bytes that the caller keeps
// alive. It never reads past them and never fails loudly: bits beyond the end are zeros, and ok()
// tells, so that a decoder checks once a sample. Integers of variable length are in varbit.h.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace watchfire::chunk {

inline constexpr size_t kBitSlack = 8;

// For what must not leave the registers of the loop around it; the compiler thinks otherwise of
// functions that are used twice.
#define WF_IN_LOOP [[gnu::always_inline]] inline

inline uint64_t LoadBe64(const uint8_t* bytes) {
  uint64_t v;
  std::memcpy(&v, bytes, sizeof(v));
  return __builtin_bswap64(v);
}

inline void StoreBe64(uint8_t* bytes, uint64_t v) {
  v = __builtin_bswap64(v);
  std::memcpy(bytes, &v, sizeof(v));
}

struct BitCursor {
  uint8_t* next = nullptr;  // the byte that the next bit goes into
  uint64_t pending = 0;     // its bits so far, at the top
  unsigned used = 0;        // how many: 0…7

  void Begin(uint8_t* at) { *this = {at, 0, 0}; }

  // The low n bits of `value`, whose others are zero. 1 ≤ n ≤ 56.
  void Put(uint64_t value, unsigned n) {
    used += n;
    pending |= value << (64 - used);
    StoreBe64(next, pending);
    next += used >> 3;
    pending <<= used & ~7U;
    used &= 7;
  }
  // The same for 1 ≤ n ≤ 64.
  void PutWide(uint64_t value, unsigned n) {
    if (n > 32) {
      Put(value >> 32, n - 32);
      value &= 0xffffffffU;
      n = 32;
    }
    Put(value, n);
  }

  // Bytes begun since `start`. Those are in memory, zero padded, after every Put.
  size_t SizeFrom(const uint8_t* start) const {
    return static_cast<size_t>(next - start) + (used > 0 ? 1 : 0);
  }
};

// Memory for a cursor, kept from one chunk to the next.
class BitBuffer {
 public:
  // Forgets what was written.
  void Begin() { cursor_.Begin(memory_.get()); }
  // From here on `bytes` more can be written. The cursor may move: get it again.
  void MakeRoom(size_t bytes) {
    size_t used = memory_ ? static_cast<size_t>(cursor_.next - memory_.get()) : 0;
    bytes += kBitSlack;
    if (capacity_ - used < bytes) Grow(used, bytes);
  }
  BitCursor& cursor() { return cursor_; }
  uint8_t* data() { return memory_.get(); }
  size_t size() const { return cursor_.SizeFrom(memory_.get()); }
  std::string_view view() const { return {reinterpret_cast<const char*>(memory_.get()), size()}; }

 private:
  void Grow(size_t used, size_t bytes) {
    size_t capacity = std::max(2 * capacity_, used + bytes);
    auto memory = std::make_unique_for_overwrite<uint8_t[]>(capacity);
    if (used > 0) std::memcpy(memory.get(), memory_.get(), used);
    memory_ = std::move(memory);
    capacity_ = capacity;
    cursor_.next = memory_.get() + used;
    StoreBe64(cursor_.next, cursor_.pending);
  }

  std::unique_ptr<uint8_t[]> memory_;
  size_t capacity_ = 0;
  BitCursor cursor_;
};

// Reads where the caller has made sure that kBitSlack + 1 bytes beyond the next bit exist. The
// inner loops of decoders use it; BitReader is for everything else.
struct RawBits {
  const uint8_t* base = nullptr;
  uint64_t position = 0;  // of the next bit

  // The next 64 bits.
  uint64_t Peek() const {
    const uint8_t* at = base + (position >> 3);
    unsigned offset = static_cast<unsigned>(position & 7);
    return LoadBe64(at) << offset | static_cast<uint64_t>(at[8]) >> (8 - offset);
  }
};

class BitReader {
 public:
  explicit BitReader(std::string_view bytes)
      : begin_(reinterpret_cast<const uint8_t*>(bytes.data())), size_bits_(bytes.size() * 8) {}

  // False once a bit beyond the end was consumed, or Fail() called; stays so.
  bool ok() const { return position_ <= size_bits_; }
  void Fail() { position_ = size_bits_ + 1; }
  uint64_t position() const { return position_; }
  uint64_t size_bits() const { return size_bits_; }
  // The next bits at the top of the word, at least 57 of them true; zeros beyond the end.
  uint64_t Peek() const {
    uint64_t byte = position_ >> 3;
    if (byte + 8 <= size_bits_ >> 3) [[likely]] {
      return LoadBe64(begin_ + byte) << (position_ & 7);
    }
    return PeekNearEnd(byte) << (position_ & 7);
  }
  void Skip(uint64_t n) { position_ += n; }

  // 1 ≤ n ≤ 56.
  uint64_t Get(unsigned n) {
    uint64_t bits = Peek() >> (64 - n);
    position_ += n;
    return bits;
  }
  // 1 ≤ n ≤ 64.
  uint64_t GetWide(unsigned n) {
    if (n <= 56) return Get(n);
    uint64_t high = Get(32);
    return high << (n - 32) | Get(n - 32);
  }

 private:
  uint64_t PeekNearEnd(uint64_t byte) const {
    uint8_t tail[8] = {};
    uint64_t size = size_bits_ >> 3;
    if (byte < size) std::memcpy(tail, begin_ + byte, size - byte);
    return LoadBe64(tail);
  }

  const uint8_t* begin_;
  uint64_t size_bits_;
  uint64_t position_ = 0;
};

}  // namespace watchfire::chunk

#pragma once
// Integers of variable length inside bit streams: Go's varints, byte by byte, and the varbits of
// histogram chunks: a prefix of ones that names the number of bits which follow it. Signed varbits
// of n bits hold -(2^(n-1) - 1) … 2^(n-1). Readers that meet nonsense call BitReader::Fail.

#include "base/bytes.h"
#include "tsdb/chunk/bits.h"
#include "tsdb/chunk/xor_bits.h"

namespace watchfire::chunk {

// Bits after a prefix of as many ones as the index, and a zero unless it is the last.
inline constexpr unsigned kVarbitBits[] = {0, 3, 6, 9, 12, 18, 25, 56, 64};
inline constexpr unsigned kVarbitClasses = 9;
// No varint or varbit is longer.
inline constexpr size_t kMaxVarbitBytes = 10;

// A varint of Go, byte by byte through the bit stream: at most 10 bytes.
inline void PutUvarint(BitCursor& out, uint64_t v) {
  for (; v >= 0x80; v >>= 7) out.Put((v & 0x7f) | 0x80, 8);
  out.Put(v, 8);
}
inline void PutVarint(BitCursor& out, int64_t v) {
  PutUvarint(out, ZigZag(v));
}

inline uint64_t GetUvarint(BitReader& in) {
  uint64_t v = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    uint64_t byte = in.Get(8);
    if (shift == 63 && byte > 1) break;
    v |= (byte & 0x7f) << shift;
    if (byte < 0x80) return v;
  }
  in.Fail();
  return 0;
}
inline int64_t GetVarint(BitReader& in) {
  return UnZigZag(GetUvarint(in));
}

// The low `kVarbitBits[c]` bits of v behind the prefix of class c.
inline void PutVarbitClass(BitCursor& out, uint64_t v, unsigned c) {
  unsigned n = kVarbitBits[c];
  if (c == kVarbitClasses - 1) {
    out.Put(0xff, 8);
    out.PutWide(v, 64);
    return;
  }
  uint64_t prefix = (uint64_t{2} << c) - 2;
  v &= (uint64_t{1} << n) - 1;
  if (n == 56) {
    out.Put(prefix, c + 1);
    out.Put(v, n);
  } else {
    out.Put(prefix << n | v, c + 1 + n);
  }
}

inline void PutVarbitInt(BitCursor& out, int64_t v) {
  unsigned c = 0;
  if (v != 0) {
    for (c = 1; c < kVarbitClasses - 1 && !FitsBits(v, kVarbitBits[c]);) ++c;
  }
  PutVarbitClass(out, static_cast<uint64_t>(v), c);
}

inline void PutVarbitUint(BitCursor& out, uint64_t v) {
  unsigned c = 0;
  while (c < kVarbitClasses - 1 && v >> kVarbitBits[c] != 0) ++c;
  PutVarbitClass(out, v, c);
}

inline unsigned GetVarbitPrefix(BitReader& in) {
  auto c = static_cast<unsigned>(std::countl_one(in.Peek()));
  if (c >= kVarbitClasses - 1) {
    in.Skip(kVarbitClasses - 1);
    return kVarbitClasses - 1;
  }
  in.Skip(c + 1);
  return c;
}

inline int64_t GetVarbitInt(BitReader& in) {
  unsigned c = GetVarbitPrefix(in);
  if (c == 0) return 0;
  unsigned n = kVarbitBits[c];
  uint64_t bits = in.GetWide(n);
  return n == 64 ? static_cast<int64_t>(bits) : SignedBits(bits, n);
}

inline uint64_t GetVarbitUint(BitReader& in) {
  unsigned c = GetVarbitPrefix(in);
  return c == 0 ? 0 : in.GetWide(kVarbitBits[c]);
}

}  // namespace watchfire::chunk

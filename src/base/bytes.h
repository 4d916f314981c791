#pragma once
// Reading and writing the integers of file formats: fixed big-endian (Prometheus' blocks and WAL)
// and little-endian numbers, and Go's LEB128 varints (varint is zig-zag, at most 10 bytes).
//
// ByteWriter appends to a std::string it owns. ByteReader walks over bytes that the caller keeps
// alive; it never throws and never reads past the end: after the first failure every read yields
// zero or an empty view, and ok() is false, so a decoder checks once per record. Thread-compatible.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace watchfire {

inline constexpr size_t kMaxVarintBytes = 10;

inline uint64_t ZigZag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}
inline int64_t UnZigZag(uint64_t v) {
  return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
}

class ByteWriter {
 public:
  void U8(uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void Be16(uint16_t v) { Fixed(__builtin_bswap16(v)); }
  void Be32(uint32_t v) { Fixed(__builtin_bswap32(v)); }
  void Be64(uint64_t v) { Fixed(__builtin_bswap64(v)); }
  void Le64(uint64_t v) { Fixed(v); }
  void BeDouble(double v) { Be64(std::bit_cast<uint64_t>(v)); }
  void Uvarint(uint64_t v) {
    char buffer[kMaxVarintBytes];
    size_t n = 0;
    while (v >= 0x80) {
      buffer[n++] = static_cast<char>(v | 0x80);
      v >>= 7;
    }
    buffer[n++] = static_cast<char>(v);
    out_.append(buffer, n);
  }
  void Varint(int64_t v) { Uvarint(ZigZag(v)); }
  void Bytes(std::string_view bytes) { out_.append(bytes); }
  // Uvarint length, then the bytes.
  void String(std::string_view text) {
    Uvarint(text.size());
    out_.append(text);
  }

  size_t size() const { return out_.size(); }
  std::string_view view() const { return out_; }
  std::string Take() { return std::move(out_); }
  void clear() { out_.clear(); }

 private:
  template <typename T>
  void Fixed(T v) {
    char buffer[sizeof(T)];
    std::memcpy(buffer, &v, sizeof(T));
    out_.append(buffer, sizeof(T));
  }

  std::string out_;
};

// A view: valid as long as the bytes it was made of.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes)
      : begin_(bytes.data()), next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  bool empty() const { return next_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - next_); }
  size_t offset() const { return static_cast<size_t>(next_ - begin_); }

  uint8_t U8() { return Fixed<uint8_t>(); }
  uint16_t Be16() { return __builtin_bswap16(Fixed<uint16_t>()); }
  uint32_t Be32() { return __builtin_bswap32(Fixed<uint32_t>()); }
  uint64_t Be64() { return __builtin_bswap64(Fixed<uint64_t>()); }
  uint64_t Le64() { return Fixed<uint64_t>(); }
  double BeDouble() { return std::bit_cast<double>(Be64()); }
  uint64_t Uvarint() {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (next_ == end_) break;
      auto byte = static_cast<uint8_t>(*next_++);
      if (shift == 63 && byte > 1) break;
      v |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return v;
    }
    return Fail();
  }
  int64_t Varint() { return UnZigZag(Uvarint()); }
  std::string_view Bytes(size_t n) {
    if (n > remaining()) {
      Fail();
      return {};
    }
    std::string_view out(next_, n);
    next_ += n;
    return out;
  }
  std::string_view String() { return Bytes(Uvarint()); }
  std::string_view Rest() { return Bytes(remaining()); }
  // What is left, not taken.
  std::string_view Peek() const { return {next_, remaining()}; }

 private:
  template <typename T>
  T Fixed() {
    if (remaining() < sizeof(T)) return static_cast<T>(Fail());
    T v;
    std::memcpy(&v, next_, sizeof(T));
    next_ += sizeof(T);
    return v;
  }
  uint64_t Fail() {
    ok_ = false;
    next_ = end_;
    return 0;
  }

  const char* begin_;
  const char* next_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace watchfire

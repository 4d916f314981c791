#pragma once
// The hot part of reading protobuf: a cursor over one message, for the few fields that every sample
// of a request passes through. Rarer messages are read with the library (remote/messages.cc), which
// is a third slower here because it looks at each field twice.
//
// Like ByteReader it never reads past the end and fails for good: after the first failure it is at
// its end and ok() is false. A view: valid as long as the bytes.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace watchfire::remote {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

// A field's tag as it is written, when its number is below 16.
constexpr uint64_t Tag(uint32_t number, WireType type) {
  return number << 3 | static_cast<uint32_t>(type);
}

class WireView {
 public:
  explicit WireView(std::string_view bytes)
      : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool empty() const { return next_ == end_; }
  bool ok() const { return ok_; }
  const char* position() const { return next_; }
  size_t remaining() const { return static_cast<size_t>(end_ - next_); }

  uint64_t Varint() {
    if (next_ != end_ && static_cast<uint8_t>(*next_) < 0x80) {
      return static_cast<uint8_t>(*next_++);
    }
    return LongVarint();
  }
  uint64_t Fixed64() {
    if (remaining() < 8) return Fail();
    uint64_t v;
    std::memcpy(&v, next_, 8);
    next_ += 8;
    return v;
  }
  double Double() { return std::bit_cast<double>(Fixed64()); }
  std::string_view Bytes() {
    uint64_t n = Varint();
    if (n > remaining()) {
      Fail();
      return {};
    }
    std::string_view out(next_, n);
    next_ += n;
    return out;
  }
  // The value of a field that nobody wants. Groups fail: proto3 has none.
  void Skip(uint64_t tag) {
    switch (tag & 7) {
      case 0:
        Varint();
        break;
      case 1:
        Fixed64();
        break;
      case 2:
        Bytes();
        break;
      case 5:
        if (remaining() < 4) {
          Fail();
        } else {
          next_ += 4;
        }
        break;
      default:
        Fail();
    }
    if (tag >> 3 == 0) Fail();
  }
  uint64_t Fail() {
    ok_ = false;
    next_ = end_;
    return 0;
  }

 private:
  uint64_t LongVarint() {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70 && next_ != end_; shift += 7) {
      auto byte = static_cast<uint8_t>(*next_++);
      v |= static_cast<uint64_t>(byte & 0x7f) << shift;  // bits above the 64th are let go
      if (byte < 0x80) return v;
    }
    return Fail();
  }

  const char* next_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace watchfire::remote

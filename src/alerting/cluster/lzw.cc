#include "alerting/cluster/lzw.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace watchfire::alerting {
namespace {

constexpr uint32_t kClear = 256;
constexpr uint32_t kEnd = 257;
constexpr uint32_t kFirstFree = 258;
constexpr uint32_t kTableSize = 4096;
constexpr uint32_t kNoCode = UINT32_MAX;

class Decoder {
 public:
  Decoder(std::string_view bytes, size_t limit) : bytes_(bytes), limit_(limit) {}

  Result<std::string> Run() {
    while (true) {
      uint32_t code = TRY(NextCode());
      if (code == kEnd) return std::move(out_);
      if (code == kClear) {
        width_ = 9;
        next_ = kFirstFree;
        last_ = kNoCode;
        continue;
      }
      TRY(Emit(code));
      if (out_.size() > limit_) return Error::Limit("more than {} bytes", limit_);
    }
  }

 private:
  Result<uint32_t> NextCode() {
    while (bits_ < width_) {
      if (at_ == bytes_.size()) return Error::Corrupt("compressed text ends too early");
      buffer_ |= static_cast<uint32_t>(static_cast<uint8_t>(bytes_[at_++])) << bits_;
      bits_ += 8;
    }
    uint32_t code = buffer_ & ((1U << width_) - 1);
    buffer_ >>= width_;
    bits_ -= width_;
    return code;
  }

  Result<void> Emit(uint32_t code) {
    bool repeats = code == next_ && last_ != kNoCode;  // the entry that is just being made
    if (code >= next_ && !repeats) return Error::Corrupt("code {} is not known yet", code);
    text_.clear();
    if (repeats) text_.push_back('\0');  // becomes the first byte, which is known below
    uint32_t walk = repeats ? last_ : code;
    while (walk >= kFirstFree) {
      text_.push_back(suffix_[walk]);
      walk = prefix_[walk];
    }
    text_.push_back(static_cast<char>(walk));
    if (repeats) text_.front() = text_.back();
    std::reverse(text_.begin(), text_.end());
    out_ += text_;
    if (last_ != kNoCode && next_ < kTableSize) {
      prefix_[next_] = last_;
      suffix_[next_] = text_.front();
      ++next_;
    }
    // A full table stays as it is until it is cleared.
    last_ = next_ >= kTableSize ? kNoCode : code;
    if (next_ >= 1U << width_ && width_ < 12) ++width_;
    return {};
  }

  std::string_view bytes_;
  size_t limit_;
  size_t at_ = 0;
  uint32_t buffer_ = 0;
  uint32_t bits_ = 0;
  uint32_t width_ = 9;
  uint32_t next_ = kFirstFree;
  uint32_t last_ = kNoCode;
  std::array<uint32_t, kTableSize> prefix_{};
  std::array<char, kTableSize> suffix_{};
  std::string text_;
  std::string out_;
};

}  // namespace

Result<std::string> DecodeLzw(std::string_view bytes, size_t limit) {
  return Decoder(bytes, limit).Run();
}

}  // namespace watchfire::alerting

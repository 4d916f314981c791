#include "net/chunk_decoder.h"

#include <algorithm>

namespace watchfire::net {
namespace {

constexpr size_t kMaxOverhead = 16 << 10;
constexpr uint64_t kMaxChunk = uint64_t{1} << 40;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsControl(char c) {
  auto byte = static_cast<uint8_t>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

}  // namespace

size_t ChunkDecoder::Feed(std::string_view bytes, std::string& body) {
  size_t used = 0;
  while (used < bytes.size() && state_ == State::kMore) {
    if (at_ == At::kData) {
      size_t size = std::min<uint64_t>(left_, bytes.size() - used);
      body.append(bytes.substr(used, size));
      used += size;
      left_ -= size;
      if (left_ == 0) at_ = At::kDataCr;
    } else {
      Step(bytes[used++]);
    }
  }
  return used;
}

void ChunkDecoder::EndSizeLine() {
  if (left_ == 0) {
    at_ = At::kTrailerStart;
    return;
  }
  total_ += left_;
  at_ = At::kData;
  if (total_ > limit_) state_ = State::kTooLarge;
}

void ChunkDecoder::Step(char c) {
  auto expect = [&](char wanted, At next) {
    at_ = next;
    if (c != wanted) state_ = State::kBad;
  };
  auto skip = [&](At line_end) {
    if (c == '\r') {
      at_ = line_end;
    } else if (IsControl(c) || ++overhead_ > kMaxOverhead) {
      state_ = State::kBad;
    }
  };
  switch (at_) {
    case At::kSizeStart:
    case At::kSize: {
      int digit = HexDigit(c);
      if (digit >= 0) {
        left_ = left_ * 16 + static_cast<uint64_t>(digit);
        at_ = At::kSize;
        if (left_ > kMaxChunk) state_ = State::kBad;
      } else if (at_ == At::kSizeStart) {
        state_ = State::kBad;
      } else if (c == ';') {
        at_ = At::kExtension;
      } else {
        expect('\r', At::kSizeLf);
      }
      return;
    }
    case At::kExtension:
      return skip(At::kSizeLf);
    case At::kSizeLf:
      if (c != '\n') state_ = State::kBad;
      return EndSizeLine();
    case At::kData:
      return;
    case At::kDataCr:
      return expect('\r', At::kDataLf);
    case At::kDataLf:
      return expect('\n', At::kSizeStart);
    case At::kTrailerStart:
      if (c == '\r') {
        at_ = At::kLastLf;
        return;
      }
      at_ = At::kTrailer;
      return skip(At::kTrailerLf);
    case At::kTrailer:
      return skip(At::kTrailerLf);
    case At::kTrailerLf:
      return expect('\n', At::kTrailerStart);
    case At::kLastLf:
      state_ = c == '\n' ? State::kDone : State::kBad;
      return;
  }
}

}  // namespace watchfire::net

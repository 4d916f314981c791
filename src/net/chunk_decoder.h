#pragma once
// Transfer-Encoding: chunked, read byte by byte:
//
//   *( size-in-hex [ ";" extension ] CRLF  data CRLF )  "0" [ ";" extension ] CRLF  *trailer CRLF
//
// Ours because the parser that reads our headers takes or refuses some malformed ends depending on
// how the bytes arrive (found by request_reader_fuzz); a state machine over single bytes cannot.
// Extensions and trailers are dropped and limited; every line ends in CRLF. Thread-compatible.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace watchfire::net {

class ChunkDecoder {
 public:
  enum class State : uint8_t { kMore, kDone, kBad, kTooLarge };

  explicit ChunkDecoder(uint64_t limit) : limit_(limit) {}

  // Appends decoded data to `body` (at most the limit in all) and returns how many bytes it took:
  // all, unless the state is no longer kMore.
  size_t Feed(std::string_view bytes, std::string& body);
  State state() const { return state_; }

 private:
  enum class At : uint8_t {
    kSizeStart,  // the first digit of a size
    kSize,
    kExtension,  // until CR
    kSizeLf,     // the LF of a size line
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,  // a line of the trailer, or the CR of the empty line
    kTrailer,
    kTrailerLf,
    kLastLf,
  };
  void Step(char c);
  void EndSizeLine();

  const uint64_t limit_;
  State state_ = State::kMore;
  At at_ = At::kSizeStart;
  uint64_t left_ = 0;    // of the current chunk
  uint64_t total_ = 0;   // announced so far
  size_t overhead_ = 0;  // bytes of extensions and trailers
};

}  // namespace watchfire::net

#pragma once
// Turns the bytes of a connection into one HTTP/1.x response, within limits. Knows no sockets, so
// that hostile bytes can be tried without them. One reader is used for one response after the
// other.
//
// Made to copy nothing: a body of announced length is received straight into place. Ahead() is
// where it will lie if the receiver guesses right how long the head is; once the head was read,
// Room() is where the rest belongs. Bodies in chunks, or ended by the end of the connection, go
// through Feed().
//
// Strict where a lenient reader could be led astray (one length, whole chunks, no control bytes in
// headers), as Go's reader is; bare line feeds and folded lines are taken. Interim responses (1xx)
// are skipped. Memory for a body grows with what arrives, not with what is promised. Thread-
// compatible.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/chunk_decoder.h"
#include "net/http_client.h"

namespace watchfire::net {

// The answer to a body of `limit` bytes or more.
inline Error BodyLimitError() {
  return Error::Limit("body size limit exceeded");
}

class ResponseReader {
 public:
  enum class State : uint8_t { kHead, kBody, kDone, kFailed };
  static constexpr size_t kMaxHeadBytes = 256 << 10;

  // Begins a response to a GET. `buffer` is memory for the body: its size, not what it holds. A
  // body of `body_limit` bytes or more is an error.
  void Start(std::string buffer, uint64_t body_limit);

  void Feed(std::string_view bytes);
  // Before anything was fed: the buffer, with room for `least` bytes. Then FeedAhead is told of a
  // head, as guessed, and that the first `ahead` bytes of the buffer hold what followed.
  std::span<char> Ahead(size_t least) {
    Reserve(least);
    return body_;
  }
  void FeedAhead(std::string_view head, size_t ahead);
  // Where the next bytes of the body belong; empty unless their number is known. Filled tells how
  // many were put there.
  std::span<char> Room();
  void Filled(size_t bytes);
  // The connection ended.
  void End();

  State state() const { return state_; }
  // Nothing has come yet.
  bool untouched() const { return head_bytes_ == 0; }
  // In kFailed.
  const Error& error() const { return *error_; }
  // In kDone: another request may follow on this connection.
  bool reusable() const { return keep_alive_ && !excess_; }
  // From kBody on: the bytes of the head, interim responses included.
  size_t head_bytes() const { return head_bytes_; }
  // In kBody or kDone: the length of the body was announced.
  bool sized() const { return framing_ == Framing::kSized; }

  // In kDone, once. The url is left to the caller.
  HttpResponse Take();
  // At any time: the memory.
  std::string TakeBuffer() { return std::move(body_); }

 private:
  enum class Framing : uint8_t { kSized, kChunked, kUntilEnd };

  void FeedHead(std::string_view bytes);
  void FeedBody(std::string_view bytes);
  void FeedSized(std::string_view bytes);
  void FeedChunked(std::string_view bytes);
  void FeedUntilEnd(std::string_view bytes);
  bool ReadHead(std::string_view head);
  bool ReadStatusLine(std::string_view line);
  bool ReadHeaderLine(std::string_view line);
  bool ReadFraming();
  bool ReadLength();
  void Reserve(uint64_t least);
  void Fail(ErrorCode code, std::string message);

  State state_ = State::kHead;
  Framing framing_ = Framing::kSized;
  bool http_1_0_ = false;
  bool keep_alive_ = false;
  bool excess_ = false;  // something came behind the response
  bool appending_ = false;
  size_t head_bytes_ = 0;
  uint64_t body_limit_ = 0;
  uint64_t length_ = 0;  // kSized: of the body
  uint64_t filled_ = 0;  // kSized: of it
  std::string head_;     // a head that came in pieces
  std::optional<ChunkDecoder> chunks_;
  std::string body_;
  HttpResponse response_;
  std::optional<Error> error_;
};

}  // namespace watchfire::net

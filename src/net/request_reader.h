#pragma once
// Turns the bytes of a connection into requests, within limits. The only door to Boost.Beast's
// parser; knows no sockets, so that hostile bytes can be tried without them. One reader reads one
// request. Thread-compatible.
//
// Stricter than the parser behind it: any Transfer-Encoding but a single "chunked", a missing or
// repeated Host (HTTP/1.1), and targets that are no path are refused, because two programs that
// read such a request differently can be played against each other. Trailer fields are dropped.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "net/http.h"

namespace watchfire::net {

struct RequestLimits {
  uint32_t header_bytes = 64 << 10;
  uint32_t url_bytes = 32 << 10;
  uint64_t body_bytes = 32 << 20;
};

class RequestReader {
 public:
  enum class State : uint8_t { kHeader, kBody, kDone, kFailed };

  explicit RequestReader(const RequestLimits& limits);
  ~RequestReader();

  // Takes bytes from the front of `bytes` and returns how many. What is left over must be passed
  // again with more behind it, or belongs to the next request once the state is kDone.
  size_t Feed(std::string_view bytes);
  State state() const;
  // The HTTP status to answer with when the state is kFailed.
  int failure() const;
  size_t body_size() const;

  // From kBody on.
  bool keep_alive() const;
  bool expects_continue() const;
  // In kDone, once. Remote address, user, tls and cancelled are left to the server.
  Request Take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::net

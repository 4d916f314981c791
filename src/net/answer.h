#pragma once
// From a handler's Response to the bytes on the wire: content coding by the client's wishes and the
// header block. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/http.h"

namespace watchfire::net {

// "gzip", "deflate" or "": the first of the two that Accept-Encoding lists with a weight above 0.
// Upstream goes by that order too and not by the weights.
std::string_view ChooseEncoding(std::string_view accept_encoding);

// Encodes bodies of at least `min_bytes` unless the handler did so itself or the type is already
// compressed; adds Content-Encoding and Vary.
void CompressBody(std::string_view accept_encoding, size_t min_bytes, Response& response);

struct AnswerInfo {
  bool keep_alive = true;
  bool head = false;  // the body is counted but not sent
  TimeMs now = 0;
};

// Status line and header fields with the empty line. Adds Date, Content-Length and Connection;
// drops fields of these names and any with bytes that would break out of a field.
std::string RenderHeader(const Response& response, const AnswerInfo& info);

// "Sat, 21 Nov 2026 03:29:43 GMT".
std::string HttpDate(TimeMs t);

}  // namespace watchfire::net

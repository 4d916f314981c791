#pragma once
// The http door: requests, responses and the router, as plain values. What answers HTTP (the API,
// the exporters, the pages) sees only this header; sockets, TLS and compression are the server's
// business (net/http_server.h). Header names are compared without case. Thread-compatible values;
// a Router is immutable once the server runs.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/text_pieces.h"

namespace watchfire::net {

// Ordered, repeated names allowed.
class Headers {
 public:
  void Add(std::string name, std::string value);
  // Replaces all of that name.
  void Set(std::string name, std::string value);
  // The first value, or "".
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

// Decoded query or form parameters in their order.
class Values {
 public:
  // Parses `a=1&b=2` with percent and plus decoding. kInvalid on a bad escape.
  static Result<Values> Parse(std::string_view encoded);
  void Add(std::string name, std::string value);
  // Appends all of `other`.
  void Append(const Values& other);
  std::string_view Get(std::string_view name) const;  // first, or ""
  bool Has(std::string_view name) const;
  std::vector<std::string> GetAll(std::string_view name) const;
  std::string Encode() const;  // sorted by name, as Go's url.Values.Encode
  bool empty() const { return all_.empty(); }
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

std::string PercentEncode(std::string_view text);  // query component, Go's QueryEscape
Result<std::string> PercentDecode(std::string_view text, bool plus_is_space);

struct Request {
  std::string method;  // upper case
  std::string path;    // decoded, without the query; starts with '/'; the route prefix is cut off
  std::string raw_query;
  Headers headers;
  std::string body;  // complete, already within the size limit, decoded if it was gzip'd and
                     // the route asked for it
  std::string remote_address;  // ip:port
  std::string user;            // authenticated name, or ""
  bool tls = false;
  // Monotonic time at which it was complete; a handler may begin later, when others had to end.
  int64_t received_ns = 0;
  // Set by the router: the part that a trailing "*" or a ":name" segment matched.
  std::vector<std::pair<std::string, std::string>> path_params;
  // Becomes true when the client has gone away; long work should look at it.
  std::shared_ptr<const std::atomic<bool>> cancelled;

  std::string_view PathParam(std::string_view name) const;
  // Query parameters; for POST with a form body: body values first, then the URL's.
  Result<Values> Form() const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  // Sent after `body`; each piece is freed when it is out. For answers of megabytes.
  TextPieces tail;
  // Dropped when the answer was sent or will not be: the account of its memory.
  std::shared_ptr<void> lease;

  size_t size() const { return body.size() + tail.size(); }

  static Response Text(int status, std::string body);  // text/plain; charset=utf-8
  static Response Json(int status, std::string body);  // application/json
  static Response Redirect(int status, std::string location);
};

using Handler = std::function<Response(const Request&)>;

// Longest-match routing over paths of segments: literal, ":name" (one segment), "*name" (the rest,
// only last). A path that exists with another method answers 405 with Allow; OPTIONS is passed to
// handlers registered for it, else 405.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // `label` names the route in metrics (prometheus_http_requests_total{handler=…}); default: the
  // pattern. HEAD is answered by GET handlers without their body.
  void Handle(std::string method, std::string pattern, Handler handler, std::string label = {});
  void SetNotFound(Handler handler);

  struct Match {
    const Handler* handler = nullptr;
    std::string label;
    std::vector<std::pair<std::string, std::string>> params;
    std::vector<std::string> allowed;  // methods, when only the method did not fit
  };
  Match Find(const std::string& method, std::string_view path) const;
  Response Dispatch(Request& request) const;
  // All labels, so that metrics can start at zero.
  std::vector<std::string> labels() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "OK", "Not Found", … for a status code.
std::string_view StatusText(int status);

}  // namespace watchfire::net

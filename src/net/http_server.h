#pragma once
// The HTTP server: sockets, TLS, limits, timeouts and compression around a Router.
//
//   ThreadPool handlers("http", 8);
//   auto server = TRY(HttpServer::Start(options, std::move(router), handlers, &registry));
//   ...
//   server->Stop(10'000);
//
// One thread ("http-loop") owns all sockets and never blocks; requests are handled on the pool of
// the caller, one at a time for each connection, so a handler may take long. Speaks HTTP/1.0 and
// 1.1 with keep-alive and pipelining. Everything foreign is bounded: connections, sizes, and the
// time to send a header, a body, or to take an answer. When all connections are taken, the one
// that has been idle longest makes room; if none is idle the newcomer is answered 503.
//
// A handler that throws is answered with 500 and nothing of the exception's text.
// Request::cancelled becomes true when the peer closes while its request is handled, or when Stop
// runs out of time.
//
// The registry, the pool and what the handlers refer to must outlive the server. Thread-safe; Stop
// and the destructor must not be called from a handler.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread.h"
#include "client/registry.h"
#include "net/http.h"

namespace watchfire::net {

// Wraps every request before the router sees it: call `next` or answer in its place. Runs on the
// handler pool. The first in ServerOptions::middleware is the outermost; the web config's own
// checks (authentication, rate limit, headers) lie around all of them.
using Next = std::function<Response(Request&)>;
using Middleware = std::function<Response(Request&, const Next&)>;

struct ServerOptions {
  // "host:port", ":port" (all addresses, both families), "[::1]:0"; port 0: the kernel chooses.
  std::vector<std::string> listen_addresses = {"0.0.0.0:9090"};
  std::string web_config_file;         // "": plain HTTP without authentication
  std::string route_prefix = "/";      // cut off the path; "/" itself redirects to it
  std::string listener_name = "http";  // in the net_conntrack_listener_* metrics
  // Prefix of the three request metrics: <prefix>_http_requests_total and so on.
  std::string metrics_prefix = "prometheus";
  std::vector<Middleware> middleware;
  // Requests for these paths (without the prefix; "/a/*" is all below it) may take long or wait for
  // each other, as queries do. They run on this pool, so that health checks and pages never queue
  // behind them; nullptr: on that of all others. The pool must outlive the server.
  ThreadPool* long_handlers = nullptr;
  std::vector<std::string> long_paths;

  int64_t read_timeout_ms = 300'000;   // a whole request, and a connection between requests
  int64_t header_timeout_ms = 30'000;  // a request's header, from its first byte; TLS handshakes
  int64_t write_timeout_ms = 60'000;   // an answer; long ones get the time of the rate below
  uint64_t min_write_bytes_per_second = 16 << 10;
  size_t max_connections = 512;            // of all listeners together
  uint32_t header_limit_bytes = 64 << 10;  // beyond: 431
  uint32_t url_limit_bytes = 32 << 10;     // beyond: 414
  uint64_t body_limit_bytes = 32 << 20;    // beyond: 413
  size_t compress_min_bytes = 1024;        // smaller answers are sent as they are
};

class HttpServer {
 public:
  // Opens all listeners and starts to serve. Errors: a bad or taken address, a bad web config file.
  // `registry` may be nullptr: nothing is measured.
  static Result<std::unique_ptr<HttpServer>> Start(ServerOptions options, Router router,
                                                   ThreadPool& handlers, client::Registry* registry,
                                                   const Clock* clock = Clock::System());
  ~HttpServer();  // Stop(0)

  // Stops accepting, closes idle connections, lets running requests finish for `deadline_ms`, then
  // cancels them and waits for their handlers to return. Idempotent.
  void Stop(int64_t deadline_ms);

  // The bound ports, in the order of listen_addresses.
  const std::vector<uint16_t>& ports() const;
  // Whether the listeners speak TLS (decided by the web config file at start).
  bool tls() const;
  size_t connections() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::net

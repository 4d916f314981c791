#include "net/http_server.h"

// The thread sanitizer does not know fences; Asio's locks, which it knows, order what we share.
#if defined(__SANITIZE_THREAD__)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <map>
#include <unordered_set>

#include "base/log.h"
#include "base/mutex.h"
#include "base/text.h"
#include "net/answer.h"
#include "net/request_reader.h"
#include "net/url.h"
#include "net/web_config.h"

namespace watchfire::net {
namespace {

const std::string kLoopback = "127.0.0.1";

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCodeRef = const boost::system::error_code&;

// Refused connections that may still be told so; beyond that they are just closed.
constexpr size_t kMaxRefused = 64;
constexpr int64_t kLingerMs = 2'000;
constexpr int64_t kAcceptRetryMs = 100;
constexpr size_t kIdleReadBytes = 4 << 10;
constexpr size_t kReadBytes = 64 << 10;
// Request bodies of all connections together; a request beyond is answered 503.
constexpr uint64_t kBodyBudgetBytes = 1 << 30;

// What a handler's answer has become when it comes back to the loop.
struct Answer {
  std::string header;
  std::string body;
  std::vector<TextPieces::Piece> tail;
  uint64_t size = 0;  // of body and tail
  std::shared_ptr<void> lease;
  bool keep_alive = false;
};

// The histograms of a route are made by its first request: nobody asks most routes, and twenty
// series each would be most of what the server tells of itself.
struct RouteMetrics {
  std::string name;  // with the prefix
  client::Counter* ok = nullptr;
  std::atomic<client::Histogram*> duration = nullptr;
  std::atomic<client::Histogram*> size = nullptr;
};

struct Metrics {
  Metrics(client::Registry& registry, const ServerOptions& options, const Router& router)
      : requests(registry.AddCounterFamily(options.metrics_prefix + "_http_requests_total",
                                           "Counter of HTTP requests.", {"handler", "code"})),
        accepted(registry
                     .AddCounterFamily("net_conntrack_listener_conn_accepted_total",
                                       "Total number of connections opened to the listener of a "
                                       "given name.",
                                       {"listener_name"})
                     .With({options.listener_name})),
        closed(registry
                   .AddCounterFamily("net_conntrack_listener_conn_closed_total",
                                     "Total number of connections closed that were made to the "
                                     "listener of a given name.",
                                     {"listener_name"})
                   .With({options.listener_name})),
        duration(
            registry.AddHistogramFamily(options.metrics_prefix + "_http_request_duration_seconds",
                                        "Histogram of latencies for HTTP requests.",
                                        {.1, .2, .4, 1, 3, 8, 20, 60, 120}, {"handler"})),
        size(registry.AddHistogramFamily(options.metrics_prefix + "_http_response_size_bytes",
                                         "Histogram of response size for HTTP requests.",
                                         {1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}, {"handler"})) {
    for (const std::string& label : router.labels()) {
      RouteMetrics& route = routes[label];
      route.name = PrefixedLabel(options, label);
      route.ok = &requests.With({route.name, "200"});
    }
  }

  static std::string PrefixedLabel(const ServerOptions& options, const std::string& label) {
    return options.route_prefix == "/" ? label : options.route_prefix + label;
  }

  client::Family<client::Counter>& requests;
  client::Counter& accepted;
  client::Counter& closed;
  client::Family<client::Histogram>& duration;
  client::Family<client::Histogram>& size;
  std::map<std::string, RouteMetrics, std::less<>> routes;  // its keys are immutable

  void Observe(RouteMetrics& route, double seconds, uint64_t bytes) {
    Made(route.duration, duration, route).Observe(seconds);
    Made(route.size, size, route).Observe(static_cast<double>(bytes));
  }

 private:
  // Two first requests at a time are given the same child by the family.
  static client::Histogram& Made(std::atomic<client::Histogram*>& slot,
                                 client::Family<client::Histogram>& family,
                                 const RouteMetrics& route) {
    client::Histogram* known = slot.load(std::memory_order_acquire);
    if (known == nullptr) slot.store(known = &family.With({route.name}), std::memory_order_release);
    return *known;
  }
};

// "/", "/a", "/a/b": one leading slash, none at the end.
std::string NormalizePrefix(std::string_view prefix) {
  while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
  while (!prefix.empty() && prefix.front() == '/') prefix.remove_prefix(1);
  return "/" + std::string(prefix);
}

class Session;

// What all connections share.
struct Server {
  Server(ServerOptions options_in, Router router_in, ThreadPool& handlers_in, const Clock* clock_in)
      : options(std::move(options_in)),
        router(std::move(router_in)),
        handlers(handlers_in),
        clock(clock_in) {}

  Result<void> Listen(const std::string& address);
  void Accept(size_t index);
  void Admit(tcp::socket socket);
  void RetryAccept(size_t index);
  bool EvictIdle();
  void Remove(const std::shared_ptr<Session>& session);
  void BeginDrain();
  void CloseAll();
  void Stop(int64_t deadline_ms);
  Result<std::shared_ptr<asio::ssl::context>> TlsContext();

  // The pool that handles requests for this path, prefix included.
  ThreadPool& PoolFor(std::string_view path);
  // On the handler pool.
  Answer Serve(Request& request, bool keep_alive);
  Response Answered(Request& request);
  Response Routed(Request& request);

  ServerOptions options;
  Router router;
  ThreadPool& handlers;
  const Clock* clock;
  std::unique_ptr<WebGuard> guard;
  std::unique_ptr<Metrics> metrics;
  Next chain;

  asio::io_context io{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::vector<tcp::acceptor> acceptors;
  std::vector<uint16_t> ports;
  // Loop thread only.
  std::unordered_set<std::shared_ptr<Session>> sessions;
  std::shared_ptr<asio::ssl::context> tls_context;
  uint64_t body_bytes = 0;
  size_t refused = 0;
  bool draining = false;

  Mutex mutex;
  CondVar changed;
  size_t open GUARDED_BY(mutex) = 0;     // sessions
  size_t running GUARDED_BY(mutex) = 0;  // handlers
  bool stopped GUARDED_BY(mutex) = false;
  bool all_closed GUARDED_BY(mutex) = false;  // and nothing will open or run again
  Thread loop;
};

// One connection. Loop thread only, but for what Handle() submits to the pool. Lives as long as an
// operation of its is outstanding.
class Session : public std::enable_shared_from_this<Session> {
 public:
  enum class State : uint8_t { kHandshake, kIdle, kReading, kHandling, kWriting, kLinger, kClosed };

  Session(Server& server, tcp::socket socket, bool refused)
      : server_(server), socket_(std::move(socket)), timer_(server.io), refused_(refused) {}

  void Start(std::shared_ptr<asio::ssl::context> tls) {
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    auto endpoint = socket_.remote_endpoint(ignored);
    remote_ = endpoint.address().is_v6()
                  ? fmt::format("[{}]:{}", endpoint.address().to_string(), endpoint.port())
                  : fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
    if (!tls) return Begin();
    tls_context_ = std::move(tls);
    tls_.emplace(socket_, *tls_context_);
    Arm(server_.options.header_timeout_ms);
    tls_->async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](ErrorCodeRef error) {
                            if (self->state_ == State::kClosed) return;
                            if (error) return self->Close();
                            self->Begin();
                          });
  }

  // Cancels a running handler, as the peer's going does.
  void Abort() {
    if (cancelled_) cancelled_->store(true);
    Close();
  }

  void Close() {
    if (state_ == State::kClosed) return;
    state_ = State::kClosed;
    Disarm();
    boost::system::error_code ignored;
    socket_.close(ignored);
    ChargeBody(0);
    server_.Remove(shared_from_this());
  }

  State state() const { return state_; }
  int64_t idle_since_ns() const { return idle_since_ns_; }
  bool refused() const { return refused_; }

 private:
  void Begin() {
    if (refused_) return Fail(503);
    NextRequest();
  }

  void NextRequest() {
    ChargeBody(0);
    if (server_.draining) return Close();
    reader_.emplace(RequestLimits{server_.options.header_limit_bytes,
                                  server_.options.url_limit_bytes,
                                  server_.options.body_limit_bytes});
    continued_ = false;
    cancelled_.reset();
    state_ = State::kIdle;
    idle_since_ns_ = server_.clock->MonotonicNs();
    Arm(server_.options.read_timeout_ms);
    // A read that began during the last request is still under way.
    if (reading_) return;
    if (input_.empty()) return Read();
    Parse();
  }

  // At most one at a time, always into the end of input_.
  void Read() {
    if (reading_) return;
    reading_ = true;
    filled_ = input_.size();
    input_.resize(filled_ + (state_ == State::kReading ? kReadBytes : kIdleReadBytes));
    asio::mutable_buffer space(input_.data() + filled_, input_.size() - filled_);
    auto done = [self = shared_from_this()](ErrorCodeRef error, size_t count) {
      self->OnRead(error, count);
    };
    if (tls_) {
      tls_->async_read_some(space, std::move(done));
    } else {
      socket_.async_read_some(space, std::move(done));
    }
  }

  void OnRead(ErrorCodeRef error, size_t count) {
    reading_ = false;
    input_.resize(filled_ + count);
    switch (state_) {
      case State::kIdle:
      case State::kReading:
        return error ? Close() : Parse();
      case State::kHandling:
        // What came early waits for its turn; a peer that went away ends the work.
        if (error && cancelled_) cancelled_->store(true);
        [[fallthrough]];
      case State::kWriting:
        if (error) gone_ = true;
        return;
      case State::kLinger:
        input_.clear();
        return error ? Close() : Read();
      case State::kHandshake:
      case State::kClosed:
        return;
    }
  }

  void Parse() {
    if (state_ == State::kIdle) {
      state_ = State::kReading;
      request_start_ns_ = server_.clock->MonotonicNs();
      Arm(server_.options.header_timeout_ms);
    }
    bool was_header = reader_->state() == RequestReader::State::kHeader;
    input_.erase(0, reader_->Feed(input_));
    switch (reader_->state()) {
      case RequestReader::State::kFailed:
        return Fail(reader_->failure());
      case RequestReader::State::kDone:
        return Handle();
      case RequestReader::State::kHeader:
        return Read();
      case RequestReader::State::kBody:
        break;
    }
    if (!ChargeBody(reader_->body_size())) return Fail(503);
    if (was_header) {
      int64_t spent_ms = (server_.clock->MonotonicNs() - request_start_ns_) / 1'000'000;
      Arm(std::max<int64_t>(1, server_.options.read_timeout_ms - spent_ms));
    }
    if (reader_->expects_continue() && !continued_ && input_.empty()) return Continue();
    Read();
  }

  void Continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    continued_ = true;
    Write({asio::const_buffer(kContinue.data(), kContinue.size())}, [this](bool ok) {
      if (!ok) return Close();
      Read();
    });
  }

  void Handle() {
    state_ = State::kHandling;
    Disarm();
    cancelled_ = std::make_shared<std::atomic<bool>>(false);
    auto request = std::make_shared<Request>(reader_->Take());
    request->remote_address = remote_;
    request->tls = tls_.has_value();
    request->cancelled = cancelled_;
    request->received_ns = server_.clock->MonotonicNs();
    {
      MutexLock lock(server_.mutex);
      ++server_.running;
    }
    bool keep_alive = reader_->keep_alive() && !server_.draining;
    ThreadPool& pool = server_.PoolFor(request->path);
    pool.Submit([self = shared_from_this(), request, keep_alive]() mutable {
      Server& server = self->server_;
      auto answer = std::make_shared<Answer>(server.Serve(*request, keep_alive));
      // The reference goes along: the last one must not be dropped in this thread, which may come
      // to it after the loop and its timers are gone.
      asio::post(server.io, [self = std::move(self), answer] { self->Send(std::move(*answer)); });
      MutexLock lock(server.mutex);
      if (--server.running == 0) server.changed.NotifyAll();
    });
    // Watches for the peer's end; one read's worth of the next requests may come in meanwhile.
    if (input_.empty()) Read();
  }

  void Send(Answer answer) {
    if (state_ == State::kClosed) return;
    answer_ = std::move(answer);
    state_ = State::kWriting;
    Arm(server_.options.write_timeout_ms +
        static_cast<int64_t>(answer_.size * 1000 / server_.options.min_write_bytes_per_second));
    Write({asio::const_buffer(answer_.header.data(), answer_.header.size()),
           asio::const_buffer(answer_.body.data(), answer_.body.size())},
          [this](bool ok) { SendTail(0, ok); });
  }

  // What is out is freed at once; the rest of a long answer may wait for its peer for long.
  void SendTail(size_t next, bool ok) {
    if (ok && next < answer_.tail.size()) {
      if (next > 0) answer_.tail[next - 1].bytes.reset();
      const TextPieces::Piece& piece = answer_.tail[next];
      return Write({asio::const_buffer(piece.bytes.get(), piece.size), asio::const_buffer()},
                   [this, next](bool done) { SendTail(next + 1, done); });
    }
    bool keep_alive = answer_.keep_alive && !server_.draining;
    answer_ = Answer();
    if (!ok || gone_) return Close();
    if (!keep_alive) return Linger();
    NextRequest();
  }

  template <typename Done>
  void Write(std::array<asio::const_buffer, 2> buffers, Done done) {
    auto finish = [self = shared_from_this(), done](ErrorCodeRef error, size_t) {
      if (self->state_ != State::kClosed) done(!error);
    };
    if (tls_) {
      asio::async_write(*tls_, buffers, std::move(finish));
    } else {
      asio::async_write(socket_, buffers, std::move(finish));
    }
  }

  // An answer without a handler, after which the connection ends.
  void Fail(int status) {
    Response response = Response::Text(status, fmt::format("{} {}\n", status, StatusText(status)));
    Answer answer;
    AnswerInfo info;
    info.keep_alive = false;
    info.now = server_.clock->Now();
    answer.header = RenderHeader(response, info);
    answer.body = std::move(response.body);
    answer.size = answer.body.size();
    Send(std::move(answer));
  }

  // Reads on for a moment before closing: closing with unread input resets the connection, and the
  // peer may lose the answer.
  void Linger() {
    state_ = State::kLinger;
    Arm(kLingerMs);
    if (tls_) {
      tls_->async_shutdown([self = shared_from_this()](ErrorCodeRef) { self->Close(); });
      return;
    }
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    input_.clear();
    Read();
  }

  // Every state that waits for the peer has a deadline.
  void Arm(int64_t after_ms) {
    timer_.expires_after(std::chrono::milliseconds(after_ms));
    timer_.async_wait([self = shared_from_this(), armed = ++armed_](ErrorCodeRef error) {
      // A wait that was already due when it was cancelled comes without an error.
      if (!error && armed == self->armed_) self->Close();
    });
  }

  void Disarm() {
    ++armed_;
    timer_.cancel();
  }

  // Keeps the account of body bytes held for all connections.
  bool ChargeBody(uint64_t now_bytes) {
    server_.body_bytes += now_bytes - charged_bytes_;
    charged_bytes_ = now_bytes;
    return now_bytes == 0 || server_.body_bytes <= kBodyBudgetBytes;
  }

  Server& server_;
  tcp::socket socket_;
  std::shared_ptr<asio::ssl::context> tls_context_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  asio::steady_timer timer_;
  uint64_t armed_ = 0;
  const bool refused_;
  State state_ = State::kHandshake;
  std::string remote_;
  std::string input_;  // beyond filled_ it belongs to the read that is under way
  size_t filled_ = 0;
  bool reading_ = false;
  bool continued_ = false;
  bool gone_ = false;
  std::optional<RequestReader> reader_;
  std::shared_ptr<std::atomic<bool>> cancelled_;
  Answer answer_;
  uint64_t charged_bytes_ = 0;
  int64_t idle_since_ns_ = 0;
  int64_t request_start_ns_ = 0;
};

Result<void> Server::Listen(const std::string& address) {
  HostPort where = TRY(SplitHostPort(address));
  boost::system::error_code error;
  tcp::endpoint endpoint(tcp::v6(), where.port);
  if (!where.host.empty()) {
    tcp::resolver resolver(io);
    // Known without asking (RFC 6761): minimal containers have no /etc/hosts.
    const std::string& host = where.host == "localhost" ? kLoopback : where.host;
    auto found = resolver.resolve(host, std::to_string(where.port), error);
    if (error) return Error::Io("listen tcp {}: {}", address, error.message());
    endpoint = *found.begin();
    for (const auto& entry : found) {  // "localhost" means 127.0.0.1 first, as it does in Go
      if (entry.endpoint().protocol() == tcp::v4()) {
        endpoint = entry.endpoint();
        break;
      }
    }
  }
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), error);
  if (error && where.host.empty()) {  // a machine without IPv6
    endpoint = tcp::endpoint(tcp::v4(), where.port);
    acceptor.open(endpoint.protocol(), error);
  }
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.protocol() == tcp::v6()) {
    acceptor.set_option(asio::ip::v6_only(!where.host.empty()), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return Error::Io("listen tcp {}: {}", address, error.message());
  ports.push_back(acceptor.local_endpoint(error).port());
  acceptors.push_back(std::move(acceptor));
  return {};
}

void Server::Accept(size_t index) {
  acceptors[index].async_accept([this, index](ErrorCodeRef error, tcp::socket socket) {
    if (draining || error == asio::error::operation_aborted) return;
    if (!error) {
      Admit(std::move(socket));
    } else if (error == asio::error::no_descriptors || error == asio::error::no_memory ||
               error == asio::error::no_buffer_space) {
      WF_LOG(kError, "Cannot accept connections", {"err", error.message()});
      return RetryAccept(index);
    }
    Accept(index);
  });
}

void Server::RetryAccept(size_t index) {
  auto timer = std::make_shared<asio::steady_timer>(io, std::chrono::milliseconds(kAcceptRetryMs));
  timer->async_wait([this, index, timer](ErrorCodeRef) {
    if (!draining) Accept(index);
  });
}

void Server::Admit(tcp::socket socket) {
  if (metrics) metrics->accepted.Increment();
  bool refuse = sessions.size() - refused >= options.max_connections && !EvictIdle();
  std::shared_ptr<asio::ssl::context> tls;
  bool usable = !refuse || (refused < kMaxRefused && guard == nullptr);
  if (usable && guard && guard->tls()) {
    auto context = TlsContext();
    if (context.ok()) {
      tls = *context;
    } else {
      WF_LOG(kError, "Cannot set up TLS", {"err", context.error()});
      usable = false;
    }
  }
  if (!usable) {
    if (metrics) metrics->closed.Increment();
    return;  // the socket closes itself
  }
  auto session = std::make_shared<Session>(*this, std::move(socket), refuse);
  sessions.insert(session);
  if (refuse) ++refused;
  {
    MutexLock lock(mutex);
    ++open;
  }
  session->Start(std::move(tls));
}

bool Server::EvictIdle() {
  std::shared_ptr<Session> oldest;
  for (const auto& session : sessions) {
    if (session->state() != Session::State::kIdle) continue;
    if (!oldest || session->idle_since_ns() < oldest->idle_since_ns()) oldest = session;
  }
  if (oldest) oldest->Close();
  return oldest != nullptr;
}

void Server::Remove(const std::shared_ptr<Session>& session) {
  if (sessions.erase(session) == 0) return;
  if (session->refused()) --refused;
  if (metrics) metrics->closed.Increment();
  MutexLock lock(mutex);
  if (--open == 0) changed.NotifyAll();
}

Result<std::shared_ptr<asio::ssl::context>> Server::TlsContext() {
  std::shared_ptr<ssl_ctx_st> context = TRY(guard->TlsContext());
  if (!tls_context || tls_context->native_handle() != context.get()) {
    SSL_CTX_up_ref(context.get());
    tls_context = std::make_shared<asio::ssl::context>(context.get());
  }
  return tls_context;
}

ThreadPool& Server::PoolFor(std::string_view path) {
  if (options.long_handlers == nullptr) return handlers;
  if (options.route_prefix != "/" && path.starts_with(options.route_prefix)) {
    path.remove_prefix(options.route_prefix.size());
  }
  bool is_long = std::ranges::any_of(options.long_paths, [path](std::string_view one) {
    if (!one.ends_with('*')) return one == path;
    one.remove_suffix(1);
    return path.starts_with(one);
  });
  return is_long ? *options.long_handlers : handlers;
}

Response Server::Routed(Request& request) {
  const std::string& prefix = options.route_prefix;
  if (prefix != "/") {
    if (request.path == "/") return Response::Redirect(302, prefix + "/");
    bool inside = request.path.starts_with(prefix) &&
                  (request.path.size() == prefix.size() || request.path[prefix.size()] == '/');
    if (!inside) return Response::Text(404, "404 page not found\n");
    request.path.erase(0, prefix.size());
    if (request.path.empty()) request.path = "/";
  }
  return router.Dispatch(request);
}

Response Server::Answered(Request& request) {
  try {
    if (guard) return guard->Check(request, chain);
    return chain(request);
  } catch (const std::exception& e) {
    WF_LOG(kError, "HTTP handler failed", {"path", request.path}, {"err", e.what()});
  } catch (...) {
    WF_LOG(kError, "HTTP handler failed", {"path", request.path}, {"err", "unknown exception"});
  }
  return Response::Text(500, "Internal Server Error\n");
}

Answer Server::Serve(Request& request, bool keep_alive) {
  int64_t start_ns = clock->MonotonicNs();
  Response response = Answered(request);
  CompressBody(request.headers.Get("Accept-Encoding"), options.compress_min_bytes, response);
  if (response.status < 200 || response.status > 999) response.status = 500;
  if (response.status == 204 || response.status == 304) {
    response.body.clear();
    response.tail = TextPieces();
  }

  AnswerInfo info;
  info.keep_alive = keep_alive && !EqualsIgnoreCase(response.headers.Get("Connection"), "close");
  info.now = clock->Now();
  Answer answer;
  answer.keep_alive = info.keep_alive;
  answer.header = RenderHeader(response, info);
  if (request.method != "HEAD") {
    answer.size = response.size();
    answer.body = std::move(response.body);
    answer.tail = response.tail.TakePieces();
    answer.lease = std::move(response.lease);
  }
  if (metrics) {
    Router::Match match = router.Find(request.method, request.path);
    auto route = metrics->routes.find(match.label);
    if (match.handler != nullptr && route != metrics->routes.end()) {
      double seconds = static_cast<double>(clock->MonotonicNs() - start_ns) / 1e9;
      metrics->Observe(route->second, seconds, answer.size);
      if (response.status == 200) {
        route->second.ok->Increment();
      } else {
        metrics->requests.With({route->second.name, std::to_string(response.status)}).Increment();
      }
    }
  }
  return answer;
}

void Server::BeginDrain() {
  draining = true;
  boost::system::error_code ignored;
  for (tcp::acceptor& acceptor : acceptors) acceptor.close(ignored);
  std::vector<std::shared_ptr<Session>> idle;
  for (const auto& session : sessions) {
    Session::State state = session->state();
    if (state == Session::State::kIdle || state == Session::State::kHandshake ||
        state == Session::State::kLinger) {
      idle.push_back(session);
    }
  }
  for (const auto& session : idle) session->Close();
}

void Server::CloseAll() {
  std::vector<std::shared_ptr<Session>> all(sessions.begin(), sessions.end());
  for (const auto& session : all) session->Abort();
  MutexLock lock(mutex);
  all_closed = true;
  changed.NotifyAll();
}

void Server::Stop(int64_t deadline_ms) {
  {
    MutexLock lock(mutex);
    if (stopped) return;
    stopped = true;
  }
  asio::post(io, [this] { BeginDrain(); });
  int64_t deadline_ns = clock->MonotonicNs() + deadline_ms * 1'000'000;
  {
    MutexLock lock(mutex);
    while (open > 0) {
      int64_t left_ms = (deadline_ns - clock->MonotonicNs()) / 1'000'000;
      if (left_ms <= 0) break;
      changed.WaitFor(mutex, left_ms);
    }
  }
  asio::post(io, [this] { CloseAll(); });
  {
    MutexLock lock(mutex);
    while (!all_closed || running > 0) changed.Wait(mutex);
  }
  work.reset();
  loop.Join();
}

}  // namespace

struct HttpServer::Impl : Server {
  using Server::Server;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() {
  Stop(0);
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(ServerOptions options, Router router,
                                                      ThreadPool& handlers,
                                                      client::Registry* registry,
                                                      const Clock* clock) {
  options.route_prefix = NormalizePrefix(options.route_prefix);
  auto impl = std::make_unique<Impl>(std::move(options), std::move(router), handlers, clock);
  Impl& server = *impl;
  if (!server.options.web_config_file.empty()) {
    server.guard = TRY(WebGuard::Open(server.options.web_config_file, clock));
  }
  if (registry != nullptr) {
    server.metrics = std::make_unique<Metrics>(*registry, server.options, server.router);
  }
  server.chain = [&server](Request& request) { return server.Routed(request); };
  const auto& middleware = server.options.middleware;
  for (auto it = middleware.rbegin(); it != middleware.rend(); ++it) {
    server.chain = [wrap = *it, next = server.chain](Request& request) {
      return wrap(request, next);
    };
  }
  for (const std::string& address : server.options.listen_addresses) {
    TRY(server.Listen(address));
  }
  server.work.emplace(server.io.get_executor());
  for (size_t i = 0; i < server.acceptors.size(); ++i) server.Accept(i);
  server.loop = Thread("http-loop", [&server] { server.io.run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

void HttpServer::Stop(int64_t deadline_ms) {
  impl_->Stop(deadline_ms);
}
const std::vector<uint16_t>& HttpServer::ports() const {
  return impl_->ports;
}
bool HttpServer::tls() const {
  return impl_->guard && impl_->guard->tls();
}

size_t HttpServer::connections() const {
  MutexLock lock(impl_->mutex);
  return impl_->open;
}

}  // namespace watchfire::net

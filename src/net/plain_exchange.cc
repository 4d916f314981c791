#include "net/plain_exchange.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/text.h"
#include "net/digest.h"
#include "net/http_transfer.h"

namespace watchfire::net {
namespace {

// As long as Go keeps an idle connection, so that scrape intervals up to it reuse theirs.
constexpr int64_t kMaxIdleNs = 300'000'000'000;
// How long each of several addresses is tried before the next, the first time round.
constexpr int64_t kFirstTryNs = 300'000'000;
constexpr int kKeepAliveSeconds = 60;
// A guessed head leaves at least this much of the scratch for a body that has grown.
constexpr size_t kLeastSpill = 64 << 10;

std::string Reason(int error) {
  return ToLower(std::error_code(error, std::generic_category()).message());
}

bool Plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool BreaksHeader(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

bool PlainExchange::CanServe(const HttpClientOptions& options, const Url& url) {
  return url.scheme == "http" && options.unix_socket.empty() && options.proxy.url.empty() &&
         !options.proxy.from_environment && Plain(url.host) && Plain(url.path) && Plain(url.query);
}

PlainExchange::PlainExchange(Url url, int epoll_fd) : url_(std::move(url)), epoll_fd_(epoll_fd) {}

PlainExchange::~PlainExchange() {
  Close();
}

void PlainExchange::Close() {
  if (fd_ >= 0) close(fd_);  // which also takes it out of epoll
  fd_ = -1;
  watched_ = 0;
  connected_ = kept_ = false;
}

void PlainExchange::Watch(uint32_t events) {
  if (watched_ == events) return;
  struct epoll_event event {};
  event.events = events;
  event.data.fd = fd_;
  int operation = watched_ == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  WF_CHECK(fd_ >= 0);
  WF_CHECK(epoll_ctl(epoll_fd_, operation, fd_, &event) == 0);
  watched_ = events;
}

Result<void> PlainExchange::Begin(const PlainRequestView& request, std::string buffer,
                                  uint64_t body_limit, int64_t deadline_ns) {
  deadline_ns_ = deadline_ns;
  attempt_ends_ns_ = INT64_MAX;
  wants_addresses_ = false;
  sent_ = 0;
  reader_.Start(std::move(buffer), body_limit);
  if (!request_.empty() && private_headers_ == request.private_headers &&
      authorization_ == request.authorization) {
    return {};
  }
  return MakeRequest(request);
}

Result<void> PlainExchange::MakeRequest(const PlainRequestView& request) {
  request_.clear();
  bool good = true;
  bool has_host = false;
  bool has_agent = false;
  std::string lines;
  auto add = [&](const std::string& name, const std::string& value) {
    good = good && !BreaksHeader(name) && !BreaksHeader(value);
    has_host = has_host || EqualsIgnoreCase(name, "Host");
    has_agent = has_agent || EqualsIgnoreCase(name, "User-Agent");
    lines += fmt::format("{}: {}\r\n", name, value);
  };
  for (const auto& [name, value] : request.headers.all()) add(name, value);
  for (const auto& [name, value] : request.private_headers) add(name, value);
  std::string authorization = request.authorization;
  if (authorization.empty() && url_.has_user && !request.headers.Has("Authorization")) {
    std::string password = url_.password ? url_.password->reveal() : "";
    authorization = "Basic " + EncodeBase64(url_.user + ":" + password);
  }
  if (!authorization.empty()) add("Authorization", authorization);
  if (!good) return Error::Invalid("line break in a request header");
  std::string head = fmt::format("GET {}{}{} HTTP/1.1\r\n", url_.path.empty() ? "/" : url_.path,
                                 url_.query.empty() ? "" : "?", url_.query);
  if (!has_host) head += fmt::format("Host: {}\r\n", url_.HostPort());
  if (!has_agent && !request.options.user_agent.empty()) {
    head += fmt::format("User-Agent: {}\r\n", request.options.user_agent);
  }
  request_ = head + lines + "\r\n";
  private_headers_ = request.private_headers;
  authorization_ = request.authorization;
  return {};
}

bool PlainExchange::SendOnKept(int64_t now_ns) {
  if (fd_ < 0 || !connected_) return false;
  if (now_ns - idle_since_ns_ > kMaxIdleNs) {
    Close();
    return false;
  }
  ssize_t sent = send(fd_, request_.data(), request_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == static_cast<ssize_t>(request_.size())) {
    sent_ = request_.size();
    return true;
  }
  // It broke while it idled, or takes no request whole although nothing is on its way.
  Close();
  return false;
}

PlainExchange::Outcome PlainExchange::Connect(int64_t now_ns) {
  Close();
  sent_ = 0;
  addresses_.clear();
  std::optional<SocketAddress> address = SocketAddress::Parse(url_.host);
  if (!address) {
    wants_addresses_ = true;
    return std::nullopt;
  }
  return TakeAddresses(std::vector<SocketAddress>{*address}, now_ns);
}

PlainExchange::Outcome PlainExchange::TakeAddresses(const NameLookup::Addresses& addresses,
                                                    int64_t now_ns) {
  wants_addresses_ = false;
  if (!addresses.ok()) {
    return Fail(ErrorCode::kIo, "dial tcp: " + addresses.error().message());
  }
  addresses_ = *addresses;
  for (SocketAddress& address : addresses_) address.SetPort(url_.EffectivePort());
  slow_.clear();
  last_round_ = addresses_.size() == 1;
  attempt_ = 0;
  dial_error_.reset();
  return Dial(now_ns);
}

PlainExchange::Outcome PlainExchange::Dial(int64_t now_ns) {
  Close();
  attempt_ends_ns_ = last_round_ ? INT64_MAX : now_ns + kFirstTryNs;
  peer_ = addresses_[attempt_];
  fd_ = socket(peer_.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return DialFailed("socket", errno, now_ns);
  int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  setsockopt(fd_, IPPROTO_TCP, TCP_KEEPIDLE, &kKeepAliveSeconds, sizeof(int));
  setsockopt(fd_, IPPROTO_TCP, TCP_KEEPINTVL, &kKeepAliveSeconds, sizeof(int));
  if (connect(fd_, &peer_.any, peer_.size) != 0) {
    if (errno != EINPROGRESS) return DialFailed("connect", errno, now_ns);
    Watch(EPOLLOUT);
    return std::nullopt;
  }
  return Connected(now_ns);
}

PlainExchange::Outcome PlainExchange::DialFailed(const char* step, int error, int64_t now_ns) {
  if (!dial_error_) {
    dial_error_ = Error::Io("dial tcp {}: {}: {}", peer_.ToText(), step, Reason(error));
  }
  if (++attempt_ < addresses_.size()) return Dial(now_ns);
  if (slow_.empty()) return Fail(ErrorCode::kIo, dial_error_->message());
  addresses_ = std::exchange(slow_, {});
  last_round_ = true;
  attempt_ = 0;
  dial_error_.reset();
  return Dial(now_ns);
}

PlainExchange::Outcome PlainExchange::Connected(int64_t now_ns) {
  connected_ = true;
  attempt_ends_ns_ = INT64_MAX;
  addresses_ = {};
  slow_ = {};
  return Send(now_ns);
}

PlainExchange::Outcome PlainExchange::Send(int64_t now_ns) {
  while (sent_ < request_.size()) {
    ssize_t sent = send(fd_, request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return Broken("write", errno, now_ns);
      Watch(EPOLLIN | EPOLLOUT | EPOLLRDHUP);
      return std::nullopt;
    }
    sent_ += static_cast<size_t>(sent);
  }
  Watch(EPOLLIN | EPOLLRDHUP);
  return std::nullopt;
}

PlainExchange::Outcome PlainExchange::OnEvents(uint32_t events, std::span<char> scratch,
                                               int64_t now_ns) {
  if (fd_ < 0) return std::nullopt;  // of a connection that was given up
  if (!connected_) {
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return DialFailed("connect", error, now_ns);
    if ((events & EPOLLOUT) == 0) return std::nullopt;
    return Connected(now_ns);
  }
  if ((events & EPOLLOUT) != 0) {
    if (Outcome outcome = Send(now_ns)) return outcome;
  }
  if ((events & ~static_cast<uint32_t>(EPOLLOUT)) != 0) return Receive(scratch, now_ns);
  return std::nullopt;
}

PlainExchange::Outcome PlainExchange::OnTimer(int64_t now_ns) {
  if (now_ns >= deadline_ns_) {
    Close();
    return Fail(ErrorCode::kTimeout, "context deadline exceeded");
  }
  if (connected_ || now_ns < attempt_ends_ns_) return std::nullopt;
  slow_.push_back(peer_);
  return DialFailed("connect", ETIMEDOUT, now_ns);
}

// The head into the scratch, the body behind it into its place, and what is more than last time
// into the rest of the scratch.
ssize_t PlainExchange::ReceiveAhead(std::span<char> scratch) {
  std::span<char> ahead = reader_.Ahead(body_guess_);
  struct iovec pieces[3] = {{scratch.data(), head_guess_},
                            {ahead.data(), ahead.size()},
                            {scratch.data() + head_guess_, scratch.size() - head_guess_}};
  struct msghdr message {};
  message.msg_iov = pieces;
  message.msg_iovlen = 3;
  ssize_t got = recvmsg(fd_, &message, 0);
  if (got <= 0) return got;
  auto size = static_cast<size_t>(got);
  size_t head = std::min(size, head_guess_);
  size_t body = std::min(size - head, ahead.size());
  reader_.FeedAhead({scratch.data(), head}, body);
  reader_.Feed({scratch.data() + head, size - head - body});
  return got;
}

ssize_t PlainExchange::ReceiveSome(std::span<char> scratch) {
  bool guess =
      reader_.untouched() && head_guess_ > 0 && head_guess_ + kLeastSpill <= scratch.size();
  if (guess) return ReceiveAhead(scratch);
  std::span<char> room = reader_.Room();
  bool direct = !room.empty();
  if (!direct) room = scratch;
  ssize_t got = recv(fd_, room.data(), room.size(), 0);
  if (got <= 0) return got;
  if (direct) {
    reader_.Filled(static_cast<size_t>(got));
  } else {
    reader_.Feed({room.data(), static_cast<size_t>(got)});
  }
  return got;
}

PlainExchange::Outcome PlainExchange::Receive(std::span<char> scratch, int64_t now_ns) {
  ssize_t got = ReceiveSome(scratch);
  if (got < 0) {
    if (errno == EAGAIN || errno == EINTR) return std::nullopt;
    return Broken("read", errno, now_ns);
  }
  if (got == 0) {
    if (reader_.untouched()) return Broken("read", 0, now_ns);
    reader_.End();
  }
  return Finish(now_ns);
}

PlainExchange::Outcome PlainExchange::Broken(const char* step, int error, int64_t now_ns) {
  if (kept_ && reader_.untouched()) return Connect(now_ns);
  std::string message = "EOF";
  if (error != 0) {
    SocketAddress own;
    own.size = sizeof(own.v6);
    if (getsockname(fd_, &own.any, &own.size) != 0) own = SocketAddress();
    message = fmt::format("{} tcp {}->{}: {}: {}", step, own.ToText(), peer_.ToText(), step,
                          Reason(error));
  }
  return Fail(ErrorCode::kIo, std::move(message));
}

PlainExchange::Outcome PlainExchange::Finish(int64_t now_ns) {
  if (reader_.state() == ResponseReader::State::kFailed) {
    Error error = reader_.error();
    Close();
    if (error.message() == BodyLimitError().message()) return error;
    return Fail(error.code(), error.message());
  }
  if (reader_.state() != ResponseReader::State::kDone) return std::nullopt;
  HttpResponse response = reader_.Take();
  head_guess_ = reader_.sized() && !response.body.empty() ? reader_.head_bytes() : 0;
  body_guess_ = response.body.size() + response.body.size() / 10;
  response.url = url_.WithoutUser();
  if (reader_.reusable() && sent_ == request_.size()) {
    kept_ = true;
    idle_since_ns_ = now_ns;
    Watch(EPOLLIN | EPOLLRDHUP);
  } else {
    Close();
  }
  return response;
}

PlainExchange::Outcome PlainExchange::Fail(ErrorCode code, std::string message) {
  Close();
  return Result<HttpResponse>(RequestFailure(code, "GET", url_, message));
}

}  // namespace watchfire::net

#include "alerting/cluster/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::alerting {
namespace {

constexpr int kBacklog = 64;
constexpr size_t kMaxDatagram = 64 << 10;
constexpr size_t kReadStep = 64 << 10;
constexpr int kPortTries = 20;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address ToAddress(const Endpoint& endpoint) {
  Address address;
  if (endpoint.ip.size() == 16) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    memcpy(&v6->sin6_addr, endpoint.ip.data(), 16);
    address.size = sizeof *v6;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    memcpy(&v4->sin_addr, endpoint.ip.data(), std::min<size_t>(endpoint.ip.size(), 4));
    address.size = sizeof *v4;
  }
  return address;
}

Endpoint ToEndpoint(const sockaddr* address) {
  if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    return {std::string(reinterpret_cast<const char*>(&v6->sin6_addr), 16), ntohs(v6->sin6_port)};
  }
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
  return {std::string(reinterpret_cast<const char*>(&v4->sin_addr), 4), ntohs(v4->sin_port)};
}

Error Failed(std::string_view what) {
  return Error::Io("{}: {}", what, strerror(errno));
}

void SetTimeouts(int fd, int64_t timeout_ms) {
  timeval time{timeout_ms / 1000, (timeout_ms % 1000) * 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

Result<Socket> Bind(const Endpoint& endpoint, int type) {
  int family = endpoint.ip.size() == 16 ? AF_INET6 : AF_INET;
  Socket opened(socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (opened.fd() < 0) return Failed("socket");
  int on = 1;
  if (type == SOCK_STREAM) setsockopt(opened.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  Address address = ToAddress(endpoint);
  if (bind(opened.fd(), address.raw(), address.size) != 0) {
    return Failed("listen on " + endpoint.ToString());
  }
  if (type == SOCK_STREAM && listen(opened.fd(), kBacklog) != 0) return Failed("listen");
  return opened;
}

Endpoint BoundTo(int fd) {
  Address address;
  address.size = sizeof address.storage;
  getsockname(fd, address.raw(), &address.size);
  return ToEndpoint(address.raw());
}

bool IsPrivate(const Endpoint& endpoint) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(endpoint.ip[i]); };
  if (endpoint.ip.size() == 16) return (byte(0) & 0xfe) == 0xfc;
  return byte(0) == 10 || (byte(0) == 172 && (byte(1) & 0xf0) == 16) ||
         (byte(0) == 192 && byte(1) == 168) || (byte(0) == 100 && (byte(1) & 0xc0) == 64);
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    Close();
    std::swap(fd_, other.fd_);
  }
  return *this;
}

void Socket::Shutdown() {
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

void Socket::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Result<BoundSockets> BindBoth(const std::string& address) {
  std::vector<Endpoint> endpoints = TRY(Resolve(address, 9094));
  bool any_port = endpoints.front().port == 0;
  for (int i = 0;; ++i) {
    Endpoint wanted = endpoints.front();
    BoundSockets out;
    out.listener = TRY(Bind(wanted, SOCK_STREAM));
    wanted.port = BoundTo(out.listener.fd()).port;
    Result<Socket> datagrams = Bind(wanted, SOCK_DGRAM);
    if (!datagrams.ok()) {
      // Free for streams is not free for datagrams: another one.
      if (any_port && i < kPortTries) continue;
      return datagrams.error();
    }
    out.datagrams = std::move(*datagrams);
    out.bound = wanted;
    return out;
  }
}

Result<std::vector<Endpoint>> Resolve(const std::string& address, uint16_t default_port) {
  std::string host = address;
  std::string port = std::to_string(default_port);
  size_t colon = address.rfind(':');
  bool bracketed = !address.empty() && address[0] == '[';
  bool bare_v6 = !bracketed && std::count(address.begin(), address.end(), ':') > 1;
  if (colon != std::string::npos && !bare_v6 && address.back() != ']') {
    host = address.substr(0, colon);
    port = address.substr(colon + 1);
  }
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  auto number = ParseInt(port);
  if (!number || *number < 0 || *number > 65535) {
    return Error::Invalid("address {}: bad port", GoQuote(address));
  }
  if (host.empty()) host = "0.0.0.0";
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int code = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (code != 0) return Error::Io("lookup {}: {}", host, gai_strerror(code));
  std::vector<Endpoint> out;
  for (addrinfo* at = found; at != nullptr; at = at->ai_next)
    out.push_back(ToEndpoint(at->ai_addr));
  freeaddrinfo(found);
  if (out.empty()) return Error::NotFound("lookup {}: no address", host);
  return out;
}

Endpoint FindAdvertised(bool allow_public) {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return {};
  Endpoint best;
  for (ifaddrs* at = all; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
    if ((at->ifa_flags & IFF_UP) == 0 || (at->ifa_flags & IFF_LOOPBACK) != 0) continue;
    Endpoint endpoint = ToEndpoint(at->ifa_addr);
    if (IsPrivate(endpoint)) {
      best = endpoint;
      break;
    }
    if (allow_public && best.ip.empty()) best = endpoint;
  }
  freeifaddrs(all);
  return best;
}

bool IsUnspecified(const Endpoint& endpoint) {
  return endpoint.ip.find_first_not_of('\0') == std::string::npos;
}

void SendDatagram(int fd, const Endpoint& to, std::string_view packet) {
  Address address = ToAddress(to);
  // What is lost is said again by gossip.
  [[maybe_unused]] ssize_t n =
      sendto(fd, packet.data(), packet.size(), MSG_NOSIGNAL, address.raw(), address.size);
}

bool ReceiveDatagram(int fd, std::string* packet, Endpoint* from) {
  packet->resize(kMaxDatagram);
  Address address;
  address.size = sizeof address.storage;
  ssize_t n = recvfrom(fd, packet->data(), packet->size(), 0, address.raw(), &address.size);
  if (n < 0) return false;
  packet->resize(static_cast<size_t>(n));
  *from = ToEndpoint(address.raw());
  return true;
}

Socket Accept(int listener, int64_t timeout_ms) {
  Socket accepted(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (accepted.fd() >= 0) SetTimeouts(accepted.fd(), timeout_ms);
  return accepted;
}

Result<Socket> Connect(const Endpoint& to, int64_t timeout_ms) {
  int family = to.ip.size() == 16 ? AF_INET6 : AF_INET;
  Socket opened(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (opened.fd() < 0) return Failed("socket");
  Address address = ToAddress(to);
  if (connect(opened.fd(), address.raw(), address.size) != 0) {
    if (errno != EINPROGRESS) return Failed("dial " + to.ToString());
    pollfd event{opened.fd(), POLLOUT, 0};
    if (poll(&event, 1, static_cast<int>(timeout_ms)) <= 0) {
      return Error::Timeout("dial {}: i/o timeout", to.ToString());
    }
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(opened.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Error::Io("dial {}: {}", to.ToString(), strerror(error));
  }
  fcntl(opened.fd(), F_SETFL, fcntl(opened.fd(), F_GETFL) & ~O_NONBLOCK);
  SetTimeouts(opened.fd(), timeout_ms);
  return opened;
}

Result<void> WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Failed("write");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<void> ReadSome(int fd, std::string* bytes) {
  size_t before = bytes->size();
  bytes->resize(before + kReadStep);
  ssize_t n = 0;
  do {
    n = recv(fd, bytes->data() + before, kReadStep, 0);
  } while (n < 0 && errno == EINTR);
  bytes->resize(before + static_cast<size_t>(std::max<ssize_t>(n, 0)));
  if (n == 0) return Error::Unavailable("the peer has ended the stream");
  if (n < 0) return Failed("read");
  return {};
}

}  // namespace watchfire::alerting

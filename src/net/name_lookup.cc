#include "net/name_lookup.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <cstring>

namespace watchfire::net {
namespace {

// Names that nobody answers for keep a thread for seconds; these must not stop the others.
constexpr size_t kThreads = 8;

struct ListDeleter {
  void operator()(struct addrinfo* list) const { freeaddrinfo(list); }
};

NameLookup::Addresses Resolve(const std::string& host) {
  struct addrinfo hints {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  struct addrinfo* found = nullptr;
  int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  std::unique_ptr<struct addrinfo, ListDeleter> list(found);
  std::vector<SocketAddress> addresses;
  for (struct addrinfo* at = code == 0 ? found : nullptr; at != nullptr; at = at->ai_next) {
    if (at->ai_family != AF_INET && at->ai_family != AF_INET6) continue;
    addresses.push_back(SocketAddress::From(at->ai_addr, at->ai_addrlen));
  }
  if (addresses.empty()) return Error::Io("lookup {}: no such host", host);
  return addresses;
}

}  // namespace

SocketAddress SocketAddress::From(const struct sockaddr* address, socklen_t size) {
  SocketAddress out;
  WF_CHECK(size <= sizeof(out.v6));
  std::memcpy(&out.v6, address, size);
  out.size = size;
  return out;
}

std::optional<SocketAddress> SocketAddress::Parse(const std::string& text) {
  SocketAddress out;
  if (inet_pton(AF_INET, text.c_str(), &out.v4.sin_addr) == 1) {
    out.v4.sin_family = AF_INET;
    out.size = sizeof(out.v4);
    return out;
  }
  if (inet_pton(AF_INET6, text.c_str(), &out.v6.sin6_addr) == 1) {
    out.v6.sin6_family = AF_INET6;
    out.size = sizeof(out.v6);
    return out;
  }
  return std::nullopt;
}

void SocketAddress::SetPort(uint16_t port) {
  (any.sa_family == AF_INET ? v4.sin_port : v6.sin6_port) = htons(port);
}

std::string SocketAddress::ToText() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (any.sa_family == AF_INET) {
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    return fmt::format("{}:{}", text, ntohs(v4.sin_port));
  }
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
  return fmt::format("[{}]:{}", text, ntohs(v6.sin6_port));
}

void NameLookup::Ask(const std::string& host, Done done) {
  MutexLock lock(mutex_);
  std::vector<Done>& waiting = asked_[host];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  if (!threads_) threads_ = std::make_unique<ThreadPool>("lookup", kThreads);
  threads_->Submit([this, host] { Answer(host); });
}

void NameLookup::Answer(const std::string& host) {
  Addresses addresses = Resolve(host);
  std::vector<Done> waiting;
  {
    MutexLock lock(mutex_);
    auto at = asked_.find(host);
    waiting = std::move(at->second);
    asked_.erase(at);
  }
  for (const Done& done : waiting) done(addresses);
}

}  // namespace watchfire::net

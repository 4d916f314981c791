#pragma once
// Host names to addresses, by the system's resolver, which blocks: on threads of its own, made when
// the first name is asked for. Equal questions that are asked while one is on its way share its
// answer. Nothing is kept afterwards: a new connection asks anew, as Go's client does. Thread-safe;
// the destructor waits for lookups that run.

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"

namespace watchfire::net {

// An IPv4 or IPv6 address with a port.
struct SocketAddress {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  };
  socklen_t size = 0;

  SocketAddress() : v6{} {}
  static SocketAddress From(const struct sockaddr* address, socklen_t size);
  // nullopt if `text` is no address.
  static std::optional<SocketAddress> Parse(const std::string& text);
  void SetPort(uint16_t port);
  std::string ToText() const;  // 127.0.0.1:80, [::1]:80
};

class NameLookup {
 public:
  // The addresses have no port. kIo: `lookup HOST: no such host`.
  using Addresses = Result<std::vector<SocketAddress>>;
  using Done = std::function<void(const Addresses&)>;

  // `done` runs on a thread of the lookup, which it must not hold up.
  void Ask(const std::string& host, Done done);

 private:
  void Answer(const std::string& host);

  Mutex mutex_;
  std::map<std::string, std::vector<Done>> asked_ GUARDED_BY(mutex_);
  std::unique_ptr<ThreadPool> threads_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::net

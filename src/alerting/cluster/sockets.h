#pragma once
// The sockets of a cluster: a datagram socket, a listener on the same port, and streams that block
// no longer than their deadline. Each wrapper closes what it has.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/cluster/wire.h"
#include "base/result.h"

namespace watchfire::alerting {

class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  ~Socket() { Close(); }
  Socket(Socket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Socket& operator=(Socket&& other) noexcept;
  int fd() const { return fd_; }
  // Ends reads and writes of another thread.
  void Shutdown();
  void Close();

 private:
  int fd_;
};

struct BoundSockets {
  Socket datagrams;
  Socket listener;
  Endpoint bound;  // with the port that was chosen
};
// "host:port"; port 0: the kernel chooses one that is free for both.
Result<BoundSockets> BindBoth(const std::string& address);

// "host:port" → addresses. Asks the resolver, so it may take long.
Result<std::vector<Endpoint>> Resolve(const std::string& address, uint16_t default_port);
// What peers can reach this machine by: a private address first, then, if `allow_public`, any
// other; unset ip: none.
Endpoint FindAdvertised(bool allow_public);
bool IsUnspecified(const Endpoint& endpoint);

void SendDatagram(int fd, const Endpoint& to, std::string_view packet);
// False: nothing is there.
bool ReceiveDatagram(int fd, std::string* packet, Endpoint* from);
// -1: nothing is there. The stream times out as given.
Socket Accept(int listener, int64_t timeout_ms);

Result<Socket> Connect(const Endpoint& to, int64_t timeout_ms);
Result<void> WriteAll(int fd, std::string_view bytes);
// Appends what comes next; kUnavailable: the peer has ended the stream.
Result<void> ReadSome(int fd, std::string* bytes);

}  // namespace watchfire::alerting

#pragma once
// For the tests of this room only: a plain blocking client that sends any bytes, and a server that
// answers with any bytes. Every wait ends after some seconds, so that a broken test fails.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/numbers.h"
#include "base/text.h"
#include "base/thread.h"
#include "net/http.h"

namespace watchfire::net {

inline constexpr int kTestWaitMs = 20'000;

class RawClient {
 public:
  explicit RawClient(uint16_t port, bool v6 = false) {
    fd_ = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    WF_CHECK(fd_ >= 0);
    struct timeval wait {
      kTestWaitMs / 1000, 0
    };
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    if (v6) {
      struct sockaddr_in6 to {};
      to.sin6_family = AF_INET6;
      to.sin6_addr = in6addr_loopback;
      to.sin6_port = htons(port);
      connected_ = connect(fd_, reinterpret_cast<struct sockaddr*>(&to), sizeof(to)) == 0;
    } else {
      struct sockaddr_in to {};
      to.sin_family = AF_INET;
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      to.sin_port = htons(port);
      connected_ = connect(fd_, reinterpret_cast<struct sockaddr*>(&to), sizeof(to)) == 0;
    }
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  // False when the peer no longer takes them.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void Get(std::string_view path, std::string_view headers = "") {
    Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) +
         "\r\n");
  }
  void ShutdownWrite() { shutdown(fd_, SHUT_WR); }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  // The next response; nullopt when the connection ended instead.
  std::optional<Response> Read(bool head = false) {
    size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!More()) return std::nullopt;
    }
    Response response;
    std::string header = input_.substr(0, end);
    input_.erase(0, end + 4);
    bool first = true;
    for (std::string_view line : Split(header, '\n')) {
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      size_t colon = line.find(':');
      if (first) {
        response.status = static_cast<int>(ParseInt(line.substr(9, 3)).value_or(0));
        first = false;
      } else if (colon != std::string_view::npos) {
        response.headers.Add(std::string(line.substr(0, colon)),
                             std::string(TrimSpace(line.substr(colon + 1))));
      }
    }
    size_t size = ParseUint(response.headers.Get("Content-Length")).value_or(0);
    if (head || response.status < 200) return response;
    while (input_.size() < size) {
      if (!More()) return std::nullopt;
    }
    response.body = input_.substr(0, size);
    input_.erase(0, size);
    return response;
  }
  int Status() {
    std::optional<Response> response = Read();
    return response ? response->status : -1;
  }
  // Whether the peer has ended the connection, with nothing more to read.
  bool Ended() { return input_.empty() && !More(); }
  // Everything until the peer ends the connection.
  std::string Rest() {
    while (More()) {
    }
    return std::exchange(input_, {});
  }

 private:
  bool More() {
    char buffer[65536];
    ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    input_.append(buffer, static_cast<size_t>(got));
    return true;
  }

  int fd_ = -1;
  bool connected_ = false;
  std::string input_;
};

// Accepts connections one after another and gives each to `serve`, which gets the socket.
class RawServer {
 public:
  explicit RawServer(std::function<void(int fd)> serve) : serve_(std::move(serve)) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    WF_CHECK(bind(fd_, reinterpret_cast<struct sockaddr*>(&at), size) == 0);
    WF_CHECK(listen(fd_, 64) == 0);
    WF_CHECK(getsockname(fd_, reinterpret_cast<struct sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
    loop_ = Thread("raw-server", [this] { Loop(); });
  }
  // Answers every request head with `bytes`, then closes.
  explicit RawServer(std::string bytes)
      : RawServer([bytes = std::move(bytes)](int fd) {
          ReadHead(fd);
          (void)!send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        }) {}
  ~RawServer() {
    shutdown(fd_, SHUT_RDWR);
    loop_.Join();
    close(fd_);
  }
  uint16_t port() const { return port_; }
  std::string url(std::string_view path = "/") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }

  static std::string ReadHead(int fd) {
    std::string head;
    char c = 0;
    while (head.find("\r\n\r\n") == std::string::npos && recv(fd, &c, 1, 0) == 1) {
      head.push_back(c);
    }
    return head;
  }
  // Until the peer closes (or a long time has passed).
  static void WaitForEnd(int fd) {
    struct pollfd wait {
      fd, POLLRDHUP, 0
    };
    poll(&wait, 1, kTestWaitMs);
  }

 private:
  void Loop() {
    while (true) {
      int fd = accept(fd_, nullptr, nullptr);
      if (fd < 0) return;
      serve_(fd);
      close(fd);
    }
  }
  std::function<void(int)> serve_;
  int fd_ = -1;
  uint16_t port_ = 0;
  Thread loop_;
};

}  // namespace watchfire::net

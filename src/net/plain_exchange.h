#pragma once
// One target's plain HTTP/1.1: its connection, its request and the response on its way. What most
// scrapes are, written for them: a request is one send, a response mostly one receive, straight
// into the buffer that the parser reads. HTTPS, proxies, Unix sockets and redirects are libcurl's
// (http_transfer.h). See docs/decisions/0008-own-http-fetch.md.
//
// Sockets only, non-blocking; the fetcher's loop waits for them, looks up names and keeps the time.
// A connection that the server has closed in the meantime is replaced once, if nothing was received
// on it. Several addresses are tried in turn, briefly at first. Thread-compatible: guarded by the
// target's mutex.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/http_profile.h"
#include "net/name_lookup.h"
#include "net/response_reader.h"
#include "net/url.h"

namespace watchfire::net {

// What a request is made of besides the URL.
struct PlainRequestView {
  const HttpClientOptions& options;
  const Headers& headers;
  const std::vector<std::pair<std::string, std::string>>& private_headers;
  const std::string& authorization;
};

class PlainExchange {
 public:
  // What has come of a step; a result ends the exchange.
  using Outcome = std::optional<Result<HttpResponse>>;

  // False when libcurl must do it.
  static bool CanServe(const HttpClientOptions& options, const Url& url);

  // `epoll_fd` is told of the socket, with the socket as its data.
  PlainExchange(Url url, int epoll_fd);
  ~PlainExchange();
  PlainExchange(const PlainExchange&) = delete;
  PlainExchange& operator=(const PlainExchange&) = delete;

  // Prepares a GET; the body will be received into `buffer`.
  Result<void> Begin(const PlainRequestView& request, std::string buffer, uint64_t body_limit,
                     int64_t deadline_ns);
  // Sends it on the kept connection. False: there is none that works, call Connect.
  bool SendOnKept(int64_t now_ns);

  // After Begin: makes a connection, or wants the addresses of host() first.
  Outcome Connect(int64_t now_ns);
  bool wants_addresses() const { return wants_addresses_; }
  const std::string& host() const { return url_.host; }
  Outcome TakeAddresses(const NameLookup::Addresses& addresses, int64_t now_ns);

  // `scratch` is memory to receive into, the same one for all.
  Outcome OnEvents(uint32_t events, std::span<char> scratch, int64_t now_ns);
  // Between exchanges: the server has closed, or says what nobody asked for.
  void OnIdleEvents() { Close(); }
  // The time to call OnTimer.
  int64_t wake_ns() const { return std::min(deadline_ns_, attempt_ends_ns_); }
  Outcome OnTimer(int64_t now_ns);
  void Abort() { Close(); }

  int fd() const { return fd_; }

 private:
  Result<void> MakeRequest(const PlainRequestView& request);
  Outcome Dial(int64_t now_ns);
  Outcome DialFailed(const char* step, int error, int64_t now_ns);
  Outcome Connected(int64_t now_ns);
  Outcome Send(int64_t now_ns);
  Outcome Receive(std::span<char> scratch, int64_t now_ns);
  ssize_t ReceiveSome(std::span<char> scratch);
  ssize_t ReceiveAhead(std::span<char> scratch);
  // The connection broke: another one, or the end.
  Outcome Broken(const char* step, int error, int64_t now_ns);
  Outcome Finish(int64_t now_ns);
  Outcome Fail(ErrorCode code, std::string message);
  void Watch(uint32_t events);
  void Close();

  const Url url_;
  const int epoll_fd_;
  int fd_ = -1;
  uint32_t watched_ = 0;  // events that epoll waits for; 0: not added yet
  bool connected_ = false;
  bool kept_ = false;  // the connection has served an exchange before
  bool wants_addresses_ = false;
  int64_t idle_since_ns_ = 0;

  std::string request_;
  size_t sent_ = 0;
  // What request_ was made of, where that may change.
  std::vector<std::pair<std::string, std::string>> private_headers_;
  std::string authorization_;

  std::vector<SocketAddress> addresses_;  // while connecting
  std::vector<SocketAddress> slow_;       // those that get a second try
  bool last_round_ = false;
  size_t attempt_ = 0;
  SocketAddress peer_;
  int64_t attempt_ends_ns_ = INT64_MAX;
  std::optional<Error> dial_error_;  // of the first address
  int64_t deadline_ns_ = 0;

  ResponseReader reader_;
  size_t head_guess_ = 0;  // the size of the last head if a body followed it in one piece, else 0
  size_t body_guess_ = 0;  // somewhat more than the last body
};

}  // namespace watchfire::net

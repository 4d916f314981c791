#pragma once
// ClientStream: one connection to a server, spoken over line by line, that may turn into TLS on the
// way: what mail needs. libcurl connects (names, several addresses), OpenSSL encrypts.
//
// Every call blocks until it is done, the deadline has passed or the caller was cancelled; errors
// are kTimeout ("context deadline exceeded"), kCancelled ("context canceled"), kIo ("EOF", …),
// kDenied (the server's certificate), kInvalid (options, our certificate), kLimit (a line). After
// one the connection is of no use. One thread at a time.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_client.h"

namespace watchfire::net {

// How long a conversation may take as a whole.
struct Patience {
  int64_t deadline_ns = 0;  // of the monotonic clock
  std::shared_ptr<const std::atomic<bool>> cancelled;

  static Patience OfMs(int64_t timeout_ms,
                       std::shared_ptr<const std::atomic<bool>> cancelled = nullptr);
  // The error if there is no more time.
  Result<void> Check() const;
};

class ClientStream {
 public:
  // Errors as Go's: `dial tcp 127.0.0.1:25: connect: connection refused`.
  static Result<std::unique_ptr<ClientStream>> Connect(const std::string& host, uint16_t port,
                                                       Patience patience);
  ~ClientStream();

  // `host` is who the certificate must be for, if the options name nobody. What the server has sent
  // ahead of the handshake is an error: it would be taken for encrypted.
  Result<void> StartTls(const TlsClientOptions& options, const std::string& host);
  bool tls() const;
  void set_patience(Patience patience);

  Result<void> Write(std::string_view bytes);
  // Without the line's end, CRLF or LF.
  Result<std::string> ReadLine();

  static constexpr size_t kMaxLine = 64 << 10;

 private:
  struct Impl;
  explicit ClientStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::net

#pragma once
// Mail over SMTP (RFC 5321): one message on one connection, encrypted from the start, by STARTTLS
// or not at all; authentication by what the server offers. Why not libcurl's: decision 11.
//
// Errors say at which step and why, in upstream's words: `send RCPT command: 550 no such user`.
// Neither they nor the replies that are handed out hold a credential, even if the server echoes
// one:
// `<secret>` stands there instead. Thread-safe and blocking; files are read when something is sent.

#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "net/client_stream.h"
#include "net/http_client.h"

namespace watchfire::net {

struct SmtpServer {
  std::string host{};
  uint16_t port = 25;
  std::string hello = "localhost";
  bool implicit_tls = false;
  // Without implicit TLS: STARTTLS, or nothing is sent. Not required, it is not used.
  bool require_tls = true;
  // Not required, but used where the server offers it.
  bool opportunistic_tls = false;
  TlsClientOptions tls{};
  // No name: no authentication. PLAIN and LOGIN take the password, CRAM-MD5 the secret; the first
  // mechanism in the server's list that is possible is used.
  std::string username{};
  std::string identity{};
  Secret password{};
  std::string password_file{};
  Secret cram_secret{};
  std::string cram_secret_file{};
};

struct SmtpMessage {
  std::string from;  // plain addresses
  std::vector<std::string> to;
  std::string text;  // headers and body; lines end in LF or CRLF
};

struct SmtpOutcome {
  Result<void> result;
  bool retry = true;    // another try may help
  int status = 0;       // the last reply's code
  std::string reply{};  // the last reply: `250 2.0.0 Ok: queued as 9A2`
};

SmtpOutcome SendMail(const SmtpServer& server, const SmtpMessage& message, Patience patience);

}  // namespace watchfire::net

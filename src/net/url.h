#pragma once
// URLs as values: parsed, checked, printed with or without their password. Only the absolute
// hierarchical form (`scheme://[user[:password]@]host[:port][/path][?query][#fragment]`) and, where
// asked for, a bare path. Never resolves names. Thread-compatible.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace watchfire::net {

struct Url {
  std::string scheme;  // lower case
  bool has_user = false;
  std::string user;  // decoded
  std::optional<Secret> password;
  std::string host;   // without brackets for IPv6
  std::string port;   // "" when not given
  std::string path;   // as written (percent-encoded)
  std::string query;  // without "?"
  std::string fragment;

  static Result<Url> Parse(std::string_view text);
  // What a link or Location header on this page means: absolute, "//host/…", "/path", "path",
  // "?query". User and password are not inherited.
  Result<Url> Resolve(std::string_view reference) const;

  // The port, or the scheme's default (80, 443), or 0.
  uint16_t EffectivePort() const;
  // host or host:port as written, IPv6 in brackets.
  std::string HostPort() const;
  // Same scheme, host and effective port: credentials may go along.
  bool SameOrigin(const Url& other) const;

  // As written; the password shown as "xxxxx" as Go's URL.Redacted does.
  std::string Redacted() const;
  // With the password; only for what is sent.
  std::string Reveal() const;
  // Without user, password and fragment.
  std::string WithoutUser() const;
};

// Whether the host of this URL is this machine by its very form: localhost, 127.0.0.0/8 or ::1.
bool IsLoopback(std::string_view url);

// Splits "host:port", ":port", "[::1]:port". kInvalid when there is no port or it is not a number
// in 0..65535.
struct HostPort {
  std::string host;
  uint16_t port = 0;
};
Result<HostPort> SplitHostPort(std::string_view text);

}  // namespace watchfire::net

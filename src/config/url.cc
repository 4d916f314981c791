#include <algorithm>

#include "base/numbers.h"
#include "base/text.h"
#include "config/http_client.h"

namespace watchfire::config {
namespace {

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Error Wrong(std::string_view text, std::string_view what) {
  // The address may hold a password, so it is shown without.
  return Error::Invalid("parse {}: {}", GoQuote(Url{std::string(text)}.Redacted()), what);
}

// The length of `scheme:` at the start, 0 if there is none.
size_t SchemeLength(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (IsLetter(c)) continue;
    bool inner = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (inner && i > 0) continue;
    return c == ':' && i > 0 ? i + 1 : 0;
  }
  return 0;
}

bool HasValidPort(std::string_view host) {
  size_t after_address = host[0] == '[' ? host.find(']') : 0;
  size_t colon = host.find(':', after_address);
  if (colon == std::string_view::npos) return true;
  std::string_view port = host.substr(colon + 1);
  return std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<UrlParts> ParseUrl(std::string_view text) {
  for (char c : text) {
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
      return Wrong(text, "net/url: invalid control character in URL");
    }
  }
  UrlParts parts;
  std::string_view rest = text;
  if (!rest.empty() && rest[0] == ':') return Wrong(text, "missing protocol scheme");
  if (size_t length = SchemeLength(rest); length > 0) {
    parts.scheme = ToLower(rest.substr(0, length - 1));
    rest.remove_prefix(length);
  } else if (rest.substr(0, rest.find_first_of("/?#")).find(':') != std::string_view::npos) {
    return Wrong(text, "first path segment in URL cannot contain colon");
  }
  if (rest.substr(0, 2) == "//") {
    rest.remove_prefix(2);
    size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    std::string_view authority = rest.substr(0, end);
    if (size_t at = authority.rfind('@'); at != std::string_view::npos) {
      parts.userinfo = authority.substr(0, at);
      authority.remove_prefix(at + 1);
    }
    if (authority.find(' ') != std::string_view::npos) {
      return Wrong(text, "invalid character \" \" in host name");
    }
    if (!authority.empty() && !HasValidPort(authority)) {
      return Wrong(text, fmt::format("invalid port {} after host",
                                     GoQuote(authority.substr(authority.find_last_of(':')))));
    }
    parts.host = authority;
    rest.remove_prefix(end);
  }
  parts.path = rest;
  return parts;
}

std::string Url::Redacted() const {
  size_t authority = text.find("//");
  if (authority == std::string::npos) return text;
  authority += 2;
  size_t end = std::min(text.find_first_of("/?#", authority), text.size());
  size_t at = text.rfind('@', end);
  size_t colon = text.find(':', authority);
  if (at == std::string::npos || at < authority || at >= end || colon >= at) return text;
  return text.substr(0, colon + 1) + "xxxxx" + text.substr(at);
}

}  // namespace watchfire::config

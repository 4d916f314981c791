#include "net/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <vector>

#include "base/numbers.h"
#include "base/text.h"
#include "net/http.h"

namespace watchfire::net {
namespace {

bool IsSchemeChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

// What would end or split a request line, a header or an authority if it were sent as it is.
bool HasForbiddenByte(std::string_view text) {
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    if (byte <= 0x20 || byte == 0x7f) return true;
  }
  return false;
}

Result<uint16_t> ParsePort(std::string_view text) {
  std::optional<uint64_t> port = ParseUint(text);
  if (!port || *port > 65535) return Error::Invalid("invalid port {}", GoQuote(text));
  return static_cast<uint16_t>(*port);
}

// user[:password]@ of an authority; what remains is host[:port].
Result<std::string_view> TakeUser(std::string_view authority, Url& url) {
  size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return authority;
  std::string_view user = authority.substr(0, at);
  url.has_user = true;
  size_t colon = user.find(':');
  if (colon != std::string_view::npos) {
    url.password = Secret(TRY(PercentDecode(user.substr(colon + 1), false)));
  }
  url.user = TRY(PercentDecode(user.substr(0, colon), false));
  return authority.substr(at + 1);
}

Result<void> TakeHost(std::string_view authority, Url& url) {
  std::string_view port;
  if (!authority.empty() && authority[0] == '[') {
    size_t close = authority.find(']');
    if (close == std::string_view::npos) return Error::Invalid("missing ']' in host");
    url.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
    if (url.host.find(':') == std::string::npos) return Error::Invalid("invalid IPv6 host");
  } else {
    size_t colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (url.host.find_first_of("[]<>\"\\^`{|}%@") != std::string::npos) {
    return Error::Invalid("invalid character in host name");
  }
  if (port.empty()) return {};
  if (port[0] != ':') return Error::Invalid("invalid port {} after host", GoQuote(port));
  port.remove_prefix(1);
  if (!port.empty()) TRY(ParsePort(port));
  url.port = port;
  return {};
}

std::string EncodeUserPart(std::string_view text) {
  return ReplaceAll(PercentEncode(text), "+", "%20");
}

}  // namespace

Result<Url> Url::Parse(std::string_view text) {
  if (HasForbiddenByte(text)) {
    return Error::Invalid("parse: invalid control character or space in URL");
  }
  size_t colon = 0;
  while (colon < text.size() && IsSchemeChar(text[colon])) ++colon;
  if (colon == 0 || text.substr(colon, 3) != "://" || ToLower(text)[0] < 'a') {
    return Error::Invalid("unsupported URL: expected \"scheme://host\"");
  }
  Url url;
  url.scheme = ToLower(text.substr(0, colon));
  text.remove_prefix(colon + 3);
  if (size_t hash = text.find('#'); hash != std::string_view::npos) {
    url.fragment = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  if (size_t mark = text.find('?'); mark != std::string_view::npos) {
    url.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  size_t slash = text.find('/');
  if (slash != std::string_view::npos) url.path = text.substr(slash);
  TRY(PercentDecode(url.path, false));
  std::string_view authority = TRY(TakeUser(text.substr(0, slash), url));
  TRY(TakeHost(authority, url));
  return url;
}

namespace {

// RFC 3986, 5.2.4: "." and ".." segments are walked.
std::string RemoveDotSegments(std::string_view path) {
  std::vector<std::string_view> kept;
  std::vector<std::string_view> segments = Split(path, '/');
  for (size_t i = 1; i < segments.size(); ++i) {
    bool last = i + 1 == segments.size();
    if (segments[i] == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segments[i] != ".") {
      kept.push_back(segments[i]);
      continue;
    }
    if (last) kept.emplace_back();
  }
  std::string out;
  for (std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  return out.empty() ? "/" : out;
}

}  // namespace

Result<Url> Url::Resolve(std::string_view reference) const {
  size_t colon = 0;
  while (colon < reference.size() && IsSchemeChar(reference[colon])) ++colon;
  if (colon > 0 && reference.substr(colon, 1) == ":") return Parse(reference);
  if (reference.starts_with("//")) return Parse(scheme + ":" + std::string(reference));
  std::string target(reference.substr(0, reference.find('#')));
  if (target.empty() || target[0] == '?') {
    if (target.empty() && !query.empty()) target = "?" + query;
    target = path + target;
  } else if (target[0] != '/') {
    target = path.substr(0, path.rfind('/') + 1) + target;
    if (target[0] != '/') target = "/" + target;
  }
  size_t mark = target.find('?');
  std::string resolved = scheme + "://" + HostPort() + RemoveDotSegments(target.substr(0, mark));
  if (mark != std::string::npos) resolved += target.substr(mark);
  return Parse(resolved);
}

uint16_t Url::EffectivePort() const {
  if (!port.empty()) return ParsePort(port).value_or(0);
  if (scheme == "http") return 80;
  if (scheme == "https") return 443;
  return 0;
}

std::string Url::HostPort() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (!port.empty()) out += ":" + port;
  return out;
}

bool Url::SameOrigin(const Url& other) const {
  return scheme == other.scheme && EqualsIgnoreCase(host, other.host) &&
         EffectivePort() == other.EffectivePort();
}

namespace {

std::string Print(const Url& url, std::string_view user_part, bool fragment) {
  std::string out = url.scheme + "://";
  out += user_part;
  out += url.HostPort();
  out += url.path;
  if (!url.query.empty()) out += "?" + url.query;
  if (fragment && !url.fragment.empty()) out += "#" + url.fragment;
  return out;
}

}  // namespace

std::string Url::Redacted() const {
  if (!has_user) return Print(*this, "", true);
  return Print(*this, EncodeUserPart(user) + (password ? ":xxxxx@" : "@"), true);
}

std::string Url::Reveal() const {
  if (!has_user) return Print(*this, "", true);
  std::string user_part = EncodeUserPart(user);
  if (password) user_part += ":" + EncodeUserPart(password->reveal());
  return Print(*this, user_part + "@", true);
}

std::string Url::WithoutUser() const {
  return Print(*this, "", false);
}

bool IsLoopback(std::string_view url) {
  auto parsed = Url::Parse(url);
  if (!parsed.ok()) return false;
  std::string host = ToLower(parsed->host);
  struct in_addr address {};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) {
    return ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  return host == "localhost" || host == "::1";
}

Result<HostPort> SplitHostPort(std::string_view text) {
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return Error::Invalid("address {}: missing port in address", text);
  }
  HostPort out;
  std::string_view host = text.substr(0, colon);
  if (!host.empty() && host.front() == '[') {
    if (host.back() != ']') return Error::Invalid("address {}: missing ']' in address", text);
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return Error::Invalid("address {}: too many colons in address", text);
  }
  out.host = host;
  Result<uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port.ok()) return port.error().With("address {}", text);
  out.port = *port;
  return out;
}

}  // namespace watchfire::net

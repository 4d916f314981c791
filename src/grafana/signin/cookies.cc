#include "grafana/signin/cookies.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMostRedirectBytes = 4096;

bool IsSecure(const net::Request& request, const Settings& settings) {
  return settings.security.cookie_secure || request.tls ||
         EqualsIgnoreCase(request.headers.Get("X-Forwarded-Proto"), "https");
}

// 16 bytes, IPv4 mapped into IPv6; false for what is no address.
bool ParseAddress(std::string_view text, std::array<uint8_t, 16>* out) {
  std::string copy(text);
  out->fill(0);
  if (inet_pton(AF_INET6, copy.c_str(), out->data()) == 1) return true;
  (*out)[10] = (*out)[11] = 0xff;
  return inet_pton(AF_INET, copy.c_str(), out->data() + 12) == 1;
}

}  // namespace

std::string CookieOf(const net::Request& request, std::string_view name) {
  for (const auto& [header, value] : request.headers.all()) {
    if (!EqualsIgnoreCase(header, "Cookie")) continue;
    for (std::string_view pair : Split(value, ';')) {
      pair = TrimSpace(pair);
      size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
        return std::string(pair.substr(equals + 1));
      }
    }
  }
  return {};
}

std::string MakeCookie(const net::Request& request, const Settings& settings, std::string_view name,
                       std::string_view value, const CookieOptions& options) {
  std::string out = fmt::format("{}={}; Path={}/; Max-Age={}", name, value,
                                settings.server.sub_path, options.max_age_s);
  if (options.http_only) out += "; HttpOnly";
  std::string site = settings.security.cookie_samesite;
  if (options.always_lax && site == "strict") site = "lax";
  bool secure = IsSecure(request, settings);
  // Browsers drop a cookie that is for everybody and not secure.
  if (secure || site == "none") out += "; Secure";
  if (site == "none") out += "; SameSite=None";
  if (site == "strict") out += "; SameSite=Strict";
  if (site == "lax" || site.empty()) out += "; SameSite=Lax";
  return out;
}

std::string SafeRedirect(std::string_view wanted, const Settings& settings) {
  const std::string& sub_path = settings.server.sub_path;
  bool strange = std::any_of(wanted.begin(), wanted.end(), [](char c) {
    return static_cast<uint8_t>(c) <= 0x20 || c == 0x7f || c == '\\';
  });
  // "//host" and "/\host" are other hosts to a browser.
  bool own = !strange && wanted.starts_with('/') && !wanted.starts_with("//") &&
             wanted.size() <= kMostRedirectBytes;
  if (!own) wanted = "/";
  bool below = wanted.starts_with(sub_path) &&
               (wanted.size() == sub_path.size() || wanted[sub_path.size()] == '/' ||
                wanted[sub_path.size()] == '?');
  std::string out = below ? std::string(wanted) : sub_path + std::string(wanted);
  // The sub path cut off by a proxy must not leave another host.
  if (std::string_view(out).substr(below ? sub_path.size() : 0).starts_with("//")) {
    return sub_path + "/";
  }
  return out;
}

std::string AddressOf(const net::Request& request) {
  std::string_view text = request.remote_address;
  if (text.starts_with('[')) return std::string(text.substr(1, text.find(']') - 1));
  // An IPv6 address without brackets has no port.
  if (std::count(text.begin(), text.end(), ':') > 1) return std::string(text);
  return std::string(text.substr(0, text.rfind(':')));
}

bool IsListed(std::string_view address, const std::vector<std::string>& networks) {
  std::array<uint8_t, 16> wanted{};
  if (!ParseAddress(address, &wanted)) return false;
  for (const std::string& network : networks) {
    size_t slash = network.find('/');
    std::string_view base = std::string_view(network).substr(0, slash);
    std::array<uint8_t, 16> own{};
    if (!ParseAddress(base, &own)) continue;
    int64_t bits = 128;
    if (slash != std::string::npos) {
      bits = ParseInt(std::string_view(network).substr(slash + 1)).value_or(-1);
      if (base.find(':') == std::string_view::npos) bits += 96;
      if (bits < 0 || bits > 128 || (bits < 96 && base.find(':') == std::string_view::npos))
        continue;
    }
    bool same = true;
    for (int64_t i = 0; i < bits && same; ++i) {
      size_t byte = static_cast<size_t>(i / 8);
      int shift = static_cast<int>(7 - i % 8);
      same = ((wanted[byte] ^ own[byte]) >> shift & 1) == 0;
    }
    if (same) return true;
  }
  return false;
}

}  // namespace watchfire::grafana

#include "notify/parts/secrets.h"

#include <algorithm>

#include "base/text.h"
#include "codec/json_writer.h"
#include "net/http.h"
#include "net/url.h"

namespace watchfire::notify {
namespace {

constexpr size_t kLeastSecret = 3;
constexpr std::string_view kShown = "<secret>";

bool HasAny(std::string_view text, std::string_view characters) {
  return text.find_first_of(characters) != std::string_view::npos;
}

// Part of an address that nobody would choose as a name.
bool LooksLikeKey(std::string_view part) {
  constexpr size_t kShort = 8;
  constexpr size_t kLong = 20;
  return part.size() >= kLong ||
         (part.size() >= kShort && HasAny(part, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
}

}  // namespace

void Redactor::Add(std::string_view secret) {
  if (secret.size() < kLeastSecret) return;
  std::string json;
  codec::AppendJsonString(json, secret);
  for (std::string form : {std::string(secret), net::PercentEncode(secret),
                           json.substr(1, json.size() - 2), GoQuote(secret)}) {
    if (form.size() > 2 && form.front() == '"' && form.back() == '"' && form != secret) {
      form = form.substr(1, form.size() - 2);
    }
    if (std::find(secrets_.begin(), secrets_.end(), form) == secrets_.end()) {
      secrets_.push_back(std::move(form));
    }
  }
  std::stable_sort(secrets_.begin(), secrets_.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

void Redactor::AddUrl(std::string_view text) {
  if (text.empty()) return;
  Add(text);
  Result<net::Url> url = net::Url::Parse(text);
  if (!url.ok()) return;
  if (url->password) Add(*url->password);
  std::string_view path = url->path;
  while (path.starts_with('/')) path.remove_prefix(1);
  if (!url->query.empty()) Add(std::string(path) + "?" + url->query);
  if (HasAny(path, "/") || LooksLikeKey(path)) Add(path);
  for (std::string_view part : Split(path, '/')) {
    if (LooksLikeKey(part)) Add(part);
  }
  Add(url->query);
  for (std::string_view pair : Split(url->query, '&')) {
    size_t equal = pair.find('=');
    if (equal == std::string_view::npos) continue;
    std::string_view value = pair.substr(equal + 1);
    Add(value);
    Result<std::string> decoded = net::PercentDecode(value, true);
    if (decoded.ok()) Add(*decoded);
  }
}

std::string Redactor::Clean(std::string_view text) const {
  std::string out(text);
  for (const std::string& secret : secrets_) {
    if (out.find(secret) != std::string::npos) out = ReplaceAll(out, secret, kShown);
  }
  return out;
}

std::string Redactor::ShowUrl(std::string_view text) {
  Result<net::Url> url = net::Url::Parse(text);
  if (!url.ok()) return std::string(kShown);
  bool bare = (url->path.empty() || url->path == "/") && url->query.empty();
  std::string shown = url->scheme + "://" + url->HostPort();
  return bare ? shown + url->path : shown + "/" + std::string(kShown);
}

}  // namespace watchfire::notify

#include "api/grafana/people/shapes.h"

#include <algorithm>

#include "base/md5.h"
#include "base/numbers.h"
#include "base/text.h"
#include "net/digest.h"

namespace watchfire::api {
namespace {

constexpr int64_t kMostPerPage = 10'000;

std::string Plural(int64_t n, std::string_view unit) {
  return fmt::format("{} {}{}", n, unit, n == 1 ? "" : "s");
}

}  // namespace

std::string TextOf(const codec::Json& body, std::string_view key) {
  const codec::Json* value = body.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string() : *text;
}

std::optional<bool> BoolOf(const codec::Json& body, std::string_view key) {
  const codec::Json* value = body.Find(key);
  return value == nullptr ? std::nullopt : value->AsBool();
}

std::optional<int64_t> IntOf(const codec::Json& body, std::string_view key) {
  const codec::Json* value = body.Find(key);
  if (value == nullptr) return std::nullopt;
  if (const std::string* text = value->AsString()) return ParseInt(*text);
  return value->AsInt();
}

int64_t IdOf(const Call& call, std::string_view name) {
  return ParseInt(call.Param(name)).value_or(0);
}

std::string AvatarUrl(std::string_view email) {
  std::array<uint8_t, 16> digest = Md5(ToLowerUtf8(email));
  return "/avatar/" + net::Hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string AgeText(TimeMs then, TimeMs now) {
  if (then == 0) return "Never";
  int64_t minutes = std::max<int64_t>(0, now - then) / 60'000;
  if (minutes < 1) return "< 1 minute";
  if (minutes < 60) return Plural(minutes, "minute");
  if (minutes < 24 * 60) return Plural(minutes / 60, "hour");
  int64_t days = minutes / (24 * 60);
  if (days < 30) return Plural(days, "day");
  if (days < 365) return Plural(days / 30, "month");
  return Plural(days / 365, "year");
}

void WriteAuthLabels(const grafana::User& user, codec::JsonWriter& json) {
  json.Key("authLabels").BeginArray();
  if (user.auth_module == "ldap") json.String("LDAP");
  if (user.auth_module == "authproxy") json.String("Auth Proxy");
  if (user.auth_module.starts_with("oauth_")) {
    std::string provider = user.auth_module.substr(6);
    json.String(provider == "github"    ? "GitHub"
                : provider == "google"  ? "Google"
                : provider == "gitlab"  ? "GitLab"
                : provider == "azuread" ? "Microsoft"
                : provider == "okta"    ? "Okta"
                                        : "OAuth");
  }
  json.EndArray();
}

void WriteUserFields(const grafana::User& user, TimeMs now, codec::JsonWriter& json) {
  json.Field("uid", user.uid)
      .Field("name", user.name)
      .Field("login", user.login)
      .Field("email", user.email)
      .Field("avatarUrl", AvatarUrl(user.email))
      .Field("isDisabled", user.disabled)
      .Field("lastSeenAt", GoTime(user.last_seen))
      .Field("lastSeenAtAge", AgeText(user.last_seen, now));
  WriteAuthLabels(user, json);
}

Page PageOf(const Call& call, size_t size) {
  Page page;
  page.per_page =
      std::clamp<int64_t>(ParseInt(call.query.Get("perpage")).value_or(1000), 1, kMostPerPage);
  page.page = std::clamp<int64_t>(ParseInt(call.query.Get("page")).value_or(1), 1, 1'000'000'000);
  page.begin = std::min(size, static_cast<size_t>((page.page - 1) * page.per_page));
  page.end = std::min(size, page.begin + static_cast<size_t>(page.per_page));
  return page;
}

net::Response JsonText(codec::JsonWriter& json, int status) {
  return net::Response::Json(status, json.Take());
}

}  // namespace watchfire::api

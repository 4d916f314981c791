// Accounts of programs and their tokens, and the old API keys, which are such accounts with one
// token each.
#include "api/grafana/people/people_api.h"
#include "api/grafana/people/shapes.h"
#include "base/log.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using grafana::Role;
using grafana::ServiceAccount;
using grafana::ServiceToken;

// The accounts that were made for keys.
constexpr std::string_view kKeyPrefix = "API key ";

void WriteAccount(const ServiceAccount& account, codec::JsonWriter& json) {
  json.Field("id", account.id)
      .Field("uid", account.uid)
      .Field("name", account.name)
      .Field("login", account.login)
      .Field("orgId", 1)
      .Field("isDisabled", account.disabled)
      .Field("role", grafana::RoleText(account.role))
      .Field("tokens", account.tokens)
      .Field("avatarUrl", AvatarUrl(account.login));
}

void WriteDetails(const ServiceAccount& account, codec::JsonWriter& json) {
  json.BeginObject();
  WriteAccount(account, json);
  json.Field("createdAt", GoTime(account.created)).Field("updatedAt", GoTime(account.updated));
  json.Key("teams").Null().EndObject();
}

void WriteTimeOrNull(codec::JsonWriter& json, std::string_view key, TimeMs time) {
  json.Key(key);
  if (time == 0) {
    json.Null();
  } else {
    json.String(GoTime(time));
  }
}

net::Response Refused(const Error& error) {
  if (error.code() == ErrorCode::kExists) return Message(400, error.message());
  return ErrorAnswer(error);
}

}  // namespace

void PeopleApi::RegisterServiceAccounts(GrafanaRoutes& routes) {
  constexpr Need kNeed = Need::kAdmin;
  const std::string base = "/api/serviceaccounts";
  On(routes, "GET", base + "/search", kNeed, &PeopleApi::SearchServiceAccounts);
  On(routes, "POST", base, kNeed, &PeopleApi::CreateServiceAccount);
  On(routes, "GET", base + "/:id", kNeed, &PeopleApi::GetServiceAccount);
  On(routes, "PATCH", base + "/:id", kNeed, &PeopleApi::UpdateServiceAccount);
  On(routes, "DELETE", base + "/:id", kNeed, &PeopleApi::DeleteServiceAccount);
  On(routes, "GET", base + "/:id/tokens", kNeed, &PeopleApi::ListTokens);
  On(routes, "POST", base + "/:id/tokens", kNeed, &PeopleApi::CreateToken);
  On(routes, "DELETE", base + "/:id/tokens/:token", kNeed, &PeopleApi::DeleteToken);
  On(routes, "GET", "/api/auth/keys", kNeed, &PeopleApi::ListKeys);
  On(routes, "POST", "/api/auth/keys", kNeed, &PeopleApi::CreateKey);
  On(routes, "DELETE", "/api/auth/keys/:id", kNeed, &PeopleApi::DeleteKey);
}

net::Response PeopleApi::SearchServiceAccounts(const Call& call) {
  Result<std::vector<ServiceAccount>> all = deps_.accounts->ServiceAccounts();
  if (!all.ok()) return ErrorAnswer(all.error());
  std::string query = ToLowerUtf8(call.query.Get("query"));
  bool only_disabled = call.query.Get("disabled") == "true";
  bool only_expired = call.query.Get("expiredTokens") == "true";
  TimeMs now = deps_.clock->Now();
  std::erase_if(*all, [&](const ServiceAccount& account) {
    if (only_disabled && !account.disabled) return true;
    if (ToLowerUtf8(account.name + "\n" + account.login).find(query) == std::string::npos)
      return true;
    if (!only_expired) return false;
    Result<std::vector<ServiceToken>> tokens = deps_.accounts->Tokens(account.id);
    return !tokens.ok() || std::none_of(tokens->begin(), tokens->end(), [&](const auto& token) {
      return token.expires != 0 && token.expires <= now;
    });
  });
  Page page = PageOf(call, all->size());
  codec::JsonWriter json;
  json.BeginObject().Field("totalCount", uint64_t{all->size()}).Key("serviceAccounts").BeginArray();
  for (size_t i = page.begin; i < page.end; ++i) {
    json.BeginObject();
    WriteAccount((*all)[i], json);
    json.Key("accessControl").BeginObject().EndObject().EndObject();
  }
  json.EndArray().Field("page", page.page).Field("perPage", page.per_page).EndObject();
  return JsonText(json);
}

net::Response PeopleApi::CreateServiceAccount(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Role role = Role::kViewer;
  std::string role_text = TextOf(*body, "role");
  if (!role_text.empty() && !grafana::ParseRole(role_text, &role)) {
    return Message(400, "invalid role specified");
  }
  Result<ServiceAccount> account = deps_.accounts->CreateServiceAccount(
      TextOf(*body, "name"), role, BoolOf(*body, "isDisabled").value_or(false));
  if (!account.ok()) return Refused(account.error());
  WF_LOG(kInfo, "Service account created", {"component", "grafana"}, {"login", account->login},
         {"role", grafana::RoleText(role)}, {"by", call.who.login});
  codec::JsonWriter json;
  WriteDetails(*account, json);
  return JsonText(json, 201);
}

net::Response PeopleApi::GetServiceAccount(const Call& call) {
  Result<ServiceAccount> account = deps_.accounts->FindServiceAccount(IdOf(call, "id"));
  if (!account.ok()) return ErrorAnswer(account.error());
  codec::JsonWriter json;
  WriteDetails(*account, json);
  return JsonText(json);
}

net::Response PeopleApi::UpdateServiceAccount(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<ServiceAccount> account = deps_.accounts->FindServiceAccount(IdOf(call, "id"));
  if (!account.ok()) return ErrorAnswer(account.error());
  std::string name = TextOf(*body, "name");
  std::string role = TextOf(*body, "role");
  if (!name.empty()) account->name = name;
  if (!role.empty() && !grafana::ParseRole(role, &account->role)) {
    return Message(400, "invalid role specified");
  }
  account->disabled = BoolOf(*body, "isDisabled").value_or(account->disabled);
  Result<void> updated = deps_.accounts->UpdateServiceAccount(*account);
  if (!updated.ok()) return Refused(updated.error());
  account = deps_.accounts->FindServiceAccount(account->id);
  if (!account.ok()) return ErrorAnswer(account.error());
  codec::JsonWriter json;
  json.BeginObject()
      .Field("id", account->id)
      .Field("name", account->name)
      .Field("message", "Service account updated")
      .Key("serviceaccount");
  WriteDetails(*account, json);
  json.EndObject();
  return JsonText(json);
}

net::Response PeopleApi::DeleteServiceAccount(const Call& call) {
  Result<void> deleted = deps_.accounts->DeleteServiceAccount(IdOf(call, "id"));
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  WF_LOG(kInfo, "Service account deleted", {"component", "grafana"}, {"id", IdOf(call, "id")},
         {"by", call.who.login});
  return Message(200, "Service account deleted");
}

net::Response PeopleApi::ListTokens(const Call& call) {
  Result<std::vector<ServiceToken>> tokens = deps_.accounts->Tokens(IdOf(call, "id"));
  if (!tokens.ok()) return ErrorAnswer(tokens.error());
  TimeMs now = deps_.clock->Now();
  codec::JsonWriter json;
  json.BeginArray();
  for (const ServiceToken& token : *tokens) {
    json.BeginObject().Field("id", token.id).Field("name", token.name);
    json.Field("created", GoTime(token.created));
    WriteTimeOrNull(json, "lastUsedAt", token.last_used);
    WriteTimeOrNull(json, "expiration", token.expires);
    bool expired = token.expires != 0 && token.expires <= now;
    double left = token.expires == 0 || expired ? 0 : ToSeconds(token.expires - now);
    json.Field("secondsUntilExpiration", left)
        .Field("hasExpired", expired)
        .Field("isRevoked", false)
        .EndObject();
  }
  json.EndArray();
  return JsonText(json);
}

net::Response PeopleApi::CreateToken(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  int64_t seconds = IntOf(*body, "secondsToLive").value_or(0);
  if (seconds < 0 || seconds > INT64_C(10'000'000'000)) {
    return Message(400, "Number of seconds before expiration should be positive");
  }
  Result<grafana::Accounts::NewToken> token =
      deps_.accounts->CreateToken(IdOf(call, "id"), TextOf(*body, "name"), seconds * 1000);
  if (!token.ok()) return Refused(token.error());
  WF_LOG(kInfo, "Token created", {"component", "grafana"}, {"account", IdOf(call, "id")},
         {"name", TextOf(*body, "name")}, {"by", call.who.login});
  codec::JsonWriter json;
  json.BeginObject()
      .Field("id", token->id)
      .Field("name", TextOf(*body, "name"))
      .Field("key", token->key)
      .EndObject();
  return JsonText(json);
}

net::Response PeopleApi::DeleteToken(const Call& call) {
  Result<void> deleted = deps_.accounts->DeleteToken(IdOf(call, "id"), IdOf(call, "token"));
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  return Message(200, "Service account token deleted");
}

net::Response PeopleApi::ListKeys(const Call&) {
  Result<std::vector<ServiceAccount>> all = deps_.accounts->ServiceAccounts();
  if (!all.ok()) return ErrorAnswer(all.error());
  codec::JsonWriter json;
  json.BeginArray();
  for (const ServiceAccount& account : *all) {
    if (!account.name.starts_with(kKeyPrefix)) continue;
    Result<std::vector<ServiceToken>> tokens = deps_.accounts->Tokens(account.id);
    if (!tokens.ok() || tokens->empty()) continue;
    json.BeginObject()
        .Field("id", account.id)
        .Field("name", account.name.substr(kKeyPrefix.size()))
        .Field("role", grafana::RoleText(account.role));
    WriteTimeOrNull(json, "expiration", (*tokens)[0].expires);
    json.EndObject();
  }
  json.EndArray();
  return JsonText(json);
}

net::Response PeopleApi::CreateKey(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Role role = Role::kNone;
  if (!grafana::ParseRole(TextOf(*body, "role"), &role))
    return Message(400, "Invalid role specified");
  int64_t seconds = IntOf(*body, "secondsToLive").value_or(0);
  if (seconds < 0 || seconds > INT64_C(10'000'000'000)) {
    return Message(400, "Number of seconds before expiration should be positive");
  }
  std::string name(TrimSpace(TextOf(*body, "name")));
  if (name.empty()) return Message(400, "a key needs a name");
  Result<ServiceAccount> account =
      deps_.accounts->CreateServiceAccount(std::string(kKeyPrefix) + name, role, false);
  if (!account.ok() && account.error().code() == ErrorCode::kExists) {
    return Message(409, "API key, name must be unique");
  }
  if (!account.ok()) return ErrorAnswer(account.error());
  Result<grafana::Accounts::NewToken> token =
      deps_.accounts->CreateToken(account->id, name, seconds * 1000);
  if (!token.ok()) return ErrorAnswer(token.error());
  WF_LOG(kInfo, "API key created", {"component", "grafana"}, {"name", name},
         {"role", grafana::RoleText(role)}, {"by", call.who.login});
  codec::JsonWriter json;
  json.BeginObject()
      .Field("id", account->id)
      .Field("name", name)
      .Field("key", token->key)
      .EndObject();
  return JsonText(json);
}

net::Response PeopleApi::DeleteKey(const Call& call) {
  Result<ServiceAccount> account = deps_.accounts->FindServiceAccount(IdOf(call, "id"));
  if (!account.ok() || !account->name.starts_with(kKeyPrefix)) {
    return Message(404, "API key not found");
  }
  Result<void> deleted = deps_.accounts->DeleteServiceAccount(account->id);
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  return Message(200, "API key deleted");
}

}  // namespace watchfire::api

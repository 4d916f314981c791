#include "grafana/signin/oauth.h"

#include <algorithm>

#include "base/text.h"
#include "net/digest.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr int64_t kTimeoutMs = 10'000;
constexpr uint64_t kMostAnswer = 1 << 20;
constexpr int kMostPages = 10;

// The alphabet for addresses, without padding.
std::string Base64Url(std::string_view bytes) {
  std::string text = net::EncodeBase64(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

// The claims of a JSON Web Token; an empty object if it is none.
Json ClaimsOf(std::string_view token) {
  Json none = Json::OfObject({});
  std::vector<std::string_view> parts = Split(token, '.');
  if (parts.size() != 3) return none;
  std::string body(parts[1]);
  std::replace(body.begin(), body.end(), '-', '+');
  std::replace(body.begin(), body.end(), '_', '/');
  Result<std::string> text = net::DecodeBase64(body);
  if (!text.ok()) return none;
  Result<Json> claims = Json::Parse(*text);
  return claims.ok() && claims->AsObject() != nullptr ? *std::move(claims) : none;
}

// A text, or a number as one: some identifiers are numbers.
std::string AsText(const Json* value) {
  if (value == nullptr) return {};
  if (const std::string* text = value->AsString()) return *text;
  if (std::optional<int64_t> number = value->AsInt()) return fmt::format("{}", *number);
  return {};
}

std::vector<std::string> Texts(const Json& value) {
  std::vector<std::string> out;
  if (const std::string* text = value.AsString()) out.push_back(*text);
  if (value.AsArray() != nullptr) {
    for (const Json& item : *value.AsArray()) {
      if (item.AsString() != nullptr) out.push_back(*item.AsString());
    }
  }
  return out;
}

bool AnyOf(const std::vector<std::string>& wanted, const std::vector<std::string>& given) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) {
    return std::find_if(given.begin(), given.end(), [&](const std::string& other) {
             return EqualsIgnoreCase(one, other);
           }) != given.end();
  });
}

// What a list of objects has under one name.
Json Column(const Json& list, std::string_view name) {
  Json::Array out;
  if (list.AsArray() != nullptr) {
    for (const Json& item : *list.AsArray()) {
      if (const Json* value = item.Find(name)) out.push_back(*value);
    }
  }
  return Json::OfArray(std::move(out));
}

Result<void> SetPath(const OAuthSettings& settings, std::string_view key, const std::string& text,
                     std::optional<JmesPath>* out) {
  if (text.empty()) return {};
  Result<JmesPath> path = JmesPath::Parse(text);
  if (!path.ok()) return path.error().With("[auth.{}] {}", settings.provider, key);
  *out = *std::move(path);
  return {};
}

}  // namespace

Result<std::unique_ptr<OAuthProvider>> OAuthProvider::Make(OAuthSettings settings,
                                                           std::string callback,
                                                           bool trusted_names) {
  std::unique_ptr<OAuthProvider> self(new OAuthProvider());
  net::HttpClientOptions options;
  options.tls.insecure_skip_verify = settings.tls_skip_verify_insecure;
  options.tls.ca_file = settings.tls_client_ca;
  options.proxy.from_environment = true;
  self->client_ = TRY(net::HttpClient::Make(std::move(options)));
  TRY(SetPath(settings, "email_attribute_path", settings.email_attribute_path, &self->email_path_));
  TRY(SetPath(settings, "login_attribute_path", settings.login_attribute_path, &self->login_path_));
  TRY(SetPath(settings, "name_attribute_path", settings.name_attribute_path, &self->name_path_));
  TRY(SetPath(settings, "role_attribute_path", settings.role_attribute_path, &self->role_path_));
  std::string groups = settings.groups_attribute_path;
  if (groups.empty()) groups = "groups";
  TRY(SetPath(settings, "groups_attribute_path", groups, &self->groups_path_));
  self->settings_ = std::move(settings);
  self->callback_ = std::move(callback);
  self->trusted_names_ = trusted_names;
  return self;
}

std::string OAuthProvider::AuthorizeUrl(std::string_view state, std::string_view verifier) const {
  net::Values values;
  values.Add("client_id", settings_.client_id);
  values.Add("redirect_uri", callback_);
  values.Add("response_type", "code");
  if (!settings_.scopes.empty()) values.Add("scope", Join(settings_.scopes, " "));
  values.Add("state", std::string(state));
  if (settings_.use_pkce) {
    values.Add("code_challenge", Base64Url(net::Sha256(verifier)));
    values.Add("code_challenge_method", "S256");
  }
  bool has_query = settings_.auth_url.find('?') != std::string::npos;
  return settings_.auth_url + (has_query ? "&" : "?") + values.Encode();
}

Result<Json> OAuthProvider::Fetch(const std::string& url, const std::string& token) {
  net::HttpRequest request;
  request.url = url;
  request.timeout_ms = kTimeoutMs;
  request.body_limit = kMostAnswer;
  request.headers.Set("Authorization", "Bearer " + token);
  request.headers.Set("Accept", "application/json");
  net::HttpResponse response = TRY(client_->Do(request));
  if (response.status != 200) return Error::Io("{}: status {}", url, response.status);
  Result<Json> parsed = Json::Parse(response.body);
  if (!parsed.ok()) return Error::Io("{}: the answer is no JSON", url);
  return parsed;
}

Result<void> OAuthProvider::FetchUserInfo(const std::string& token, Claims* claims) {
  claims->user_info = Json::OfObject({});
  if (settings_.api_url.empty()) return {};
  bool gitlab = settings_.provider == "gitlab";
  bool github = settings_.provider == "github";
  claims->user_info = TRY(Fetch(settings_.api_url + (gitlab ? "/user" : ""), token));
  Json& info = claims->user_info;
  if (info.AsObject() == nullptr) return Error::Io("{}: expected an object", settings_.api_url);
  if (github && AsText(info.Find("email")).empty()) {
    Result<Json> emails = Fetch(settings_.api_url + "/emails", token);
    if (emails.ok() && emails->AsArray() != nullptr) {
      for (const Json& email : *emails->AsArray()) {
        const Json* primary = email.Find("primary");
        const Json* verified = email.Find("verified");
        if (primary == nullptr || !primary->AsBool().value_or(false)) continue;
        if (verified == nullptr || !verified->AsBool().value_or(false)) continue;
        info.Set("email", Json::OfString(AsText(email.Find("email"))));
      }
    }
  }
  if (!settings_.allowed_organizations.empty()) {
    info.Set("organizations", Column(TRY(Fetch(settings_.api_url + "/orgs", token)), "login"));
  }
  if (gitlab && info.Find("groups") == nullptr) {
    Json::Array groups;
    for (int page = 1; page <= kMostPages; ++page) {
      Result<Json> list = Fetch(fmt::format("{}/groups?min_access_level=10&per_page=100&page={}",
                                            settings_.api_url, page),
                                token);
      if (!list.ok()) break;
      Json paths = Column(*list, "full_path");
      groups.insert(groups.end(), paths.AsArray()->begin(), paths.AsArray()->end());
      if (paths.AsArray()->size() < 100) break;
    }
    info.Set("groups", Json::OfArray(std::move(groups)));
  }
  return {};
}

std::string OAuthProvider::Claims::Text(std::string_view name) const {
  std::string text = AsText(id_token.Find(name));
  return text.empty() ? AsText(user_info.Find(name)) : text;
}

std::string OAuthProvider::Claims::Find(const std::optional<JmesPath>& path) const {
  if (!path) return {};
  // An expression that ends in a default would hide the second document, so both are one where
  // the first does not know the name.
  Json both = user_info;
  for (const Json::Member& member : *id_token.AsObject()) both.Set(member.name, member.value);
  Json value = path->Evaluate(both);
  return AsText(&value);
}

Result<ExternalUser> OAuthProvider::Exchange(const std::string& code, const std::string& verifier) {
  net::Values form;
  form.Add("grant_type", "authorization_code");
  form.Add("code", code);
  form.Add("redirect_uri", callback_);
  form.Add("client_id", settings_.client_id);
  if (!settings_.client_secret.empty()) {
    form.Add("client_secret", settings_.client_secret.reveal());
  }
  if (settings_.use_pkce) form.Add("code_verifier", verifier);
  net::HttpRequest request;
  request.method = "POST";
  request.url = settings_.token_url;
  request.timeout_ms = kTimeoutMs;
  request.body_limit = kMostAnswer;
  request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.Set("Accept", "application/json");
  request.body = form.Encode();
  net::HttpResponse response = TRY(client_->Do(request));
  Result<Json> answer = Json::Parse(response.body);
  std::string token = answer.ok() ? AsText(answer->Find("access_token")) : "";
  if (response.status != 200 || token.empty()) {
    std::string why = answer.ok() ? AsText(answer->Find("error")) : "";
    return Error::Io("the provider gave no token (status {}{}{})", response.status,
                     why.empty() ? "" : ", ", why.substr(0, 200));
  }
  Claims claims;
  claims.id_token = ClaimsOf(AsText(answer->Find("id_token")));
  TRY(FetchUserInfo(token, &claims));
  return PersonOf(claims);
}

Result<ExternalUser> OAuthProvider::PersonOf(const Claims& claims) const {
  ExternalUser user;
  user.auth_module = "oauth_" + settings_.provider;
  user.trusted_names = trusted_names_;
  user.auth_id = claims.Text("sub");
  if (user.auth_id.empty()) user.auth_id = claims.Text("id");
  if (user.auth_id.empty()) {
    return Error::Denied("the provider names no identifier (\"sub\" or \"id\") of the person");
  }
  user.email = claims.Find(email_path_);
  for (const char* name : {"email", "upn"}) {
    if (user.email.empty()) user.email = claims.Text(name);
  }
  user.login = claims.Find(login_path_);
  for (const char* name : {"login", "username", "preferred_username"}) {
    if (user.login.empty()) user.login = claims.Text(name);
  }
  if (user.login.empty()) user.login = user.email;
  user.name = claims.Find(name_path_);
  for (const char* name : {"name", "display_name"}) {
    if (user.name.empty()) user.name = claims.Text(name);
  }
  if (user.login.empty()) return Error::Denied("the provider names neither login nor e-mail");
  TRY(CheckLimits(claims, user.email));
  TRY(ApplyRole(claims, &user));
  return user;
}

Result<void> OAuthProvider::CheckLimits(const Claims& claims, const std::string& email) const {
  if (!settings_.allowed_domains.empty()) {
    size_t at = email.rfind('@');
    std::string domain = at == std::string::npos ? "" : email.substr(at + 1);
    for (const Json* document : {&claims.id_token, &claims.user_info}) {
      const Json* verified = document->Find("email_verified");
      if (verified != nullptr && verified->AsBool() == false) {
        return Error::Denied("the e-mail address is not verified");
      }
    }
    if (!AnyOf(settings_.allowed_domains, {domain})) {
      return Error::Denied("the domain of the e-mail address is not allowed");
    }
  }
  if (!settings_.allowed_organizations.empty()) {
    const Json* organizations = claims.user_info.Find("organizations");
    if (organizations == nullptr ||
        !AnyOf(settings_.allowed_organizations, Texts(*organizations))) {
      return Error::Denied("not a member of an allowed organization");
    }
  }
  if (!settings_.allowed_groups.empty()) {
    std::vector<std::string> groups = Texts(groups_path_->Evaluate(claims.id_token));
    std::vector<std::string> more = Texts(groups_path_->Evaluate(claims.user_info));
    groups.insert(groups.end(), more.begin(), more.end());
    if (!AnyOf(settings_.allowed_groups, groups)) {
      return Error::Denied("not a member of an allowed group");
    }
  }
  return {};
}

Result<void> OAuthProvider::ApplyRole(const Claims& claims, ExternalUser* user) const {
  if (settings_.skip_org_role_sync || !role_path_) return {};
  std::string text = claims.Find(role_path_);
  bool is_server_admin = EqualsIgnoreCase(text, "GrafanaAdmin");
  Role role = Role::kNone;
  if (is_server_admin) {
    user->role = Role::kAdmin;
  } else if (ParseRole(text, &role)) {
    user->role = role;
  } else if (settings_.role_attribute_strict) {
    return Error::Denied("no role is given to this person");
  }
  if (settings_.allow_assign_grafana_admin) user->server_admin = is_server_admin;
  return {};
}

}  // namespace watchfire::grafana

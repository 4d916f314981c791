// Signing in and out, and the sessions of people.
#include "api/grafana/people/people_api.h"
#include "api/grafana/people/shapes.h"
#include "base/log.h"
#include "base/text.h"
#include "grafana/signin/cookies.h"

namespace watchfire::api {
namespace {

constexpr size_t kMostLoginBytes = 190;

// What a user agent calls itself, roughly, so that people know their sessions apart.
struct Agent {
  std::string_view browser, system;
};
Agent AgentOf(std::string_view text) {
  Agent agent{"", ""};
  // The first that fits: all claim to be several of these.
  for (auto [mark, name] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"Edg", "Edge"},
                                                                            {"Firefox", "Firefox"},
                                                                            {"Chrome", "Chrome"},
                                                                            {"Safari", "Safari"},
                                                                            {"curl", "curl"}}) {
    if (agent.browser.empty() && text.find(mark) != std::string_view::npos) agent.browser = name;
  }
  for (auto [mark, name] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"Android", "Android"},
           {"iPhone", "iOS"},
           {"iPad", "iOS"},
           {"Windows", "Windows"},
           {"Mac OS X", "Mac OS X"},
           {"Linux", "Linux"}}) {
    if (agent.system.empty() && text.find(mark) != std::string_view::npos) agent.system = name;
  }
  return agent;
}

net::Response WithCookies(net::Response response, const std::vector<std::string>& cookies) {
  for (const std::string& cookie : cookies) response.headers.Add("Set-Cookie", cookie);
  return response;
}

net::Response WrongPassword(std::string_view message) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("message", message)
      .Field("messageId", "password-auth.failed")
      .Field("statusCode", 401)
      .Field("traceID", "")
      .EndObject();
  return JsonText(json, 401);
}

}  // namespace

void PeopleApi::RegisterSessions(GrafanaRoutes& routes) {
  On(routes, "GET", "/api/login/options", Need::kNothing, &PeopleApi::LoginOptions);
  On(routes, "POST", "/login", Need::kNothing, &PeopleApi::Login);
  On(routes, "GET", "/login/:provider", Need::kNothing, &PeopleApi::LoginWithProvider);
  On(routes, "GET", "/logout", Need::kNothing, &PeopleApi::Logout);
  routes.Add("GET", "/api/login/ping", Need::kSignedIn,
             [](const Call&) { return net::Response::Json(200, "\"Logged in\""); });
  On(routes, "POST", "/api/user/auth-tokens/rotate", Need::kSignedIn, &PeopleApi::Rotate);
  On(routes, "GET", "/api/user/auth-tokens", Need::kSignedIn, &PeopleApi::OwnTokens);
  On(routes, "POST", "/api/user/revoke-auth-token", Need::kSignedIn, &PeopleApi::RevokeOwnToken);
  On(routes, "GET", "/api/admin/users/:id/auth-tokens", Need::kServerAdmin, &PeopleApi::UserTokens);
  On(routes, "POST", "/api/admin/users/:id/revoke-auth-token", Need::kServerAdmin,
     &PeopleApi::RevokeUserToken);
  On(routes, "POST", "/api/admin/users/:id/logout", Need::kServerAdmin, &PeopleApi::LogoutUser);
}

net::Response PeopleApi::LoginOptions(const Call& call) {
  const grafana::Settings& settings = *deps_.settings;
  Result<grafana::User> admin = deps_.accounts->FindUser(settings.security.admin_user);
  bool hide_version = settings.anonymous.hide_version && !call.who.id;
  codec::JsonWriter json;
  json.BeginObject()
      .Field("loginForm", !settings.auth.disable_login_form)
      .Field("loginHint", settings.users.login_hint)
      .Field("passwordHint", settings.users.password_hint);
  json.Key("providers").BeginArray();
  for (const grafana::SignIn::Provider& provider : deps_.signin->Providers()) {
    json.BeginObject().Field("id", provider.id).Field("name", provider.name).EndObject();
  }
  json.EndArray()
      .Field("anonymous", settings.anonymous.enabled)
      .Field("defaultAdmin", admin.ok() && admin->default_password)
      .Field("version", hide_version ? std::string() : deps_.version)
      .Field("appTitle", "watchfire")
      .EndObject();
  return JsonText(json);
}

net::Response PeopleApi::Login(const Call& call) {
  const grafana::Settings& settings = *deps_.settings;
  if (settings.auth.disable_login_form) return WrongPassword("Login is disabled");
  std::string user, password, wanted;
  std::string_view type = call.request.headers.Get("Content-Type");
  if (type.starts_with("application/x-www-form-urlencoded")) {
    Result<net::Values> form = call.request.Form();
    if (!form.ok()) return Message(400, "bad login data");
    user = form->Get("user");
    password = form->Get("password");
  } else {
    Result<codec::Json> body = call.Body();
    if (!body.ok()) return Message(400, "bad login data");
    user = TextOf(*body, "user");
    password = TextOf(*body, "password");
    wanted = TextOf(*body, "redirectTo");
  }
  if (user.empty() || user.size() > kMostLoginBytes) return Message(400, "bad login data");
  Result<grafana::Identity> who = deps_.signin->Password(user, password, call.request);
  if (!who.ok()) {
    WF_LOG(kWarn, "Login failed", {"component", "grafana"}, {"user", user},
           {"address", call.request.remote_address}, {"err", who.error()});
    if (who.error().code() == ErrorCode::kDenied) return WrongPassword(who.error().message());
    return ErrorAnswer(who.error());
  }
  Result<std::vector<std::string>> cookies = deps_.signin->Begin(*who, call.request);
  if (!cookies.ok()) return ErrorAnswer(cookies.error());
  WF_LOG(kInfo, "Signed in", {"component", "grafana"}, {"user", who->login},
         {"address", call.request.remote_address});
  if (wanted.empty()) wanted = call.query.Get("redirectTo");
  if (wanted.empty()) wanted = settings.users.home_page;
  codec::JsonWriter json;
  json.BeginObject()
      .Field("message", "Logged in")
      .Field("redirectUrl", grafana::SafeRedirect(wanted, settings))
      .EndObject();
  return WithCookies(JsonText(json), *cookies);
}

net::Response PeopleApi::LoginWithProvider(const Call& call) {
  std::string_view provider = call.Param("provider");
  bool comes_back = call.query.Has("code") || call.query.Has("error");
  Result<grafana::SignIn::Step> step = comes_back
                                           ? deps_.signin->FinishOAuth(provider, call.request)
                                           : deps_.signin->BeginOAuth(provider, call.request);
  if (step.ok())
    return WithCookies(net::Response::Redirect(302, step->location), step->set_cookies);
  WF_LOG(kWarn, "Sign in with a provider failed", {"component", "grafana"}, {"provider", provider},
         {"err", step.error()});
  // Of what went wrong between the servers, the browser need not know the addresses.
  ErrorCode code = step.error().code();
  bool may_tell =
      code == ErrorCode::kDenied || code == ErrorCode::kNotFound || code == ErrorCode::kExists;
  std::string message = may_tell ? step.error().message() : "the provider could not be asked";
  return net::Response::Redirect(
      302, deps_.settings->server.sub_path + "/login?loginError=" + net::PercentEncode(message));
}

net::Response PeopleApi::Logout(const Call& call) {
  const grafana::Settings& settings = *deps_.settings;
  std::string location = settings.auth.signout_redirect_url;
  Result<grafana::User> user = deps_.accounts->FindUser(call.who.id);
  for (const grafana::OAuthSettings& provider : settings.oauth) {
    bool same = user.ok() && user->auth_module == "oauth_" + provider.provider;
    if (same && !provider.signout_redirect_url.empty()) location = provider.signout_redirect_url;
  }
  if (location.empty()) location = settings.server.sub_path + "/login?disableAutoLogin=true";
  return WithCookies(net::Response::Redirect(302, location), deps_.signin->End(call.request));
}

net::Response PeopleApi::Rotate(const Call& call) {
  Result<std::vector<std::string>> cookies = deps_.signin->Rotate(call.request);
  if (!cookies.ok() && cookies.error().code() == ErrorCode::kDenied) {
    return Message(401, "Unauthorized");
  }
  if (!cookies.ok()) return ErrorAnswer(cookies.error());
  return WithCookies(net::Response::Json(200, "{}"), *cookies);
}

net::Response PeopleApi::SessionList(int64_t user_id, int64_t active) {
  Result<std::vector<grafana::Session>> sessions = deps_.accounts->Sessions(user_id);
  if (!sessions.ok()) return ErrorAnswer(sessions.error());
  codec::JsonWriter json;
  json.BeginArray();
  for (const grafana::Session& session : *sessions) {
    Agent agent = AgentOf(session.user_agent);
    json.BeginObject()
        .Field("id", session.id)
        .Field("isActive", session.id == active)
        .Field("clientIp", session.client_ip)
        .Field("device", "Other")
        .Field("os", agent.system)
        .Field("osVersion", "")
        .Field("browser", agent.browser)
        .Field("browserVersion", "")
        .Field("createdAt", GoTime(session.created))
        .Field("seenAt", GoTime(session.seen))
        .EndObject();
  }
  json.EndArray();
  return JsonText(json);
}

net::Response PeopleApi::OwnTokens(const Call& call) {
  return SessionList(call.who.id, call.who.session_id);
}

net::Response PeopleApi::RevokeOwnToken(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  int64_t id = IntOf(*body, "authTokenId").value_or(0);
  if (id == call.who.session_id && id != 0) {
    return Message(400, "Cannot revoke active user auth token");
  }
  Result<void> revoked = deps_.accounts->RevokeSession(call.who.id, id);
  if (!revoked.ok()) return ErrorAnswer(revoked.error());
  return Message(200, "User auth token revoked");
}

net::Response PeopleApi::UserTokens(const Call& call) {
  Result<grafana::User> user = deps_.accounts->FindUser(IdOf(call, "id"));
  if (!user.ok()) return ErrorAnswer(user.error());
  return SessionList(user->id, call.who.session_id);
}

net::Response PeopleApi::RevokeUserToken(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<void> revoked =
      deps_.accounts->RevokeSession(IdOf(call, "id"), IntOf(*body, "authTokenId").value_or(0));
  if (!revoked.ok()) return ErrorAnswer(revoked.error());
  return Message(200, "User auth token revoked");
}

net::Response PeopleApi::LogoutUser(const Call& call) {
  int64_t id = IdOf(call, "id");
  if (id == call.who.id) return Message(400, "You cannot logout yourself");
  Result<grafana::User> user = deps_.accounts->FindUser(id);
  if (!user.ok()) return ErrorAnswer(user.error());
  Result<void> revoked = deps_.accounts->RevokeAllSessions(id);
  if (!revoked.ok()) return ErrorAnswer(revoked.error());
  return Message(200, "User logged out");
}

}  // namespace watchfire::api

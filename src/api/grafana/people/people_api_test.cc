// The API over real accounts and a real gate, request by request.
#include "api/grafana/people/people_api.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "codec/json.h"
#include "net/digest.h"
#include "testing/fake_clock.h"

namespace watchfire::api {
namespace {

using codec::Json;

class PeopleApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    grafana::SettingsSources sources;
    sources.config_file = "/dev/null";
    sources.environment = environment_;
    settings_ = grafana::LoadSettings(sources, *FileSystem::Local()).value();
    database_ = store::Database::Open(":memory:").value();
    grafana::AccountsOptions options;
    options.clock = &clock_;
    accounts_ = grafana::Accounts::Open(database_.get(), options).value();
    signin_ =
        grafana::SignIn::Make({accounts_.get(), &settings_, &clock_, FileSystem::Local()}).value();
    PeopleDependencies deps;
    deps.accounts = accounts_.get();
    deps.signin = signin_.get();
    deps.settings = &settings_;
    deps.clock = &clock_;
    deps.version = "12.0.0";
    deps.commit = "abc";
    deps.counts = [] {
      ServerCounts counts;
      counts.dashboards = 7;
      return counts;
    };
    deps.dashboard_uid = [](int64_t id) -> std::optional<std::string> {
      return id == 5 ? std::optional<std::string>("five") : std::nullopt;
    };
    api_ = std::make_unique<PeopleApi>(std::move(deps));
    GrafanaRoutes routes(&router_, signin_.get(), &settings_);
    api_->Register(routes);
  }

  using Pairs = std::vector<std::pair<std::string, std::string>>;
  net::Response Ask(std::string method, std::string target, std::string body, Pairs headers) {
    net::Request request;
    request.method = std::move(method);
    size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.raw_query = target.substr(question + 1);
    request.body = std::move(body);
    request.remote_address = "10.0.0.1:4711";
    request.headers.Set("Host", "localhost:3000");
    for (auto& [name, value] : headers) request.headers.Set(name, value);
    return router_.Dispatch(request);
  }
  static Pairs Basic(const std::string& login, const std::string& password) {
    return {{"Authorization", "Basic " + net::EncodeBase64(login + ":" + password)}};
  }
  // As the administrator.
  Json Get(std::string target) { return Do("GET", std::move(target), "", 200); }
  Json Do(std::string method, std::string target, std::string body, int status) {
    net::Response response = Ask(method, target, std::move(body), Basic("admin", "admin"));
    EXPECT_EQ(response.status, status) << method << " " << target << ": " << response.body;
    return Json::Parse(response.body).value_or({});
  }
  static std::string Text(const Json& json, std::string_view key) {
    const Json* value = json.Find(key);
    return value == nullptr               ? "(none)"
           : value->AsString() != nullptr ? *value->AsString()
                                          : value->ToString();
  }
  // "name=value" of the cookies that an answer sets.
  static std::string Cookies(const net::Response& response) {
    std::string out;
    for (const auto& [name, value] : response.headers.all()) {
      if (name == "Set-Cookie") out += (out.empty() ? "" : "; ") + value.substr(0, value.find(';'));
    }
    return out;
  }
  std::string LogIn() {
    net::Response response =
        Ask("POST", "/login", R"({"user":"admin","password":"admin"})", Pairs());
    EXPECT_EQ(response.status, 200) << response.body;
    return Cookies(response);
  }

  std::map<std::string, std::string> environment_;
  testing::FakeClock clock_;
  grafana::Settings settings_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<grafana::Accounts> accounts_;
  std::unique_ptr<grafana::SignIn> signin_;
  std::unique_ptr<PeopleApi> api_;
  net::Router router_;
};

class PeopleBehindAProxyTest : public PeopleApiTest {
 protected:
  PeopleBehindAProxyTest() { environment_["GF_AUTH_PROXY_ENABLED"] = "true"; }
};

TEST_F(PeopleBehindAProxyTest, NobodyTakesANameThatTheProxyMayVouchFor) {
  grafana::User user;
  user.login = "eve";
  accounts_->CreateUser(user, Secret("password")).value();
  auto put = [&](const char* body) {
    return Ask("PUT", "/api/user", body, Basic("eve", "password")).status;
  };
  EXPECT_EQ(put(R"({"login":"boss","email":"","name":"Eve"})"), 403);
  EXPECT_EQ(put(R"({"login":"eve","email":"boss@example.org"})"), 403);
  EXPECT_EQ(put(R"({"login":"eve","email":"","name":"Eve"})"), 200);
}

TEST_F(PeopleApiTest, HealthIsOpenAndPrintedOverLines) {
  net::Response response = Ask("GET", "/api/health", "", {});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            "{\n  \"commit\": \"abc\",\n  \"database\": \"ok\",\n  \"version\": \"12.0.0\"\n}");
  EXPECT_EQ(Ask("GET", "/healthz", "", {}).body, "Ok");
  EXPECT_EQ(Ask("GET", "/robots.txt", "", {}).body, "User-agent: *\nDisallow: /\n");
  EXPECT_EQ(Ask("GET", "/api/health/", "", {}).status, 200) << "a slash at the end";
}

TEST_F(PeopleApiTest, WithoutCredentialsTheAnswerIs401InGrafanasWords) {
  net::Response response = Ask("GET", "/api/user", "", {});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.body,
            R"({"message":"Unauthorized","messageId":"auth.unauthorized","statusCode":401,)"
            R"("traceID":""})");
  response = Ask("GET", "/api/user", "", Basic("admin", "wrong"));
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.body,
            R"({"message":"Invalid username or password","messageId":"password-auth.failed",)"
            R"("statusCode":401,"traceID":""})");
  response = Ask("GET", "/api/user", "", {{"Authorization", "Bearer glsa_x"}});
  EXPECT_EQ(response.status, 401);
  EXPECT_NE(response.body.find("Invalid API key"), std::string::npos);
}

TEST_F(PeopleApiTest, LoggingInGivesCookiesThatAreAsGoodAsThePassword) {
  net::Response response =
      Ask("POST", "/login?redirectTo=%2Fd%2Fx", R"({"user":"admin","password":"admin"})", Pairs());
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.body, R"({"message":"Logged in","redirectUrl":"/d/x"})");
  std::string session(response.headers.Get("Set-Cookie"));
  EXPECT_TRUE(session.starts_with("grafana_session="));
  EXPECT_NE(session.find("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"), std::string::npos)
      << session;
  EXPECT_EQ(session.find("Secure"), std::string::npos);
  Pairs headers = {{"Cookie", Cookies(response)}};
  Json user = Json::Parse(Ask("GET", "/api/user", "", headers).body).value();
  EXPECT_EQ(Text(user, "login"), "admin");
  EXPECT_EQ(Text(user, "role"), "Admin");
  EXPECT_EQ(Text(user, "mustChangePassword"), "true");
  EXPECT_EQ(Ask("GET", "/api/login/ping", "", headers).body, "\"Logged in\"");

  net::Response rotated = Ask("POST", "/api/user/auth-tokens/rotate", "", headers);
  EXPECT_EQ(rotated.status, 200) << rotated.body;
  EXPECT_NE(Cookies(rotated), "");
  headers = {{"Cookie", Cookies(rotated)}};
  net::Response out = Ask("GET", "/logout", "", headers);
  EXPECT_EQ(out.status, 302);
  EXPECT_EQ(out.headers.Get("Location"), "/login?disableAutoLogin=true");
  EXPECT_EQ(Cookies(out), "grafana_session=; grafana_session_expiry=");
  EXPECT_EQ(Ask("GET", "/api/user", "", headers).status, 401);
}

TEST_F(PeopleApiTest, NobodyIsSentToAnotherSite) {
  for (const char* target : {"//evil.example", "https://evil.example", "/\\evil.example", "evil",
                             "/%09/evil.example", "javascript:alert(1)"}) {
    net::Response response = Ask("POST", std::string("/login?redirectTo=") + target,
                                 R"({"user":"admin","password":"admin"})", Pairs());
    EXPECT_EQ(response.body, R"({"message":"Logged in","redirectUrl":"/"})") << target;
  }
}

TEST_F(PeopleApiTest, AWrongPasswordIs401AndSoIsTheRightOneAfterFive) {
  std::string wrong = R"({"user":"admin","password":"nope"})";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Ask("POST", "/login", wrong, {}).status, 401);
  net::Response locked = Ask("POST", "/login", R"({"user":"admin","password":"admin"})", Pairs());
  EXPECT_EQ(locked.status, 401);
  EXPECT_NE(locked.body.find("\"Invalid username or password\""), std::string::npos);
  EXPECT_EQ(Ask("POST", "/login", "not json", {}).status, 400);
  EXPECT_EQ(Ask("POST", "/login", "{}", {}).status, 400);
  clock_.Advance(300'000);
  net::Response form = Ask("POST", "/login", "user=admin&password=admin",
                           {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(form.status, 200) << form.body;
}

TEST_F(PeopleApiTest, ACookieIsNoGoodFromAnotherSite) {
  std::string cookie = LogIn();
  std::string body = R"({"name":"Boss"})";
  EXPECT_EQ(Ask("PUT", "/api/user", body, {{"Cookie", cookie}}).status, 200) << "no browser";
  Pairs own = {{"Cookie", cookie}, {"Origin", "http://localhost:3001"}};
  EXPECT_EQ(Ask("PUT", "/api/user", body, own).status, 200) << "ports are mapped";
  Pairs other = {{"Cookie", cookie}, {"Origin", "https://evil.example"}};
  net::Response refused = Ask("PUT", "/api/user", body, other);
  EXPECT_EQ(refused.status, 403);
  for (const char* part : {"origin not allowed", "https://evil.example", "localhost:3000",
                           "X-Forwarded-Host is not set", "csrf_trusted_origins"}) {
    EXPECT_NE(refused.body.find(part), std::string::npos) << refused.body;
  }
  EXPECT_EQ(Ask("GET", "/api/user", "", other).status, 200) << "reading is harmless";
  other.emplace_back("X-Forwarded-Host", "evil.example, proxy");
  EXPECT_EQ(Ask("PUT", "/api/user", body, other).status, 200) << "the proxy says so";
  Pairs sandbox = {{"Cookie", cookie}, {"Origin", "null"}};
  EXPECT_EQ(Ask("PUT", "/api/user", body, sandbox).status, 403);
  Pairs silent = {{"Cookie", cookie}, {"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(Ask("PUT", "/api/user", body, silent).status, 403);
}

TEST_F(PeopleApiTest, ThePasswordIsChangedWithTheOldOne) {
  std::string cookie = LogIn();
  std::string other = LogIn();
  Pairs headers = {{"Cookie", cookie}};
  auto change = [&](const char* body) { return Ask("PUT", "/api/user/password", body, headers); };
  EXPECT_EQ(change(R"({"oldPassword":"x","newPassword":"good one"})").status, 401);
  EXPECT_EQ(change(R"({"oldPassword":"admin","newPassword":"abc"})").status, 400);
  EXPECT_EQ(change(R"({"oldPassword":"admin","newPassword":"good","confirmNew":"x"})").status, 400);
  net::Response done =
      change(R"({"oldPassword":"admin","newPassword":"good one","confirmNew":"good one"})");
  EXPECT_EQ(done.body, R"({"message":"User password changed"})");
  EXPECT_EQ(Ask("GET", "/api/user", "", headers).status, 200) << "this session goes on";
  EXPECT_EQ(Ask("GET", "/api/user", "", {{"Cookie", other}}).status, 401);
  Json user = Json::Parse(Ask("GET", "/api/user", "", headers).body).value();
  EXPECT_EQ(Text(user, "mustChangePassword"), "false");
}

TEST_F(PeopleApiTest, AdministratorsMakeChangeAndRemoveUsers) {
  Json made = Do("POST", "/api/admin/users",
                 R"({"name":"Ann","login":"ann","email":"ann@x.org","password":"secret"})", 200);
  EXPECT_EQ(Text(made, "message"), "User created");
  std::string id = Text(made, "id");
  Do("POST", "/api/admin/users", R"({"login":"ann","password":"secret"})", 412);
  Do("POST", "/api/admin/users", R"({"login":"bob","password":"abc"})", 400);
  EXPECT_EQ(Text(Get("/api/users/" + id), "isGrafanaAdmin"), "false");
  EXPECT_EQ(Text(Get("/api/users/lookup?loginOrEmail=ann%40x.org"), "login"), "ann");
  Json found = Get("/api/users/search?query=ann&perpage=1&page=1");
  EXPECT_EQ(Text(found, "totalCount"), "1");
  EXPECT_EQ(Text((*found.Find("users")->AsArray())[0], "lastSeenAtAge"), "Never");
  EXPECT_EQ(Get("/api/users?perpage=1&page=2").AsArray()->size(), 1U);
  Do("PUT", "/api/users/" + id, R"({"name":"Ann B."})", 200);
  EXPECT_EQ(Text(Get("/api/users/" + id), "name"), "Ann B.");
  EXPECT_EQ(Text(Get("/api/users/" + id), "login"), "ann");

  Do("PATCH", "/api/org/users/" + id, R"({"role":"Editor"})", 200);
  Do("PATCH", "/api/org/users/" + id, R"({"role":"King"})", 400);
  Do("PATCH", "/api/org/users/1", R"({"role":"Viewer"})", 400);
  Json members = Get("/api/org/users");
  EXPECT_EQ(Text((*members.AsArray())[1], "role"), "Editor");
  // She may not do what he may.
  net::Response refused = Ask("GET", "/api/users", "", Basic("ann", "secret"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("You'll need additional permissions"), std::string::npos);
  Do("PUT", "/api/admin/users/" + id + "/password", R"({"password":"another"})", 200);
  EXPECT_EQ(Ask("GET", "/api/user", "", Basic("ann", "secret")).status, 401);
  EXPECT_EQ(Ask("GET", "/api/user", "", Basic("ann", "another")).status, 200);
  Do("POST", "/api/admin/users/" + id + "/disable", "", 200);
  EXPECT_EQ(Ask("GET", "/api/user", "", Basic("ann", "another")).status, 401);
  Do("POST", "/api/admin/users/" + id + "/enable", "", 200);
  Do("PUT", "/api/admin/users/1/permissions", R"({"isGrafanaAdmin":false})", 400);
  Do("PUT", "/api/admin/users/" + id + "/permissions", R"({"isGrafanaAdmin":true})", 200);
  Do("DELETE", "/api/admin/users/" + id, "", 200);
  Do("GET", "/api/users/" + id, "", 404);
}

TEST_F(PeopleApiTest, TokensOfServiceAccountsSignIn) {
  Json account = Do("POST", "/api/serviceaccounts", R"({"name":"robot","role":"Editor"})", 201);
  EXPECT_EQ(Text(account, "login"), "sa-1-robot");
  std::string base = "/api/serviceaccounts/" + Text(account, "id");
  Json token = Do("POST", base + "/tokens", R"({"name":"t","secondsToLive":60})", 200);
  Pairs bearer = {{"Authorization", "Bearer " + Text(token, "key")}};
  Json who = Json::Parse(Ask("GET", "/api/user", "", bearer).body).value();
  EXPECT_EQ(Text(who, "login"), "sa-1-robot");
  Pairs basic = Basic("api_key", Text(token, "key"));
  EXPECT_EQ(Ask("GET", "/api/user", "", basic).status, 200);
  EXPECT_EQ(Ask("GET", base, "", bearer).status, 403) << "an editor";
  Json listed = Get(base + "/tokens");
  const Json& first = (*listed.AsArray())[0];
  EXPECT_EQ(Text(first, "hasExpired"), "false");
  EXPECT_EQ(Text(first, "key"), "(none)") << "shown once";
  EXPECT_EQ(Text(Get("/api/serviceaccounts/search?query=rob"), "totalCount"), "1");
  clock_.Advance(60'000);
  EXPECT_EQ(Ask("GET", "/api/user", "", bearer).status, 401);
  Json patched = Do("PATCH", base, R"({"role":"Viewer","isDisabled":true})", 200);
  EXPECT_EQ(Text(*patched.Find("serviceaccount"), "role"), "Viewer");
  Do("DELETE", base + "/tokens/" + Text(token, "id"), "", 200);
  Do("DELETE", base, "", 200);
  Do("GET", base, "", 404);

  Json key = Do("POST", "/api/auth/keys", R"({"name":"old","role":"Viewer"})", 200);
  bearer = {{"Authorization", "Bearer " + Text(key, "key")}};
  EXPECT_EQ(Ask("GET", "/api/user", "", bearer).status, 200);
  EXPECT_EQ(Get("/api/auth/keys").AsArray()->size(), 1U);
  Do("DELETE", "/api/auth/keys/" + Text(key, "id"), "", 200);
  EXPECT_EQ(Ask("GET", "/api/user", "", bearer).status, 401);
}

TEST_F(PeopleApiTest, PreferencesAreSetWholeOrInPart) {
  Do("PUT", "/api/user/preferences", R"({"theme":"light","timezone":"utc","x":1})", 200);
  Do("PATCH", "/api/user/preferences", R"({"weekStart":"monday","homeDashboardId":5})", 200);
  Json shown = Get("/api/user/preferences");
  EXPECT_EQ(Text(shown, "theme"), "light");
  EXPECT_EQ(Text(shown, "weekStart"), "monday");
  EXPECT_EQ(Text(shown, "homeDashboardUID"), "five");
  EXPECT_EQ(Text(shown, "x"), "(none)");
  Do("PUT", "/api/user/preferences", R"({"theme":"pink"})", 400);
  Do("PUT", "/api/user/preferences", R"({"theme":""})", 200);
  EXPECT_EQ(Text(Get("/api/user/preferences"), "timezone"), "");
  Do("PUT", "/api/org/preferences", R"({"theme":"dark"})", 200);
  EXPECT_EQ(Text(Get("/api/org/preferences"), "theme"), "dark");
  Do("POST", "/api/user/stars/dashboard/uid/abc", "", 200);
  Do("POST", "/api/user/stars/dashboard/5", "", 200);
  Do("POST", "/api/user/stars/dashboard/6", "", 404);
  EXPECT_EQ(Get("/api/user/stars").ToString(), R"(["abc","five"])");
}

TEST_F(PeopleApiTest, SettingsAreShownWithoutTheirSecrets) {
  settings_.sections["smtp"]["password"] = "swordfish";
  settings_.sections["database"]["url"] = "postgres://me:swordfish@db/x";
  net::Response response = Ask("GET", "/api/admin/settings", "", Basic("admin", "admin"));
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(response.body.find("swordfish"), std::string::npos);
  Json shown = Json::Parse(response.body).value();
  EXPECT_EQ(Text(*shown.Find("smtp"), "password"), "*********");
  EXPECT_EQ(Text(*shown.Find("security"), "admin_password"), "*********");
  EXPECT_EQ(Text(*shown.Find("security"), "secret_key"), "") << "not set";
  EXPECT_EQ(Text(*shown.Find("auth"), "token_rotation_interval_minutes"), "10");
  EXPECT_EQ(Text(Get("/api/admin/stats"), "dashboards"), "7");
  EXPECT_EQ(Text(Get("/api/admin/stats"), "admins"), "1");
  EXPECT_EQ(Text(*Get("/api/frontend/settings").Find("buildInfo"), "version"), "12.0.0");
}

TEST_F(PeopleApiTest, ThereIsOneOrganisation) {
  EXPECT_EQ(Text(Get("/api/org/"), "name"), "Main Org.");
  Do("PUT", "/api/org", R"({"name":"Fire brigade"})", 200);
  EXPECT_EQ(Get("/api/orgs").ToString(), R"([{"id":1,"name":"Fire brigade"}])");
  EXPECT_EQ(Text(Get("/api/orgs/name/Fire brigade"), "id"), "1");
  EXPECT_EQ(Text(Get("/api/orgs/1"), "name"), "Fire brigade");
  Do("GET", "/api/orgs/2", "", 404);
  Do("POST", "/api/orgs", R"({"name":"Other"})", 403);
  Do("POST", "/api/user/using/1", "", 200);
  Do("POST", "/api/user/using/2", "", 401);
  Pairs headers = Basic("admin", "admin");
  headers.emplace_back("X-Grafana-Org-Id", "2");
  EXPECT_EQ(Ask("GET", "/api/org", "", headers).status, 403);
  EXPECT_EQ(Text(Get("/api/teams/search"), "totalCount"), "0");
  EXPECT_EQ(Get("/api/access-control/roles").ToString(), "[]");
  Do("GET", "/api/gnet/dashboards/1860", "", 404);
}

class AnonymousTest : public PeopleApiTest {
 protected:
  AnonymousTest() {
    environment_ = {{"GF_AUTH_ANONYMOUS_ENABLED", "true"},
                    {"GF_AUTH_ANONYMOUS_HIDE_VERSION", "true"}};
  }
};

TEST_F(AnonymousTest, VisitorsAreViewersWithoutAnAccount) {
  EXPECT_EQ(Ask("GET", "/api/user", "", {}).body,
            R"({"anonymous":true,"role":"Viewer","orgId":1,"login":"","name":"Anonymous"})");
  EXPECT_EQ(Ask("GET", "/api/user/preferences", "", {}).status, 401);
  EXPECT_EQ(Ask("GET", "/api/org/preferences", "", {}).status, 200);
  EXPECT_EQ(Ask("GET", "/api/org/users", "", {}).status, 401) << "signing in would help";
  EXPECT_EQ(Ask("GET", "/api/health", "", {}).body, "{\n  \"database\": \"ok\"\n}");
  Json options = Json::Parse(Ask("GET", "/api/login/options", "", {}).body).value();
  EXPECT_EQ(Text(options, "anonymous"), "true");
  EXPECT_EQ(Text(options, "defaultAdmin"), "true");
  EXPECT_EQ(Text(options, "version"), "");
}

}  // namespace
}  // namespace watchfire::api

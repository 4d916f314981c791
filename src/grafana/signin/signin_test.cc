// Who a request comes from, and OAuth2 with a provider that runs here.
#include "grafana/signin/signin.h"

#include <gtest/gtest.h>

#include "base/mutex.h"
#include "base/text.h"
#include "grafana/signin/cookies.h"
#include "grafana/signin/testing_slapd.h"
#include "net/digest.h"
#include "net/http_server.h"
#include "testing/fake_clock.h"

namespace watchfire::grafana {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

net::Request RequestOf(std::string target, Pairs headers = {},
                       std::string address = "10.0.0.1:4711") {
  net::Request request;
  request.method = "GET";
  size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.raw_query = target.substr(question + 1);
  request.remote_address = std::move(address);
  for (auto& [name, value] : headers) request.headers.Add(name, value);
  return request;
}

std::string Basic(const std::string& text) {
  return "Basic " + net::EncodeBase64(text);
}

// What a browser would send back.
std::string CookieHeader(const std::vector<std::string>& set_cookies) {
  std::string out;
  for (const std::string& cookie : set_cookies) {
    out += (out.empty() ? "" : "; ") + cookie.substr(0, cookie.find(';'));
  }
  return out;
}

class SignInTest : public ::testing::Test {
 protected:
  void Open(std::map<std::string, std::string> environment) {
    SettingsSources sources;
    sources.config_file = "/dev/null";
    sources.environment = std::move(environment);
    settings_ = LoadSettings(sources, *FileSystem::Local()).value();
    database_ = store::Database::Open(":memory:").value();
    AccountsOptions options;
    options.clock = &clock_;
    accounts_ = Accounts::Open(database_.get(), options).value();
    signin_ = SignIn::Make({accounts_.get(), &settings_, &clock_, FileSystem::Local()}).value();
  }

  testing::FakeClock clock_;
  Settings settings_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<SignIn> signin_;
};

TEST_F(SignInTest, TokensGoBeforePasswordsBeforeCookiesBeforeAnonymous) {
  Open({{"GF_AUTH_ANONYMOUS_ENABLED", "true"}});
  ServiceAccount robot = accounts_->CreateServiceAccount("r", Role::kViewer, false).value();
  std::string key = accounts_->CreateToken(robot.id, "t", 0)->key;
  User ann;
  ann.login = "ann";
  ann = accounts_->CreateUser(ann, Secret("password")).value();
  std::string session = accounts_->BeginSession(1, "", "").value();
  std::string cookie = "x=y; grafana_session=" + session;
  auto login = [&](Pairs headers) {
    return signin_->Identify(RequestOf("/", std::move(headers))).identity.login;
  };
  EXPECT_EQ(login({{"Authorization", "Bearer " + key}, {"Cookie", cookie}}), "sa-1-r");
  EXPECT_EQ(login({{"Authorization", Basic("api_key:" + key)}}), "sa-1-r");
  EXPECT_EQ(login({{"Authorization", Basic("ann:password")}, {"Cookie", cookie}}), "ann");
  EXPECT_EQ(login({{"Cookie", cookie}}), "admin");
  EXPECT_EQ(login({{"Authorization", "Negotiate abc"}, {"Cookie", cookie}}), "admin");
  SignIn::Outcome outcome = signin_->Identify(RequestOf("/"));
  EXPECT_EQ(outcome.identity.kind, IdentityKind::kAnonymous);
  EXPECT_EQ(outcome.identity.role, Role::kViewer);
}

TEST_F(SignInTest, WrongCredentialsAreNotReplacedByAnonymousAccess) {
  Open({{"GF_AUTH_ANONYMOUS_ENABLED", "true"}});
  SignIn::Outcome outcome =
      signin_->Identify(RequestOf("/", {{"Authorization", Basic("admin:no")}}));
  EXPECT_EQ(outcome.error, "Invalid username or password");
  EXPECT_EQ(outcome.error_id, "password-auth.failed");
  EXPECT_FALSE(outcome.identity.known());
  outcome = signin_->Identify(RequestOf("/", {{"Authorization", "Bearer x"}}));
  EXPECT_EQ(outcome.error, "Invalid API key");
  outcome = signin_->Identify(RequestOf("/", {{"Authorization", "Basic !"}}));
  EXPECT_EQ(outcome.error, "Invalid Basic Auth Header");
  // A cookie that is too old only means that nobody is signed in.
  outcome = signin_->Identify(RequestOf("/", {{"Cookie", "grafana_session=old"}}));
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.identity.kind, IdentityKind::kAnonymous);
  ASSERT_EQ(outcome.set_cookies.size(), 2U);
  EXPECT_NE(outcome.set_cookies[0].find("grafana_session=; Path=/; Max-Age=0"), std::string::npos);
}

TEST_F(SignInTest, BasicAuthenticationCanBeSwitchedOff) {
  Open({{"GF_AUTH_BASIC_ENABLED", "false"}});
  SignIn::Outcome outcome =
      signin_->Identify(RequestOf("/", {{"Authorization", Basic("admin:admin")}}));
  EXPECT_FALSE(outcome.identity.known());
  EXPECT_EQ(outcome.error, "");
}

TEST_F(SignInTest, ACookieIsRenewedWithTheAnswer) {
  Open({{"GF_SECURITY_COOKIE_SECURE", "true"}, {"GF_SERVER_ROOT_URL", "https://x/grafana"}});
  Identity admin = accounts_->CheckPassword("admin", "admin", "").value();
  std::vector<std::string> cookies = signin_->Begin(admin, RequestOf("/")).value();
  ASSERT_EQ(cookies.size(), 2U);
  EXPECT_NE(cookies[0].find("; Path=/grafana/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"),
            std::string::npos)
      << cookies[0];
  EXPECT_EQ(cookies[1].find("HttpOnly"), std::string::npos);
  Pairs headers = {{"Cookie", CookieHeader(cookies)}};
  EXPECT_TRUE(signin_->Identify(RequestOf("/", headers)).set_cookies.empty());
  clock_.Advance(11 * 60'000);
  SignIn::Outcome outcome = signin_->Identify(RequestOf("/", headers));
  EXPECT_TRUE(outcome.identity.by_cookie);
  ASSERT_EQ(outcome.set_cookies.size(), 2U);
  headers = {{"Cookie", CookieHeader(outcome.set_cookies)}};
  EXPECT_TRUE(signin_->Identify(RequestOf("/", headers)).identity.known());
  EXPECT_EQ(signin_->End(RequestOf("/", headers)).size(), 2U);
  EXPECT_FALSE(signin_->Identify(RequestOf("/", headers)).identity.known());
}

TEST_F(SignInTest, AProxyIsBelievedFromItsAddressesOnly) {
  Open({{"GF_AUTH_PROXY_ENABLED", "true"},
        {"GF_AUTH_PROXY_WHITELIST", "10.0.0.0/24, fd00::/8"},
        {"GF_AUTH_PROXY_HEADERS", "Email:X-Email Name:X-Name Role:X-Role"}});
  Pairs headers = {
      {"X-WEBAUTH-USER", "ann"}, {"X-Email", "ann@x.org"}, {"X-Name", "Ann"}, {"X-Role", "Editor"}};
  SignIn::Outcome outcome = signin_->Identify(RequestOf("/", headers));
  EXPECT_EQ(outcome.identity.login, "ann") << outcome.error;
  EXPECT_EQ(outcome.identity.role, Role::kEditor);
  EXPECT_EQ(outcome.identity.name, "Ann");
  EXPECT_EQ(accounts_->FindUser("ann@x.org")->auth_module, "authproxy");
  outcome = signin_->Identify(RequestOf("/", headers, "[fd00::1]:80"));
  EXPECT_TRUE(outcome.identity.known());
  outcome = signin_->Identify(RequestOf("/", headers, "10.0.1.1:80"));
  EXPECT_FALSE(outcome.identity.known());
  EXPECT_NE(outcome.error.find("whitelist"), std::string::npos);
  Open({{"GF_AUTH_PROXY_ENABLED", "true"}, {"GF_AUTH_PROXY_AUTO_SIGN_UP", "false"}});
  outcome = signin_->Identify(RequestOf("/", headers));
  EXPECT_FALSE(outcome.identity.known());
  EXPECT_NE(outcome.error, "");
}

TEST_F(SignInTest, PeopleOfTheDirectorySignInWithTheirPassword) {
  if (!TestingSlapd::Installed()) GTEST_SKIP() << "slapd is not installed";
  std::unique_ptr<TestingSlapd> slapd = TestingSlapd::Start();
  ASSERT_NE(slapd, nullptr);
  char name[] = "/tmp/watchfire_ldap_XXXXXX";
  std::string directory = mkdtemp(name);
  std::string path = directory + "/ldap.toml";
  FileSystem::Local()
      ->WriteFileAtomically(path, fmt::format(R"TOML([[servers]]
host = "127.0.0.1"
port = {}
bind_dn = "uid=%s,ou=people,dc=example,dc=org"
search_filter = "(uid=%s)"
search_base_dns = ["dc=example,dc=org"]
[servers.attributes]
username = "uid"
email = "mail"
)TOML",
                                              slapd->port()))
      .value();
  Open({{"GF_AUTH_LDAP_ENABLED", "true"}, {"GF_AUTH_LDAP_CONFIG_FILE", path}});
  (void)FileSystem::Local()->RemoveRecursively(directory);
  net::Request request = RequestOf("/");
  // More often than a stranger may fail.
  for (int i = 0; i < 7; ++i) {
    Result<Identity> ann = signin_->Password("ann", "ann-password", request);
    ASSERT_TRUE(ann.ok()) << ann.error().message();
    EXPECT_EQ(ann->email, "ann@example.org");
    EXPECT_EQ(ann->role, Role::kViewer) << "the default of new users";
  }
  EXPECT_EQ(signin_->Password("ann", "wrong", request).error().message(),
            "Invalid username or password");
  EXPECT_TRUE(signin_->Password("admin", "admin", request).ok()) << "our own go on";
  slapd.reset();
  EXPECT_EQ(signin_->Password("ann", "ann-password", request).error().code(),
            ErrorCode::kUnavailable);
}

TEST(CookiesTest, RedirectsStayOnThisServer) {
  Settings settings;
  for (const char* strange : {"", "//evil", "/\\evil", "https://evil", "evil", "/a b", "/\tx"}) {
    EXPECT_EQ(SafeRedirect(strange, settings), "/") << strange;
  }
  EXPECT_EQ(SafeRedirect("/d/x?y=//z", settings), "/d/x?y=//z");
  settings.server.sub_path = "/grafana";
  EXPECT_EQ(SafeRedirect("/d/x", settings), "/grafana/d/x");
  EXPECT_EQ(SafeRedirect("/grafana/d/x", settings), "/grafana/d/x");
  EXPECT_EQ(SafeRedirect("/grafana//evil", settings), "/grafana/");
  EXPECT_EQ(SafeRedirect("//evil", settings), "/grafana/");
}

TEST(CookiesTest, NetworksHoldTheirAddresses) {
  EXPECT_TRUE(IsListed("10.1.2.3", {"10.0.0.0/8"}));
  EXPECT_TRUE(IsListed("10.1.2.3", {"x", "10.1.2.3"}));
  EXPECT_TRUE(IsListed("::ffff:10.1.2.3", {"10.1.2.0/24"}));
  EXPECT_TRUE(IsListed("fe80::1", {"fe80::/10"}));
  for (const char* network :
       {"10.1.3.0/24", "10.1.2.4", "10.0.0.0/x", "10.0.0.0/33", "::/0x", ""}) {
    EXPECT_FALSE(IsListed("10.1.2.3", {network})) << network;
  }
  EXPECT_FALSE(IsListed("nonsense", {"::/0"}));
}

// A provider: gives a token for the code "good", and says who that is.
class OAuthTest : public SignInTest {
 protected:
  void SetUp() override {
    net::Router router;
    router.Handle("POST", "/token", [this](const net::Request& request) {
      net::Values form = request.Form().value();
      MutexLock lock(mutex_);
      form_ = form;
      if (form.Get("code") != "good" || form.Get("client_secret") != "swordfish") {
        return net::Response::Json(400, R"({"error":"invalid_grant"})");
      }
      return net::Response::Json(
          200, fmt::format(R"({{"access_token":"at","id_token":"{}"}})", id_token_));
    });
    router.Handle("GET", "/user", [this](const net::Request& request) {
      MutexLock lock(mutex_);
      if (request.headers.Get("Authorization") != "Bearer at") {
        return net::Response::Text(401, "no");
      }
      return net::Response::Json(200, user_);
    });
    router.Handle("GET", "/user/emails", [](const net::Request&) {
      return net::Response::Json(200, R"([{"email":"x@y","primary":false,"verified":true},)"
                                      R"({"email":"octo@x.org","primary":true,"verified":true}])");
    });
    router.Handle("GET", "/user/orgs", [](const net::Request&) {
      return net::Response::Json(200, R"([{"login":"us"}])");
    });
    net::ServerOptions options;
    options.listen_addresses = {"127.0.0.1:0"};
    server_ = net::HttpServer::Start(options, std::move(router), pool_, nullptr).value();
    base_ = fmt::format("http://127.0.0.1:{}", server_->ports()[0]);
  }
  void TearDown() override { server_->Stop(0); }

  void Configure(const std::string& provider, std::map<std::string, std::string> more) {
    std::string prefix = "GF_AUTH_" + ToUpper(provider) + "_";
    std::map<std::string, std::string> environment = {
        {prefix + "ENABLED", "true"},
        {prefix + "CLIENT_ID", "watchfire"},
        {prefix + "CLIENT_SECRET", "swordfish"},
        {prefix + "AUTH_URL", base_ + "/auth"},
        {prefix + "TOKEN_URL", base_ + "/token"},
        {prefix + "API_URL", base_ + "/user"},
        {"GF_SERVER_ROOT_URL", "http://grafana.example.org:3000/"}};
    for (auto& [key, value] : more) environment[prefix + key] = value;
    Open(std::move(environment));
  }
  // The whole way; the cookies of the first step come along.
  Result<SignIn::Step> SignInWith(const std::string& provider, const std::string& code = "good",
                                  const std::string& wanted = "%2Fd%2Fx") {
    Result<SignIn::Step> begun =
        signin_->BeginOAuth(provider, RequestOf("/login?redirectTo=" + wanted));
    if (!begun.ok()) return begun.error();
    location_ = begun->location;
    net::Values query = net::Values::Parse(location_.substr(location_.find('?') + 1)).value();
    state_ = query.Get("state");
    cookies_ = CookieHeader(begun->set_cookies);
    return signin_->FinishOAuth(
        provider, RequestOf("/login/x?code=" + code + "&state=" + state_, {{"Cookie", cookies_}}));
  }
  static std::string Token(std::string_view claims) {
    std::string body = net::EncodeBase64(claims);
    return "e30." + body + ".sig";
  }

  Mutex mutex_;
  net::Values form_;
  std::string user_ = R"({"sub":"42","email":"ann@x.org","name":"Ann","groups":["dev"]})";
  std::string id_token_;
  ThreadPool pool_{"oauth", 2};
  std::unique_ptr<net::HttpServer> server_;
  std::string base_, location_, state_, cookies_;
};

TEST_F(OAuthTest, ThePersonComesBackSignedInWhereSheWantedToGo) {
  Configure("generic_oauth",
            {{"ROLE_ATTRIBUTE_PATH", "contains(groups[*], 'dev') && 'Editor' || 'Viewer'"}});
  ASSERT_EQ(signin_->Providers().size(), 1U);
  Result<SignIn::Step> step = SignInWith("generic_oauth");
  ASSERT_TRUE(step.ok()) << step.error().message();
  EXPECT_EQ(step->location, "/d/x");
  EXPECT_TRUE(location_.starts_with(base_ + "/auth?client_id=watchfire&code_challenge="));
  EXPECT_NE(location_.find("&redirect_uri=http%3A%2F%2Fgrafana.example.org%3A3000%2Flogin%2F"
                           "generic_oauth&response_type=code&scope=user%3Aemail&state="),
            std::string::npos)
      << location_;
  EXPECT_EQ(form_.Get("grant_type"), "authorization_code");
  EXPECT_EQ(form_.Get("code_verifier").size(), 64U);
  SignIn::Outcome outcome =
      signin_->Identify(RequestOf("/", {{"Cookie", CookieHeader(step->set_cookies)}}));
  EXPECT_EQ(outcome.identity.login, "ann@x.org");
  EXPECT_EQ(outcome.identity.role, Role::kEditor);
  EXPECT_FALSE(outcome.identity.server_admin);
  EXPECT_EQ(SignInWith("generic_oauth", "good", "https%3A%2F%2Fevil")->location, "/");
  EXPECT_EQ(accounts_->Users()->size(), 2U) << "the same person";
}

TEST_F(OAuthTest, OnlyTheBrowserThatAskedMayComeBack) {
  Configure("generic_oauth", {});
  ASSERT_TRUE(SignInWith("generic_oauth").ok());
  auto finish = [&](const std::string& query, const std::string& cookies) {
    return signin_->FinishOAuth("generic_oauth",
                                RequestOf("/login/generic_oauth?" + query, {{"Cookie", cookies}}));
  };
  EXPECT_FALSE(finish("code=good&state=" + state_, "").ok());
  EXPECT_FALSE(finish("code=good&state=other", cookies_).ok());
  EXPECT_FALSE(finish("code=good", cookies_).ok());
  EXPECT_FALSE(finish("code=good&state=", "oauth_state=generic_oauth.x").ok());
  Result<SignIn::Step> refused = finish("error=access_denied&state=" + state_, cookies_);
  EXPECT_EQ(refused.error().message(), "the provider refused: access_denied");
  Result<SignIn::Step> bad = SignInWith("generic_oauth", "bad");
  EXPECT_EQ(bad.error().message(), "the provider gave no token (status 400, invalid_grant)");
  EXPECT_EQ(SignInWith("google").error().code(), ErrorCode::kNotFound);
}

TEST_F(OAuthTest, ClaimsOfTheTokenGoBeforeThoseOfTheUser) {
  id_token_ =
      Token(R"({"sub":"7","email":"token@x.org","preferred_username":"tok","roles":["A"]})");
  Configure("generic_oauth", {{"ROLE_ATTRIBUTE_PATH", "contains(roles, 'A') && 'GrafanaAdmin'"},
                              {"ALLOW_ASSIGN_GRAFANA_ADMIN", "true"}});
  Result<SignIn::Step> step = SignInWith("generic_oauth");
  ASSERT_TRUE(step.ok()) << step.error().message();
  User user = accounts_->FindUser("tok").value();
  EXPECT_EQ(user.email, "token@x.org");
  EXPECT_EQ(user.name, "Ann");
  EXPECT_EQ(user.role, Role::kAdmin);
  EXPECT_TRUE(user.server_admin);
}

TEST_F(OAuthTest, LimitsKeepPeopleOut) {
  auto message = [&](std::map<std::string, std::string> more) {
    Configure("generic_oauth", std::move(more));
    Result<SignIn::Step> step = SignInWith("generic_oauth");
    return step.ok() ? "" : step.error().message();
  };
  EXPECT_EQ(message({{"ALLOWED_DOMAINS", "x.org"}}), "");
  EXPECT_EQ(message({{"ALLOWED_DOMAINS", "y.org"}}),
            "the domain of the e-mail address is not allowed");
  EXPECT_EQ(message({{"ALLOWED_GROUPS", "dev,ops"}}), "");
  EXPECT_EQ(message({{"ALLOWED_GROUPS", "ops"}}), "not a member of an allowed group");
  EXPECT_EQ(message({{"ALLOWED_ORGANIZATIONS", "us"}}), "");
  EXPECT_EQ(message({{"ALLOWED_ORGANIZATIONS", "them"}}),
            "not a member of an allowed organization");
  EXPECT_EQ(message({{"ALLOW_SIGN_UP", "false"}}), "no such user, and sign up is not allowed");
  EXPECT_EQ(message({{"ROLE_ATTRIBUTE_PATH", "nothing"}, {"ROLE_ATTRIBUTE_STRICT", "true"}}),
            "no role is given to this person");
  user_ = R"({"sub":"42","email":"ann@x.org","email_verified":false})";
  EXPECT_EQ(message({{"ALLOWED_DOMAINS", "x.org"}}), "the e-mail address is not verified");
  user_ = R"({"email":"ann@x.org"})";
  EXPECT_NE(message({}).find("identifier"), std::string::npos);
  user_ = R"({"sub":"1","login":"admin"})";
  EXPECT_EQ(message({}), "another user has this login or e-mail address already");
}

TEST_F(OAuthTest, GithubNamesLoginsAndKeepsAddressesApart) {
  user_ = R"({"id":583231,"login":"octocat","name":"The Octocat","email":null})";
  Configure("github", {{"ALLOWED_ORGANIZATIONS", "us"}});
  Result<SignIn::Step> step = SignInWith("github");
  ASSERT_TRUE(step.ok()) << step.error().message();
  User user = accounts_->FindUser("octocat").value();
  EXPECT_EQ(user.email, "octo@x.org");
  EXPECT_EQ(user.auth_module, "oauth_github");
}

TEST_F(OAuthTest, AWrongExpressionIsToldAtTheStart) {
  Configure("generic_oauth", {});
  settings_.oauth[0].role_attribute_path = "contains(";
  Result<std::unique_ptr<SignIn>> made =
      SignIn::Make({accounts_.get(), &settings_, &clock_, FileSystem::Local()});
  ASSERT_FALSE(made.ok());
  EXPECT_TRUE(made.error().message().starts_with("[auth.generic_oauth] role_attribute_path: "));
}

}  // namespace
}  // namespace watchfire::grafana

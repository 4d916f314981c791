// The guard in front of routes of other APIs and pages, over real accounts.
#include "api/grafana/access.h"

#include <gtest/gtest.h>

#include "net/digest.h"
#include "testing/fake_clock.h"

namespace watchfire::api {
namespace {

class GuardTest : public ::testing::Test {
 protected:
  void Open(std::map<std::string, std::string> environment = {}) {
    grafana::SettingsSources sources;
    sources.config_file = "/dev/null";
    sources.environment = std::move(environment);
    settings_ = grafana::LoadSettings(sources, *FileSystem::Local()).value();
    database_ = store::Database::Open(":memory:").value();
    grafana::AccountsOptions options;
    options.clock = &clock_;
    accounts_ = grafana::Accounts::Open(database_.get(), options).value();
    for (grafana::Role role :
         {grafana::Role::kNone, grafana::Role::kViewer, grafana::Role::kEditor}) {
      grafana::User user;
      user.login = grafana::RoleText(role);
      user.role = role;
      accounts_->CreateUser(user, Secret("password")).value();
    }
    signin_ =
        grafana::SignIn::Make({accounts_.get(), &settings_, &clock_, FileSystem::Local()}).value();
    guard_ = GrafanaGuard(signin_.get(), &settings_);
  }
  // 200 with the path that the router would have seen, where the guard lets it pass.
  net::Response Ask(std::string method, std::string path, const std::string& login,
                    std::vector<std::pair<std::string, std::string>> headers = {}) {
    net::Request request;
    request.method = std::move(method);
    size_t question = path.find('?');
    request.path = path.substr(0, question);
    if (question != std::string::npos) request.raw_query = path.substr(question + 1);
    request.remote_address = "10.0.0.1:1";
    request.headers.Set("Host", "localhost:3000");
    for (auto& [name, value] : headers) request.headers.Set(name, value);
    if (!login.empty()) {
      std::string password = login == "admin" ? "admin" : "password";
      request.headers.Set("Authorization", "Basic " + net::EncodeBase64(login + ":" + password));
    }
    return guard_(request, [](net::Request& r) { return net::Response::Text(200, r.path); });
  }
  int Status(std::string method, std::string path, const std::string& login) {
    return Ask(std::move(method), std::move(path), login).status;
  }

  testing::FakeClock clock_;
  grafana::Settings settings_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<grafana::Accounts> accounts_;
  std::unique_ptr<grafana::SignIn> signin_;
  net::Middleware guard_;
};

TEST_F(GuardTest, PathsOfOtherApisNeedARole) {
  Open();
  struct Case {
    const char *method, *path;
    int nobody, none, viewer, editor, admin;
  };
  const Case cases[] = {
      {"GET", "/api/v1/query", 401, 403, 200, 200, 200},
      {"POST", "/api/v1/query_range", 401, 403, 200, 200, 200},
      {"POST", "/api/v1/query_range/", 401, 403, 200, 200, 200},
      {"PUT", "/api/v1/query", 401, 403, 403, 403, 200},
      {"GET", "/api/v1/label/job/values", 401, 403, 200, 200, 200},
      {"GET", "/api/v2/alerts", 401, 403, 200, 200, 200},
      {"POST", "/api/v2/silences", 401, 403, 403, 200, 200},
      {"DELETE", "/api/v2/silence/x", 401, 403, 403, 200, 200},
      {"POST", "/api/v2/config/dry_run", 401, 403, 200, 200, 200},
      {"POST", "/api/v1/write", 401, 403, 403, 403, 200},
      {"POST", "/api/v1/admin/tsdb/snapshot", 401, 403, 403, 403, 200},
      {"GET", "/api/v1/admin/tsdb/snapshot", 401, 403, 403, 403, 200},
      {"POST", "/-/quit", 401, 403, 403, 403, 200},
      {"POST", "/unknown", 401, 403, 403, 403, 200},
      {"GET", "/federate", 401, 403, 200, 200, 200},
      {"GET", "/d/abc/x", 302, 403, 200, 200, 200},
      {"GET", "/", 302, 403, 200, 200, 200},
      {"GET", "/login", 200, 200, 200, 200, 200},
      {"GET", "/-/healthy", 200, 200, 200, 200, 200},
      {"GET", "/assets/x.js", 200, 200, 200, 200, 200},
      {"GET", "/public-dashboards/t", 200, 200, 200, 200, 200},
      {"GET", "/dashboard/snapshot/k", 200, 200, 200, 200, 200},
      {"GET", "/dashboard/snapshots", 302, 403, 200, 200, 200},
      {"GET", "/metrics", 200, 200, 200, 200, 200},
      // Gated by their routes.
      {"GET", "/api/health", 200, 200, 200, 200, 200},
      {"POST", "/api/v1/provisioning/alert-rules", 200, 200, 200, 200, 200},
      {"POST", "/api/v1/eval", 200, 200, 200, 200, 200},
      {"POST", "/api/v1/rule/test/grafana", 200, 200, 200, 200, 200},
      {"GET", "/api/v1/rules/history", 200, 200, 200, 200, 200},
      {"GET", "/api/v1/rules", 401, 403, 200, 200, 200},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.method) + " " + c.path);
    EXPECT_EQ(Status(c.method, c.path, ""), c.nobody);
    EXPECT_EQ(Status(c.method, c.path, "None"), c.none);
    EXPECT_EQ(Status(c.method, c.path, "Viewer"), c.viewer);
    EXPECT_EQ(Status(c.method, c.path, "Editor"), c.editor);
    EXPECT_EQ(Status(c.method, c.path, "admin"), c.admin);
  }
}

TEST_F(GuardTest, PagesLeadToTheLoginPageAndBack) {
  Open({{"GF_SERVER_ROOT_URL", "https://example.org/grafana/"}});
  net::Response response = Ask("GET", "/grafana/d/a b/x?from=now-1h&var-x=1", "");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.headers.Get("Location"),
            "/grafana/login?redirectTo=%2Fd%2Fa%2520b%2Fx%3Ffrom%3Dnow-1h%26var-x%3D1");
  EXPECT_EQ(Ask("GET", "/grafana", "").headers.Get("Location"), "/grafana/login");
  EXPECT_EQ(Ask("GET", "//evil.example", "").headers.Get("Location"), "/grafana/login");
  EXPECT_EQ(Ask("GET", "/grafana/d/x", "Viewer").body, "/d/x") << "the sub path is cut off";
  EXPECT_EQ(Ask("GET", "/d/x", "Viewer").body, "/d/x") << "or was, by a proxy";
  EXPECT_EQ(Ask("GET", "/grafana2/d/x", "Viewer").body, "/grafana2/d/x");
}

// What the guard has identified by a password, a route must be able to identify again.
TEST_F(GuardTest, LinksAreLeftToTheirRoutesAndLeadToTheLoginPage) {
  Open();
  for (const char* path : {"/goto/abc", "/render/d-solo/abc/x"}) {
    net::Router router;
    GrafanaRoutes routes(&router, signin_.get(), &settings_);
    routes.Add("GET", path, Need::kViewer, [](const Call& call) {
      return net::Response::Redirect(302, "/d/" + call.who.login);
    });
    auto ask = [&](const std::string& login) {
      net::Request request;
      request.method = "GET";
      request.path = path;
      if (!login.empty()) {
        request.headers.Set("Authorization", "Basic " + net::EncodeBase64(login + ":password"));
      }
      net::Response response = guard_(request, [&](net::Request& r) { return router.Dispatch(r); });
      return std::string(response.headers.Get("Location"));
    };
    EXPECT_EQ(ask("Viewer"), "/d/Viewer");
    EXPECT_EQ(ask(""), "/login?redirectTo=" + net::PercentEncode(path));
  }
}

TEST_F(GuardTest, WhomItLetsPassTheRoutesBehindItKnowToo) {
  Open();
  net::Router router;
  GrafanaRoutes routes(&router, signin_.get(), &settings_);
  routes.Add("GET", "/api/v1/*rest", Need::kViewer,
             [](const Call& call) { return net::Response::Text(404, call.who.login); });
  net::Request request;
  request.method = "GET";
  request.path = "/api/v1/unheard-of";
  request.headers.Set("Authorization", "Basic " + net::EncodeBase64("Viewer:password"));
  net::Response response = guard_(request, [&](net::Request& r) { return router.Dispatch(r); });
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "Viewer");
}

TEST_F(GuardTest, WhoeverIsUnknownCannotSendMuch) {
  Open();
  net::Router router;
  GrafanaRoutes routes(&router, signin_.get(), &settings_);
  for (auto [path, need] : {std::pair("/open", Need::kNothing), {"/gated", Need::kViewer}}) {
    routes.Add("POST", path, need,
               [](const Call& call) { return Message(call.Body().ok() ? 200 : 400, "read"); });
  }
  auto status = [&](const char* path, size_t bytes) {
    net::Request request;
    request.method = "POST";
    request.path = path;
    request.body = "\"" + std::string(bytes, 'x') + "\"";
    request.headers.Set("Authorization", "Basic " + net::EncodeBase64("Viewer:password"));
    return router.Dispatch(request).status;
  };
  EXPECT_EQ(status("/open", 1'000), 200);
  EXPECT_EQ(status("/open", 1 << 20), 413);
  EXPECT_EQ(status("/gated", 1 << 20), 200);
}

TEST_F(GuardTest, AnswersCannotBeFramedUnlessAllowed) {
  Open();
  net::Response response = Ask("GET", "/login", "");
  EXPECT_EQ(response.headers.Get("X-Frame-Options"), "deny");
  EXPECT_EQ(response.headers.Get("X-Content-Type-Options"), "nosniff");
  Open({{"GF_SECURITY_ALLOW_EMBEDDING", "true"}});
  EXPECT_FALSE(Ask("GET", "/login", "").headers.Has("X-Frame-Options"));
}

TEST_F(GuardTest, MetricsHaveTheirOwnPassword) {
  Open({{"GF_METRICS_BASIC_AUTH_USERNAME", "Viewer"},
        {"GF_METRICS_BASIC_AUTH_PASSWORD", "password"}});
  EXPECT_EQ(Status("GET", "/metrics", ""), 401);
  EXPECT_EQ(Status("GET", "/metrics", "admin"), 401);
  EXPECT_EQ(Status("GET", "/metrics", "Viewer"), 200);
  Open({{"GF_METRICS_ENABLED", "false"}});
  EXPECT_EQ(Status("GET", "/metrics", "admin"), 404);
}

TEST_F(GuardTest, AnAnonymousAdministratorIsNotDrivenFromOtherSites) {
  Open({{"GF_AUTH_ANONYMOUS_ENABLED", "true"}, {"GF_AUTH_ANONYMOUS_ORG_ROLE", "Admin"}});
  EXPECT_EQ(Status("GET", "/d/x", ""), 200);
  EXPECT_EQ(Ask("POST", "/api/v2/silences", "", {{"Origin", "http://localhost:3000"}}).status, 200);
  EXPECT_EQ(Ask("POST", "/api/v2/silences", "", {{"Origin", "http://evil.example"}}).status, 403);
}

TEST_F(GuardTest, OtherNamesAreSentToTheDomainWhereThatIsEnforced) {
  Open({{"GF_SERVER_ENFORCE_DOMAIN", "true"}, {"GF_SERVER_DOMAIN", "grafana.example.org"}});
  net::Response response = Ask("GET", "/d/x", "Viewer");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.headers.Get("Location"), "http://grafana.example.org:3000/");
  EXPECT_EQ(Status("GET", "/api/health", ""), 200);
  EXPECT_EQ(Ask("GET", "/d/x", "Viewer", {{"Host", "Grafana.example.org:80"}}).status, 200);
}

TEST(GoTimeTest, LeavesZerosOfAFractionAway) {
  EXPECT_EQ(GoTime(0), "0001-01-01T00:00:00Z");
  EXPECT_EQ(GoTime(1'774'000'000'000), "2026-03-20T09:46:40Z");
  EXPECT_EQ(GoTime(1'774'000'000'120), "2026-03-20T09:46:40.12Z");
}

}  // namespace
}  // namespace watchfire::api

// The whole face over a real Alertmanager that keeps nothing and tells nobody, request by request.
#include "api/alerting/alerting_api.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "net/http.h"
#include "testing/fake_clock.h"

namespace watchfire::api {
namespace {

using codec::Json;

constexpr TimeMs kNow = 1'774'000'000'000;  // 2026-03-20T09:46:40Z
constexpr std::string_view kConfig = R"(
route:
  receiver: default
  group_by: [alertname]
  routes:
  - {matchers: ['team="db"'], receiver: team-db, continue: true}
  - {matchers: ['team=~"db|web"'], receiver: team-web}
receivers:
- {name: default}
- {name: team-db, labels: {tier: first}, webhook_configs: [{url: 'http://127.0.0.1:1/x'}]}
- {name: team-web}
inhibit_rules:
- {name: critical first, source_matchers: ['severity="critical"'],
   target_matchers: ['severity="warning"'], equal: [cluster]}
)";

class AlertingApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    alerting::AlertmanagerOptions options;
    options.clock = &clock_;
    options.files = FileSystem::Local();
    options.registry = &registry_;
    manager_ = alerting::Alertmanager::Make(std::move(options)).value();
    manager_
        ->Apply(alerting::LoadConfigText(kConfig, "am.yml", amconfig::MatcherSyntax::kFallback,
                                         *FileSystem::Local())
                    .value())
        .value();
    deps_.manager = manager_.get();
    deps_.registry = &registry_;
    deps_.clock = &clock_;
    deps_.files = FileSystem::Local();
    deps_.start_time = kNow;
    deps_.build.version = "0.34.0";
  }
  void TearDown() override { manager_->Stop(); }

  // Handlers are made with the first request.
  net::Response Ask(std::string method, std::string target, std::string body = {},
                    std::vector<std::pair<std::string, std::string>> headers = {}) {
    if (!api_) {
      api_ = std::make_unique<AlertingApi>(deps_);
      api_->Register(router_);
      api_->RegisterServer(router_);
    }
    net::Request request;
    request.method = std::move(method);
    size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.raw_query = target.substr(question + 1);
    request.body = std::move(body);
    if (!request.body.empty()) request.headers.Set("Content-Type", "application/json");
    for (auto& [name, value] : headers) request.headers.Set(name, value);
    net::Response response = router_.Dispatch(request);
    response.body += std::move(response.tail).TakeJoined();
    return response;
  }
  Json Get(std::string target) {
    net::Response response = Ask("GET", std::move(target));
    EXPECT_EQ(response.status, 200) << response.body;
    return Json::Parse(response.body).value();
  }
  void PostAlert(const std::string& labels) {
    net::Response response = Ask("POST", "/api/v2/alerts", "[{\"labels\":" + labels + "}]");
    ASSERT_EQ(response.status, 200) << response.body;
  }
  static std::string Text(const Json* json, std::string_view name) {
    const Json* found = json == nullptr ? nullptr : json->Find(name);
    return found != nullptr && found->AsString() != nullptr ? *found->AsString() : "";
  }
  static size_t Size(const Json& json, std::string_view name) {
    return json.Find(name)->AsArray()->size();
  }

  testing::FakeClock clock_{kNow};
  client::Registry registry_;
  std::unique_ptr<alerting::Alertmanager> manager_;
  AlertingDependencies deps_;
  net::Router router_;
  std::unique_ptr<AlertingApi> api_;
};

TEST_F(AlertingApiTest, AnAlertIsShownWithTheTimesThatItsClientDidNotGive) {
  PostAlert(R"({"alertname":"x","team":"db"})");
  EXPECT_EQ(Ask("GET", "/api/v2/alerts").body,
            "[{\"annotations\":{},\"endsAt\":\"2026-03-20T09:51:40.000Z\","
            "\"fingerprint\":\"5677ec03153c849f\",\"receivers\":[{\"name\":\"team-db\"},"
            "{\"name\":\"team-web\"}],\"startsAt\":\"2026-03-20T09:46:40.000Z\",\"status\":{"
            "\"inhibitedBy\":[],\"mutedBy\":[],\"silencedBy\":[],\"state\":\"active\"},"
            "\"updatedAt\":\"2026-03-20T09:46:40.000Z\",\"labels\":{\"alertname\":\"x\","
            "\"team\":\"db\"}}]\n");
}

TEST_F(AlertingApiTest, ValidAlertsAreTakenAndTheOthersNamed) {
  net::Response response = Ask("POST", "/api/v2/alerts",
                               R"([{"labels":{"a":""}},{"labels":{"alertname":"good"}},
              {"labels":{"a":"b"},"startsAt":"2026-03-20T10:00:00Z",
               "endsAt":"2026-03-20T09:50:00Z"}])");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            "\"at least one label pair required\\nstart time must be before end time\"\n");
  EXPECT_EQ(Get("/api/v2/alerts").AsArray()->size(), 1u);
  std::string page = Ask("GET", "/metrics").body;
  EXPECT_NE(page.find("alertmanager_alerts_received_total{status=\"firing\",version=\"v2\"} 3"),
            std::string::npos);
  EXPECT_NE(page.find("alertmanager_alerts_invalid_total{version=\"v2\"} 2"), std::string::npos);
}

TEST_F(AlertingApiTest, ReceiversAreChosenByNameAndLabels) {
  PostAlert(R"({"alertname":"x","team":"db"})");
  PostAlert(R"({"alertname":"y"})");
  EXPECT_EQ(Get("/api/v2/alerts?receiver=team-.*").AsArray()->size(), 1u);
  EXPECT_EQ(Get("/api/v2/alerts?receiver_matchers=tier%3Dfirst").AsArray()->size(), 1u);
  EXPECT_EQ(Get("/api/v2/alerts/groups?receiver_matchers=tier%3D").AsArray()->size(), 2u);
  Json receivers = Get("/api/v2/receivers?receiver_matchers=name%3D~team-.*");
  ASSERT_EQ(receivers.AsArray()->size(), 2u);
  EXPECT_EQ((*receivers.AsArray())[0].ToString(),
            "{\"labels\":{\"name\":\"team-db\",\"tier\":\"first\"},\"name\":\"team-db\"}");
}

TEST_F(AlertingApiTest, WhatMutesAnAlertIsExplained) {
  deps_.rule = [](const model::Labels& labels) -> std::optional<RuleView> {
    RuleView rule;
    rule.name = labels.Get("alertname");
    rule.query = "up < 1";
    rule.threshold = {.left = "up", .op = "<", .value = 1};
    return rule;
  };
  PostAlert(R"({"alertname":"x","team":"db","severity":"warning","cluster":"a"})");
  PostAlert(R"({"alertname":"all","severity":"critical","cluster":"a"})");
  Json x = (*Get("/api/v2/alerts?filter=alertname%3Dx").AsArray())[0];
  std::string fingerprint = Text(&x, "fingerprint");
  net::Response acknowledged = Ask("POST", "/api/v2/alerts/" + fingerprint + "/ack",
                                   R"({"createdBy":"me","comment":"on it"})");
  ASSERT_EQ(acknowledged.status, 200) << acknowledged.body;

  Json explained = Get("/api/v2/explain?fingerprint=" + fingerprint);
  EXPECT_EQ(Text(explained.Find("status"), "state"), "suppressed");
  ASSERT_EQ(Size(explained, "inhibitedBy"), 1u);
  EXPECT_EQ(Text(&(*explained.Find("inhibitedBy")->AsArray())[0], "ruleName"), "critical first");
  ASSERT_EQ(Size(explained, "silences"), 1u);
  EXPECT_EQ(Text(&(*explained.Find("silences")->AsArray())[0], "comment"), "on it");
  ASSERT_EQ(Size(explained, "routes"), 2u);
  EXPECT_EQ(Text(explained.Find("rule"), "name"), "x");
  EXPECT_EQ(explained.Find("rule")->Find("threshold")->ToString(),
            R"({"left":"up","op":"\u003c","value":1})");
  EXPECT_EQ(Get("/api/v2/explain?label=team%3Dweb").Find("alert")->is_null(), true);
  EXPECT_EQ(Ask("GET", "/api/v2/explain").status, 400);
  EXPECT_EQ(Ask("GET", "/api/v2/explain?fingerprint=0000000000000000").status, 404);
}

TEST_F(AlertingApiTest, RoutesAndGroupsTellWhatIsInThem) {
  PostAlert(R"({"alertname":"x","team":"db"})");
  Json routes = Get("/api/v2/routes");
  const Json::Array& children = *routes.Find("root")->Find("children")->AsArray();
  ASSERT_EQ(children.size(), 2u);
  EXPECT_EQ(children[0].Find("matchers")->ToString(), R"(["team=\"db\""])");
  EXPECT_EQ(children[0].Find("alerts")->AsInt(), 1);
  EXPECT_EQ(routes.Find("root")->Find("groups")->AsInt(), 0);
  Json groups = Get("/api/v2/groups/state");
  EXPECT_EQ(Size(groups, "groups"), 2u);
  Json receivers = Get("/api/v2/receivers/integrations");
  EXPECT_EQ((*receivers.Find("receivers")->AsArray())[1].ToString(),
            "{\"name\":\"team-db\",\"integrations\":[{\"integration\":\"webhook\",\"index\":0,"
            "\"sendResolved\":true,\"lastOutcome\":null,\"lastAt\":null,\"lastError\":\"\"}]}");
}

TEST_F(AlertingApiTest, SilencesAreOrderedAndChosenByTheirState) {
  auto add = [&](const std::string& comment, const char* start, const char* end) {
    net::Response response = Ask(
        "POST", "/api/v2/silences",
        R"({"matchers":[{"name":"a","value":"b","isRegex":false}],"createdBy":"me","comment":")" +
            comment + R"(","startsAt":")" + start + R"(","endsAt":")" + end + R"("})");
    EXPECT_EQ(response.status, 200) << response.body;
    Json answer = Json::Parse(response.body).value();
    return Text(&answer, "silenceID");
  };
  auto listed = [&](const std::string& query) {
    std::string comments;
    Json all = Get("/api/v2/silences" + query);
    for (const Json& one : *all.AsArray()) comments += Text(&one, "comment") + " ";
    return comments;
  };
  add("long", "2026-03-20T09:00:00Z", "2026-03-20T12:00:00Z");
  add("short", "2026-03-20T09:00:00Z", "2026-03-20T10:00:00Z");
  add("later", "2026-03-20T11:00:00Z", "2026-03-20T12:00:00Z");
  add("soon", "2026-03-20T10:00:00Z", "2026-03-20T12:00:00Z");
  std::string over = add("over", "2026-03-20T09:00:00Z", "2026-03-20T12:00:00Z");
  EXPECT_EQ(Ask("DELETE", "/api/v2/silence/" + over).status, 200);
  clock_.Advance(1);
  EXPECT_EQ(listed(""), "short long soon later over ");
  EXPECT_EQ(listed("?active=false"), "soon later over ");
  EXPECT_EQ(listed("?expired=false&pending=false"), "short long ");
  EXPECT_EQ(Ask("GET", "/api/v2/silence/" + over).status, 200);
  EXPECT_EQ(Ask("DELETE", "/api/v2/silence/6e0b2e62-1c66-4c4c-8a8a-111111111111").status, 404);
}

TEST_F(AlertingApiTest, AConfigurationIsTriedWithoutBeingApplied) {
  PostAlert(R"({"alertname":"x","team":"db"})");
  net::Response bad = Ask("POST", "/api/v2/config/dry_run", "route: {receiver: x}\nfoo: bar\n");
  EXPECT_EQ(bad.status, 400);
  EXPECT_NE(bad.body.find("alertmanager.yml:2: "), std::string::npos) << bad.body;
  net::Response good = Ask("POST", "/api/v2/config/dry_run",
                           "route: {receiver: other}\nreceivers: [{name: other}]\n");
  ASSERT_EQ(good.status, 200) << good.body;
  Json tried = Json::Parse(good.body).value();
  EXPECT_EQ(Size(tried, "changes"), 1u);
  EXPECT_EQ((*tried.Find("changes")->AsArray())[0].Find("after")->ToString(), R"(["other"])");
  EXPECT_EQ(Get("/api/v2/receivers").AsArray()->size(), 3u);
}

TEST_F(AlertingApiTest, PagesOfOtherSitesMayUseWhatIsUpstreamsAndNotWhatIsOurs) {
  auto allowed = [&](const char* method, const char* path) {
    net::Response response = Ask(method, path, {}, {{"Origin", "http://elsewhere"}});
    return std::string(response.headers.Get("Access-Control-Allow-Origin"));
  };
  EXPECT_EQ(allowed("GET", "/api/v2/alerts"), "*");
  EXPECT_EQ(allowed("GET", "/api/v2/explain?label=a%3Db"), "");
  EXPECT_EQ(allowed("GET", "/api/v2/deliveries"), "");
  net::Response asked =
      Ask("OPTIONS", "/api/v2/receivers/test", {},
          {{"Origin", "http://elsewhere"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(asked.status, 405);
  EXPECT_FALSE(asked.headers.Has("Access-Control-Allow-Origin"));
}

TEST_F(AlertingApiTest, MoreGetsAtOnceThanAllowedAreRefused) {
  deps_.get_concurrency = 1;
  net::Response within;
  deps_.rule = [&](const model::Labels&) -> std::optional<RuleView> {
    within = Ask("GET", "/api/v2/status");
    return std::nullopt;
  };
  EXPECT_EQ(Ask("GET", "/api/v2/explain?label=a%3Db").status, 200);
  EXPECT_EQ(within.status, 503);
  EXPECT_EQ(within.body, "Limit of concurrent GET requests reached (1), try again later.\n\n");
  EXPECT_EQ(Ask("GET", "/api/v2/status").status, 200);
  EXPECT_NE(Ask("GET", "/metrics")
                .body.find("alertmanager_http_concurrency_limit_exceeded_total{method=\"get\"} 1"),
            std::string::npos);
}

TEST_F(AlertingApiTest, ReloadingTellsWhyItFailed) {
  deps_.reload = [this]() -> Result<void> {
    return Error::Invalid("am.yml:{}: no", clock_.Now() == kNow ? 3 : 4);
  };
  net::Response response = Ask("POST", "/-/reload");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "failed to reload config: am.yml:3: no\n");
  EXPECT_EQ(Ask("GET", "/-/reload").status, 405);
}

}  // namespace
}  // namespace watchfire::api

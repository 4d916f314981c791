#include "api/grafana/managed_alerts/managed_alerts_api.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "api/grafana/managed_alerts/shapes.h"
#include "codec/yaml.h"
#include "net/http_server.h"
#include "testing/fake_clock.h"

namespace watchfire::api {
namespace {

using codec::Json;

struct Answer {
  int status = 0;
  std::string body;
  Json json;
};

class ManagedAlertsApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = store::Database::Open(":memory:").value();
    settings_.security.secret_key = Secret("key");
    settings_.other.alerting_min_interval_ms = 10'000;
    sources_ = grafana::DataSources::Open(database_.get(), Secret("key"), &clock_).value();
    grafana::DataSource source;
    source.uid = "prom";
    source.name = "Prometheus";
    source.url = "http://prometheus:9090";
    ASSERT_TRUE(sources_->Create(source).ok());
    dashboards_ = grafana::Dashboards::Open(database_.get(), {.clock = &clock_}).value();
    folder_ = dashboards_->EnsureFolder("Servers", "servers", false).value().uid;
    grafana::ManagedDependencies deps;
    deps.database = database_.get();
    deps.dashboards = dashboards_.get();
    deps.sources = sources_.get();
    deps.settings = &settings_;
    deps.clock = &clock_;
    deps.files = FileSystem::Local();
    deps.external_url = "http://grafana.example";
    deps.values = [this](const grafana::PanelQuery&) -> Result<grafana::NodeValue> {
      std::vector<grafana::Number> numbers = {{model::Labels::Of({{"job", "node"}}), value_}};
      return grafana::NodeValue{numbers};
    };
    deps.own_threads = false;
    managed_ = grafana::ManagedAlerting::Open(std::move(deps)).value();
    ManagedAlertsDependencies api;
    api.managed = managed_.get();
    api.dashboards = dashboards_.get();
    api.clock = &clock_;
    api.files = FileSystem::Local();
    api.prometheus_rules = [](std::string_view, const net::Request&) {
      return net::Response::Json(200, R"({"status":"success","data":{"groups":[{"name":"g",
          "file":"/etc/rules.yml","rules":[{"type":"recording","name":"a:b"},
          {"type":"alerting","name":"Down","query":"up == 0","state":"firing","duration":90,
           "health":"ok","labels":{"severity":"page"},"annotations":{},
           "alerts":[{"labels":{"job":"x"},"state":"firing"}]}]}]}})");
    };
    api_ = std::make_unique<ManagedAlertsApi>(std::move(api));
    for (ManagedAlertsApi::Route& route : api_->Routes()) {
      router_.Handle(route.method, route.pattern,
                     [this, handler = route.handler](const net::Request& request) {
                       Call call{request, who_, net::Values::Parse(request.raw_query).value()};
                       return handler(call);
                     });
    }
    who_.kind = grafana::IdentityKind::kUser;
    who_.login = "admin";
    who_.role = grafana::Role::kAdmin;
  }

  Answer Ask(const std::string& method, const std::string& address, const std::string& body = "",
             net::Headers headers = {}) {
    net::Request request;
    request.method = method;
    size_t query = address.find('?');
    request.path = address.substr(0, query);
    if (query != std::string::npos) request.raw_query = address.substr(query + 1);
    request.body = body;
    request.headers = std::move(headers);
    if (!body.empty()) request.headers.Set("Content-Type", "application/json");
    net::Response response = router_.Dispatch(request);
    Answer answer{response.status, response.body, Json()};
    if (Result<Json> json = Json::Parse(response.body); json.ok()) answer.json = *json;
    return answer;
  }
  static std::string At(const Json& json, std::string_view key) { return MemberText(json, key); }
  std::string Rule(const std::string& title, const std::string& more = "") {
    return R"({"title":")" + title + R"(","folderUID":"servers","ruleGroup":"disk",
        "condition":"C","for":"1m","labels":{"severity":"page"},"data":[
        {"refId":"A","relativeTimeRange":{"from":600,"to":0},"datasourceUid":"prom",
         "model":{"expr":"up","instant":true}},
        {"refId":"C","datasourceUid":"__expr__","model":{"type":"threshold","expression":"A",
         "conditions":[{"evaluator":{"type":"lt","params":[1]}}]}}])" +
           (more.empty() ? "" : "," + more) + "}";
  }

  testing::FakeClock clock_;
  std::unique_ptr<store::Database> database_;
  grafana::Settings settings_;
  std::unique_ptr<grafana::DataSources> sources_;
  std::unique_ptr<grafana::Dashboards> dashboards_;
  std::string folder_;
  double value_ = 0;
  std::unique_ptr<grafana::ManagedAlerting> managed_;
  std::unique_ptr<ManagedAlertsApi> api_;
  grafana::Identity who_;
  net::Router router_;
};

constexpr const char* kRules = "/api/v1/provisioning/alert-rules";
constexpr const char* kPoints = "/api/v1/provisioning/contact-points";

TEST_F(ManagedAlertsApiTest, AllRoutesFindAPlaceBesideEachOther) {
  net::Router router;
  GrafanaRoutes routes(&router, nullptr, &settings_);
  api_->Register(routes);
  EXPECT_NE(router.Find("GET", "/api/ruler/grafana/api/v1/rules").handler, nullptr);
  EXPECT_NE(router.Find("GET", "/api/ruler/other/api/v1/rules").handler, nullptr);
}

TEST_F(ManagedAlertsApiTest, ARuleGoesThereAndBackThroughTheProvisioningApi) {
  Answer made = Ask("POST", kRules, Rule("Low"));
  ASSERT_EQ(made.status, 201) << made.body;
  std::string uid = At(made.json, "uid");
  EXPECT_EQ(At(made.json, "provenance"), "api");
  EXPECT_EQ(Ask("GET", std::string(kRules) + "/" + uid).json, made.json);
  EXPECT_EQ(Ask("GET", kRules).json.AsArray()->size(), 1u);
  Answer changed = Ask("PUT", std::string(kRules) + "/" + uid, Rule("Lower"));
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(At(changed.json, "title"), "Lower");
  EXPECT_EQ(Ask("DELETE", std::string(kRules) + "/" + uid).status, 204);
  EXPECT_EQ(Ask("GET", std::string(kRules) + "/" + uid).status, 404);
  EXPECT_EQ(Ask("PUT", std::string(kRules) + "/" + uid, Rule("x")).status, 404);
}

TEST_F(ManagedAlertsApiTest, MistakesAreAnsweredWithTheirReason) {
  Answer none = Ask("POST", kRules, Rule("Low", R"("folderUID":"nowhere")"));
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(At(none.json, "message"), "folder \"nowhere\" not found");
  Answer bad = Ask("POST", kRules, Rule("Low", R"("condition":"Z")"));
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(At(bad.json, "message"), "rule \"Low\": condition is \"Z\", which is no refId of data");
  EXPECT_EQ(Ask("POST", kRules, "{nonsense").status, 400);
  ASSERT_EQ(Ask("POST", kRules, Rule("Low", R"("uid":"u1")")).status, 201);
  EXPECT_EQ(Ask("POST", kRules, Rule("Low", R"("uid":"u1")")).status, 409);
}

TEST_F(ManagedAlertsApiTest, AHeaderLeavesRulesOpenToPages) {
  net::Headers headers;
  headers.Set("X-Disable-Provenance", "true");
  EXPECT_EQ(At(Ask("POST", kRules, Rule("Low"), headers).json, "provenance"), "");
}

TEST_F(ManagedAlertsApiTest, GroupsKeepTheirIntervalAndOrder) {
  std::string path = "/api/v1/provisioning/folder/servers/rule-groups/disk";
  Answer put =
      Ask("PUT", path,
          R"({"title":"disk","interval":120,"rules":[)" + Rule("One") + "," + Rule("Two") + "]}");
  ASSERT_EQ(put.status, 200) << put.body;
  Answer got = Ask("GET", path);
  EXPECT_EQ(got.json.Find("interval")->AsInt(), 120);
  EXPECT_EQ(At((*got.json.Find("rules")->AsArray())[1], "title"), "Two");
  EXPECT_EQ(Ask("PUT", path, R"({"interval":7,"rules":[]})").status, 400);
  EXPECT_EQ(Ask("DELETE", path).status, 204);
  EXPECT_EQ(Ask("GET", path).status, 404);
}

TEST_F(ManagedAlertsApiTest, AnExportIsAFileThatProvisionsTheSame) {
  ASSERT_EQ(Ask("POST", kRules, Rule("Low", R"("uid":"u1","annotations":{
      "summary":"line one\nline two: \"quoted\""})"))
                .status,
            201);
  Answer yaml = Ask("GET", std::string(kRules) + "/export?format=yaml");
  EXPECT_NE(yaml.body.find("apiVersion: 1\ngroups:\n  - orgId: 1\n    name: disk\n"
                           "    folder: Servers\n    interval: 1m\n    rules:\n      - uid: u1\n"),
            std::string::npos)
      << yaml.body;
  EXPECT_TRUE(yaml::Parse(yaml.body).ok());
  Answer json = Ask("GET", std::string(kRules) + "/export?format=json&download=true");
  ASSERT_EQ(Ask("DELETE", std::string(kRules) + "/u1").status, 204);
  Result<void> provisioned = managed_->Provision(json.json, "rules.json");
  ASSERT_TRUE(provisioned.ok()) << provisioned.error().message();
  EXPECT_EQ(Ask("GET", std::string(kRules) + "/export?format=json").body, json.body);
  EXPECT_EQ(Ask("GET", std::string(kRules) + "/export?format=hcl").status, 400);
  Answer locked = Ask("DELETE", std::string(kRules) + "/u1");
  EXPECT_EQ(locked.status, 403);
  EXPECT_EQ(At(locked.json, "message"),
            "rule \"Low\" comes from a provisioning file: change it there");
}

TEST_F(ManagedAlertsApiTest, ContactPointsHideTheirSecrets) {
  Answer made = Ask("POST", kPoints, R"({"name":"phone","type":"telegram",
      "settings":{"bottoken":"123:tok","chatid":"1"}})");
  ASSERT_EQ(made.status, 202) << made.body;
  EXPECT_EQ(At(*made.json.Find("settings"), "bottoken"), "[REDACTED]");
  std::string uid = At(made.json, "uid");
  Json back = made.json;
  back.Find("settings")->Set("chatid", Text("2"));
  EXPECT_EQ(Ask("PUT", std::string(kPoints) + "/" + uid, back.ToString()).status, 202);
  EXPECT_EQ(managed_->impl().contacts->state()->FindPoint(uid)->secure.at("bottoken").reveal(),
            "123:tok");
  EXPECT_EQ(Ask("GET", std::string(kPoints) + "?name=phone").body.find("123:tok"),
            std::string::npos);
  EXPECT_EQ(Ask("GET", "/api/alertmanager/grafana/config/api/v1/alerts").body.find("123:tok"),
            std::string::npos);
  EXPECT_EQ(Ask("GET", std::string(kPoints) + "/export").body.find("123:tok"), std::string::npos);
  EXPECT_NE(Ask("GET", std::string(kPoints) + "/export?decrypt=true").body.find("123:tok"),
            std::string::npos);
  who_.role = grafana::Role::kEditor;
  EXPECT_EQ(Ask("GET", std::string(kPoints) + "/export?decrypt=true").status, 403);
  EXPECT_EQ(Ask("DELETE", std::string(kPoints) + "/" + uid).status, 202);
}

TEST_F(ManagedAlertsApiTest, PoliciesTimingsAndTemplatesGoThereAndBack) {
  const std::string base = "/api/v1/provisioning";
  ASSERT_EQ(Ask("POST", base + "/mute-timings", R"({"name":"night","time_intervals":[
      {"times":[{"start_time":"22:00","end_time":"23:00"}]}]})")
                .status,
            201);
  Answer policy = Ask("PUT", base + "/policies", R"({"receiver":"grafana-default-email",
      "routes":[{"receiver":"grafana-default-email","object_matchers":[["a","=","b"]],
      "mute_time_intervals":["night"]}]})");
  ASSERT_EQ(policy.status, 202) << policy.body;
  EXPECT_EQ(At(policy.json, "message"), "policies updated");
  EXPECT_EQ(Ask("GET", base + "/policies").json.Find("routes")->AsArray()->size(), 1u);
  EXPECT_EQ(Ask("DELETE", base + "/mute-timings/night").status, 409);
  EXPECT_EQ(Ask("DELETE", base + "/policies").status, 202);
  EXPECT_EQ(Ask("DELETE", base + "/mute-timings/night").status, 204);
  EXPECT_EQ(Ask("PUT", base + "/templates/mine", R"({"template":"{{ len .Alerts }}"})").status,
            202);
  EXPECT_EQ(At(Ask("GET", base + "/templates/mine").json, "template"), "{{ len .Alerts }}");
  EXPECT_EQ(Ask("PUT", base + "/templates/bad", R"({"template":"{{ nope }}"})").status, 400);
  EXPECT_EQ(Ask("DELETE", base + "/templates/mine").status, 204);
}

TEST_F(ManagedAlertsApiTest, PagesEditGroupsThroughTheRuler) {
  ASSERT_EQ(Ask("POST", kRules, Rule("Low")).status, 201);
  Answer all = Ask("GET", "/api/ruler/grafana/api/v1/rules");
  const Json& group = (*all.json.Find("Servers")->AsArray())[0];
  EXPECT_EQ(At(group, "interval"), "1m");
  const Json* alert = (*group.Find("rules")->AsArray())[0].Find("grafana_alert");
  EXPECT_EQ(At(*alert, "namespace_uid"), "servers");
  Json edited = group;
  edited.Set("interval", Text("2m"));
  Answer put = Ask("POST", "/api/ruler/grafana/api/v1/rules/servers", edited.ToString());
  ASSERT_EQ(put.status, 202) << put.body;
  EXPECT_EQ(At(put.json, "message"), "rule group updated successfully");
  EXPECT_EQ(managed_->impl().rules->FindGroup("servers", "disk")->interval_ms, 120'000);
  EXPECT_EQ(Ask("DELETE", "/api/ruler/grafana/api/v1/rules/servers/disk").status, 202);
  EXPECT_TRUE(Ask("GET", "/api/ruler/grafana/api/v1/rules").json.AsObject()->empty());
}

TEST_F(ManagedAlertsApiTest, StatesAreToldInPrometheusShapeAndInOurs) {
  ASSERT_EQ(Ask("POST", kRules, Rule("Low", R"("for":"0s","annotations":{
      "__dashboardUid__":"dash","__panelId__":"4"})"))
                .status,
            201);
  managed_->impl().evaluator->RunDue();
  Answer rules = Ask("GET", "/api/prometheus/grafana/api/v1/rules");
  const Json& group = (*rules.json.Find("data")->Find("groups")->AsArray())[0];
  EXPECT_EQ(At(group, "file"), "Servers");
  const Json& rule = (*group.Find("rules")->AsArray())[0];
  EXPECT_EQ(At(rule, "state"), "firing");
  EXPECT_EQ(At(rule, "health"), "ok");
  const Json& alert = (*rule.Find("alerts")->AsArray())[0];
  EXPECT_EQ(At(alert, "state"), "Alerting");
  EXPECT_EQ(At(alert, "value"),
            "[ var='A' labels={job=node} value=0 ], [ var='C' labels={job=node} value=1 ]");
  auto count = [&](const std::string& query) {
    return Ask("GET", "/api/prometheus/grafana/api/v1/rules?" + query)
        .json.Find("data")
        ->Find("groups")
        ->AsArray()
        ->size();
  };
  EXPECT_EQ(count("dashboard_uid=dash&panel_id=4"), 1u);
  EXPECT_EQ(count("dashboard_uid=dash&panel_id=5"), 0u);
  EXPECT_EQ(count("state=pending"), 0u);
  EXPECT_EQ(Ask("GET", "/api/prometheus/grafana/api/v1/alerts")
                .json.Find("data")
                ->Find("alerts")
                ->AsArray()
                ->size(),
            1u);
  Answer overview = Ask("GET", "/api/alerting/overview");
  ASSERT_EQ(overview.json.AsArray()->size(), 2u) << overview.body;
  const Json& own = (*overview.json.AsArray())[0];
  EXPECT_EQ(At(own, "source"), "grafana");
  EXPECT_EQ(At(own, "sentence"), "WHEN query(A) IS BELOW 1");
  const Json& other = (*overview.json.AsArray())[1];
  EXPECT_EQ(At(other, "source"), "prometheus");
  EXPECT_EQ(At(other, "name"), "Down");
  EXPECT_EQ(At(other, "for"), "1m30s");
  Answer history = Ask("GET", "/api/v1/rules/history");
  EXPECT_EQ((*history.json.Find("data")->Find("values")->AsArray())[0].AsArray()->size(), 1u);
}

TEST_F(ManagedAlertsApiTest, TheAlertmanagerIsMadeWhenSomebodyNeedsIt) {
  const std::string base = "/api/alertmanager/grafana/api/v2";
  EXPECT_EQ(Ask("GET", base + "/silences").body, "[]");
  EXPECT_EQ(Ask("GET", base + "/alerts").body, "[]");
  EXPECT_EQ(managed_->impl().Manager(), nullptr);
  Answer silence =
      Ask("POST", base + "/silences",
          R"({"matchers":[{"name":"alertname",
      "value":"Low","isRegex":false,"isEqual":true}],"startsAt":")" +
              FormatRfc3339(clock_.Now()) + R"(","endsAt":")" +
              FormatRfc3339(clock_.Now() + 3'600'000) + R"(","createdBy":"me","comment":"c"})");
  ASSERT_EQ(silence.status, 200) << silence.body;
  std::string id = At(silence.json, "silenceID");
  EXPECT_EQ(Ask("GET", base + "/silences").json.AsArray()->size(), 1u);
  EXPECT_EQ(Ask("DELETE", base + "/silence/" + id).status, 200);
  EXPECT_EQ(Ask("GET", base + "/status").status, 200);
}

TEST_F(ManagedAlertsApiTest, TheWholeConfigurationIsReadAndWrittenAtOnce) {
  ASSERT_EQ(Ask("POST", kPoints, R"({"uid":"t","name":"phone","type":"telegram",
      "settings":{"bottoken":"123:tok","chatid":"1"}})")
                .status,
            202);
  const std::string path = "/api/alertmanager/grafana/config/api/v1/alerts";
  Json config = Ask("GET", path).json;
  Json* route = config.Find("alertmanager_config")->Find("route");
  route->Set("receiver", Text("phone"));
  config.Set("template_files", Json::OfObject({}));
  config.Find("template_files")->Set("mine", Text("hello"));
  Answer put = Ask("POST", path, config.ToString());
  ASSERT_EQ(put.status, 202) << put.body;
  auto state = managed_->impl().contacts->state();
  EXPECT_EQ(EffectivePolicy(*state, nullptr).Find("receiver")->AsString()[0], "phone");
  EXPECT_EQ(state->FindPoint("t")->secure.at("bottoken").reveal(), "123:tok");
  EXPECT_NE(state->FindTemplate("mine"), nullptr);
  EXPECT_EQ(Ask("DELETE", path).status, 202);
  EXPECT_TRUE(managed_->impl().contacts->state()->IsInitial());
}

TEST_F(ManagedAlertsApiTest, ARuleIsPreviewedWithoutBeingSaved) {
  Answer preview = Ask("POST", "/api/alerting/preview", R"({"rule":)" + Rule("Low") + "}");
  ASSERT_EQ(preview.status, 200) << preview.body;
  EXPECT_EQ(At(preview.json, "sentence"), "WHEN query(A) IS BELOW 1");
  const Json& instance = (*preview.json.Find("instances")->AsArray())[0];
  EXPECT_EQ(At(instance, "state"), "Alerting");
  EXPECT_EQ(instance.Find("value")->AsDouble(), 0);
  EXPECT_EQ(preview.json.Find("frames")->Find("A")->AsArray()->size(), 1u);
  EXPECT_TRUE(managed_->impl().rules->groups()->empty());
  Json rule = Json::Parse(Rule("Low")).value();
  Answer eval = Ask("POST", "/api/v1/eval",
                    R"({"condition":"C","data":)" + rule.Find("data")->ToString() + "}");
  EXPECT_EQ(eval.json.Find("results")->Find("C")->Find("frames")->AsArray()->size(), 1u);
  Answer test = Ask("POST", "/api/v1/rule/test/grafana", R"({"rule":)" + Rule("Low") + "}");
  ASSERT_EQ(test.json.AsArray()->size(), 1u) << test.body;
  EXPECT_EQ(At(*(*test.json.AsArray())[0].Find("labels"), "severity"), "page");
}

TEST_F(ManagedAlertsApiTest, AlertsOfOldPanelsAreImportedOnce) {
  const std::string body = R"({"folderUid":"servers","dashboard":{"uid":"d","title":"Disks",
      "panels":[{"type":"row","panels":[{"id":2,"title":"Disk","datasource":null,
      "targets":[{"refId":"A","expr":"free"}],"alert":{"name":"Disk alert","frequency":"1m",
      "for":"2m","conditions":[{"type":"query","evaluator":{"type":"lt","params":[1]},
      "operator":{"type":"and"},"query":{"params":["A","5m","now"]},
      "reducer":{"type":"last","params":[]}}]}}]},{"title":"Bad","alert":{"name":"x"}}]}})";
  for (int i = 0; i < 2; ++i) {
    Answer answer = Ask("POST", "/api/alerting/import", body);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json.Find("notes")->ToString(), R"(["Bad: the alert has no conditions"])");
  }
  auto group = managed_->impl().rules->FindGroup("servers", "Disks 1m");
  ASSERT_NE(group, nullptr);
  ASSERT_EQ(group->rules.size(), 1u);
  EXPECT_EQ(RuleSentence(group->rules[0]), "WHEN last() OF query(A) IS BELOW 1");
  EXPECT_EQ(group->rules[0].data[0].datasource_uid, "prom");
}

TEST_F(ManagedAlertsApiTest, AnUndeliverableContactPointFailsItsTestInWords) {
  Answer test = Ask("POST", "/api/alertmanager/grafana/config/api/v1/receivers/test",
                    R"({"receivers":[{"name":"k","grafana_managed_receiver_configs":[{"uid":"",
      "name":"k","type":"threema","settings":{"gateway_id":"*1","recipient_id":"x",
      "api_secret":"s"}}]}]})");
  EXPECT_EQ(test.status, 207) << test.body;
  EXPECT_NE(test.body.find("does not deliver"), std::string::npos);
  std::string many;
  for (int i = 0; i < 11; ++i) {
    many += R"(,{"name":"k","type":"threema","settings":{"gateway_id":"*1","recipient_id":"x",
      "api_secret":"s"}})";
  }
  EXPECT_EQ(Ask("POST", "/api/alertmanager/grafana/config/api/v1/receivers/test",
                R"({"receivers":[{"name":"k","grafana_managed_receiver_configs":[)" +
                    many.substr(1) + "]}]}")
                .status,
            422);
}

TEST_F(ManagedAlertsApiTest, TheFormOfEachTypeIsTold) {
  Answer types = Ask("GET", "/api/alert-notifiers");
  ASSERT_NE(types.json.AsArray(), nullptr);
  for (const Json& type : *types.json.AsArray()) {
    if (At(type, "type") != "telegram") continue;
    const Json& token = (*type.Find("options")->AsArray())[0];
    EXPECT_EQ(At(token, "propertyName"), "bottoken");
    EXPECT_EQ(token.Find("secure")->AsBool(), true);
    EXPECT_EQ(token.Find("required")->AsBool(), true);
  }
  EXPECT_EQ(Ask("GET", "/api/alerts").status, 404);
  EXPECT_EQ(Ask("GET", "/api/v1/ngalert/alertmanagers").status, 200);
}

TEST(YamlTextTest, WhatIsWrittenReadsBack) {
  Json json = Json::Parse(R"({"a":[1,{"b":"x: y","c":[]},[2,3]],"d":{},"e":"true","f":"a\nb",
      "g":null,"h":" lead"})")
                  .value();
  std::string text = YamlText(json);
  EXPECT_EQ(text,
            "a:\n  - 1\n  - b: 'x: y'\n    c: []\n  - - 2\n    - 3\nd: {}\ne: \"true\"\n"
            "f: \"a\\nb\"\ng: null\nh: ' lead'\n");
  EXPECT_TRUE(yaml::Parse(text).ok());
}

}  // namespace
}  // namespace watchfire::api

// /rules, /alerts, /alertmanagers and /rule_backtest over the real router, engine and database.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "api/prometheus_api.h"
#include "api/rules_json.h"
#include "codec/json.h"
#include "testing/fake_clock.h"

namespace watchfire::api {
namespace {

constexpr TimeMs kBase = 1'700'000'000'000;

constexpr std::string_view kRules = R"(groups:
- name: alerts
  interval: 1m
  limit: 10
  rules:
  - alert: Load
    expr: load   > 0.5
    for: 1m
    keep_firing_for: 2m
    labels: {severity: page}
    annotations: {summary: "{{ $labels.host }} has <{{ $value }}>"}
  - record: load:max
    expr: max(load)
    labels: {team: a}
- name: broken
  interval: 1m
  rules:
  - record: broken
    expr: '"text"'
)";

class RulesApiTest : public ::testing::Test {
 protected:
  RulesApiTest() {
    char path[] = "/tmp/watchfire-rules-api-XXXXXX";
    directory_ = mkdtemp(path);
    tsdb::DbOptions options;
    options.path = directory_ + "/data";
    options.clock = &clock_;
    options.registry = &registry_;
    options.background = false;
    db_ = tsdb::Db::Open(options).value();
    file_ = directory_ + "/rules.yml";
    EXPECT_TRUE(FileSystem::Local()->WriteFileAtomically(file_, kRules).ok());
    rules::ManagerOptions evaluating;
    evaluating.services.engine = &engine_;
    evaluating.services.clock = &clock_;
    rules_ = std::make_unique<rules::Manager>(std::move(evaluating));
    rules_->Attach(db_.get(), db_.get(), nullptr);
    config::Config config;
    config.rule_files = {file_};
    rules_->Replace(rules_->Load(config, *FileSystem::Local()).value());
    dependencies_.engine = &engine_;
    dependencies_.database = [this] { return db_.get(); };
    dependencies_.rules = rules_.get();
    dependencies_.registry = &registry_;
    dependencies_.clock = &clock_;
    dependencies_.ready = &ready_;
    dependencies_.stopping = &stopping_;
  }
  ~RulesApiTest() override {
    rules_.reset();
    db_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Add(TimeMs t, double v) {
    auto appender = db_->NewAppender();
    model::Labels labels = model::Labels::Of({{"__name__", "load"}, {"host", "a"}});
    ASSERT_TRUE(appender->Append(0, labels, t, v).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  // Every minute from kBase on, with a sample just before each evaluation.
  void Evaluate(const std::vector<double>& values) {
    for (double v : values) {
      Add(clock_.Now(), v);
      clock_.Jump(60'000);
      rules_->EvaluateDue(clock_.Now());
    }
  }
  net::Response Send(const std::string& path, const std::string& query = {}) {
    PrometheusApi api(dependencies_);
    net::Router router;
    api.Register(router);
    net::Request request;
    request.method = "GET";
    request.path = "/api/v1" + path;
    request.raw_query = query;
    request.cancelled = std::make_shared<std::atomic<bool>>(false);
    return router.Dispatch(request);
  }
  std::string Refusal(const std::string& path, const std::string& query, int status = 400) {
    net::Response response = Send(path, query);
    EXPECT_EQ(response.status, status);
    std::string body = response.body;
    size_t at = body.find("\"error\":");
    return at == std::string::npos ? body : body.substr(at + 8, body.size() - at - 9);
  }
  std::string Body(const std::string& path, const std::string& query = {}) {
    return std::string(Send(path, query).body);
  }

  std::string directory_;
  std::string file_;
  testing::FakeClock clock_{kBase};
  client::Registry registry_;
  ThreadPool workers_{"work", 1};
  promql::Engine engine_{{}, &workers_, &registry_, &clock_};
  std::unique_ptr<tsdb::Db> db_;
  std::unique_ptr<rules::Manager> rules_;
  std::atomic<bool> ready_{true};
  std::atomic<bool> stopping_{false};
  Dependencies dependencies_;
};

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(RulesApiTest, ShowsRulesThatWereNeverEvaluated) {
  std::string body = Body("/rules", "rule_group[]=alerts");
  EXPECT_TRUE(Contains(
      body, R"({"state":"unknown","name":"Load","query":"load \u003e 0.5","duration":60,)"
            R"("keepFiringFor":120,"labels":{"severity":"page"},"annotations":{"summary":)"
            R"("{{ $labels.host }} has \u003c{{ $value }}\u003e"},"alerts":[],"health":"unknown",)"
            R"("evaluationTime":0,"lastEvaluation":"0001-01-01T00:00:00Z","type":"alerting",)"
            R"("samples":0,"threshold":{"left":"load","op":"\u003e","value":0.5}})"))
      << body;
  EXPECT_TRUE(Contains(
      body, R"~({"name":"load:max","query":"max(load)","labels":{"team":"a"},"health":"unknown",)~"
            R"("evaluationTime":0,"lastEvaluation":"0001-01-01T00:00:00Z","type":"recording",)"
            R"("samples":0})"))
      << body;
  EXPECT_TRUE(Contains(body, R"("interval":60,"limit":10,"evaluationTime":0,)"
                             R"("lastEvaluation":"0001-01-01T00:00:00Z","missedIterations":0,)"
                             R"("nextEvaluation":"2023-11-14T22:1)"))
      << body;
}

TEST_F(RulesApiTest, ShowsStatesAndAlerts) {
  Evaluate({0.25, 0.75});
  EXPECT_TRUE(Contains(Body("/rules"), R"({"state":"pending","name":"Load")"));
  Evaluate({0.75});
  std::string body = Body("/rules");
  EXPECT_TRUE(Contains(body, R"({"state":"firing","name":"Load")")) << body;
  EXPECT_TRUE(Contains(body, R"("health":"ok")"));
  EXPECT_TRUE(
      Contains(body, R"("health":"err","lastError":"rule result is not a vector or scalar")"))
      << body;
  std::string alerts = Body("/alerts");
  EXPECT_TRUE(Contains(
      alerts, R"({"status":"success","data":{"alerts":[{"labels":{"alertname":"Load","host":"a",)"
              R"("severity":"page"},"annotations":{"summary":"a has \u003c0.75\u003e"},)"
              R"("state":"firing","activeAt":"2023-11-14T22:1)"))
      << alerts;
  EXPECT_TRUE(Contains(alerts, R"("value":"7.5e-01","fingerprint":")")) << alerts;
  EXPECT_FALSE(Contains(alerts, "keepFiringSince"));
  // Over, but kept for two minutes; then gone.
  Evaluate({0.25});
  EXPECT_TRUE(Contains(Body("/alerts"), R"("keepFiringSince":"2023-11-14T22:1)"));
  Evaluate({0.25, 0.25});
  EXPECT_EQ(Body("/alerts"), R"({"status":"success","data":{"alerts":[]}})");
  EXPECT_TRUE(Contains(Body("/rules"), R"({"state":"inactive","name":"Load")"));
}

TEST_F(RulesApiTest, FiltersRulesAndLeavesOutEmptyGroups) {
  auto names = [this](const std::string& query) {
    std::string all;
    std::string body = Body("/rules", query);
    for (const char* name : {"Load", "load:max", "broken"}) {
      if (Contains(body, "\"name\":\"" + std::string(name) + "\",\"query\"")) {
        all += std::string(name) + " ";
      }
    }
    return all;
  };
  EXPECT_EQ(names(""), "Load load:max broken ");
  EXPECT_EQ(names("type=alert"), "Load ");
  EXPECT_EQ(names("type=RECORD"), "load:max broken ");
  EXPECT_EQ(names("rule_name[]=Load&rule_name[]=broken"), "Load broken ");
  EXPECT_EQ(names("rule_group[]=broken"), "broken ");
  EXPECT_EQ(names("file[]=" + net::PercentEncode(file_)), "Load load:max broken ");
  EXPECT_EQ(names("file[]=other"), "");
  EXPECT_EQ(names("match[]=" + net::PercentEncode("{team=\"a\"}")), "load:max ");
  EXPECT_EQ(names("match[]=" + net::PercentEncode("{severity=~\"p.*\"}")), "Load ");
  EXPECT_FALSE(Contains(Body("/rules", "type=alert"), "\"name\":\"broken\",\"file\""));
  EXPECT_EQ(Body("/rules", "rule_name[]=none"), R"({"status":"success","data":{"groups":[]}})");
}

TEST_F(RulesApiTest, LeavesAlertsOutIfAsked) {
  Evaluate({0.75, 0.75, 0.75});
  std::string body = Body("/rules", "exclude_alerts=true");
  EXPECT_TRUE(Contains(body, R"("alerts":null)"));
  EXPECT_TRUE(Contains(body, R"("state":"firing")"));
  EXPECT_TRUE(Contains(Body("/rules", "exclude_alerts=false"), R"("alerts":[{"labels")"));
}

TEST_F(RulesApiTest, GivesGroupsPageByPage) {
  std::string first = Body("/rules", "group_limit=1");
  EXPECT_TRUE(Contains(first, "\"name\":\"alerts\",\"file\""));
  EXPECT_FALSE(Contains(first, "\"name\":\"broken\",\"file\""));
  size_t at = first.find("\"groupNextToken\":\"");
  ASSERT_NE(at, std::string::npos) << first;
  std::string token = first.substr(at + 18, 64);
  std::string second = Body("/rules", "group_limit=1&group_next_token=" + token);
  EXPECT_TRUE(Contains(second, "\"name\":\"broken\",\"file\""));
  EXPECT_FALSE(Contains(second, "groupNextToken"));
  EXPECT_FALSE(Contains(Body("/rules", "group_limit=2"), "groupNextToken"));
}

TEST_F(RulesApiTest, SaysWhatIsWrongWithParameters) {
  EXPECT_EQ(Refusal("/rules", "type=x"),
            R"("invalid parameter \"type\": not supported value \"x\"")");
  EXPECT_EQ(Refusal("/rules", "exclude_alerts=x"),
            R"("invalid parameter \"exclude_alerts\": error converting exclude_alerts: )"
            R"(strconv.ParseBool: parsing \"x\": invalid syntax")");
  EXPECT_EQ(Refusal("/rules", "group_next_token=x"),
            R"("invalid parameter \"group_next_token\": group_limit needs to be present in order )"
            R"(to paginate over the groups")");
  EXPECT_EQ(Refusal("/rules", "group_limit=0"),
            R"("invalid parameter \"group_limit\": group_limit needs to be greater than 0")");
  EXPECT_EQ(Refusal("/rules", "group_limit=1&group_next_token=x"),
            R"("invalid parameter \"group_next_token\": invalid group_next_token 'x'. were rule )"
            R"(groups changed?")");
  EXPECT_EQ(Refusal("/rules", "match[]={}"),
            R"("match[] must contain at least one non-empty matcher")");
}

TEST_F(RulesApiTest, KnowsNoAlertmanagersWithoutANotifier) {
  EXPECT_EQ(Body("/alertmanagers"),
            R"({"status":"success","data":{"activeAlertmanagers":[],"droppedAlertmanagers":[]}})");
}

TEST_F(RulesApiTest, BacktestsAnExpression) {
  for (int i = 0; i < 10; ++i) Add(kBase + i * 60'000, i >= 3 && i < 7 ? 0.75 : 0.25);
  std::string query = "expr=" + net::PercentEncode("load > 0.5") +
                      "&for=2m&label=severity%3Dpage&step=60&start=1700000000&end=1700000540";
  EXPECT_EQ(Body("/rule_backtest", query),
            R"({"status":"success","data":{"alerts":[{"labels":{"alertname":"backtest",)"
            R"("host":"a","severity":"page"},"episodes":[{"pendingAt":"2023-11-14T22:16:20Z",)"
            R"("firedAt":"2023-11-14T22:18:20Z","endedAt":"2023-11-14T22:20:20Z","peak":0.75,)"
            R"("peakAt":"2023-11-14T22:16:20Z"}]}],"fired":1,"firingSeconds":120,)"
            R"("pendingOnly":0,"series":1,"start":"2023-11-14T22:13:20Z",)"
            R"("end":"2023-11-14T22:22:20Z","step":60,"threshold":{"left":"load",)"
            R"("op":"\u003e","value":0.5},"truncated":false}})");
}

TEST_F(RulesApiTest, BacktestsARuleWithOtherTimes) {
  for (int i = 0; i < 10; ++i) Add(kBase + i * 60'000, 0.75);
  std::string range = "&start=1700000000&end=1700000540";
  std::string as_it_is = Body("/rule_backtest", "rule=Load&group=alerts" + range);
  EXPECT_TRUE(Contains(as_it_is, R"("firedAt":"2023-11-14T22:14:20Z")")) << as_it_is;
  EXPECT_TRUE(Contains(as_it_is, R"("step":60,)"));
  std::string longer = Body("/rule_backtest", "rule=Load&for=5m" + range);
  EXPECT_TRUE(Contains(longer, R"("firedAt":"2023-11-14T22:18:20Z")")) << longer;
}

TEST_F(RulesApiTest, RefusesBacktestsThatMakeNoSense) {
  std::string range = "&start=0&end=60";
  EXPECT_EQ(Refusal("/rule_backtest", range.substr(1)),
            R"("invalid parameter \"rule\": either expr or rule must be given")");
  EXPECT_EQ(Refusal("/rule_backtest", "rule=None" + range, 404),
            R"("no alerting rule is named \"None\"")");
  EXPECT_EQ(Refusal("/rule_backtest", "rule=load:max" + range, 404),
            R"("no alerting rule is named \"load:max\"")");
  EXPECT_TRUE(Contains(Refusal("/rule_backtest", "expr=sum(" + range),
                       R"(invalid parameter \"expr\": 1:5: parse error)"));
  EXPECT_EQ(Refusal("/rule_backtest", "expr=up&for=x" + range),
            R"("invalid parameter \"for\": cannot parse \"x\" to a valid duration")");
  EXPECT_EQ(Refusal("/rule_backtest", "expr=up&label=x" + range),
            R"("invalid parameter \"label\": expected name=value, got \"x\"")");
  EXPECT_TRUE(Contains(Refusal("/rule_backtest", "expr=up&start=0&end=1000000000&step=1"),
                       "exceeded maximum resolution"));
}

TEST(ExponentTextTest, IsAsGoPrintsIt) {
  EXPECT_EQ(ExponentText(1), "1e+00");
  EXPECT_EQ(ExponentText(0), "0e+00");
  EXPECT_EQ(ExponentText(-0.00125), "-1.25e-03");
  EXPECT_EQ(ExponentText(1234567), "1.234567e+06");
  EXPECT_EQ(ExponentText(1e300), "1e+300");
  EXPECT_EQ(ExponentText(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(ExponentText(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

}  // namespace
}  // namespace watchfire::api

// The whole way: rules, states, alerts, notifications, restarts.

#include "grafana/managed/managed_world_test.h"
#include "net/digest.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

class ManagedTest : public ManagedWorld {
 protected:
  void AddTelegram() {
    AddPoint(R"({"uid":"t","name":"phone","type":"telegram","settings":{"bottoken":"123:tok",
        "chatid":"42","apiUrl":")" +
             peer() + R"("}})");
    SetPolicy(R"({"receiver":"phone","group_by":["grafana_folder","alertname"],
        "group_wait":"10s","group_interval":"1m","repeat_interval":"4h"})");
  }
  static std::string TextOf(const net::Request& request) {
    return *Json::Parse(request.body).value().Find("text")->AsString();
  }
};

TEST_F(ManagedTest, AnIdleServerHasNoAlertmanagerAndNothingDue) {
  EXPECT_EQ(impl().Manager(), nullptr);
  EXPECT_FALSE(impl().evaluator->NextDue().has_value());
  Put("Low");
  EXPECT_NE(impl().Manager(), nullptr);
}

// The alert of the operations guide: WHEN last() OF query(A) IS BELOW 1, every minute for two.
TEST_F(ManagedTest, AClassicConditionReachesTelegramAndIsResolvedThere) {
  AddTelegram();
  ManagedRule rule;
  rule.title = "Verifier down";
  rule.folder_uid = folder_;
  rule.group = "one minute";
  rule.condition = "B";
  rule.for_ms = 2 * kMinute;
  rule.annotations["summary"] = "{{ $values.B0 }} is below 1";
  rule.data.push_back({"A", "", 300, 0, "prom", Json::Parse(R"({"expr":"up"})").value()});
  rule.data.push_back({"B", "", 0, 0, "__expr__",
                       Json::Parse(R"({"type":"classic_conditions","conditions":[{"type":"query",
        "evaluator":{"type":"lt","params":[1]},"operator":{"type":"and"},
        "query":{"params":["A","5m","now"]},"reducer":{"type":"last","params":[]}}]})")
                           .value()});
  double value = 1;
  answer_ = [&](const PanelQuery& query) -> Result<NodeValue> {
    TimeSeries series;
    series.labels = model::Labels::Of({{"instance", "a"}});
    series.t = {query.from, query.to};
    series.v = {1, value};
    return NodeValue{std::vector<TimeSeries>{series}};
  };
  rule = Put(rule);
  EXPECT_EQ(RuleSentence(rule), "WHEN last() OF query(A) IS BELOW 1");
  Pass(3 * kMinute);
  EXPECT_EQ(States(rule.uid), "Normal");
  value = 0;
  Pass(kMinute);
  EXPECT_EQ(States(rule.uid), "Pending");
  Pass(kMinute);
  EXPECT_EQ(States(rule.uid), "Pending");
  EXPECT_TRUE(sent().empty());
  Pass(kMinute);
  EXPECT_EQ(States(rule.uid), "Alerting");
  Pass(kMinute);
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_EQ(sent()[0].path, "/bot123:tok/sendMessage");
  std::string text = TextOf(sent()[0]);
  EXPECT_NE(text.find("alertname = Verifier down"), std::string::npos) << text;
  EXPECT_NE(text.find("summary = 0 is below 1"), std::string::npos) << text;
  EXPECT_NE(text.find("Value: B0=0"), std::string::npos) << text;
  EXPECT_EQ(text.find("__alert_rule_uid__"), std::string::npos) << text;
  value = 1;
  Pass(3 * kMinute);
  EXPECT_EQ(States(rule.uid), "Normal");
  ASSERT_EQ(sent().size(), 2u);
  EXPECT_NE(TextOf(sent()[1]).find("Resolved"), std::string::npos);
}

TEST_F(ManagedTest, EachSeriesIsAnAlertOfItsOwn) {
  Answer({{"a", 1}, {"b", 0}});
  ManagedRule rule = Put("Low", R"("labels":{"team":"{{ $labels.job }}s"})");
  Pass(kMinute);
  EXPECT_EQ(States(rule.uid), "Normal, Alerting");
  ASSERT_EQ(Alerts(), std::vector<std::string>{"Low"});
  alerting::AlertView view = impl().Manager()->Alerts()[0];
  EXPECT_EQ(view.alert->labels.Get("grafana_folder"), "Servers");
  EXPECT_EQ(view.alert->labels.Get("team"), "bs");
  EXPECT_EQ(view.alert->labels.Get("__alert_rule_uid__"), rule.uid);
}

TEST_F(ManagedTest, ASeriesThatIsGoneEndsAfterTwoEvaluations) {
  Answer({{"a", 1}, {"b", 0}});
  ManagedRule rule = Put("Low");
  Pass(kMinute);
  Answer({{"a", 1}});
  Pass(kMinute);
  EXPECT_EQ(States(rule.uid), "Normal, Alerting");
  Pass(kMinute);
  EXPECT_EQ(States(rule.uid), "Normal");
  EXPECT_TRUE(Alerts().empty());
  std::vector<HistoryEntry> history = impl().rules->History(rule.uid, 0, clock_.Now(), 100).value();
  ASSERT_FALSE(history.empty());
  EXPECT_EQ(history[0].current, "Normal (MissingSeries)");
}

TEST_F(ManagedTest, NothingUnknownIsToldRightAfterTheStart) {
  ready_ = false;
  ManagedRule rule = Put("Low");
  Pass(5 * kMinute);
  EXPECT_EQ(States(rule.uid), "");
  ready_ = true;
  Open();
  Pass(kMinute / 2);
  EXPECT_EQ(impl().evaluator->StatusOf(rule.uid)->health, "nodata");
  EXPECT_EQ(States(rule.uid), "");
  EXPECT_TRUE(Alerts().empty());
  Pass(2 * kMinute);
  EXPECT_EQ(States(rule.uid), "NoData");
  EXPECT_EQ(Alerts(), std::vector<std::string>{"DatasourceNoData"});
}

TEST_F(ManagedTest, NoDataIsAnAlertOfItsOwnAndEndsWithTheFirstData) {
  Answer({{"a", 0}});
  ManagedRule rule = Put("Low");
  Pass(3 * kMinute);
  EXPECT_EQ(Alerts(), std::vector<std::string>{"Low"});
  Answer({});
  Pass(kMinute);
  EXPECT_EQ(Alerts(), (std::vector<std::string>{"DatasourceNoData", "Low"}));
  for (const alerting::AlertView& view : impl().Manager()->Alerts()) {
    if (view.alert->name() != "DatasourceNoData") continue;
    EXPECT_EQ(view.alert->labels.Get("rulename"), "Low");
    EXPECT_EQ(view.alert->labels.Get("datasource_uid"), "prom");
    EXPECT_EQ(view.alert->labels.Get("ref_id"), "A");
  }
  Answer({{"a", 0}});
  Pass(kMinute);
  EXPECT_EQ(Alerts(), std::vector<std::string>{"Low"});
}

TEST_F(ManagedTest, AnErrorOfTheQueryIsToldByItsRuleAndOthersStay) {
  Answer({{"a", 0}});
  ManagedRule rule = Put("Low");
  Pass(3 * kMinute);
  Fail(Error::Invalid("bad_data: parse error"));
  Pass(3 * kMinute);
  EXPECT_EQ(States(rule.uid), "Error, Alerting");
  EXPECT_EQ(Alerts(), (std::vector<std::string>{"DatasourceError", "Low"}));
  std::optional<RuleStatus> status = impl().evaluator->StatusOf(rule.uid);
  EXPECT_EQ(status->health, "error");
  EXPECT_EQ(status->last_error, "failed to execute query A: bad_data: parse error");
}

TEST_F(ManagedTest, ASilentDataSourceIsOneAlertForAllItsRules) {
  Answer({{"a", 0}});
  ManagedRule first = Put("First");
  ManagedRule second = Put("Second");
  Pass(3 * kMinute);
  EXPECT_EQ(Alerts(), (std::vector<std::string>{"First", "Second"}));
  Fail(Error::Io("connection refused"));
  int asked = 0;
  auto failing = answer_;
  answer_ = [&, failing](const PanelQuery& query) {
    ++asked;
    return failing(query);
  };
  Pass(kMinute);
  EXPECT_EQ(asked, 1) << "the second rule need not find out for itself";
  EXPECT_EQ(Alerts(), (std::vector<std::string>{"First", "Second"}));
  Pass(2 * kMinute);
  EXPECT_EQ(Alerts(), (std::vector<std::string>{"DatasourceError", "First", "Second"}));
  EXPECT_EQ(States(first.uid), "Alerting");
  Answer({{"a", 1}});
  Pass(kMinute);
  EXPECT_TRUE(Alerts().empty());
}

TEST_F(ManagedTest, ARestartKeepsWhatFiresAndTellsNobodyTwice) {
  AddTelegram();
  Answer({{"a", 0}});
  ManagedRule rule = Put("Low", R"("for":"1m")");
  Pass(5 * kMinute);
  ASSERT_EQ(States(rule.uid), "Alerting");
  ASSERT_EQ(sent().size(), 1u);
  TimeMs since = impl().evaluator->StatusOf(rule.uid)->instances[0].since;
  Open();
  EXPECT_EQ(States(rule.uid), "Alerting");
  Pass(5 * kMinute);
  EXPECT_EQ(impl().evaluator->StatusOf(rule.uid)->instances[0].since, since);
  EXPECT_EQ(sent().size(), 1u) << TextOf(sent().back());
  // What ends while nobody looks is told afterwards.
  Answer({{"a", 1}});
  Open();
  Pass(3 * kMinute);
  ASSERT_EQ(sent().size(), 2u);
  EXPECT_NE(TextOf(sent()[1]).find("Resolved"), std::string::npos);
}

TEST_F(ManagedTest, PausedAndDeletedRulesEndTheirAlerts) {
  Answer({{"a", 0}});
  ManagedRule rule = Put("Low");
  Pass(kMinute);
  ASSERT_EQ(Alerts().size(), 1u);
  rule.paused = true;
  rule = Put(rule);
  Pass(1);
  EXPECT_TRUE(Alerts().empty());
  EXPECT_EQ(States(rule.uid), "");
  rule.paused = false;
  rule = Put(rule);
  Pass(1);
  EXPECT_EQ(Alerts().size(), 1u) << "a resumed rule is evaluated at once";
  ASSERT_TRUE(impl().DeleteRule(rule.uid, {}).ok());
  Pass(1);
  EXPECT_TRUE(Alerts().empty());
}

TEST_F(ManagedTest, ARuleThatBecomesAnotherBeginsAnew) {
  Answer({{"a", 0}});
  ManagedRule rule = Put("Low", R"("for":"1m")");
  Pass(3 * kMinute);
  ASSERT_EQ(States(rule.uid), "Alerting");
  rule.annotations["summary"] = "other words";
  rule = Put(rule);
  EXPECT_EQ(States(rule.uid), "Alerting");
  rule.labels["severity"] = "page";
  rule = Put(rule);
  Pass(1);
  EXPECT_EQ(States(rule.uid), "Pending");
  EXPECT_EQ(impl().rules->Versions(rule.uid)->size(), 3u);
}

TEST_F(ManagedTest, ChangesOfStateAreAnnotatedOnTheLinkedPanel) {
  Answer({{"a", 0}});
  Put("Low", R"("dashboardUid":"dash","panelId":7,"for":"1m")");
  Pass(2 * kMinute);
  ASSERT_EQ(annotations_.size(), 2u);
  EXPECT_EQ(annotations_[1].dashboard, "dash");
  EXPECT_EQ(annotations_[1].panel, 7);
  EXPECT_EQ(annotations_[1].before, "Pending");
  EXPECT_EQ(annotations_[1].after, "Alerting");
}

TEST_F(ManagedTest, ARuleCanNameItsReceiver) {
  AddPoint(R"({"uid":"w","name":"hook","type":"webhook","settings":{"url":")" + peer() +
           R"(/hook"}})");
  Answer({{"a", 0}});
  Result<ManagedRule> lost =
      impl().PutRule(MakeRule("Lost", R"("notification_settings":{"receiver":"nobody"})"), {});
  EXPECT_EQ(lost.error().message(),
            "rule \"Lost\": notification_settings: there is no contact point \"nobody\"");
  ManagedRule rule = Put("Low", R"("dashboardUid":"d","panelId":"3",
      "notification_settings":{"receiver":"hook","group_wait":"1s"})");
  Pass(kMinute);
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_EQ(sent()[0].path, "/hook");
  Json body = Json::Parse(sent()[0].body).value();
  EXPECT_EQ(*body.Find("version")->AsString(), "1");
  EXPECT_EQ(*body.Find("state")->AsString(), "alerting");
  EXPECT_EQ(*body.Find("receiver")->AsString(), "hook");
  EXPECT_NE(body.Find("title")->AsString()->find("[FIRING:1] "), std::string::npos);
  const Json& alert = (*body.Find("alerts")->AsArray())[0];
  EXPECT_EQ(alert.Find("values")->ToString(), R"({"A":0,"C":1})");
  EXPECT_EQ(*alert.Find("valueString")->AsString(),
            "[ var='A' labels={job=a} value=0 ], [ var='C' labels={job=a} value=1 ]");
  EXPECT_EQ(*alert.Find("panelURL")->AsString(), "http://grafana.example/d/d?viewPanel=3");
  EXPECT_NE(alert.Find("silenceURL")->AsString()->find("matcher=alertname%3DLow"),
            std::string::npos);
  EXPECT_EQ(alert.Find("labels")->Find("__alert_rule_uid__"), nullptr);
  // Nobody may delete the contact point while the rule names it.
  Result<void> deleted = impl().contacts->Change(
      [](ContactState& state) -> Result<void> { return DeletePoint(state, "w", From::kPages); });
  EXPECT_FALSE(deleted.ok());
}

TEST_F(ManagedTest, AContactPointIsTestedWithoutBeingSaved) {
  ContactPoint point =
      ParseContactPoint(
          Json::Parse(R"({"uid":"x","name":"x","type":"webhook","settings":{"url":")" + peer() +
                      R"("}})")
              .value())
          .value();
  Result<alerting::Attempt> attempt = impl().TestPoint(point, model::Labels(), {});
  ASSERT_TRUE(attempt.ok()) << attempt.error().message();
  EXPECT_TRUE(attempt->delivered) << attempt->error;
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_NE(sent()[0].body.find("TestAlert"), std::string::npos);
  EXPECT_EQ(impl().Manager(), nullptr);
}

TEST_F(ManagedTest, ARecordingRuleWritesWhatItsNodeGives) {
  Answer({{"a", 3}, {"b", std::nullopt}});
  ManagedRule rule = Put("Recorded", R"("labels":{"team":"x"},
      "record":{"metric":"job:up:last","from":"A"})");
  TimeMs at = clock_.Now();
  Pass(1);
  auto series = storage_.Snapshot();
  ASSERT_EQ(series->size(), 1u);
  EXPECT_EQ(series->begin()->first,
            model::Labels::Of({{"__name__", "job:up:last"}, {"job", "a"}, {"team", "x"}}));
  ASSERT_EQ(series->begin()->second.floats.size(), 1u);
  EXPECT_EQ(series->begin()->second.floats[0].v, 3);
  EXPECT_EQ(series->begin()->second.floats[0].t, at);
  EXPECT_EQ(impl().evaluator->StatusOf(rule.uid)->health, "ok");
  EXPECT_TRUE(Alerts().empty());
}

TEST_F(ManagedTest, AWebhookIsSignedWithItsSecret) {
  AddPoint(R"({"uid":"w","name":"hook","type":"webhook","settings":{"url":")" + peer() +
           R"(/hook","title":"{{ .CommonLabels.job }}: {{ (index .Alerts 0).Values.A }}",
           "hmacConfig":{"secret":"s","header":"X-Sig"}}})");
  SetPolicy(R"({"receiver":"hook","group_wait":"1s"})");
  Answer({{"a", 0.5}});
  Put("Low");
  Pass(kMinute);
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_EQ(sent()[0].headers.Get("X-Sig"), net::Hex(net::HmacSha256("s", sent()[0].body)));
  EXPECT_EQ(*Json::Parse(sent()[0].body).value().Find("title")->AsString(), "a: 0.5");
}

TEST_F(ManagedTest, AGroupIsEvaluatedAtItsSlots) {
  std::vector<TimeMs> times;
  answer_ = [&](const PanelQuery& query) -> Result<NodeValue> {
    times.push_back(query.to);
    return Numbers({{"a", 1}});
  };
  Put("Low");
  Pass(5 * kMinute);
  ASSERT_GE(times.size(), 5u);
  for (size_t i = 2; i < times.size(); ++i) EXPECT_EQ(times[i] - times[i - 1], kMinute);
}

TEST_F(ManagedTest, AServerWithThreadsOfItsOwnEvaluatesToo) {
  Answer({{"a", 0}});
  ManagedRule rule = Put("Low");
  std::atomic<int> asked = 0;
  answer_ = [&](const PanelQuery&) -> Result<NodeValue> {
    ++asked;
    return Numbers({{"a", 0}});
  };
  managed_->Start();
  while (asked == 0) std::this_thread::yield();
  managed_->Stop();
  EXPECT_GE(asked.load(), 1);
}

}  // namespace
}  // namespace watchfire::grafana

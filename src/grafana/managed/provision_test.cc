// Files of provisioning/alerting, and alerts of old panels.

#include "grafana/managed/legacy_alert.h"
#include "grafana/managed/managed_world_test.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

class ProvisionTest : public ManagedWorld {
 protected:
  std::string Provision(std::string_view text, const std::string& file = "rules.json") {
    Result<Json> json = Json::Parse(text);
    if (!json.ok()) return json.error().message();
    Result<void> done = managed_->Provision(*json, file);
    return done.ok() ? "" : done.error().message();
  }
  static std::string Group(const std::string& rules) {
    return R"({"apiVersion":1,"groups":[{"orgId":1,"name":"g","folder":"Ops","interval":"1m",
        "rules":[)" +
           rules + "]}]}";
  }
  static std::string Rule(const std::string& uid, const std::string& more = "") {
    return R"({"uid":")" + uid + R"(","title":"Rule )" + uid + R"(","condition":"A","for":"5m",
        "data":[{"refId":"A","datasourceUid":"prom","relativeTimeRange":{"from":60,"to":0},
        "model":{"expr":"up < 1","instant":true}}])" +
           (more.empty() ? "" : "," + more) + "}";
  }
};

TEST_F(ProvisionTest, AFileMakesFoldersGroupsAndRulesThatPagesCannotChange) {
  ASSERT_EQ(Provision(Group(Rule("r1") + "," + Rule("r2", R"("dasboardUid":"d","panelId":2)"))),
            "");
  FoundRule found = impl().rules->Find("r2");
  ASSERT_NE(found.rule, nullptr);
  EXPECT_EQ(impl().FolderTitle(found.group->folder_uid), "Ops");
  EXPECT_EQ(found.rule->provenance, "file");
  EXPECT_EQ(found.rule->error, ErrorPolicy::kAlerting) << "the default of files";
  EXPECT_EQ(found.rule->Annotation("__dashboardUid__"), "d");
  ManagedRule changed = *found.rule;
  changed.title = "Mine";
  EXPECT_EQ(impl().PutRule(changed, {}).error().message(),
            "rule \"Rule r2\" comes from a provisioning file: change it there");
}

TEST_F(ProvisionTest, AFileThatIsReadAgainChangesNothingAndOneThatIsChangedDoes) {
  ASSERT_EQ(Provision(Group(Rule("r1"))), "");
  ASSERT_EQ(Provision(Group(Rule("r1"))), "");
  EXPECT_EQ(impl().rules->Find("r1").rule->version, 1);
  ASSERT_EQ(Provision(Group(Rule("r1", R"("labels":{"a":"b"})"))), "");
  EXPECT_EQ(impl().rules->Find("r1").rule->version, 2);
  ASSERT_EQ(Provision(R"({"deleteRules":[{"orgId":1,"uid":"r1"},{"uid":"gone"}]})"), "");
  EXPECT_EQ(impl().rules->Find("r1").rule, nullptr);
}

TEST_F(ProvisionTest, AnEditableFileLeavesItsRulesOpen) {
  std::string text = Group(Rule("r1"));
  ASSERT_EQ(Provision(R"({"editable":true,)" + text.substr(1)), "");
  ManagedRule rule = *impl().rules->Find("r1").rule;
  rule.title = "Mine";
  EXPECT_TRUE(impl().PutRule(rule, {}).ok());
}

TEST_F(ProvisionTest, AMistakeNamesItsPlaceAndNothingOfTheFileIsTaken) {
  EXPECT_EQ(Provision(R"({"groups":{}})"), "groups must be a list");
  EXPECT_EQ(Provision(R"({"groups":[{"name":"g","folder":"f","rules":[]}]})"),
            "group \"g\": interval is required");
  EXPECT_EQ(Provision(R"({"groups":[{"name":"g","interval":"1m","rules":[]}]})"),
            "group \"g\": folder is required");
  EXPECT_EQ(Provision(Group(Rule("r1") + "," + Rule("r2", R"("condition":"Q")"))),
            "group \"g\": rule \"Rule r2\": condition is \"Q\", which is no refId of data");
  EXPECT_EQ(impl().rules->Find("r1").rule, nullptr);
  EXPECT_EQ(Provision(R"({"contactPoints":[{"name":"phone","receivers":[
      {"uid":"a","type":"telegram","settings":{"bottoken":"t","chatid":"1"}},
      {"uid":"b","type":"telegram","settings":{"chatid":"1"}}]}]})"),
            "contactPoints: \"phone\": receivers[1]: telegram: bottoken is required");
  EXPECT_TRUE(impl().contacts->state()->IsInitial());
  EXPECT_NE(Provision(R"({"policies":[{"receiver":"nobody"}]})").find("nobody"), std::string::npos);
  EXPECT_EQ(Provision(R"({"muteTimes":[{"name":"n","time_intervals":7}]})"),
            "muteTimes: \"n\": mute timing \"n\": time_intervals must be a list");
  EXPECT_EQ(Provision(R"({"templates":[{"name":"t"}]})"),
            "templates: \"t\": template \"t\": template is required");
}

TEST_F(ProvisionTest, AFileOfEveryKindIsTakenWhole) {
  ASSERT_EQ(Provision(R"({"apiVersion":1,
      "contactPoints":[{"orgId":1,"name":"phone","receivers":[
        {"uid":"p1","type":"telegram","settings":{"bottoken":"t","chatid":-5}}]}],
      "muteTimes":[{"name":"night","time_intervals":[{"times":[
        {"start_time":"22:00","end_time":"23:00"}]}]}],
      "templates":[{"name":"mine","template":"{{ define \"mine\" }}x{{ end }}"}],
      "policies":[{"receiver":"phone","group_by":["alertname"],"routes":[
        {"receiver":"phone","object_matchers":[["a","=","b"]],
         "mute_time_intervals":["night"]}]}]})",
                      "contacts.yaml"),
            "");
  auto state = impl().contacts->state();
  EXPECT_EQ(state->FindPoint("p1")->provenance, "file");
  EXPECT_EQ(state->policy_files.size(), 1u);
  ASSERT_EQ(Provision(Group(Rule("r1", R"("notification_settings":{"receiver":"phone"})"))), "");
  EXPECT_EQ(Provision(Group(Rule("r1", R"("notification_settings":{"receiver":"no"})"))),
            "rule \"Rule r1\": notification_settings: there is no contact point \"no\"");
}

TEST_F(ProvisionTest, PoliciesOfAFileThatIsGoneAreForgottenAtTheNextStart) {
  const std::string first = R"({"policies":[{"receiver":"grafana-default-email",
      "group_by":["a"]},{"receiver":"grafana-default-email","routes":[{"matchers":["x=1"]}]}]})";
  ASSERT_EQ(Provision(first, "a.yaml"), "");
  ASSERT_EQ(impl().contacts->state()->policy_files.size(), 2u)
      << "two entries of one file are merged too";
  ASSERT_EQ(Provision(R"({"policies":[{"receiver":"grafana-default-email"}]})", "b.yaml"), "");
  Open();
  ASSERT_EQ(Provision(first, "a.yaml"), "");
  managed_->Start();
  managed_->Stop();
  auto state = impl().contacts->state();
  ASSERT_EQ(state->policy_files.size(), 2u);
  EXPECT_EQ(state->policy_files[0].file, "a.yaml");
  EXPECT_EQ(state->policy_files[1].file, "a.yaml#1");
  ASSERT_EQ(Provision(R"({"resetPolicies":[1]})", "c.yaml"), "");
  EXPECT_TRUE(impl().contacts->state()->policy_files.empty());
}

TEST_F(ProvisionTest, ItemsOfOtherOrganisationsAreOfNobody) {
  ASSERT_EQ(Provision(R"({"templates":[{"orgId":2,"name":"t","template":"x"}]})"), "");
  EXPECT_TRUE(impl().contacts->state()->templates.empty());
}

TEST(LegacyAlertTest, APanelsAlertBecomesARule) {
  Json panel = Json::Parse(R"({"id":3,"title":"Disk","datasource":"Prom","targets":[
      {"refId":"A","expr":"free"},{"refId":"C","expr":"used","datasource":{"uid":"x"}}],
      "alert":{"name":"Disk alert","frequency":"65s","for":"5m","noDataState":"keep_state",
       "executionErrorState":"alerting","message":"full","notifications":[{"uid":"n"}],
       "alertRuleTags":{"team":"ops"},"conditions":[
        {"type":"query","evaluator":{"type":"gt","params":[5]},"operator":{"type":"and"},
         "query":{"params":["A","5m","now"]},"reducer":{"type":"avg","params":[]}},
        {"type":"query","evaluator":{"type":"lt","params":[1]},"operator":{"type":"or"},
         "query":{"params":["A","1h","now-10m"]},"reducer":{"type":"last","params":[]}},
        {"type":"query","evaluator":{"type":"lt","params":[1]},"operator":{"type":"or"},
         "query":{"params":["C","5m","now"]},"reducer":{"type":"last","params":[]}}]}})")
                   .value();
  Result<LegacyAlert> legacy = RuleOfPanel(panel, "dash", [](const Json& source) {
    return source.AsString() != nullptr ? "of " + *source.AsString() : std::string("x");
  });
  ASSERT_TRUE(legacy.ok()) << legacy.error().message();
  const ManagedRule& rule = legacy->rule;
  EXPECT_EQ(rule.title, "Disk alert");
  EXPECT_EQ(legacy->interval_ms, 70'000);
  EXPECT_EQ(rule.for_ms, 300'000);
  EXPECT_EQ(rule.no_data, NoDataPolicy::kKeepLast);
  EXPECT_EQ(rule.error, ErrorPolicy::kAlerting);
  ASSERT_EQ(rule.data.size(), 4u);
  EXPECT_EQ(rule.data[0].ref_id, "A");
  EXPECT_EQ(rule.data[0].datasource_uid, "of Prom");
  EXPECT_EQ(rule.data[1].ref_id, "A1");
  EXPECT_EQ(rule.data[1].from_s, 3600);
  EXPECT_EQ(rule.data[1].to_s, 600);
  EXPECT_EQ(rule.data[2].ref_id, "C");
  EXPECT_EQ(rule.data[2].datasource_uid, "x");
  EXPECT_EQ(rule.condition, "B");
  EXPECT_EQ(rule.annotations.at("__panelId__"), "3");
  EXPECT_EQ(rule.labels.at("team"), "ops");
  EXPECT_EQ(legacy->notes.size(), 1u);
}

TEST(LegacyAlertTest, AnAlertOnAQueryThatIsNotThereIsRefused) {
  Json panel = Json::Parse(R"({"targets":[],"alert":{"name":"x","conditions":[
      {"query":{"params":["A","5m","now"]}}]}})")
                   .value();
  Result<LegacyAlert> legacy = RuleOfPanel(panel, "", [](const Json&) { return "p"; });
  EXPECT_EQ(legacy.error().message(), "the alert reads query A, which the panel has not");
}

}  // namespace
}  // namespace watchfire::grafana

#include <gtest/gtest.h>

#include "grafana/dashboards/dashboards.h"

namespace watchfire::grafana {
namespace {

codec::Json Parse(std::string_view text) {
  return codec::Json::Parse(text).value();
}
std::string Unwrapped(std::string_view text) {
  Result<codec::Json> bare = Unwrap(Parse(text));
  return bare.ok() ? bare->ToString() : bare.error().message();
}

TEST(Slug, HasLettersDigitsAndSingleDashes) {
  EXPECT_EQ(Slug("Agent Orchestrator - Overview"), "agent-orchestrator-overview");
  EXPECT_EQ(Slug("  Größe & Über/50% "), "grose-uber-50");
  EXPECT_EQ(Slug("日本語"), "dashboard");
  EXPECT_EQ(Slug("\xc3"), "dashboard");
  EXPECT_EQ(Slug("../../etc/passwd"), "etc-passwd");
  EXPECT_EQ(Slug(std::string(300, 'x')).size(), 80u);
}

TEST(Unwrap, TakesAllEnvelopesThatPeopleHave) {
  EXPECT_EQ(Unwrapped(R"({"title":"x"})"), R"({"title":"x"})");
  EXPECT_EQ(Unwrapped(R"({"dashboard":{"title":"x"}})"), R"({"title":"x"})");
  EXPECT_EQ(Unwrapped(R"({"meta":{"slug":"s"},"dashboard":{"title":"x"}})"), R"({"title":"x"})");
  EXPECT_EQ(Unwrapped(R"({"dashboard":{"dashboard":{"panels":[]}},"folderUid":"f"})"),
            R"({"panels":[]})");
  EXPECT_EQ(Unwrapped(R"({"apiVersion":"dashboard.grafana.app/v1beta1","kind":"Dashboard",
                          "metadata":{"name":"n"},"spec":{"title":"x"}})"),
            R"({"title":"x","uid":"n"})");
  EXPECT_EQ(Unwrapped(R"({"apiVersion":"dashboard.grafana.app/v2","kind":"Dashboard",
                          "metadata":{"name":"n"},"spec":{"title":"x","uid":"u","elements":{}}})"),
            R"({"title":"x","uid":"u","elements":{}})");
}

TEST(Unwrap, SaysWhatIsNoDashboard) {
  EXPECT_EQ(Unwrapped("[]"), "expected a dashboard as a JSON object, not array");
  EXPECT_NE(Unwrapped("{}").find("looks like a dashboard"), std::string::npos);
  EXPECT_NE(Unwrapped(R"({"dashboard":{}})").find("looks like"), std::string::npos);
  EXPECT_NE(Unwrapped(R"({"dashboard":5})").find("looks like"), std::string::npos);
  EXPECT_NE(Unwrapped(R"({"kind":"Folder","spec":{"title":"x"}})").find("looks like"),
            std::string::npos);
}

TEST(Inputs, AreReplacedEverywhereByWhatWasChosenOrTheDefault) {
  codec::Json d = Parse(R"({
    "__inputs":[{"name":"DS_PROMETHEUS","type":"datasource","pluginId":"prometheus"},
                {"name":"DS_LOKI","type":"datasource","pluginId":"loki"},
                {"name":"VAR_JOB","type":"constant","value":"node"}],
    "__requires":[],
    "title":"t",
    "panels":[{"datasource":"${DS_PROMETHEUS}","targets":[{"datasource":{"uid":"${DS_PROMETHEUS}"},
      "expr":"up{job=\"${VAR_JOB}\"}"}]},{"datasource":"${DS_LOKI}"}]})");
  codec::Json chosen = d;
  ResolveInputs(d, {}, "main");
  EXPECT_EQ(d, Parse(R"({"title":"t","panels":[{"datasource":"main","targets":[
      {"datasource":{"uid":"main"},"expr":"up{job=\"node\"}"}]},{"datasource":"${DS_LOKI}"}]})"));
  ResolveInputs(chosen, {{"DS_PROMETHEUS", "mine"}, {"DS_LOKI", "logs"}, {"VAR_JOB", "api"}},
                "main");
  EXPECT_EQ(chosen, Parse(R"({"title":"t","panels":[{"datasource":"mine","targets":[
      {"datasource":{"uid":"mine"},"expr":"up{job=\"api\"}"}]},{"datasource":"logs"}]})"));
}

TEST(Inputs, LeaveVariablesAndDamagedListsAlone) {
  codec::Json d =
      Parse(R"({"__inputs":{"x":1},"a":"${DS_PROMETHEUS} $job","b":[1,null,{"c":"x"}]})");
  ResolveInputs(d, {}, "main");
  EXPECT_EQ(d, Parse(R"({"a":"${DS_PROMETHEUS} $job","b":[1,null,{"c":"x"}]})"));
  codec::Json no_default =
      Parse(R"({"__inputs":[{"name":"DS_P","pluginId":"prometheus"},5,{}],"a":"${DS_P}"})");
  ResolveInputs(no_default, {}, "");
  EXPECT_EQ(no_default, Parse(R"({"a":"${DS_P}"})"));
  codec::Json list = Parse("[1]");
  ResolveInputs(list, {}, "main");
  EXPECT_EQ(list, Parse("[1]"));
}

}  // namespace
}  // namespace watchfire::grafana

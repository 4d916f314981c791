// Alertmanager's templates: the corpora of tests/template/alerts and tests/template/html, the
// defaults, and prepared fields.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "template/corpus/corpus.h"
#include "template/library/alert_templates.h"
#include "template/library/testing_zone.h"

namespace watchfire::templates {
namespace {

class FixedClock : public Clock {
 public:
  TimeMs Now() const override { return 1'772'604'800'000; }  // 2026-03-04 06:13:20
  int64_t MonotonicNs() const override { return 0; }
};

NamesAndValues PairsOf(const codec::Json* json) {
  NamesAndValues pairs;
  for (const auto& member : *json->AsObject()) {
    pairs.emplace_back(member.name, *member.value.AsString());
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

SharedPairs Shared(const codec::Json* json) {
  return std::make_shared<const NamesAndValues>(PairsOf(json));
}

GoTime TimeOf(const codec::Json& json, std::string_view key) {
  return ParseTime(kRfc3339NanoLayout, *json.Find(key)->AsString()).value();
}

NotificationData ReadData() {
  std::ifstream in("tests/template/alerts/data.json");
  std::stringstream text;
  text << in.rdbuf();
  codec::Json json = codec::Json::Parse(text.str()).value();
  NotificationData data;
  data.receiver = *json.Find("receiver")->AsString();
  data.external_url = *json.Find("externalURL")->AsString();
  data.notification_reason = "new alerts";
  for (const codec::Json& alert : *json.Find("alerts")->AsArray()) {
    data.alerts.push_back(
        {*alert.Find("status")->AsString() == "resolved", Shared(alert.Find("labels")),
         Shared(alert.Find("annotations")), TimeOf(alert, "startsAt"), TimeOf(alert, "endsAt"),
         *alert.Find("generatorURL")->AsString(), *alert.Find("fingerprint")->AsString()});
  }
  data.group_labels = PairsOf(json.Find("groupLabels"));
  data.common_labels = PairsOf(json.Find("commonLabels"));
  data.common_annotations = PairsOf(json.Find("commonAnnotations"));
  return data;
}

// Some zones, so that the test needs none of the machine's.
Result<TimeZone> FindZone(const std::string& name) {
  const std::map<std::string, std::string> rules = {
      {"Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"},
      {"Asia/Kolkata", "IST-5:30"},
      {"America/New_York", "EST5EDT,M3.2.0,M11.1.0"},
  };
  auto rule = rules.find(name);
  if (rule == rules.end()) return SystemZones(FileSystem::Local(), "/nonexistent")(name);
  return TimeZone::Parse(name, ZoneFileWithFooter(rule->second));
}

class AlertTemplatesTest : public testing::Test {
 protected:
  AlertTemplatesTest()
      : templates_(AlertTemplates::Load({}).value()), data_(ReadData()), zones_(FindZone) {
    environment_.clock = &clock_;
    environment_.zones = &zones_;
    environment_.route_label = [](std::string_view name) -> Result<std::string> {
      if (name == "loop") return Error::Invalid("route label \"loop\" refers to itself");
      return std::string(name == "team" ? "team-infra" : "");
    };
  }

  Result<std::string> Render(std::string_view text, Markup markup = Markup::kText) {
    return templates_.Render(text, markup, data_, environment_);
  }

  void Check(const std::string& file, Markup markup) {
    for (const CorpusCase& test : ReadCorpus(file)) {
      ExpectOutcome(test, Render(test.Template(), markup));
    }
  }

  AlertTemplates templates_;
  NotificationData data_;
  FixedClock clock_;
  ZoneLoader zones_;
  AlertEnvironment environment_;
};

TEST_F(AlertTemplatesTest, RenderDataAsTheCorpusSays) {
  Check("tests/template/alerts/data.txt", Markup::kText);
}

TEST_F(AlertTemplatesTest, FailAsTheCorpusSays) {
  Check("tests/template/alerts/errors.txt", Markup::kText);
}

TEST_F(AlertTemplatesTest, HaveTheFunctionsOfTheCorpus) {
  Check("tests/template/alerts/functions.txt", Markup::kText);
}

TEST_F(AlertTemplatesTest, ShowTheMachinesZoneAsLocal) {
  zones_ = [](const std::string&) -> Result<TimeZone> { return TimeZone::Fixed("XYZ", 3 * 3600); };
  std::string at = R"((toDate "15:04" "10:00"))";
  EXPECT_EQ("13:00 XYZ", *Render("{{ tz \"Local\" " + at + " | date \"15:04 MST\" }}"));
  EXPECT_EQ("13:00 XYZ", *Render("{{ " + at + ".Local.Format \"15:04 MST\" }}"));
  EXPECT_EQ("XYZ", *Render("{{ now.Format \"MST\" }}"));
}

TEST_F(AlertTemplatesTest, EscapeHtmlAsTheCorpusSays) {
  Check("tests/template/html/escaping.txt", Markup::kHtml);
}

TEST_F(AlertTemplatesTest, RefuseHtmlAsTheCorpusSays) {
  Check("tests/template/html/errors.txt", Markup::kHtml);
}

TEST_F(AlertTemplatesTest, HaveTheDefaultsOfTheCorpus) {
  Check("tests/template/alerts/defaults.txt", Markup::kText);
}

TEST_F(AlertTemplatesTest, AllDefaultsRenderInBothMarkups) {
  size_t count = 0;
  for (const std::string& name : templates_.set().Names()) {
    if (name.find(".default.") == std::string::npos) continue;
    std::string dot = name == "pagerduty.default.instances" ? ".Alerts" : ".";
    std::string text = "{{ template \"" + name + "\" " + dot + " }}";
    auto plain = Render(text);
    EXPECT_TRUE(plain.ok()) << name << ": " << plain.error().message();
    auto html = Render(text, Markup::kHtml);
    EXPECT_TRUE(html.ok()) << name << ": " << html.error().message();
    ++count;
  }
  EXPECT_GT(count, 50u);
}

TEST_F(AlertTemplatesTest, TheDefaultEmailEscapesWhatAlertsSay) {
  std::string html = Render("{{ template \"email.default.html\" . }}", Markup::kHtml).value();
  EXPECT_EQ(0u, html.find("<!DOCTYPE html>"));
  EXPECT_NE(std::string::npos, html.find("<title>[FIRING:1] Up (v1 node &lt;z&gt;)</title>"));
  EXPECT_NE(std::string::npos, html.find("it &lt;is&gt; &#34;down&#34; &amp; &#39;out&#39;"));
  EXPECT_NE(std::string::npos, html.find("href=\"http://p/g?x=1&amp;y=a%20b\""));
  EXPECT_NE(std::string::npos, html.find("href=\"#ZgotmplZ\""));  // the javascript: one
  EXPECT_NE(std::string::npos, html.find("/#/alerts?receiver=team.a%26b\""));
  EXPECT_EQ(std::string::npos, html.find("javascript:"));
  EXPECT_EQ(std::string::npos, html.find("<no value>"));
}

TEST_F(AlertTemplatesTest, UserFilesReplaceDefaultsAndTheirHelpers) {
  templates_ = AlertTemplates::Load({R"({{ define "__subject" }}mine{{ end }})",
                                     R"({{ define "slack.default.text" }} {{ end }})"})
                   .value();
  EXPECT_EQ("mine", Render(R"({{ template "slack.default.title" . }})").value());
  EXPECT_EQ("", Render(R"({{ template "slack.default.text" . }})").value());
}

TEST_F(AlertTemplatesTest, AFileThatDoesNotParseIsAnError) {
  auto loaded = AlertTemplates::Load({"{{ define \"x\" }}\n{{ nope }}{{ end }}"});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ("template: :2: function \"nope\" not defined", loaded.error().message());
}

TEST_F(AlertTemplatesTest, APreparedFieldOutlivesItsTemplates) {
  auto loaded = std::make_unique<AlertTemplates>(AlertTemplates::Load({}).value());
  auto field = loaded->Prepare(R"({{ template "__subject" . }}{{ "!" }})", Markup::kHtml).value();
  loaded.reset();
  EXPECT_EQ("[FIRING:1] Up (v1 node &lt;z&gt;)!", field.Render(data_, environment_).value());
}

TEST_F(AlertTemplatesTest, FieldsMayDefineTemplatesOfTheirOwn) {
  EXPECT_EQ("x", Render(R"({{ define "own" }}x{{ end }}{{ template "own" }})").value());
  EXPECT_FALSE(Render(R"({{ template "own" }})").ok());
}

TEST_F(AlertTemplatesTest, EmptyAndLiteralFieldsAreKept) {
  EXPECT_EQ("", Render("").value());
  EXPECT_EQ("a <b> }}", Render("a <b> }}").value());
}

TEST(NotificationData, FindsWhatAllAlertsHaveAlike) {
  NotificationData data;
  auto pairs = [](NamesAndValues v) {
    return std::make_shared<const NamesAndValues>(std::move(v));
  };
  data.alerts.push_back(
      {false, pairs({{"a", "1"}, {"b", "2"}}), pairs({{"x", "y"}}), {}, {}, "", ""});
  data.alerts.push_back({true, pairs({{"a", "1"}, {"b", "3"}}), nullptr, {}, {}, "", ""});
  data.FindCommon();
  EXPECT_EQ((NamesAndValues{{"a", "1"}}), data.common_labels);
  EXPECT_TRUE(data.common_annotations.empty());
  EXPECT_TRUE(data.firing());
}

}  // namespace
}  // namespace watchfire::templates

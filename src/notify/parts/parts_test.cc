// Cutting, hiding, and the data that templates see.

#include <gtest/gtest.h>

#include "net/http.h"
#include "notify/parts/secrets.h"
#include "notify/parts/template_data.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

TEST(Truncate, CutsToCodePointsAndMarksTheCut) {
  EXPECT_EQ(TruncateRunes("héllo", 5), "héllo");
  EXPECT_EQ(TruncateRunes("héllo!", 5), "héll…");
  EXPECT_EQ(TruncateRunes("ééé", 2), "éé");
  EXPECT_EQ(TruncateRunes("a\xffz", 3), "a\xffz");
  EXPECT_EQ(TruncateRunes("a\xff zzz", 4), "a\uFFFD …");
  EXPECT_EQ(TruncateRunes("", 0), "");
}

TEST(Truncate, CutsToBytesBetweenCodePoints) {
  EXPECT_EQ(TruncateBytes("héllo", 6), "héllo");
  EXPECT_EQ(TruncateBytes("héllo!", 6), "hé…");
  EXPECT_EQ(TruncateBytes("hhéllo", 6), "hh…");
  EXPECT_EQ(TruncateBytes("abcdef", 3), "…");
  EXPECT_EQ(TruncateBytes("abcdef", 2), "..");
}

TEST(Redactor, FindsASecretHoweverItIsWritten) {
  Redactor redactor;
  redactor.Add("p&s \"w<rd/");
  std::string text = "p&s \"w<rd/ p%26s+%22w%3Crd%2F p\\u0026s \\\"w\\u003crd/ p&s \\\"w<rd/";
  EXPECT_EQ(redactor.Clean(text), "<secret> <secret> <secret> <secret>");
}

TEST(Redactor, TakesLongerSecretsFirst) {
  Redactor redactor;
  redactor.Add("abc");
  redactor.Add("abcdef");
  EXPECT_EQ(redactor.Clean("abcdef abc ab"), "<secret> <secret> ab");
}

TEST(Redactor, HidesWhatIsSecretInAnAddress) {
  Redactor redactor;
  redactor.AddUrl("https://u:passw0rd@hooks.example/services/T0AB/B1CD/xyzXYZ123456?key=k%2Fy1");
  std::string text = "passw0rd /services/T0AB/B1CD/xyzXYZ123456 xyzXYZ123456 k%2Fy1 k/y1 services";
  EXPECT_EQ(redactor.Clean(text), "<secret> /<secret> <secret> <secret> <secret> services");
  EXPECT_EQ(Redactor::ShowUrl("https://u:p@hooks.example:444/a?b"),
            "https://hooks.example:444/<secret>");
  EXPECT_EQ(Redactor::ShowUrl("http://x.example/"), "http://x.example/");
  EXPECT_EQ(Redactor::ShowUrl("no address"), "<secret>");
}

class TemplateDataTest : public ::testing::Test {
 protected:
  TemplateDataTest() {
    environment_.templates = std::make_shared<const templates::AlertTemplates>(
        templates::AlertTemplates::Load({}).value());
    example_ = ExampleNotification("team a.b");
  }
  std::string Render(const std::string& text) {
    templates::NotificationData data = MakeTemplateData(example_, "http://am");
    RouteLabels labels(example_.route_labels, environment_, &data);
    Result<std::string> out =
        environment_.templates->Render(text, templates::Markup::kText, data, labels.environment());
    return out.ok() ? *out : out.error().message();
  }

  Environment environment_;
  alerting::Notification example_;
};

TEST_F(TemplateDataTest, QuotesTheReceiverAndTellsTheReason) {
  EXPECT_EQ(Render("{{ .Receiver }} {{ .NotificationReason }} {{ .Status }} {{ .ExternalURL }}"),
            "team a\\.b test firing http://am");
}

TEST_F(TemplateDataTest, ShowsNoEndOfWhatFires) {
  EXPECT_EQ(Render("{{ range .Alerts }}{{ .Status }} {{ .EndsAt.IsZero }}; {{ end }}"),
            "firing true; resolved false; ");
}

TEST_F(TemplateDataTest, ShowsTimesInTheZoneTheClientWrote) {
  auto alert = std::make_shared<alerting::Alert>(*example_.alerts[0]);
  alert->starts_at = *alerting::ParseAlertTime("2026-03-04T05:06:07.089+05:30");
  example_.alerts = {alert};
  EXPECT_EQ(Render("{{ (index .Alerts 0).StartsAt }}"), "2026-03-04 05:06:07.089 +0530 +0530");
}

TEST_F(TemplateDataTest, CutsAlertsBeforeItLooksForWhatTheyShare) {
  templates::NotificationData data = MakeTemplateData(example_, "", 1);
  ASSERT_EQ(data.alerts.size(), 1u);
  EXPECT_EQ(data.common_labels.size(), 6u);
  EXPECT_EQ(MakeTemplateData(example_, "").common_labels.size(), 5u);
}

TEST_F(TemplateDataTest, RendersLabelsOfTheRoute) {
  example_.route_labels = {{"team", "{{ .CommonLabels.service }}-team"},
                           {"page", "{{ routeLabels \"team\" }}!"}};
  EXPECT_EQ(Render("{{ routeLabels \"page\" }} {{ .RouteLabels.team }} {{ routeLabels \"x\" }}"),
            "example-team! example-team ");
}

TEST_F(TemplateDataTest, FindsLabelsOfTheRouteThatGoInCircles) {
  example_.route_labels = {{"a", "{{ routeLabels \"b\" }}"}, {"b", "{{ routeLabels \"a\" }}"}};
  EXPECT_NE(Render("{{ routeLabels \"a\" }}").find("route label \"a\" refers to itself"),
            std::string::npos);
  EXPECT_EQ(Render("{{ .RouteLabels.a }}"), "{{ routeLabels \"b\" }}");
}

TEST(FingerprintText, HasSixteenDigits) {
  EXPECT_EQ(FingerprintText(0xabc), "0000000000000abc");
}

}  // namespace
}  // namespace watchfire::notify

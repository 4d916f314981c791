// Against Debian's Alertmanager, if it is installed: what we post is what it shows.

#include <unistd.h>

#include "codec/json.h"
#include "net/http_client.h"
#include "rules/notifier/notifier.h"
#include "testing/debian_alertmanager.h"

namespace watchfire::rules {
namespace {

using watchfire::testing::DebianAlertmanager;

constexpr int kAttempts = 400;

// Asks again and again: another process tells nobody that it has taken an alert.
std::string AlertsOf(const std::string& url) {
  auto client = net::HttpClient::Make({});
  net::HttpRequest request;
  request.url = url + "/api/v2/alerts";
  for (int i = 0; i < kAttempts; ++i) {
    Result<net::HttpResponse> response = (*client)->Do(request);
    if (response.ok() && response->body.starts_with("[{")) return response->body;
    ::usleep(25'000);
  }
  return "[]";
}

TEST(DebiansAlertmanager, ShowsTheAlertThatWasPosted) {
  if (!DebianAlertmanager::Installed()) GTEST_SKIP() << "Debian's Alertmanager is not installed";
  watchfire::testing::TemporaryDirectory directory;
  auto peer = DebianAlertmanager::Start(directory.path(),
                                        "route: {receiver: none}\nreceivers: [{name: none}]\n");
  ASSERT_TRUE(peer.ok()) << peer.error().message();
  config::Config config;
  config.global.external_labels = model::Labels::Of({{"dc", "x"}});
  config.alerting.alertmanagers.emplace_back();
  Notifier notifier({});
  ASSERT_TRUE(notifier.ApplyConfig(config).ok());
  auto group = std::make_shared<discovery::TargetGroup>();
  group->targets.push_back(model::Labels::Of({{"__address__", (*peer)->url().substr(7)}}));
  notifier.UpdateTargets({{"config-0", {group}}});

  TimeMs now = Clock::System()->Now();
  alerting::Alert alert;
  alert.labels = model::Labels::Of({{"alertname", "Down"}, {"instance", "a\"b\\c ü"}});
  alert.annotations = {{"summary", "line 1\nline 2"}};
  alert.starts_at = alerting::AlertTime::OfMs(now - 61'001);
  alert.ends_at = alerting::AlertTime::OfMs(now + 240'000);
  alert.generator_url = "http://p:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1";
  alert.Seal();
  notifier.Put({alert});

  codec::Json json = *codec::Json::Parse(AlertsOf((*peer)->url()));
  ASSERT_EQ(json.AsArray()->size(), 1U);
  const codec::Json& shown = json.AsArray()->front();
  auto text = [&](std::string_view key) { return *shown.Find(key)->AsString(); };
  EXPECT_EQ(*shown.Find("labels")->Find("instance")->AsString(), "a\"b\\c ü");
  EXPECT_EQ(*shown.Find("labels")->Find("dc")->AsString(), "x");
  EXPECT_EQ(*shown.Find("annotations")->Find("summary")->AsString(), "line 1\nline 2");
  EXPECT_EQ(text("generatorURL"), alert.generator_url);
  EXPECT_EQ(ParseRfc3339(text("startsAt")), now - 61'001);
  EXPECT_EQ(ParseRfc3339(text("endsAt")), now + 240'000);
}

}  // namespace
}  // namespace watchfire::rules

// What each service is sent, and what its answers mean. Shapes that Debian's Alertmanager has too
// are compared with it byte for byte by the scenario notify_differential.

#include "notify/testing_peer.h"

namespace watchfire::notify {
namespace {

using alerting::Attempt;
using alerting::FailureKind;

class KindsTest : public NotifyTest {
 protected:
  void AnswerJson(const std::string& body) {
    answer_ = [=](const net::Request&) { return net::Response::Json(200, body); };
  }
};

TEST_F(KindsTest, WebhookHasWhatIsNewSinceVersion025) {
  notification_.route_labels = {{"team", "{{ .CommonLabels.job }}"}};
  ASSERT_TRUE(Send("  webhook_configs: [{url: $URL/}]").delivered);
  EXPECT_EQ(
      Sent(),
      R"({"receiver":"r\\.x","status":"firing","alerts":[{"status":"firing","labels":{"alertname":)"
      R"("Disk","job":"node"},"annotations":{"summary":"full"},"startsAt":"2026-03-04T06:12:20Z",)"
      R"("endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prom/graph","fingerprint":")" +
          FingerprintText(notification_.alerts[0]->fingerprint) +
          R"("}],"notification_reason":"first notification","groupLabels":{"alertname":"Disk"},)"
          R"("commonLabels":{"alertname":"Disk","job":"node"},"commonAnnotations":{"summary":)"
          R"("full"},"routeLabels":{"team":"node"},"externalURL":"http://am.example","version":)"
          R"("4","groupKey":"{}:{alertname=\"Disk\"}","truncatedAlerts":0})"
          "\n");
}

TEST_F(KindsTest, WebhookTemplatesItsAddress) {
  ASSERT_TRUE(Send("  webhook_configs: [{url: '$URL/{{ .GroupLabels.alertname }}'}]").delivered);
  EXPECT_EQ(requests()[0].path, "/Disk");
  Attempt attempt = Send("  webhook_configs: [{url: '{{ .X }}'}]");
  EXPECT_EQ(attempt.error.rfind("failed to template webhook URL: template: :1:", 0), 0u)
      << attempt.error;
  EXPECT_EQ(Send("  webhook_configs: [{url: '{{ \"\" }}'}]").error,
            "webhook URL is empty after templating");
}

TEST_F(KindsTest, WebhookSendsATreeOfItsOwn) {
  ASSERT_TRUE(Send("  webhook_configs:\n"
                   "  - url: $URL/\n"
                   "    payload:\n"
                   "      text: 'is {{ .Status }} & <more>'\n"
                   "      count: '{{ len .Alerts }}'\n"
                   "      float: '1.50'\n"
                   "      flag: '{{ eq .Status \"firing\" }}'\n"
                   "      empty: ''\n"
                   "      labels: '{{ .CommonLabels | toJson }}'\n"
                   "      list: [1, '{{ .Receiver }}', true, ~]\n"
                   "      '{{ .GroupLabels.alertname }}': {b: 2, a: \"'{{ .Status }}'\"}\n"
                   "      multi: \"a: [b, '{{`{{ .Status }}`}}']\"\n")
                  .delivered);
  EXPECT_EQ(Sent(),
            R"({"Disk":{"a":"'firing'","b":2},"count":1,"empty":null,"flag":true,"float":1.5,)"
            R"("labels":{"alertname":"Disk","job":"node"},"list":[1,"r\\.x",true,null],)"
            R"("multi":{"a":["b","firing"]},"text":"is firing \u0026 \u003cmore\u003e"})"
            "\n");
}

TEST_F(KindsTest, WebhookTreeThatFailsIsNotSent) {
  Attempt attempt = Send("  webhook_configs: [{url: $URL/, payload: {a: '{{ .X }}'}}]");
  EXPECT_NE(attempt.error.find("can't evaluate field X"), std::string::npos);
  EXPECT_FALSE(attempt.retry);
  attempt = Send("  webhook_configs: [{url: $URL/, payload: {a: '.inf'}}]");
  EXPECT_EQ(attempt.error, "json: unsupported value: +Inf");
  EXPECT_TRUE(requests().empty());
}

constexpr const char* kSlackApp =
    "  slack_configs: [{app_token: xoxb-t0ken, app_url: '$URL/api/chat.postMessage', channel: c, "
    "update_message: true, title: t, text: x}]";

TEST_F(KindsTest, SlackChangesTheMessageItPosted) {
  AnswerJson(R"({"ok":true,"ts":"171.2","channel":"C01"})");
  std::unique_ptr<alerting::Notifier> slack = Build(kSlackApp);
  Attempt first = slack->Notify(notification_, context_);
  ASSERT_TRUE(first.delivered) << first.error;
  ASSERT_NE(first.data, nullptr);
  EXPECT_EQ(*first.data, (alerting::ReceiverData{{"channelId", "C01"}, {"threadTs", "171.2"}}));
  EXPECT_EQ(first.request, "POST " + Url("/api/chat.postMessage"));
  EXPECT_EQ(Sent().rfind(R"({"channel":"c","username":"Alertmanager","attachments":[{)", 0), 0u)
      << Sent();

  notification_ = OneAlert(true);
  notification_.data = *first.data;
  ASSERT_TRUE(slack->Notify(notification_, context_).delivered);
  net::Request second = requests()[1];
  EXPECT_EQ(second.path, "/api/chat.update");
  EXPECT_EQ(second.headers.Get("Authorization"), "Bearer xoxb-t0ken");
  EXPECT_EQ(second.body.rfind(R"({"channel":"C01","ts":"171.2","username":)", 0), 0u)
      << second.body;
}

TEST_F(KindsTest, SlackKeepsNothingUnlessItUpdates) {
  AnswerJson(R"({"ok":true,"ts":"171.2","channel":"C01"})");
  EXPECT_EQ(Send("  slack_configs: [{api_url: $URL/x, channel: c}]").data, nullptr);
}

TEST_F(KindsTest, SlackReadsItsAnswers) {
  constexpr const char* kSlack = "  slack_configs: [{api_url: $URL/x, channel: '#c'}]";
  struct Case {
    bool json;
    std::string body;
    std::string error;
    bool retry;
  };
  for (const Case& test : {
           Case{false, "no_text", "received an error response from Slack: no_text", false},
           Case{true, R"({"ok":false,"error":"not_in_channel"})",
                "error response from Slack: not_in_channel", false},
           Case{true, "{", "could not unmarshal JSON response \"{\": ", true},
       }) {
    answer_ = [=](const net::Request&) {
      return test.json ? net::Response::Json(200, test.body) : net::Response::Text(200, test.body);
    };
    Attempt attempt = Send(kSlack);
    EXPECT_FALSE(attempt.delivered);
    EXPECT_EQ(attempt.error.rfind("channel \"#c\": " + test.error, 0), 0u) << attempt.error;
    EXPECT_EQ(attempt.retry, test.retry);
    EXPECT_EQ(attempt.failure, FailureKind::kClientError);
    EXPECT_EQ(attempt.status, 200);
  }
  answer_ = [](const net::Request&) { return net::Response::Text(404, "no_team"); };
  EXPECT_EQ(Send(kSlack).error, "channel \"#c\": unexpected status code 404: no_team");
}

constexpr const char* kTelegram =
    "  telegram_configs: [{api_url: $URL, bot_token: '110:t0ken-abc', chat_id: -5}]";

TEST_F(KindsTest, TelegramNeverGivesUp) {
  struct Case {
    int status;
    std::string body;
    std::string error;
    FailureKind failure;
  };
  for (const Case& test : {
           Case{400, R"({"ok":false,"error_code":400,"description":"Bad Request: no chat"})",
                "telegram: Bad Request: no chat (400)", FailureKind::kClientError},
           Case{429, R"({"ok":false,"error_code":429,"description":"Too Many Requests"})",
                "telegram: Too Many Requests (429)", FailureKind::kRateLimited},
           Case{401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})",
                "telegram: Unauthorized (401)", FailureKind::kAuthError},
           Case{502, "<html>", "unexpected status code 502: <html>", FailureKind::kServerError},
           Case{200, "<html>", "telebot: unexpected answer: <html>", FailureKind::kOther},
       }) {
    answer_ = [=](const net::Request&) { return net::Response::Json(test.status, test.body); };
    Attempt attempt = Send(kTelegram);
    EXPECT_FALSE(attempt.delivered);
    EXPECT_TRUE(attempt.retry);
    EXPECT_EQ(attempt.error, test.error);
    EXPECT_EQ(attempt.failure, test.failure);
    EXPECT_EQ(attempt.request, "POST " + Url("/bot<secret>/sendMessage"));
  }
}

TEST_F(KindsTest, TelegramReadsItsFilesWhenItSends) {
  std::string token = ::testing::TempDir() + "/telegram_token";
  std::string chat = ::testing::TempDir() + "/telegram_chat";
  FileSystem::Local()->WriteFileAtomically(token, "9:filet0ken\n").value();
  FileSystem::Local()->WriteFileAtomically(chat, "abc\n").value();
  AnswerJson(R"({"ok":true})");
  std::unique_ptr<alerting::Notifier> telegram =
      Build("  telegram_configs: [{api_url: $URL, bot_token_file: '" + token +
            "', chat_id_file: '" + chat + "', message_thread_id: 7}]");
  Attempt attempt = telegram->Notify(notification_, context_);
  EXPECT_EQ(attempt.error, "could not parse chat_id from " + chat +
                               ": strconv.ParseInt: parsing \"abc\": invalid syntax");
  EXPECT_TRUE(attempt.retry);
  FileSystem::Local()->WriteFileAtomically(chat, "-44\n").value();
  EXPECT_TRUE(telegram->Notify(notification_, context_).delivered);
  EXPECT_EQ(requests()[0].path, "/bot9:filet0ken/sendMessage");
  EXPECT_EQ(Sent().rfind(R"({"chat_id":"-44","disable_web_page_preview":"true",)"
                         R"("message_thread_id":"7","parse_mode":"HTML","text":)",
                         0),
            0u)
      << Sent();
  FileSystem::Local()->Remove(token).value();
  attempt = telegram->Notify(notification_, context_);
  EXPECT_EQ(attempt.error,
            "could not read " + token + ": open " + token + ": no such file or directory");
  EXPECT_TRUE(attempt.retry);
  FileSystem::Local()->Remove(chat).value();
}

TEST_F(KindsTest, TelegramReplacesHtmlThatIsTooLong) {
  AnswerJson(R"({"ok":true})");
  Send("  telegram_configs: [{api_url: $URL, bot_token: t0ken, chat_id: 1, message: '" +
       std::string(5000, 'x') + "'}]");
  EXPECT_NE(Sent().find("longer than Telegram takes"), std::string::npos);
}

TEST_F(KindsTest, DiscordHasItsOwnNameAndPicture) {
  notification_ = OneAlert(true);
  ASSERT_TRUE(Send("  discord_configs: [{webhook_url: $URL/d, title: t, message: m, content: "
                   "'{{ .Status }}', username: u, avatar_url: 'http://a/'}]")
                  .delivered);
  EXPECT_EQ(Sent(),
            R"({"content":"resolved","embeds":[{"title":"t","description":"m","color":3066993}],)"
            R"("username":"u","avatar_url":"http://a/"})"
            "\n");
}

TEST_F(KindsTest, DiscordTakesSoMuchAndNoMore) {
  auto many = [](size_t count) { return std::string(count, 'x'); };
  Send(
      fmt::format("  discord_configs: [{{webhook_url: $URL/d, title: {}, message: {}, "
                  "content: {}}}]",
                  many(257), many(4097), many(2001)));
  EXPECT_EQ(Sent(), fmt::format("{{\"content\":\"{}…\",\"embeds\":[{{\"title\":\"{}…\","
                                "\"description\":\"{}…\",\"color\":10038562}}]}}\n",
                                many(1999), many(255), many(4095)));
}

TEST_F(KindsTest, TeamsGetsACard) {
  ASSERT_TRUE(Send("  msteams_configs: [{webhook_url: $URL/m, title: t, summary: s, text: '<x>'}]")
                  .delivered);
  EXPECT_EQ(Sent(),
            R"({"@context":"http://schema.org/extensions","type":"MessageCard","title":"t",)"
            R"("summary":"s","text":"\u003cx\u003e","themeColor":"8C1A1A"})"
            "\n");
}

TEST_F(KindsTest, TeamsWorkflowsGetAnAdaptiveCard) {
  notification_ = OneAlert(true);
  ASSERT_TRUE(Send("  msteamsv2_configs: [{webhook_url: $URL/m, title: t, text: x}]").delivered);
  EXPECT_EQ(
      Sent(),
      R"({"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive")"
      R"(,"contentUrl":null,"content":{"$schema":)"
      R"("http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.2")"
      R"(,"body":[{"type":"TextBlock","text":"t","weight":"Bolder","size":"Medium","wrap":true,)"
      R"("style":"heading","color":"Good"},{"type":"TextBlock","text":"x","wrap":true}],)"
      R"("msteams":{"width":"full"}}}]})"
      "\n");
}

TEST_F(KindsTest, MattermostHasItsTextAndOneAttachment) {
  ASSERT_TRUE(Send("  mattermost_configs:\n"
                   "  - webhook_url: $URL/m\n"
                   "    channel: town\n"
                   "    text: '{{ .Status }}'\n"
                   "    footer: f\n"
                   "    fields: [{title: a, value: b, short: true}, {title: c, value: d}]\n"
                   "    type: custom_x\n"
                   "    props: {card: '**{{ .Status }}**'}\n"
                   "    priority: {priority: Important, requested_ack: true, "
                   "persistent_notifications: true}\n")
                  .delivered);
  EXPECT_EQ(Sent(),
            R"({"text":"firing","channel":"town","username":"Alertmanager","attachments":[{)"
            R"j("fallback":"[FIRING:1] Disk (node) | http://am.example/#/alerts?receiver=r%5C.x",)j"
            R"j("color":"danger","title":"[FIRING:1] Disk (node)",)j"
            R"("title_link":"http://am.example/#/alerts?receiver=r%5C.x","fields":[{"title":"a",)"
            R"("value":"b","short":true},{"title":"c","value":"d"}],"footer":"f"}],)"
            R"("type":"custom_x","props":{"card":"**firing**"},)"
            R"("priority":{"priority":"important","requested_ack":true}})"
            "\n");
}

TEST_F(KindsTest, MattermostKnowsThreePriorities) {
  Send(
      "  mattermost_configs: [{webhook_url: $URL/m, attachments: [{title: t}], priority: "
      "{priority: much, requested_ack: true, persistent_notifications: true}}]");
  EXPECT_NE(Sent().find(R"("attachments":[{"title":"t"}],"priority":{"priority":"standard"}})"),
            std::string::npos)
      << Sent();
}

constexpr const char* kRocketchat =
    "  rocketchat_configs:\n"
    "  - api_url: $URL/\n"
    "    token: t0ken-1\n"
    "    token_id: t0ken-2\n"
    "    channel: '#c'\n"
    "    emoji: ':x:'\n"
    "    text: '{{ .Status }}'\n"
    "    fields: [{title: a, value: b}]\n"
    "    actions: [{type: other, text: go, url: 'http://x/'}]\n";

TEST_F(KindsTest, RocketchatGetsOneAttachment) {
  AnswerJson(R"({"success":true})");
  Attempt attempt = Send(kRocketchat);
  ASSERT_TRUE(attempt.delivered) << attempt.error;
  net::Request request = requests()[0];
  EXPECT_EQ(request.path, "/api/v1/chat.postMessage");
  EXPECT_EQ(request.headers.Get("X-Auth-Token"), "t0ken-1");
  EXPECT_EQ(request.headers.Get("X-User-Id"), "t0ken-2");
  EXPECT_EQ(
      request.body,
      R"j({"channel":"#c","emoji":":x:","attachments":[{"title":"[FIRING:1] Disk (node)",)j"
      R"("title_link":"http://am.example/#/alerts?receiver=r%5C.x","text":"firing","color":"red",)"
      R"("fields":[{"short":false,"title":"a","value":"b"}],"actions":[{"type":"button",)"
      R"("text":"go","url":"http://x/","is_webview":false,"msg_in_chat_window":false}]}]})"
      "\n");
}

TEST_F(KindsTest, RocketchatReadsItsAnswers) {
  AnswerJson(R"({"success":false,"error":"t0ken-1 is bad"})");
  Attempt attempt = Send(kRocketchat);
  EXPECT_EQ(attempt.error, "channel \"#c\": error response from Rocketchat: <secret> is bad");
  EXPECT_FALSE(attempt.retry);
  EXPECT_EQ(attempt.response, R"({"success":false,"error":"<secret> is bad"})");
}

TEST_F(KindsTest, RocketchatReadsItsTokensWhenItIsBuilt) {
  amconfig::Receiver receiver = Receiver(kRocketchat);
  receiver.rocketchat_configs[0].token_file = "/nonexistent/token";
  EXPECT_EQ(notify::Build(receiver, environment_)
                .error()
                .message()
                .rfind("rocketchat_configs[0]: could not read /nonexistent/token: ", 0),
            0u);
}

TEST_F(KindsTest, WebexSaysWhoWeAre) {
  Attempt attempt = Send(
      "  webex_configs: [{api_url: $URL/w, room_id: r, message: m, http_config: {authorization: "
      "{credentials: webex-t0ken}}}]");
  EXPECT_TRUE(attempt.delivered);
  EXPECT_EQ(requests()[0].headers.Get("Authorization"), "Bearer webex-t0ken");
  EXPECT_EQ(Sent(), "{\"markdown\":\"m\",\"roomId\":\"r\"}\n");
}

TEST_F(KindsTest, PushoverShowsNeitherOfItsKeys) {
  // A proxy that takes no connections, so that nothing leaves the machine.
  RefusingPeer proxy;
  Attempt attempt = Send(
      "  pushover_configs: [{token: push-t0ken, user_key: push-us3r, title: t, message: m, "
      "priority: '1', ttl: 90s, http_config: {proxy_url: '" +
      proxy.url() + "'}}]");
  EXPECT_FALSE(attempt.delivered);
  EXPECT_TRUE(attempt.retry);
  EXPECT_EQ(attempt.request,
            "POST https://api.pushover.net/1/messages.json?device=&expire=3600&message=m&"
            "priority=1&retry=60&sound=&title=t&token=<secret>&ttl=90&"
            "url=http%3A%2F%2Fam.example%2F%23%2Falerts%3Freceiver%3Dr%255C.x&url_title=&"
            "user=<secret>");
}

TEST_F(KindsTest, LintNamesEachTemplateThatFails) {
  std::vector<std::string> found = Lint(
      Receiver("  slack_configs:\n"
               "  - {api_url: $URL/x, channel: c}\n"
               "  - api_url: $URL/x\n"
               "    title: '{{ .Titel }}'\n"
               "    fields: [{title: a, value: '{{ if }}'}]\n"
               "    actions: [{type: button, text: '{{ len 3 }}', name: n, "
               "confirm: {text: '{{ template \"none\" }}'}}]\n"
               "  webhook_configs: [{url: $URL/, payload: {a: [b, '{{ index .Alerts 2 }}']}}]\n"
               "  telegram_configs: [{api_url: $URL, bot_token: t0ken, chat_id: 1, "
               "message: '<a href={{ .ExternalURL }}x'}]\n"),
      environment_);
  std::vector<std::string> places;
  for (const std::string& line : found) places.push_back(line.substr(0, line.find(": ")));
  EXPECT_EQ(places, (std::vector<std::string>{
                        "webhook_configs[0].payload.a[1]", "slack_configs[1].title",
                        "slack_configs[1].fields[0].value", "slack_configs[1].actions[0].text",
                        "slack_configs[1].actions[0].confirm.text", "telegram_configs[0].message"}))
      << Join(found, "\n");
  EXPECT_EQ(found[1].rfind("slack_configs[1].title: template: :1:3: executing \"\" at <.Titel>", 0),
            0u)
      << found[1];
}

TEST_F(KindsTest, LintFindsNothingInTheDefaults) {
  EXPECT_EQ(Lint(Receiver("  slack_configs: [{api_url: $URL/x}]\n"
                          "  webhook_configs: [{url: $URL/x}]\n"
                          "  discord_configs: [{webhook_url: $URL/x}]\n"
                          "  telegram_configs: [{bot_token: t0ken, chat_id: 1}]\n"
                          "  msteams_configs: [{webhook_url: $URL/x}]\n"
                          "  msteamsv2_configs: [{webhook_url: $URL/x}]\n"
                          "  mattermost_configs: [{webhook_url: $URL/x}]\n"
                          "  rocketchat_configs: [{token: t0ken, token_id: t0ken}]\n"
                          "  pushover_configs: [{token: t0ken, user_key: t0ken, html: true}]\n"),
                 environment_),
            std::vector<std::string>());
}

}  // namespace
}  // namespace watchfire::notify

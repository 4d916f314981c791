// Incident services and mail: what a comparison with an older Alertmanager does not show, what goes
// wrong, and that none of their keys is told.

#include "codec/json.h"
#include "net/digest.h"
#include "notify/testing_peer.h"

namespace watchfire::notify {
namespace {

using alerting::Attempt;
using alerting::FailureKind;
using net::Response;

// Lower-case hex SHA-256 of the group key of OneAlert.
std::string Key() {
  return net::Hex(net::Sha256("{}:{alertname=\"Disk\"}"));
}

class ServicesTest : public NotifyTest {
 protected:
  void Answer(int status, const std::string& body) {
    answer_ = [=](const net::Request&) { return Response::Text(status, body); };
  }
  // Answers by method and path: `POST /rest/api/2/search`; 404 for what is not told.
  void Answer(std::map<std::string, std::string> bodies) {
    answer_ = [bodies = std::move(bodies)](const net::Request& request) {
      auto found = bodies.find(request.method + " " + request.path);
      if (found == bodies.end()) return Response::Text(404, "no such thing");
      return Response::Json(200, found->second);
    };
  }
  std::vector<std::string> Asked() {
    std::vector<std::string> out;
    for (const net::Request& request : requests()) {
      out.push_back(request.method + " " + request.path);
    }
    return out;
  }
  static void ExpectHidden(const Attempt& attempt, const std::string& secret) {
    for (const std::string& text :
         {attempt.error, attempt.request, attempt.body, attempt.response}) {
      EXPECT_EQ(text.find(secret), std::string::npos) << secret << " in " << text;
    }
  }
};

constexpr const char* kPagerduty =
    "  pagerduty_configs: [{routing_key: key-0123456789, url: '$URL/v2/enqueue'}]";
constexpr const char* kPagerdutyV1 =
    "  pagerduty_configs: [{service_key: key-0123456789, url: '$URL/v2/enqueue'}]";

TEST_F(ServicesTest, PagerdutyDetailsHaveTheirOwnTypes) {
  Attempt attempt = Send(kPagerduty);
  ASSERT_TRUE(attempt.delivered) << attempt.error;
  codec::Json sent = codec::Json::Parse(Sent()).value();
  const codec::Json* details = sent.Find("payload")->Find("custom_details");
  ASSERT_NE(details, nullptr);
  EXPECT_EQ(details->Find("num_firing")->AsInt(), 1);
  ASSERT_NE(details->Find("firing")->AsArray(), nullptr) << details->ToString();
  EXPECT_EQ(*details->Find("firing")->AsArray()->front().Find("labels")->Find("job")->AsString(),
            "node");
  EXPECT_EQ(*sent.Find("dedup_key")->AsString(), Key());
  ExpectHidden(attempt, "key-0123456789");
}

TEST_F(ServicesTest, PagerdutyTellsWhyItRefuses) {
  Answer(400, R"({"status":"invalid","message":"Event object is invalid","errors":["a","b"]})");
  Attempt attempt = Send(kPagerduty);
  EXPECT_EQ(attempt.error, "unexpected status code 400: Event object is invalid: a,b");
  EXPECT_FALSE(attempt.retry);
  EXPECT_EQ(attempt.failure, FailureKind::kClientError);
  Answer(429, "slow down");
  attempt = Send(kPagerduty);
  EXPECT_EQ(attempt.error, "unexpected status code 429");
  EXPECT_TRUE(attempt.retry);
  EXPECT_EQ(attempt.failure, FailureKind::kRateLimited);
}

TEST_F(ServicesTest, PagerdutyV1StandsBesideV2AndTreats403AsTooMany) {
  Answer(403, "");
  Attempt attempt = Send(kPagerdutyV1);
  EXPECT_TRUE(attempt.retry);
  EXPECT_EQ(Asked(), std::vector<std::string>{"POST /generic/2010-04-15/create_event.json"});
  Answer(429, "");
  EXPECT_FALSE(Send(kPagerdutyV1).retry);
}

TEST_F(ServicesTest, PagerdutyNeedsAKey) {
  Attempt attempt =
      Send("  pagerduty_configs: [{routing_key: '{{ .CommonLabels.none }}', url: '$URL'}]");
  EXPECT_EQ(attempt.error, "routing key cannot be empty");
  EXPECT_FALSE(attempt.retry);
  attempt = Send("  pagerduty_configs: [{routing_key_file: /nonexistent, url: '$URL'}]");
  EXPECT_EQ(attempt.error,
            "failed to read routing key from file: open /nonexistent: no such file or directory");
  EXPECT_TRUE(requests().empty());
}

TEST_F(ServicesTest, OpsgenieStopsAtTheFirstRefusal) {
  answer_ = [](const net::Request& request) {
    return Response::Text(request.path.ends_with("/message") ? 422 : 202, "sorry g-key-01234");
  };
  Attempt attempt =
      Send("  opsgenie_configs: [{api_key: g-key-01234, api_url: '$URL', update_alerts: true}]");
  EXPECT_EQ(Asked(),
            (std::vector<std::string>{"POST /v2/alerts", "PUT /v2/alerts/" + Key() + "/message"}));
  EXPECT_EQ(attempt.error, "unexpected status code 422: sorry <secret>");
  EXPECT_FALSE(attempt.retry);
  EXPECT_EQ(requests()[0].headers.Get("Authorization"), "GenieKey g-key-01234");
  ExpectHidden(attempt, "g-key-01234");
}

TEST_F(ServicesTest, VictoropsHidesItsKeyInTheAddress) {
  Answer(500, "/v-key-01234/team failed");
  Attempt attempt =
      Send("  victorops_configs: [{api_key: v-key-01234, api_url: '$URL', routing_key: team}]");
  EXPECT_EQ(Asked(), std::vector<std::string>{"POST /v-key-01234/team"});
  EXPECT_TRUE(attempt.retry);
  EXPECT_EQ(attempt.failure, FailureKind::kServerError);
  ExpectHidden(attempt, "v-key-01234");
}

TEST_F(ServicesTest, SnsTellsWhatAwsSays) {
  Answer(403,
         "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>The signature &lt;x&gt; "
         "is wrong</Message></Error></ErrorResponse>");
  const char* config =
      "  sns_configs: [{api_url: '$URL', topic_arn: 'arn:t', sigv4: {region: r, access_key: AK, "
      "secret_key: s-key-0123456}}]";
  Attempt attempt = Send(config);
  EXPECT_EQ(attempt.error, "unexpected status code 403: The signature <x> is wrong");
  EXPECT_FALSE(attempt.retry);
  EXPECT_EQ(attempt.failure, FailureKind::kAuthError);
  ExpectHidden(attempt, "s-key-0123456");
  EXPECT_NE(requests()[0].headers.Get("Authorization").find("Credential=AK/"),
            std::string_view::npos);
}

constexpr const char* kWechat =
    "  wechat_configs: [{api_secret: w-secret-0123, corp_id: c, api_url: '$URL/'}]";

TEST_F(ServicesTest, WechatKeepsItsTokenUntilItExpires) {
  int tokens = 0;
  answer_ = [&](const net::Request& request) {
    if (request.path == "/gettoken") {
      return Response::Json(200, fmt::format(R"({{"access_token":"token-{}"}})", ++tokens));
    }
    bool old = request.raw_query.ends_with("token-1") && tokens == 1 && requests().size() > 2;
    return Response::Json(200, old ? R"({"errcode":42001,"errmsg":"access_token expired"})"
                                   : R"({"errcode":0,"errmsg":"ok"})");
  };
  std::unique_ptr<alerting::Notifier> wechat = Build(kWechat);
  Attempt attempt = wechat->Notify(notification_, context_);
  EXPECT_TRUE(attempt.delivered) << attempt.error;
  ExpectHidden(attempt, "token-1");
  attempt = wechat->Notify(notification_, context_);
  EXPECT_EQ(attempt.error, "access_token expired");
  EXPECT_TRUE(attempt.retry);
  attempt = wechat->Notify(notification_, context_);
  EXPECT_TRUE(attempt.delivered) << attempt.error;
  EXPECT_EQ(Asked(),
            (std::vector<std::string>{"GET /gettoken", "POST /message/send", "POST /message/send",
                                      "GET /gettoken", "POST /message/send"}));
}

TEST_F(ServicesTest, WechatSecretsThatAreWrongAreNotTriedAgain) {
  Answer(200, R"({"errcode":40001,"errmsg":"invalid secret w-secret-0123"})");
  Attempt attempt = Send(kWechat);
  EXPECT_EQ(attempt.error, "invalid APISecret for CorpID: c");
  EXPECT_FALSE(attempt.retry);
  ExpectHidden(attempt, "w-secret-0123");
  Answer(502, "");
  EXPECT_TRUE(Send(kWechat).retry);
}

constexpr const char* kJira =
    "  jira_configs: [{api_url: '$URL/rest/api/2', project: OPS, issue_type: Bug, "
    "labels: [zz, '{{ .Status }}'], resolve_transition: Done, reopen_transition: Reopen, "
    "reopen_duration: 1h, fields: {customfield_1: {value: '{{ .CommonLabels.job }}'}}}]";

TEST_F(ServicesTest, JiraCreatesAnIssue) {
  Answer({{"POST /rest/api/2/search", R"({"issues":[]})"}, {"POST /rest/api/2/issue", "{}"}});
  Attempt attempt = Send(kJira);
  ASSERT_TRUE(attempt.delivered) << attempt.error;
  std::vector<net::Request> all = requests();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(
      all[0].body,
      "{\"fields\":[\"status\"],\"jql\":\"(resolutiondate is EMPTY OR resolutiondate \\u003e= "
      "-60m) and project=\\\"OPS\\\" and labels=\\\"ALERT{" +
          Key() + "}\\\" order by status ASC,resolutiondate DESC\",\"maxResults\":2}\n");
  codec::Json fields = *codec::Json::Parse(all[1].body).value().Find("fields");
  EXPECT_EQ(fields.Find("labels")->ToString(), "[\"ALERT{" + Key() + "}\",\"firing\",\"zz\"]");
  EXPECT_EQ(fields.Find("project")->ToString(), R"({"key":"OPS"})");
  EXPECT_EQ(fields.Find("issuetype")->ToString(), R"({"name":"Bug"})");
  EXPECT_EQ(fields.Find("customfield_1")->ToString(), R"({"value":"node"})");
  EXPECT_EQ(*fields.Find("summary")->AsString(), "[FIRING:1] Disk (node)");
}

TEST_F(ServicesTest, JiraUpdatesAndReopensWhatItFinds) {
  Answer({{"POST /rest/api/2/search",
           R"({"issues":[{"key":"OPS-1","fields":{"status":{"statusCategory":{"key":"done"}}}}]})"},
          {"PUT /rest/api/2/issue/OPS-1", ""},
          {"GET /rest/api/2/issue/OPS-1/transitions",
           R"({"transitions":[{"id":"3","name":"Other"},{"id":"7","name":"Reopen"}]})"},
          {"POST /rest/api/2/issue/OPS-1/transitions", ""}});
  EXPECT_TRUE(Send(kJira).delivered);
  EXPECT_EQ(Asked().back(), "POST /rest/api/2/issue/OPS-1/transitions");
  EXPECT_EQ(requests().back().body, "{\"transition\":{\"id\":\"7\"}}\n");
}

TEST_F(ServicesTest, JiraResolvesWhatIsOver) {
  notification_ = OneAlert(true);
  Answer({{"POST /rest/api/2/search", R"({"issues":[]})"}});
  EXPECT_TRUE(Send(kJira).delivered);  // nothing to resolve, nothing created
  EXPECT_EQ(Asked().size(), 1u);
  Answer({{"POST /rest/api/2/search",
           R"({"issues":[{"key":"OPS-1","fields":{"status":{"statusCategory":{"key":"new"}}}}]})"},
          {"PUT /rest/api/2/issue/OPS-1", ""},
          {"GET /rest/api/2/issue/OPS-1/transitions", R"({"transitions":[]})"}});
  Attempt attempt = Send(kJira);
  EXPECT_FALSE(attempt.delivered);
  EXPECT_FALSE(attempt.retry);
  EXPECT_EQ(attempt.error, "can't find transition Done for issue OPS-1");
}

TEST_F(ServicesTest, JiraUpdatesOnlyWhatItMay) {
  Answer({{"POST /rest/api/3/search",
           R"({"issues":[{"key":"OPS-1","fields":{"status":{"statusCategory":{"key":"new"}}}}]})"},
          {"PUT /rest/api/3/issue/OPS-1", ""}});
  Attempt attempt = Send(
      "  jira_configs: [{api_url: '$URL/rest/api/3', project: OPS, issue_type: Bug, "
      "summary: {template: s, enable_update: false}, "
      "description: '{\"type\":\"doc\",\"version\":1,\"content\":[]}'}]");
  ASSERT_TRUE(attempt.delivered) << attempt.error;
  codec::Json fields = *codec::Json::Parse(requests().back().body).value().Find("fields");
  EXPECT_EQ(fields.Find("summary"), nullptr);
  EXPECT_EQ(fields.Find("description")->ToString(), R"({"type":"doc","version":1,"content":[]})");
  attempt = Send(
      "  jira_configs: [{api_url: '$URL/rest/api/3', project: OPS, issue_type: Bug, "
      "description: 'plain words'}]");
  EXPECT_EQ(attempt.error.substr(0, 53), "description template: invalid JSON for API v3: line 1");
  EXPECT_FALSE(attempt.retry);
}

TEST_F(ServicesTest, JiraTriesAgainOnlyWhatServersAskFor) {
  Answer(503, "down");
  Attempt attempt = Send(kJira);
  EXPECT_EQ(attempt.error,
            "failed to look up existing issues: HTTP request to JIRA API: unexpected status code "
            "503: down");
  EXPECT_TRUE(attempt.retry);
  RefusingPeer peer;
  attempt =
      Send("  jira_configs: [{api_url: '" + peer.url() + "', project: OPS, issue_type: Bug}]");
  EXPECT_FALSE(attempt.retry);
  EXPECT_FALSE(attempt.delivered);
}

TEST_F(ServicesTest, IncidentioSendsTheFirstAlertOfTooMany) {
  const char* config = "  incidentio_configs: [{url: '$URL/in', alert_source_token: i-token-0123}]";
  auto alert = std::make_shared<alerting::Alert>(*notification_.alerts[0]);
  alert->annotations = {{"summary", std::string(300'000, 'x')}};
  notification_.alerts = {alert, alert};
  Attempt attempt = Send(config);
  ASSERT_TRUE(attempt.delivered) << attempt.error;
  codec::Json sent = codec::Json::Parse(Sent()).value();
  EXPECT_EQ(sent.Find("alerts")->AsArray()->size(), 1u);
  EXPECT_EQ(*sent.Find("version")->AsString(), "1");
  EXPECT_EQ(sent.Find("truncatedAlerts")->AsInt(), 0);
  EXPECT_EQ(requests()[0].headers.Get("Authorization"), "Bearer i-token-0123");
  Answer(422, R"({"message":"bad","errors":["x","y"],"error":"i-token-0123"})");
  attempt = Send(config);
  EXPECT_EQ(attempt.error, "unexpected status code 422: bad: <secret>: x, y");
  EXPECT_FALSE(attempt.retry);
  ExpectHidden(attempt, "i-token-0123");
}

TEST_F(ServicesTest, MailFailsForGoodOnlyForWhatIsOurs) {
  RefusingPeer peer;
  std::string host = peer.url().substr(7);
  auto mail = [&](const std::string& more) {
    return Send("  email_configs: [{smarthost: '" + host + "', from: a@b.c, " + more + "}]");
  };
  Attempt attempt = mail("to: d@e.f, auth_username: u, auth_password: p-word-0123");
  EXPECT_TRUE(attempt.retry);
  // The peer may hang up before or after the connection is there.
  EXPECT_TRUE(attempt.error.starts_with("create SMTP client: ") ||
              attempt.error.starts_with("establish connection to server: "))
      << attempt.error;
  EXPECT_EQ(attempt.request, "SMTP " + host + " from a@b.c to d@e.f");
  EXPECT_NE(attempt.body.find("Subject: [FIRING:1] Disk (node)\r\n"), std::string::npos);
  ExpectHidden(attempt, "p-word-0123");

  EXPECT_EQ(mail("to: '{{ .CommonLabels.none }}'").error, "parse 'to' addresses: mail: no address");
  attempt = mail("to: d@e.f, headers: {Subject: '{{ .None }}'}");
  EXPECT_TRUE(attempt.error.starts_with("execute \"Subject\" header template: ")) << attempt.error;
  EXPECT_FALSE(attempt.retry);
  attempt = mail("to: d@e.f, html: '{{ template \"none\" }}'");
  EXPECT_TRUE(attempt.error.starts_with("execute html template: ")) << attempt.error;
}

TEST_F(ServicesTest, MailEndsWithTheFlush) {
  // Takes connections, and says nothing.
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in at {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  ASSERT_EQ(bind(fd, reinterpret_cast<struct sockaddr*>(&at), size), 0);
  ASSERT_EQ(listen(fd, 8), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<struct sockaddr*>(&at), &size), 0);
  context_.timeout_ms = 50;
  Attempt attempt =
      Send(fmt::format("  email_configs: [{{smarthost: '127.0.0.1:{}', from: a@b.c, to: d@e.f}}]",
                       ntohs(at.sin_port)));
  EXPECT_EQ(attempt.error, "create SMTP client: context deadline exceeded");
  EXPECT_EQ(attempt.failure, FailureKind::kContextDeadlineExceeded);
  EXPECT_TRUE(attempt.retry);
  EXPECT_EQ(attempt.status, 0);
  close(fd);
}

TEST_F(ServicesTest, LintNamesTheirFields) {
  amconfig::Receiver receiver = Receiver(
      "  email_configs: [{to: '{{ bad }}', from: a@b.c, smarthost: 'h:25', "
      "headers: {x-a: '{{ .None }}'}}]\n"
      "  pagerduty_configs: [{routing_key: k, details: {own: '{{ .None }}'}}]\n"
      "  opsgenie_configs: [{api_key: k, responders: [{name: '{{ if }}', type: team}]}]\n"
      "  sns_configs: [{topic_arn: t, sigv4: {region: r}, attributes: {a: '{{ .None }}'}}]\n"
      "  jira_configs: [{api_url: 'http://j', project: '{{ .None }}', issue_type: Bug}]");
  std::vector<std::string> found;
  for (const std::string& failure : Lint(receiver, environment_)) {
    found.push_back(failure.substr(0, failure.find(": ")));
  }
  for (const char* path :
       {"email_configs[0].to", "email_configs[0].headers.X-A", "pagerduty_configs[0].details.own",
        "opsgenie_configs[0].responders[0].name", "sns_configs[0].attributes.a",
        "jira_configs[0].project"}) {
    EXPECT_NE(std::find(found.begin(), found.end(), path), found.end()) << path;
  }
}

TEST_F(ServicesTest, LintFindsNothingInTheDefaults) {
  amconfig::Receiver receiver = Receiver(
      "  email_configs: [{to: a@b.c, from: a@b.c, smarthost: 'h:25'}]\n"
      "  pagerduty_configs: [{routing_key: k}]\n  opsgenie_configs: [{api_key: k}]\n"
      "  victorops_configs: [{api_key: k, routing_key: r}]\n"
      "  sns_configs: [{topic_arn: t, sigv4: {region: r}}]\n"
      "  wechat_configs: [{api_secret: s, corp_id: c}]\n"
      "  jira_configs: [{api_url: 'http://j', project: P, issue_type: Bug}]\n"
      "  incidentio_configs: [{url: 'http://i', alert_source_token: t}]");
  EXPECT_EQ(Lint(receiver, environment_), std::vector<std::string>());
}

}  // namespace
}  // namespace watchfire::notify

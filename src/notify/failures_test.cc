// What goes wrong on the way: which kind of failure, whether another try is worth it, in which
// words; and that no secret is in any of them.

#include "net/digest.h"
#include "notify/testing_peer.h"

namespace watchfire::notify {
namespace {

using alerting::Attempt;
using alerting::FailureKind;

constexpr const char* kWebhook = "  webhook_configs: [{url: '$URL/hook/s3cr3t-Path0?token=t0ken'}]";

void ExpectNoSecret(const Attempt& attempt, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (const std::string& text :
         {attempt.error, attempt.request, attempt.body, attempt.response}) {
      EXPECT_EQ(text.find(secret), std::string::npos) << secret << " in " << text;
    }
  }
}

class FailuresTest : public NotifyTest {
 protected:
  void Answer(int status, const std::string& body) {
    answer_ = [=](const net::Request&) { return net::Response::Text(status, body); };
  }
};

TEST_F(FailuresTest, SaysWhatWasDelivered) {
  Attempt attempt = Send(kWebhook);
  EXPECT_TRUE(attempt.delivered) << attempt.error;
  EXPECT_EQ(attempt.status, 200);
  EXPECT_EQ(attempt.error, "");
  EXPECT_EQ(attempt.request, "POST " + Url("/<secret>"));
  EXPECT_EQ(attempt.response, "ok");
  EXPECT_EQ(attempt.body, Sent());
  EXPECT_EQ(requests()[0].headers.Get("User-Agent"), "Alertmanager/0.34.0");
  EXPECT_EQ(requests()[0].headers.Get("Content-Type"), "application/json");
}

TEST_F(FailuresTest, KnowsStatusesByTheirKind) {
  struct Case {
    int status;
    FailureKind failure;
    bool retry;
  };
  for (const Case& test :
       {Case{400, FailureKind::kClientError, false}, Case{401, FailureKind::kAuthError, false},
        Case{403, FailureKind::kAuthError, false}, Case{429, FailureKind::kRateLimited, false},
        Case{500, FailureKind::kServerError, true}, Case{503, FailureKind::kServerError, true},
        Case{304, FailureKind::kOther, false}}) {
    Answer(test.status, test.status == 304 ? "" : "no way");
    Attempt attempt = Send(kWebhook);
    EXPECT_FALSE(attempt.delivered);
    EXPECT_EQ(attempt.status, test.status);
    EXPECT_EQ(attempt.failure, test.failure) << test.status;
    EXPECT_EQ(attempt.retry, test.retry) << test.status;
    std::string body = test.status == 304 ? "" : ": no way";
    EXPECT_EQ(attempt.error, fmt::format("unexpected status code {}{}", test.status, body));
  }
}

TEST_F(FailuresTest, HidesWhatAPeerRepeats) {
  answer_ = [](const net::Request& request) {
    return net::Response::Text(500, request.path + "?" + request.raw_query + " " +
                                        std::string(request.headers.Get("Authorization")) + " " +
                                        std::string(request.headers.Get("X-Key")));
  };
  Attempt attempt = Send(
      "  webhook_configs:\n"
      "  - url: '$URL/hook/s3cr3t-Path0?token=t0ken'\n"
      "    http_config:\n"
      "      basic_auth: {username: me, password: passw0rd}\n"
      "      http_headers: {X-Key: {secrets: [header-key]}}\n");
  EXPECT_EQ(attempt.status, 500);
  EXPECT_EQ(attempt.error, "unexpected status code 500: /<secret> Basic <secret> <secret>");
  ExpectNoSecret(attempt,
                 {"s3cr3t", "t0ken", "passw0rd", "header-key", net::EncodeBase64("me:passw0rd")});
}

TEST_F(FailuresTest, HidesWhatFilesHold) {
  std::string path = ::testing::TempDir() + "/notify_url";
  FileSystem::Local()->WriteFileAtomically(path, " " + Url("/from/FILE-k3y1") + "\n").value();
  answer_ = [](const net::Request& request) { return net::Response::Text(400, request.path); };
  Attempt attempt = Send("  webhook_configs: [{url_file: '" + path + "'}]");
  EXPECT_EQ(attempt.error, "unexpected status code 400: /<secret>");
  ExpectNoSecret(attempt, {"FILE-k3y1"});
  FileSystem::Local()->Remove(path).value();
  attempt = Send("  webhook_configs: [{url_file: '" + path + "'}]");
  EXPECT_EQ(attempt.error, "read url_file: open " + path + ": no such file or directory");
  EXPECT_FALSE(attempt.retry);
}

TEST_F(FailuresTest, EndsWithTheFlush) {
  answer_ = [](const net::Request& request) {
    while (!request.cancelled->load()) std::this_thread::yield();
    return net::Response::Text(200, "late");
  };
  context_.timeout_ms = 50;
  Attempt attempt = Send(kWebhook);
  EXPECT_EQ(attempt.error, "Post \"<redacted>\": context deadline exceeded");
  EXPECT_EQ(attempt.failure, FailureKind::kContextDeadlineExceeded);
  EXPECT_TRUE(attempt.retry);
  EXPECT_EQ(attempt.status, 0);
  ExpectNoSecret(attempt, {"s3cr3t", "t0ken"});
}

TEST_F(FailuresTest, EndsWithItsOwnTimeout) {
  answer_ = [](const net::Request& request) {
    while (!request.cancelled->load()) std::this_thread::yield();
    return net::Response::Text(200, "late");
  };
  Attempt attempt = Send("  webhook_configs: [{url: $URL/hook, timeout: 50ms}]");
  EXPECT_EQ(attempt.error,
            "Post \"<redacted>\": context deadline exceeded: configured webhook timeout reached "
            "(50ms)");
  EXPECT_EQ(attempt.failure, FailureKind::kContextDeadlineExceeded);
}

TEST_F(FailuresTest, EndsWhenItIsCancelled) {
  auto cancelled = std::make_shared<std::atomic<bool>>(false);
  context_.cancelled = cancelled;
  answer_ = [&](const net::Request& request) {
    cancelled->store(true);
    while (!request.cancelled->load()) std::this_thread::yield();
    return net::Response::Text(200, "late");
  };
  Attempt attempt = Send(kWebhook);
  EXPECT_EQ(attempt.failure, FailureKind::kContextCanceled);
  EXPECT_NE(attempt.error.find("context canceled"), std::string::npos) << attempt.error;
}

TEST_F(FailuresTest, TriesAgainWhenTheConnectionIsReset) {
  RefusingPeer peer;
  Attempt attempt = Send("  webhook_configs: [{url: '" + peer.url() + "/s3cr3t-Path0'}]");
  EXPECT_TRUE(attempt.retry);
  EXPECT_EQ(attempt.failure, FailureKind::kOther);
  EXPECT_EQ(attempt.error.rfind("Post \"<redacted>\": ", 0), 0u) << attempt.error;
  ExpectNoSecret(attempt, {"s3cr3t"});
}

TEST_F(FailuresTest, TriesAgainWhenThereIsNoTls) {
  std::string url = ReplaceAll(Url("/s3cr3t-Path0"), "http:", "https:");
  Attempt attempt = Send("  webhook_configs: [{url: '" + url + "'}]");
  EXPECT_FALSE(attempt.delivered);
  EXPECT_TRUE(attempt.retry);
  EXPECT_EQ(attempt.failure, FailureKind::kOther);
  EXPECT_NE(attempt.error, "");
  ExpectNoSecret(attempt, {"s3cr3t"});
  EXPECT_TRUE(requests().empty());
}

TEST_F(FailuresTest, BelievesTheStatusOfAnAnswerWithoutEnd) {
  Answer(200, std::string(4 << 20, 'x'));
  Attempt attempt = Send(kWebhook);
  EXPECT_TRUE(attempt.delivered) << attempt.error;
  EXPECT_EQ(attempt.response.size(), alerting::kMaxKeptResponse);
  Answer(502, std::string(4 << 20, 'x'));
  attempt = Send(kWebhook);
  EXPECT_EQ(attempt.status, 502);
  EXPECT_TRUE(attempt.retry);
  EXPECT_EQ(attempt.failure, FailureKind::kServerError);
  EXPECT_EQ(attempt.error.size(), alerting::kMaxKeptResponse);
}

TEST_F(FailuresTest, KeepsTheBeginningOfALongBody) {
  auto alert = std::make_shared<alerting::Alert>(*notification_.alerts[0]);
  alert->annotations = {{"long", std::string(100'000, 'l')}};
  notification_.alerts = {alert};
  Attempt attempt = Send(kWebhook);
  EXPECT_TRUE(attempt.delivered);
  EXPECT_EQ(attempt.body.size(), alerting::kMaxKeptBody);
  EXPECT_GT(Sent().size(), 100'000u);
}

TEST_F(FailuresTest, SendsNothingWhenATemplateFails) {
  Attempt attempt = Send("  slack_configs: [{api_url: $URL/x, title: '{{ .Nothing }}'}]");
  EXPECT_FALSE(attempt.retry);
  EXPECT_EQ(attempt.failure, FailureKind::kOther);
  EXPECT_NE(attempt.error.find("can't evaluate field Nothing"), std::string::npos);
  attempt = Send("  slack_configs: [{api_url: $URL/x, title: '{{ if }}'}]");
  EXPECT_NE(attempt.error.find("missing value for if"), std::string::npos) << attempt.error;
  EXPECT_TRUE(requests().empty());
}

// A peer that repeats all it was sent finds no kind that shows a secret.
TEST_F(FailuresTest, NoKindShowsASecretThatIsRepeated) {
  std::string file = ::testing::TempDir() + "/notify_secret";
  FileSystem::Local()->WriteFileAtomically(file, Url("/f1le/s3cr3t-four") + "\n").value();
  const std::vector<std::string> kinds = {
      "webhook_configs: [{url: '$URL/a/s3cr3t-one?k=s3cr3t-two'}]",
      "webhook_configs: [{url: '$URL/{{ .Status }}/s3cr3t-one', payload: {a: s3}}]",
      "webhook_configs: [{url_file: " + file + "}]",
      "slack_configs: [{api_url: $URL/T01/B02/s3cr3t-one}]",
      "slack_configs: [{api_url_file: " + file + "}]",
      "slack_configs: [{app_token: s3cr3t-one, app_url: $URL/api/chat.postMessage}]",
      "telegram_configs: [{api_url: $URL, bot_token: '9:s3cr3t-one', chat_id: 1}]",
      "telegram_configs: [{api_url: $URL, bot_token_file: " + file + ", chat_id: 1}]",
      "discord_configs: [{webhook_url: $URL/api/webhooks/12/s3cr3t-one}]",
      "discord_configs: [{webhook_url_file: " + file + "}]",
      "msteams_configs: [{webhook_url: $URL/s3cr3t-one}]",
      "msteamsv2_configs: [{webhook_url: '$URL/x?sig=s3cr3t-one'}]",
      "mattermost_configs: [{webhook_url: $URL/hooks/s3cr3t-one}]",
      "rocketchat_configs: [{api_url: $URL, token: s3cr3t-one, token_id: s3cr3t-two}]",
      "webex_configs: [{api_url: $URL/w, room_id: r, http_config: {authorization: {credentials: "
      "s3cr3t-one}}}]",
      "webex_configs: [{api_url: $URL/w, room_id: r, http_config: {authorization: "
      "{credentials_file: " +
          file + "}}}]",
  };
  answer_ = [](const net::Request& request) {
    std::string text = request.path + " " + request.raw_query + " " + request.body;
    for (const auto& [name, value] : request.headers.all()) text += " " + name + ": " + value;
    return net::Response::Text(418, text);
  };
  for (const std::string& kind : kinds) {
    Attempt attempt = Send("  " + kind);
    EXPECT_EQ(attempt.status, 418) << kind;
    EXPECT_NE(attempt.response, "") << kind;
    ExpectNoSecret(attempt, {"s3cr3t"});
  }
  EXPECT_EQ(requests().size(), kinds.size());
  FileSystem::Local()->Remove(file).value();
}

TEST_F(FailuresTest, SendsFromManyThreadsAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::unique_ptr<alerting::Notifier> slack = Build("  slack_configs: [{api_url: $URL/x}]");
  std::atomic<int> delivered = 0;
  {
    std::vector<Thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back("sender", [&] {
        for (int k = 0; k < kEach; ++k) {
          if (slack->Notify(notification_, context_).delivered) ++delivered;
        }
      });
    }
    for (Thread& thread : threads) thread.Join();
  }
  EXPECT_EQ(delivered, kThreads * kEach);
  std::vector<net::Request> all = requests();
  ASSERT_EQ(all.size(), static_cast<size_t>(kThreads * kEach));
  for (const net::Request& request : all) EXPECT_EQ(request.body, all[0].body);
}

TEST_F(FailuresTest, RefusesOptionsThatContradictEachOther) {
  amconfig::Receiver receiver = Receiver(kWebhook);
  receiver.webhook_configs[0].http_config.emplace();
  receiver.webhook_configs[0].http_config->tls_config.min_version = "TLS99";
  Result<alerting::ReceiverNotifiers> built = notify::Build(receiver, environment_);
  ASSERT_FALSE(built.ok());
  EXPECT_EQ(built.error().message().rfind("webhook_configs[0]: ", 0), 0u)
      << built.error().message();
}

}  // namespace
}  // namespace watchfire::notify

// Plain HTTP as HttpFetcher speaks it, against servers that behave and servers that do not.

#include "net/plain_exchange.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <future>

#include "net/testing_socket.h"

namespace watchfire::net {
namespace {

using Response = Result<HttpResponse>;

void SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string Sized(std::string_view body, std::string_view headers = "") {
  return fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: {}\r\n\r\n{}", headers, body.size(),
                     body);
}

// Answers each request on a connection with the next of `answers`, then closes it; the connections
// go on through the same list.
class ScriptServer {
 public:
  explicit ScriptServer(std::vector<std::string> answers, size_t each_connection = SIZE_MAX)
      : answers_(std::move(answers)), server_([this, each_connection](int fd) {
          ++connections;
          for (size_t i = 0; i < each_connection && next_ < answers_.size(); ++i) {
            std::string head = RawServer::ReadHead(fd);
            if (head.empty()) return;
            heads.push_back(head);
            SendAll(fd, answers_[next_++]);
          }
          if (next_ == answers_.size()) RawServer::WaitForEnd(fd);
        }) {}
  std::string url() const { return server_.url("/metrics"); }

  std::atomic<int> connections{0};
  std::vector<std::string> heads;  // to be read when all is answered

 private:
  std::vector<std::string> answers_;
  size_t next_ = 0;
  RawServer server_;
};

class PlainExchangeTest : public ::testing::Test {
 protected:
  std::shared_ptr<HttpTarget> Target(const std::string& url, Headers headers = {}) {
    auto profile = MakeHttpProfile(options_).value();
    return fetcher_->AddTarget(profile, url, std::move(headers)).value();
  }
  std::future<Response> Begin(const std::shared_ptr<HttpTarget>& target,
                              HttpFetcher::FetchOptions options = {}) {
    auto done = std::make_shared<std::promise<Response>>();
    fetcher_->Fetch(target, std::move(options),
                    [done](Response r) { done->set_value(std::move(r)); });
    return done->get_future();
  }
  Response Fetch(const std::shared_ptr<HttpTarget>& target,
                 HttpFetcher::FetchOptions options = {}) {
    return Begin(target, std::move(options)).get();
  }
  std::string ErrorOf(const std::string& url, HttpFetcher::FetchOptions options = {}) {
    Response response = Fetch(Target(url), std::move(options));
    return response.ok() ? "no error" : response.error().message();
  }

  HttpClientOptions options_;
  std::unique_ptr<HttpFetcher> fetcher_ = std::make_unique<HttpFetcher>();
};

TEST_F(PlainExchangeTest, ServesWhatNeedsNoMoreThanASocket) {
  auto serves = [](const HttpClientOptions& options, std::string_view url) {
    return PlainExchange::CanServe(options, Url::Parse(url).value());
  };
  HttpClientOptions options;
  EXPECT_TRUE(serves(options, "http://host:1/metrics?a=b"));
  EXPECT_TRUE(serves(options, "http://user:pw@[::1]:1/metrics"));
  EXPECT_FALSE(serves(options, "https://host/metrics"));
  EXPECT_FALSE(serves(options, "http://h\xc3\xb6st/metrics"));
  options.proxy.url = "http://proxy";
  EXPECT_FALSE(serves(options, "http://host/metrics"));
  options.proxy = {};
  options.proxy.from_environment = true;
  EXPECT_FALSE(serves(options, "http://host/metrics"));
  options.proxy = {};
  options.unix_socket = "/run/socket";
  EXPECT_FALSE(serves(options, "http://host/metrics"));
}

TEST_F(PlainExchangeTest, SendsOneRequestAfterTheOtherOnOneConnection) {
  ScriptServer server({Sized("one"), Sized("two"), Sized("three")});
  options_.user_agent = "Prometheus/9.9";
  options_.basic_auth = BasicAuthOptions{
      .username = "alice", .username_file = {}, .password = Secret("pw"), .password_file = {}};
  options_.headers.push_back({.name = "X-Tenant", .values = {"one"}, .secrets = {}, .files = {}});
  Headers headers;
  headers.Add("Accept", "text/plain");
  auto target = Target(server.url() + "?a=1#f", headers);
  EXPECT_EQ(Fetch(target)->body, "one");
  EXPECT_EQ(Fetch(target)->body, "two");
  HttpResponse third = Fetch(target).value();
  EXPECT_EQ(third.body, "three");
  EXPECT_EQ(third.url, server.url() + "?a=1");
  EXPECT_EQ(server.connections.load(), 1);
  std::string_view host = std::string_view(server.heads[0]).substr(0);
  host = host.substr(host.find("Host: "), host.find("\r\nUser") - host.find("Host: "));
  for (const std::string& head : server.heads) {
    EXPECT_EQ(head, fmt::format("GET /metrics?a=1 HTTP/1.1\r\n{}\r\nUser-Agent: Prometheus/9.9\r\n"
                                "Accept: text/plain\r\nX-Tenant: one\r\n"
                                "Authorization: Basic YWxpY2U6cHc=\r\n\r\n",
                                host));
  }
}

TEST_F(PlainExchangeTest, ReadsBodiesOfAnySizeWhateverCameBefore) {
  std::vector<std::string> answers;
  std::vector<std::string> bodies;
  size_t sizes[] = {1, 100'000, 100'000, 99'000, 300'000, 3'000'000, 5, 0, 2'000'000, 70'000};
  for (size_t i = 0; i < std::size(sizes); ++i) {
    std::string body;
    while (body.size() < sizes[i]) body += fmt::format("line {} of page {}\n", body.size(), i);
    body.resize(sizes[i]);
    // Heads of different sizes, so that the guess is wrong in both directions.
    std::string header = i % 3 == 0 ? "" : "X-Long: " + std::string(i * 7, 'x') + "\r\n";
    answers.push_back(i % 4 == 3 && !body.empty()
                          ? fmt::format("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        "{:x}\r\n{}\r\n0\r\n\r\n",
                                        body.size(), body)
                          : Sized(body, header));
    bodies.push_back(std::move(body));
  }
  ScriptServer server(answers);
  auto target = Target(server.url());
  std::string buffer;
  for (const std::string& body : bodies) {
    HttpFetcher::FetchOptions options;
    options.buffer = std::move(buffer);
    Response response = Fetch(target, std::move(options));
    ASSERT_TRUE(response.ok()) << response.error().message() << body.size();
    EXPECT_TRUE(response->body == body) << body.size();
    EXPECT_EQ(server.connections.load(), 1) << body.size();
    buffer = std::move(response->body);
  }
  EXPECT_EQ(server.connections.load(), 1);
}

TEST_F(PlainExchangeTest, TakesResponsesInPieces) {
  RawServer server([](int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    while (!RawServer::ReadHead(fd).empty()) {
      for (char c : Sized("a few bytes", "A: b\r\n")) SendAll(fd, {&c, 1});
    }
  });
  auto target = Target(server.url());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Fetch(target)->body, "a few bytes");
}

TEST_F(PlainExchangeTest, ReconnectsWhereAConnectionCannotBeKept) {
  for (const char* answer :
       {"HTTP/1.0 200 OK\r\n\r\nok", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 stray\r\n\r\n"}) {
    ScriptServer server({answer, answer, answer, Sized("end")}, 1);
    auto target = Target(server.url());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Fetch(target)->body, "ok") << answer;
    EXPECT_EQ(server.connections.load(), 3);
  }
}

TEST_F(PlainExchangeTest, AsksAgainOnceIfTheKeptConnectionGaveNothing) {
  // The second request is read and not answered: a server that closed while it was on its way.
  ScriptServer lost({Sized("one"), "", Sized("two"), Sized("end")}, 2);
  auto target = Target(lost.url());
  EXPECT_EQ(Fetch(target)->body, "one");
  EXPECT_EQ(Fetch(target)->body, "two");
  EXPECT_EQ(lost.connections.load(), 2);
  // On a new connection there is no second try, nor when a part of an answer has come.
  ScriptServer silent({"", Sized("x")}, 1);
  EXPECT_EQ(ErrorOf(silent.url()), fmt::format("Get \"{}\": EOF", silent.url()));
  EXPECT_EQ(silent.connections.load(), 1);
  ScriptServer partial({Sized("one"), "HTTP/1.1 200", Sized("two")}, 2);
  target = Target(partial.url());
  EXPECT_EQ(Fetch(target)->body, "one");
  EXPECT_EQ(Fetch(target).error().message(),
            fmt::format("Get \"{}\": unexpected EOF", partial.url()));
}

TEST_F(PlainExchangeTest, LimitsBodies) {
  for (const std::string& answer :
       {Sized("0123456789"), std::string("HTTP/1.0 200 OK\r\n\r\n0123456789"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0"
                    "\r\n\r\n")}) {
    RawServer server(answer);
    EXPECT_EQ(ErrorOf(server.url(), {.timeout_ms = 10'000, .body_limit = 11, .buffer = {}}),
              "no error");
    Response refused =
        Fetch(Target(server.url()), {.timeout_ms = 10'000, .body_limit = 10, .buffer = {}});
    EXPECT_EQ(refused.error().code(), ErrorCode::kLimit);
    EXPECT_EQ(refused.error().message(), "body size limit exceeded");
  }
}

TEST_F(PlainExchangeTest, NamesWhatWentWrongAsGoDoes) {
  uint16_t closed = 0;
  { closed = RawServer("").port(); }
  EXPECT_EQ(ErrorOf(fmt::format("http://127.0.0.1:{}/m", closed)),
            fmt::format("Get \"http://127.0.0.1:{0}/m\": dial tcp 127.0.0.1:{0}: connect: "
                        "connection refused",
                        closed));
  EXPECT_EQ(ErrorOf(fmt::format("http://u:secret@[::1]:{}/m", closed)),
            fmt::format("Get \"http://u:xxxxx@[::1]:{0}/m\": dial tcp [::1]:{0}: connect: "
                        "connection refused",
                        closed));
  EXPECT_EQ(ErrorOf("http://no-such-host.invalid/m"),
            "Get \"http://no-such-host.invalid/m\": dial tcp: lookup no-such-host.invalid: no such "
            "host");
  RawServer partial("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_EQ(ErrorOf(partial.url()), "Get \"" + partial.url() + "\": unexpected EOF");
  RawServer garbage("220 smtp.example.com ready\r\n");
  EXPECT_EQ(ErrorOf(garbage.url()),
            "Get \"" + garbage.url() +
                "\": net/http: HTTP/1.x transport connection broken: malformed HTTP response "
                "\"220 smtp.example.com ready\"");
  RawServer headers("HTTP/1.1 200 OK\r\n" + std::string(400'000, 'x') + ": y\r\n\r\n");
  EXPECT_EQ(ErrorOf(headers.url()),
            "Get \"" + headers.url() + "\": server response headers exceeded 262144 bytes");
  RawServer reset([](int fd) {
    RawServer::ReadHead(fd);
    struct linger now {
      1, 0
    };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  });
  std::string error = ErrorOf(reset.url());
  EXPECT_NE(error.find(fmt::format("->127.0.0.1:{}: read: connection reset by peer", reset.port())),
            std::string::npos)
      << error;
  Headers bad;
  bad.Add("X", "a\r\nY: b");
  EXPECT_EQ(Fetch(Target(partial.url(), bad)).error().message(), "line break in a request header");
}

TEST_F(PlainExchangeTest, FindsHostsByTheirNames) {
  ScriptServer server({Sized("one"), Sized("two")});
  std::string url = server.url();
  url.replace(url.find("127.0.0.1"), 9, "localhost");
  auto target = Target(url);
  Response first = Fetch(target);
  ASSERT_TRUE(first.ok()) << first.error().message();
  EXPECT_EQ(first->body, "one");
  EXPECT_EQ(Fetch(target)->body, "two");
  EXPECT_EQ(server.connections.load(), 1);
}

TEST_F(PlainExchangeTest, GivesUpAtItsDeadlineWhereverItIs) {
  RawServer silent([](int fd) { RawServer::WaitForEnd(fd); });
  RawServer stuck([](int fd) {
    RawServer::ReadHead(fd);
    SendAll(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    RawServer::WaitForEnd(fd);
  });
  for (RawServer* server : {&silent, &stuck}) {
    Response response =
        Fetch(Target(server->url()), {.timeout_ms = 30, .body_limit = 0, .buffer = {}});
    EXPECT_EQ(response.error().code(), ErrorCode::kTimeout);
    EXPECT_EQ(response.error().message(),
              "Get \"" + server->url() + "\": context deadline exceeded");
  }
}

TEST_F(PlainExchangeTest, IsAsGoodAsNewAfterATimeoutOrACancel) {
  std::promise<void> asked;
  std::atomic<int> connections{0};
  RawServer server([&](int fd) {
    int number = ++connections;
    RawServer::ReadHead(fd);
    if (number == 1) SendAll(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    if (number == 2) asked.set_value();
    if (number < 3) return RawServer::WaitForEnd(fd);
    SendAll(fd, Sized("ok"));
  });
  auto target = Target(server.url());
  EXPECT_EQ(Fetch(target, {.timeout_ms = 30, .body_limit = 0, .buffer = {}}).error().code(),
            ErrorCode::kTimeout);
  std::future<Response> cancelled = Begin(target);
  asked.get_future().wait();
  fetcher_->Cancel(target);
  EXPECT_EQ(cancelled.get().error().code(), ErrorCode::kCancelled);
  EXPECT_EQ(Fetch(target)->body, "ok");
}

TEST_F(PlainExchangeTest, LeavesRedirectsToTheOtherClient) {
  ScriptServer end({Sized("arrived"), Sized("again")});
  std::string moved =
      "HTTP/1.1 302 Found\r\nLocation: " + end.url() + "\r\nContent-Length: 0\r\n\r\n";
  ScriptServer start({moved, moved, moved, Sized("")});
  auto target = Target(start.url());
  EXPECT_EQ(Fetch(target)->body, "arrived");
  EXPECT_EQ(Fetch(target)->body, "again");
  ScriptServer stays({moved});
  options_.follow_redirects = false;
  EXPECT_EQ(Fetch(Target(stays.url()))->status, 302);
  fetcher_.reset();  // closes the connections, for which the servers wait
}

TEST_F(PlainExchangeTest, MayBeDroppedWhileItRuns) {
  std::promise<void> asked;
  RawServer hangs([&](int fd) {
    RawServer::ReadHead(fd);
    asked.set_value();
    RawServer::WaitForEnd(fd);
  });
  std::future<Response> result;
  {
    auto target = Target(hangs.url());
    result = Begin(target);
  }
  asked.get_future().wait();
  fetcher_.reset();
  EXPECT_EQ(result.get().error().code(), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace watchfire::net

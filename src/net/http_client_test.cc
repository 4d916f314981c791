#include "net/http_client.h"

#include <gtest/gtest.h>
#include <sys/un.h>

#include <future>

#include "codec/compress.h"
#include "net/http_server.h"
#include "net/testing_certs.h"
#include "net/testing_socket.h"

namespace watchfire::net {
namespace {

// A server that tells what it was asked.
class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() {
    for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
      router_.Handle(method, "/echo", [](const Request& request) {
        std::string text = request.method + " ?" + request.raw_query + "\n";
        for (const auto& [name, value] : request.headers.all()) text += name + ": " + value + "\n";
        return Response::Text(200, text + "\n" + request.body);
      });
    }
    router_.Handle("GET", "/big", [](const Request& request) {
      return Response::Text(200, std::string(ParseUint(request.raw_query).value_or(0), 'b'));
    });
    router_.Handle("GET", "/peer", [](const Request& request) {
      return Response::Text(200, request.remote_address);
    });
    for (int status : {301, 302, 303, 307, 308}) {
      for (const char* method : {"GET", "POST"}) {
        router_.Handle(method, "/" + std::to_string(status), [status](const Request& request) {
          return Response::Redirect(status, std::string(request.Form().value().Get("to")));
        });
      }
    }
    router_.Handle("GET", "/loop", [](const Request&) { return Response::Redirect(302, "/loop"); });
    server_ = Serve(router_);
  }

  std::unique_ptr<HttpServer> Serve(Router& router) {
    ServerOptions options;
    options.listen_addresses = {"127.0.0.1:0"};
    return std::move(HttpServer::Start(options, std::move(router), pool_, nullptr)).value();
  }
  std::string Url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", server_->ports()[0], path);
  }
  Result<HttpResponse> Get(const std::string& url) {
    HttpRequest request;
    request.url = url;
    return Do(request);
  }
  Result<HttpResponse> Do(const HttpRequest& request) {
    auto client = HttpClient::Make(options_);
    if (!client.ok()) return client.error();
    return (*client)->Do(request);
  }
  std::string ErrorOf(const HttpRequest& request) {
    auto response = Do(request);
    return response.ok() ? "status " + std::to_string(response->status)
                         : response.error().message();
  }

  ThreadPool pool_{"handlers", 4};
  Router router_;
  HttpClientOptions options_;
  std::unique_ptr<HttpServer> server_;
};

bool Has(const Result<HttpResponse>& response, std::string_view text) {
  return response.ok() && response->body.find(text) != std::string::npos;
}

TEST_F(HttpClientTest, CutsALongBodyIfThatIsAskedFor) {
  HttpRequest request;
  request.url = Url("/big?5000000");
  request.body_limit = 1000;
  EXPECT_EQ(Do(request).error().code(), ErrorCode::kLimit);
  request.cut_body = true;
  Result<HttpResponse> response = Do(request);
  ASSERT_TRUE(response.ok()) << response.error().message();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, std::string(999, 'b'));
}

TEST_F(HttpClientTest, SendsWhatItIsTold) {
  options_.user_agent = "Prometheus/9.9";
  HttpRequest request;
  request.url = Url("/echo?a=1");
  request.method = "POST";
  request.body = "hello";
  request.headers.Add("X-Custom", "1");
  request.headers.Add("X-Empty", "");
  HttpResponse response = Do(request).value();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.body, fmt::format("POST ?a=1\nHost: 127.0.0.1:{}\nUser-Agent: Prometheus/9.9\n"
                                       "X-Custom: 1\nX-Empty: \nContent-Length: 5\n\nhello",
                                       server_->ports()[0]));
  request.method = "DELETE";
  request.body.clear();
  EXPECT_TRUE(Has(Do(request), "DELETE ?a=1\n"));
  request.method = "HEAD";
  request.headers.Add("Accept-Encoding", "gzip");
  request.url = Url("/big?50000");
  response = Do(request).value();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
}

TEST_F(HttpClientTest, ReusesItsConnection) {
  auto client = HttpClient::Make(options_).value();
  HttpRequest request;
  request.url = Url("/peer");
  std::string peer = client->Do(request)->body;
  EXPECT_EQ(client->Do(request)->body, peer);
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(HttpClientTest, DecodesWhatTheCallerAskedFor) {
  HttpRequest request;
  request.url = Url("/big?50000");
  for (const char* encoding : {"gzip", "deflate", "identity"}) {
    request.headers.Set("Accept-Encoding", encoding);
    EXPECT_EQ(Do(request)->body.size(), 50'000u) << encoding;
  }
}

TEST_F(HttpClientTest, LimitsTheBodyUncompressed) {
  HttpRequest request;
  request.url = Url("/big?50000");
  request.body_limit = 50'001;
  EXPECT_TRUE(Do(request).ok());
  request.body_limit = 50'000;
  for (const char* encoding : {"gzip", "deflate", "identity"}) {
    request.headers.Set("Accept-Encoding", encoding);
    auto response = Do(request);
    EXPECT_EQ(response.error().code(), ErrorCode::kLimit) << encoding;
    EXPECT_EQ(response.error().message(), "body size limit exceeded");
  }
}

TEST_F(HttpClientTest, ReadsSecretsAtEachRequest) {
  TempDir dir;
  options_.basic_auth = BasicAuthOptions{.username = "alice",
                                         .username_file = {},
                                         .password = {},
                                         .password_file = dir.Write("password", "first\n \t")};
  auto client = HttpClient::Make(options_).value();
  HttpRequest request;
  request.url = Url("/echo");
  EXPECT_TRUE(Has(client->Do(request), "Authorization: Basic YWxpY2U6Zmlyc3Q=\n"));
  dir.Write("password", "second");
  EXPECT_TRUE(Has(client->Do(request), "Authorization: Basic YWxpY2U6c2Vjb25k\n"));
  ASSERT_TRUE(FileSystem::Local()->Remove(dir.File("password")).ok());
  EXPECT_FALSE(client->Do(request).ok());
}

TEST_F(HttpClientTest, SendsAuthorizationAndConfiguredHeaders) {
  TempDir dir;
  options_.authorization =
      AuthorizationOptions{.type = "Token", .credentials = Secret("abc"), .credentials_file = {}};
  options_.headers.push_back({.name = "X-Tenant",
                              .values = {"one"},
                              .secrets = {Secret("two")},
                              .files = {dir.Write("tenant", "three\n")}});
  auto response = Get(Url("/echo"));
  EXPECT_TRUE(Has(response, "Authorization: Token abc\n"));
  EXPECT_TRUE(Has(response, "X-Tenant: one\nX-Tenant: two\nX-Tenant: three\n"));
  options_ = {};
  std::string url = Url("/echo");
  url.insert(7, "bob:p%40ss@");
  EXPECT_TRUE(Has(Get(url), "Authorization: Basic Ym9iOnBAc3M=\n"));
}

TEST_F(HttpClientTest, RefusesHeadersThatBreakOut) {
  HttpRequest request;
  request.url = Url("/echo");
  request.headers.Add("X", "a\r\nY: b");
  EXPECT_EQ(ErrorOf(request), "line break in a request header");
  HttpRequest other;
  other.url = Url("/echo");
  other.method = "POST /x HTTP/1.1\r\nY: b";
  EXPECT_EQ(ErrorOf(other), "the request's method is not a word");
  request.headers = {};
  options_.authorization = AuthorizationOptions{
      .type = "Bearer", .credentials = Secret("a\r\nY: b"), .credentials_file = {}};
  EXPECT_EQ(ErrorOf(request), "line break in the credentials");
}

TEST_F(HttpClientTest, FollowsRedirects) {
  for (int status : {301, 302, 303, 307, 308}) {
    HttpRequest request;
    request.method = "POST";
    request.body = "to=/echo?x%3D1";
    request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
    request.url = Url("/" + std::to_string(status));
    auto response = Do(request);
    EXPECT_EQ(response->url, Url("/echo?x=1"));
    EXPECT_TRUE(Has(response, status < 304 ? "GET ?x=1\n" : "POST ?x=1\n"));
    EXPECT_EQ(Has(response, "to=/echo"), status > 303);
  }
  EXPECT_EQ(Get(Url("/loop")).error().message(),
            fmt::format("Get \"{}\": stopped after 10 redirects", Url("/loop")));
  EXPECT_FALSE(Get(Url("/302?to=file:///etc/passwd")).ok());
  options_.follow_redirects = false;
  EXPECT_EQ(Get(Url("/302?to=/echo"))->status, 302);
}

TEST_F(HttpClientTest, KeepsCredentialsFromOtherHosts) {
  Router router;
  router.Handle("GET", "/302", [](const Request& request) {
    return Response::Redirect(302, std::string(request.Form().value().Get("to")));
  });
  auto other = Serve(router);
  options_.authorization = AuthorizationOptions{
      .type = "Bearer", .credentials = Secret("token"), .credentials_file = {}};
  options_.headers.push_back({.name = "X-Key", .values = {"key"}, .secrets = {}, .files = {}});
  EXPECT_TRUE(Has(Get(Url("/302?to=/echo")), "Bearer token"));
  HttpRequest request;
  request.url =
      fmt::format("http://127.0.0.1:{}/302?to={}", other->ports()[0], PercentEncode(Url("/echo")));
  request.headers.Add("Cookie", "c=1");
  request.headers.Add("Accept", "text/plain");
  auto response = Do(request);
  EXPECT_TRUE(Has(response, "GET ?\n"));
  EXPECT_FALSE(Has(response, "token"));
  EXPECT_FALSE(Has(response, "X-Key"));
  EXPECT_FALSE(Has(response, "Cookie"));
  EXPECT_TRUE(Has(response, "Accept: text/plain\n"));
}

TEST_F(HttpClientTest, NamesWhatWentWrong) {
  uint16_t closed_port = 0;
  { closed_port = RawServer("").port(); }
  EXPECT_EQ(Get(fmt::format("http://127.0.0.1:{}/metrics", closed_port)).error().message(),
            fmt::format("Get \"http://127.0.0.1:{0}/metrics\": dial tcp 127.0.0.1:{0}: connect: "
                        "connection refused",
                        closed_port));
  RawServer silent([](int fd) { RawServer::ReadHead(fd); });
  EXPECT_EQ(Get(silent.url()).error().message(), "Get \"" + silent.url() + "\": EOF");
  RawServer partial("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_EQ(Get(partial.url()).error().message(), "Get \"" + partial.url() + "\": unexpected EOF");
  RawServer garbage("220 smtp.example.com ready\r\n");
  EXPECT_EQ(Get(garbage.url()).error().code(), ErrorCode::kIo);
  RawServer headers("HTTP/1.1 200 OK\r\n" + std::string(400'000, 'x') + ": y\r\n\r\n");
  EXPECT_FALSE(Get(headers.url()).ok());
  for (const char* bad : {"ftp://h/", "http://", "/metrics", "http://h:99999/", "file:///etc"}) {
    EXPECT_EQ(Get(bad).error().code(), ErrorCode::kInvalid) << bad;
  }
  std::string secret = fmt::format("http://u:pw@127.0.0.1:{}/", closed_port);
  EXPECT_EQ(Get(secret).error().message().find("pw@"), std::string::npos);
}

TEST_F(HttpClientTest, GivesUpAtItsDeadline) {
  RawServer hangs([](int fd) { RawServer::WaitForEnd(fd); });
  HttpRequest request;
  request.url = hangs.url();
  request.timeout_ms = 50;
  auto response = Do(request);
  EXPECT_EQ(response.error().code(), ErrorCode::kTimeout);
  EXPECT_EQ(response.error().message(), "Get \"" + hangs.url() + "\": context deadline exceeded");
}

TEST_F(HttpClientTest, GivesUpWhenCancelled) {
  std::promise<void> reached;
  RawServer hangs([&](int fd) {
    RawServer::ReadHead(fd);
    reached.set_value();
    RawServer::WaitForEnd(fd);
  });
  auto cancelled = std::make_shared<std::atomic<bool>>(false);
  HttpRequest request;
  request.url = hangs.url();
  request.cancelled = cancelled;
  auto asked = std::async(std::launch::async, [&] { return Do(request); });
  reached.get_future().wait();
  cancelled->store(true);
  EXPECT_EQ(asked.get().error().code(), ErrorCode::kCancelled);
}

TEST_F(HttpClientTest, GoesThroughAProxyUnlessExcepted) {
  RawServer proxy([](int fd) {
    std::string head = RawServer::ReadHead(fd);
    std::string answer =
        fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", head.size(), head);
    (void)!send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  });
  options_.proxy.url = proxy.url("");
  options_.proxy.connect_headers.emplace_back("X-Proxy-Key", Secret("k"));
  auto response = Get("http://somewhere.invalid/path");
  EXPECT_TRUE(Has(response, "GET http://somewhere.invalid/path HTTP/1.1\r\n"));
  EXPECT_TRUE(Has(response, "X-Proxy-Key: k\r\n"));
  options_.proxy.no_proxy = "example.com";
  EXPECT_TRUE(Has(Get(Url("/echo")), "GET ?\n"));  // this machine is always excepted then
  EXPECT_TRUE(Has(Get("http://somewhere.invalid/path"), "GET http://somewhere.invalid/path"));
  options_.proxy = {};
  setenv("HTTP_PROXY", proxy.url("").c_str(), 1);
  EXPECT_FALSE(Get("http://somewhere.invalid/path").ok());  // not looked at unless asked to
  options_.proxy.from_environment = true;
  EXPECT_TRUE(Has(Get("http://somewhere.invalid/path"), "GET http://somewhere.invalid/path"));
  unsetenv("HTTP_PROXY");
}

TEST_F(HttpClientTest, DialsAUnixSocket) {
  TempDir dir;
  options_.unix_socket = dir.File("socket");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un at {};
  at.sun_family = AF_UNIX;
  strncpy(at.sun_path, options_.unix_socket.c_str(), sizeof(at.sun_path) - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<struct sockaddr*>(&at), sizeof(at)), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  Thread server("unix-server", [fd] {
    int peer = accept(fd, nullptr, nullptr);
    RawServer::ReadHead(peer);
    static constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nunix";
    (void)!send(peer, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    close(peer);
  });
  EXPECT_EQ(Get("http://anywhere/metrics")->body, "unix");
  server.Join();
  close(fd);
}

TEST_F(HttpClientTest, FetchesAnOauth2TokenOnce) {
  std::atomic<int> asked{0};
  std::string form;
  Router router;
  router.Handle("POST", "/token", [&](const Request& request) {
    ++asked;
    // This one wants the credentials in the body.
    if (request.headers.Has("Authorization")) return Response::Text(401, "no");
    form = request.body;
    return Response::Json(200, R"({"access_token":"t1","token_type":"bearer","expires_in":3600})");
  });
  router.Handle("POST", "/short", [&](const Request&) {
    ++asked;
    return Response::Json(200, R"({"access_token":"t2","expires_in":"1"})");
  });
  router.Handle("POST", "/bad", [](const Request&) { return Response::Json(200, "[]"); });
  auto tokens = Serve(router);
  auto token_url = [&](std::string_view path) {
    return fmt::format("http://127.0.0.1:{}{}", tokens->ports()[0], path);
  };
  Oauth2Options oauth2;
  oauth2.client_id = "me";
  oauth2.client_secret = Secret("shh");
  oauth2.scopes = {"a", "b"};
  oauth2.endpoint_params = {{"audience", "x y"}};
  oauth2.token_url = token_url("/token");
  options_.oauth2 = oauth2;
  auto client = HttpClient::Make(options_).value();
  HttpRequest request;
  request.url = Url("/echo");
  EXPECT_TRUE(Has(client->Do(request), "Authorization: Bearer t1\n"));
  EXPECT_TRUE(Has(client->Do(request), "Authorization: Bearer t1\n"));
  EXPECT_EQ(asked.load(), 2);
  EXPECT_EQ(form,
            "audience=x+y&client_id=me&client_secret=shh&grant_type=client_credentials&scope=a+b");
  options_.oauth2->token_url = token_url("/short");
  client = HttpClient::Make(options_).value();
  asked = 0;
  EXPECT_TRUE(Has(client->Do(request), "Bearer t2\n"));
  EXPECT_TRUE(Has(client->Do(request), "Bearer t2\n"));
  EXPECT_EQ(asked.load(), 2);
  options_.oauth2->token_url = token_url("/bad");
  EXPECT_EQ(ErrorOf(request), "oauth2: cannot parse the token response");
  options_.oauth2->token_url = token_url("/missing");
  EXPECT_EQ(ErrorOf(request), "oauth2: cannot fetch token: 404 Not Found");
}

TEST_F(HttpClientTest, RefusesContradictingOptions) {
  auto error = [](const HttpClientOptions& options) {
    auto client = HttpClient::Make(options);
    return client.ok() ? "" : client.error().message();
  };
  HttpClientOptions options;
  options.basic_auth.emplace();
  options.authorization.emplace();
  EXPECT_EQ(error(options), "at most one of basic_auth, oauth2 & authorization must be configured");
  options = {};
  options.authorization =
      AuthorizationOptions{.type = "Basic", .credentials = {}, .credentials_file = {}};
  EXPECT_EQ(error(options),
            R"(authorization type cannot be set to "basic", use "basic_auth" instead)");
  options = {};
  options.oauth2.emplace();
  EXPECT_EQ(error(options), "oauth2 client_id must be configured");
  options = {};
  options.tls.cert_file = "x";
  EXPECT_NE(error(options).find("exactly one of key or key_file"), std::string::npos);
  options = {};
  options.proxy.no_proxy = "x";
  EXPECT_EQ(error(options), "if no_proxy is configured, proxy_url must also be configured");
}

TEST_F(HttpClientTest, IsSharedByThreads) {
  auto client = HttpClient::Make(options_).value();
  std::atomic<int> good{0};
  std::vector<Thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back("asker", [&] {
      HttpRequest request;
      request.url = Url("/big?2000");
      for (int i = 0; i < 25; ++i) good += client->Do(request)->body.size() == 2000 ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(good.load(), 100);
}

// ---- HttpFetcher

class HttpFetcherTest : public HttpClientTest {
 protected:
  std::shared_ptr<HttpTarget> Target(const std::string& url, Headers headers = {}) {
    auto profile = MakeHttpProfile(options_).value();
    return fetcher_->AddTarget(profile, url, std::move(headers)).value();
  }
  Result<HttpResponse> Fetch(const std::shared_ptr<HttpTarget>& target,
                             HttpFetcher::FetchOptions options = {}) {
    auto done = std::make_shared<std::promise<Result<HttpResponse>>>();
    auto result = done->get_future();
    fetcher_->Fetch(target, std::move(options),
                    [done](Result<HttpResponse> r) { done->set_value(std::move(r)); });
    return result.get();
  }
  std::unique_ptr<HttpFetcher> fetcher_ = std::make_unique<HttpFetcher>();
};

TEST_F(HttpFetcherTest, KeepsConnectionAndBuffer) {
  auto target = Target(Url("/big?100000"));
  HttpResponse first = Fetch(target).value();
  ASSERT_EQ(first.body.size(), 100'000u);
  const char* memory = first.body.data();
  HttpResponse second =
      Fetch(target, {.timeout_ms = 10'000, .body_limit = 0, .buffer = std::move(first.body)})
          .value();
  EXPECT_EQ(second.body.size(), 100'000u);
  EXPECT_EQ(second.body.data(), memory);
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(HttpFetcherTest, SendsHeadersAndFreshCredentials) {
  TempDir dir;
  options_.authorization = AuthorizationOptions{
      .type = "Bearer", .credentials = {}, .credentials_file = dir.Write("token", "one\n")};
  Headers headers;
  headers.Add("Accept", "text/plain");
  auto target = Target(Url("/echo"), headers);
  EXPECT_TRUE(Has(Fetch(target), "Authorization: Bearer one\n"));
  dir.Write("token", "two\n");
  auto response = Fetch(target);
  EXPECT_TRUE(Has(response, "Authorization: Bearer two\n"));
  EXPECT_TRUE(Has(response, "Accept: text/plain\n"));
  ASSERT_TRUE(FileSystem::Local()->Remove(dir.File("token")).ok());
  EXPECT_FALSE(Fetch(target).ok());
}

TEST_F(HttpFetcherTest, LeavesDecodingToTheCallerUnlessAsked) {
  Headers headers;
  headers.Add("Accept-Encoding", "gzip");
  auto target = Target(Url("/big?50000"), headers);
  HttpResponse raw = Fetch(target).value();
  EXPECT_EQ(raw.headers.Get("Content-Encoding"), "gzip");
  EXPECT_LT(raw.body.size(), 50'000u);
  ASSERT_TRUE(DecodeBody("gzip", 60'000, raw.body).ok());
  EXPECT_EQ(raw.body.size(), 50'000u);
  HttpFetcher::FetchOptions decoded;
  decoded.raw = false;
  EXPECT_EQ(Fetch(target, std::move(decoded))->body.size(), 50'000u);
  HttpFetcher::FetchOptions limited;
  limited.raw = false;
  limited.body_limit = 50'000;
  EXPECT_EQ(Fetch(target, std::move(limited)).error().message(), "body size limit exceeded");
}

TEST_F(HttpFetcherTest, FollowsRedirectsAndComesBackToItsUrl) {
  auto target = Target(Url("/302?to=/peer"));
  std::string peer = Fetch(target)->body;
  EXPECT_EQ(Fetch(target)->body, peer);
  EXPECT_EQ(Fetch(target)->url, Url("/peer"));
}

TEST_F(HttpFetcherTest, RunsManyTargetsAtOnce) {
  constexpr int kTargets = 200;
  std::vector<std::shared_ptr<HttpTarget>> targets;
  for (int i = 0; i < kTargets; ++i) targets.push_back(Target(Url("/big?" + std::to_string(i))));
  std::atomic<int> good{0};
  for (int round = 0; round < 3; ++round) {
    std::atomic<int> left{kTargets};
    std::promise<void> done;
    for (int i = 0; i < kTargets; ++i) {
      fetcher_->Fetch(targets[i], {}, [&, i](Result<HttpResponse> response) {
        good += response.ok() && response->body.size() == static_cast<size_t>(i) ? 1 : 0;
        if (--left == 0) done.set_value();
      });
    }
    done.get_future().wait();
  }
  EXPECT_EQ(good.load(), 3 * kTargets);
}

TEST_F(HttpFetcherTest, EndsByDeadlineCancelAndDestruction) {
  RawServer hangs([](int fd) { RawServer::WaitForEnd(fd); });
  auto target = Target(hangs.url());
  EXPECT_EQ(Fetch(target, {.timeout_ms = 30, .body_limit = 0, .buffer = {}}).error().code(),
            ErrorCode::kTimeout);
  for (bool destroy : {false, true}) {
    auto done = std::make_shared<std::promise<Result<HttpResponse>>>();
    auto result = done->get_future();
    fetcher_->Fetch(target, {.timeout_ms = 60'000, .body_limit = 0, .buffer = {}},
                    [done](Result<HttpResponse> r) { done->set_value(std::move(r)); });
    if (destroy) {
      fetcher_.reset();
    } else {
      fetcher_->Cancel(target);
    }
    EXPECT_EQ(result.get().error().code(), ErrorCode::kCancelled);
  }
}

TEST_F(HttpFetcherTest, ReconnectsWhenTheServerClosedTheIdleConnection) {
  RawServer closes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  auto target = Target(closes.url());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Fetch(target)->body, "ok");
}

TEST_F(HttpFetcherTest, MayBeCalledFromItsCallback) {
  auto target = Target(Url("/big?10"));
  std::promise<int> done;
  int count = 0;
  std::function<void(Result<HttpResponse>)> again = [&](Result<HttpResponse> response) {
    if (!response.ok() || ++count == 20) return done.set_value(count);
    fetcher_->Fetch(target, {}, again);
  };
  fetcher_->Fetch(target, {}, again);
  EXPECT_EQ(done.get_future().get(), 20);
}

}  // namespace
}  // namespace watchfire::net

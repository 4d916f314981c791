#include "net/http_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

#include "base/log.h"
#include "base/mutex.h"
#include "client/text_writer.h"
#include "codec/compress.h"
#include "net/testing_socket.h"

namespace watchfire::net {
namespace {

// Opens once; handlers wait on it with a limit.
class Gate {
 public:
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  bool Wait() {
    MutexLock lock(mutex_);
    while (!open_) {
      if (!changed_.WaitFor(mutex_, kTestWaitMs)) return open_;
    }
    return true;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ = false;
};

bool WaitUntilCancelled(const Request& request) {
  for (int i = 0; i < kTestWaitMs && !request.cancelled->load(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return request.cancelled->load();
}

// A literal with all its bytes, zeros too.
template <size_t N>
std::string Bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    options_.listen_addresses = {"127.0.0.1:0"};
    router_.Handle("GET", "/", [](const Request&) { return Response::Text(200, "root\n"); });
    router_.Handle("GET", "/echo/*rest", Echo);
    router_.Handle("POST", "/echo/*rest", Echo);
    router_.Handle("GET", "/big",
                   [](const Request&) { return Response::Text(200, std::string(100'000, 'x')); });
    router_.Handle("GET", "/wait", [this](const Request&) {
      entered_.Open();
      leave_.Wait();
      return Response::Text(200, "waited");
    });
    router_.Handle("GET", "/until-cancelled", [this](const Request& request) {
      entered_.Open();
      saw_cancel_.set_value(WaitUntilCancelled(request));
      return Response::Text(499, "gone");
    });
    router_.Handle("GET", "/throw",
                   [](const Request&) -> Response { throw std::runtime_error("secret detail"); });
  }
  ~HttpServerTest() override {
    leave_.Open();
    server_.reset();
  }

  static Response Echo(const Request& request) {
    return Response::Text(200, request.method + " " + std::string(request.PathParam("rest")) +
                                   " ?" + request.raw_query + " " +
                                   std::to_string(request.body.size()) + " " +
                                   request.body.substr(0, 100));
  }

  void Start() {
    auto started = HttpServer::Start(options_, std::move(router_), pool_, &registry_);
    ASSERT_TRUE(started.ok()) << started.error().message();
    server_ = std::move(*started);
  }
  uint16_t port() const { return server_->ports()[0]; }
  int StatusOf(std::string_view bytes) {
    RawClient client(port());
    client.Send(bytes);
    return client.Status();
  }

  ServerOptions options_;
  Router router_;
  client::Registry registry_;
  ThreadPool pool_{"handlers", 4};
  Gate entered_;
  Gate leave_;
  std::promise<bool> saw_cancel_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  Start();
  RawClient client(port());
  for (int i = 0; i < 3; ++i) {
    client.Get("/");
    std::optional<Response> response = client.Read();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "root\n");
    EXPECT_EQ(response->headers.Get("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(response->headers.Get("Connection"), "keep-alive");
    EXPECT_TRUE(response->headers.Get("Date").ends_with(" GMT"));
  }
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  Start();
  RawClient client(port());
  std::string batch;
  for (int i = 0; i < 50; ++i) {
    batch += fmt::format("POST /echo/{} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", i);
  }
  client.Send(batch);
  for (int i = 0; i < 50; ++i) {
    std::optional<Response> response = client.Read();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, fmt::format("POST {} ? 3 abc", i));
  }
}

TEST_F(HttpServerTest, AnswersARequestSentByteByByte) {
  Start();
  RawClient client(port());
  for (char c :
       std::string_view("POST /echo/x?a=1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                        "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n")) {
    ASSERT_TRUE(client.Send(std::string_view(&c, 1)));
  }
  EXPECT_EQ(client.Read()->body, "POST x ?a=1 5 abcde");
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  Start();
  RawClient client(port());
  client.Send("HEAD /big HTTP/1.1\r\nHost: h\r\n\r\n");
  std::optional<Response> response = client.Read(true);
  EXPECT_EQ(response->headers.Get("Content-Length"), "100000");
  client.Get("/");
  EXPECT_EQ(client.Read()->body, "root\n");
}

TEST_F(HttpServerTest, RefusesUnknownPathsAndMethods) {
  Start();
  EXPECT_EQ(StatusOf("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n"), 404);
  EXPECT_EQ(StatusOf("DELETE /big HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
}

TEST_F(HttpServerTest, SpeaksHttp10) {
  Start();
  RawClient client(port());
  client.Send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.Read()->headers.Get("Connection"), "close");
  EXPECT_TRUE(client.Ended());
}

TEST_F(HttpServerTest, ClosesWhenAskedTo) {
  Start();
  RawClient client(port());
  client.Get("/", "Connection: close\r\n");
  EXPECT_EQ(client.Read()->headers.Get("Connection"), "close");
  EXPECT_TRUE(client.Ended());
}

TEST_F(HttpServerTest, SendsContinueBeforeTheBody) {
  Start();
  RawClient client(port());
  client.Send(
      "POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Status(), 100);
  client.Send("body");
  EXPECT_EQ(client.Read()->body, "POST  ? 4 body");
  // Not when the body would be refused anyway.
  RawClient other(port());
  other.Send(
      "POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\nExpect: "
      "100-continue\r\n\r\n");
  EXPECT_EQ(other.Status(), 413);
}

TEST_F(HttpServerTest, HoldsItsLimits) {
  options_.body_limit_bytes = 1000;
  options_.header_limit_bytes = 4096;
  options_.url_limit_bytes = 2048;
  Start();
  std::string a_kilo(1000, 'a');
  EXPECT_EQ(StatusOf("POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + a_kilo),
            200);
  EXPECT_EQ(StatusOf("POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(StatusOf("POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" +
                     ("3e8\r\n" + a_kilo + "\r\n1\r\na\r\n0\r\n\r\n")),
            413);
  EXPECT_EQ(StatusOf("GET /echo/" + std::string(2000, 'u') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf("GET /echo/" + std::string(2100, 'u') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(StatusOf("GET /echo/" + std::string(20'000, 'u')), 414);  // the line never ends
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(4000, 'x') + "\r\n\r\n"),
            200);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(4200, 'x') + "\r\n\r\n"),
            431);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(20'000, 'x')), 431);
  EXPECT_EQ(StatusOf("POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                     std::string(100'000, 'e')),
            400);
}

TEST_F(HttpServerTest, SurvivesHostileRequests) {
  Start();
  const std::pair<std::string, int> kRequests[] = {
      {"\r\n\r\n\r\nGARBAGE\r\n\r\n", 400},
      {Bytes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n"), 400},
      {"GET\r\n\r\n", 400},
      {"GET / HTTP/9.9\r\nHost: h\r\n\r\n", 505},
      {"GET / HTTP/1.1\r\n\r\n", 400},                        // no host
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},  // two of them
      {"GET nopath HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: h\n\n\r\n\r\n", 505},  // bare line feeds
      {Bytes("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"), 400},
      // Requests that two readers could end at different places.
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
       "0\r\n\r\n",
       400},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
       "0\r\n\r\n",
       400},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", 501},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\na", 400},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
       "ffffffffffffffffff\r\n",
       400},
      {"POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nExpect: magic\r\n\r\n", 417},
      {"GET http://h/echo/abs?q HTTP/1.1\r\nHost: h\r\n\r\n", 200},
      {"GET /echo/%00%0d%0a HTTP/1.1\r\nHost: h\r\n\r\n", 200},
  };
  for (const auto& [bytes, status] : kRequests) {
    EXPECT_EQ(StatusOf(bytes), status) << bytes;
  }
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
}

TEST_F(HttpServerTest, CompressesByTheFirstKnownEncoding) {
  Start();
  RawClient client(port());
  client.Get("/big", "Accept-Encoding: br, deflate, gzip\r\n");
  Response response = client.Read().value();
  EXPECT_EQ(response.headers.Get("Content-Encoding"), "deflate");
  EXPECT_EQ(response.headers.Get("Vary"), "Accept-Encoding");
  EXPECT_EQ(codec::ZlibDecompress(response.body, 1 << 20).value(), std::string(100'000, 'x'));
  client.Get("/big", "Accept-Encoding: gzip;q=0.5, deflate\r\n");
  response = client.Read().value();
  EXPECT_EQ(response.headers.Get("Content-Encoding"), "gzip");
  EXPECT_EQ(codec::GzipDecompress(response.body, 1 << 20).value().size(), 100'000u);
  client.Get("/big", "Accept-Encoding: gzip;q=0, identity\r\n");
  EXPECT_EQ(client.Read()->body.size(), 100'000u);
  client.Get("/", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(client.Read()->body, "root\n");
}

TEST_F(HttpServerTest, LeavesEncodedBodiesAlone) {
  std::string packed = codec::GzipCompress(std::string(1 << 20, 'p'));
  ASSERT_GT(packed.size(), 1024u);
  router_.Handle("GET", "/asset", [packed](const Request&) {
    Response response;
    response.headers.Add("Content-Encoding", "gzip");
    response.body = packed;
    return response;
  });
  router_.Handle("GET", "/picture", [](const Request&) {
    Response response;
    response.headers.Add("Content-Type", "image/png");
    response.body.assign(5000, 'i');
    return response;
  });
  Start();
  RawClient client(port());
  client.Get("/asset", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(client.Read()->body, packed);
  client.Get("/picture", "Accept-Encoding: gzip\r\n");
  EXPECT_FALSE(client.Read()->headers.Has("Content-Encoding"));
}

TEST_F(HttpServerTest, DropsHeadersThatWouldBreakOut) {
  router_.Handle("GET", "/split", [](const Request&) {
    Response response = Response::Text(200, "ok");
    response.headers.Add("X-Good", "1");
    response.headers.Add("X-Bad", "a\r\nX-Injected: 1");
    response.headers.Add("X-Bad\r\nX-Injected", "2");
    response.headers.Add("Content-Length", "5000");
    return response;
  });
  Start();
  RawClient client(port());
  client.Get("/split");
  Response response = client.Read().value();
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(response.headers.Get("X-Good"), "1");
  EXPECT_FALSE(response.headers.Has("X-Injected"));
  EXPECT_FALSE(response.headers.Has("X-Bad"));
}

TEST_F(HttpServerTest, AnswersAThrowingHandlerWithoutItsText) {
  Start();
  RawClient client(port());
  std::string logs;
  CaptureLogs(&logs);
  client.Get("/throw");
  Response response = client.Read().value();
  CaptureLogs(nullptr);
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "Internal Server Error\n");
  EXPECT_NE(logs.find("secret detail"), std::string::npos);
  client.Get("/");
  EXPECT_EQ(client.Status(), 200);
}

TEST_F(HttpServerTest, ClosesSlowAndIdleConnections) {
  options_.header_timeout_ms = 50;
  options_.read_timeout_ms = 100;
  Start();
  RawClient slow(port());
  slow.Send("GET / HTTP/1.1\r\nHost:");
  EXPECT_TRUE(slow.Ended());
  RawClient idle(port());
  EXPECT_TRUE(idle.Ended());
  RawClient body(port());
  body.Send("POST /echo/ HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_TRUE(body.Ended());
}

TEST_F(HttpServerTest, GivesUpOnAClientThatDoesNotRead) {
  options_.write_timeout_ms = 50;
  options_.min_write_bytes_per_second = 1 << 30;
  router_.Handle("GET", "/huge", [this](const Request&) {
    entered_.Open();
    return Response::Text(200, std::string(64 << 20, 'h'));
  });
  Start();
  RawClient client(port());
  client.Get("/huge");
  ASSERT_TRUE(entered_.Wait());
  while (server_->connections() > 0) std::this_thread::yield();
  EXPECT_LT(client.Rest().size(), size_t{64} << 20);
}

TEST_F(HttpServerTest, CancelsTheRequestOfAClientThatLeft) {
  Start();
  RawClient client(port());
  client.Get("/until-cancelled");
  ASSERT_TRUE(entered_.Wait());
  client.Close();
  EXPECT_TRUE(saw_cancel_.get_future().get());
}

// A text of many pieces and its joined form.
std::string Pieces(size_t count, TextPieces* pieces) {
  std::string joined;
  for (size_t i = 0; i < count; ++i) {
    std::string text = fmt::format("piece {},", i);
    pieces->Append(text);
    joined += text;
  }
  return joined;
}

TEST_F(HttpServerTest, SendsAnswersInPieces) {
  std::string expected;
  std::weak_ptr<void> lease;
  router_.Handle("GET", "/pieces", [&](const Request&) {
    Response response = Response::Text(200, "first,");
    expected = "first," + Pieces(200'000, &response.tail);
    response.lease = std::make_shared<int>(1);
    lease = response.lease;
    return response;
  });
  Start();
  RawClient client(port());
  for (int i = 0; i < 2; ++i) {
    client.Get("/pieces");
    Response response = client.Read().value();
    EXPECT_GT(expected.size(), 2u << 20);
    EXPECT_EQ(response.headers.Get("Content-Length"), std::to_string(expected.size()));
    EXPECT_TRUE(response.body == expected);
  }
  client.Get("/pieces", "Accept-Encoding: gzip\r\n");
  Response packed = client.Read().value();
  EXPECT_TRUE(codec::GzipDecompress(packed.body, 64 << 20).value() == expected);
  client.Send("HEAD /pieces HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.Read(true)->headers.Get("Content-Length"), std::to_string(expected.size()));
  client.Get("/");
  EXPECT_EQ(client.Status(), 200);
  EXPECT_TRUE(lease.expired());
}

TEST_F(HttpServerTest, DropsTheRestWhenTheClientLeavesAmidThePieces) {
  std::weak_ptr<void> lease;
  router_.Handle("GET", "/pieces", [&](const Request&) {
    Response response = Response::Text(200, "");
    static_cast<void>(Pieces(6'000'000, &response.tail));
    response.lease = std::make_shared<int>(1);
    lease = response.lease;
    entered_.Open();
    return response;
  });
  Start();
  RawClient client(port());
  client.Get("/pieces");
  ASSERT_TRUE(entered_.Wait());
  client.Close();
  while (server_->connections() > 0) std::this_thread::yield();
  EXPECT_TRUE(lease.expired());
}

TEST_F(HttpServerTest, LongRequestsDoNotHoldUpOthers) {
  ThreadPool slow("slow", 1);
  options_.route_prefix = "/p";
  options_.long_handlers = &slow;
  options_.long_paths = {"/wait"};
  Start();
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(std::make_unique<RawClient>(port()));
    waiting.back()->Get("/p/wait");
  }
  ASSERT_TRUE(entered_.Wait());
  RawClient client(port());
  client.Get("/p/");
  EXPECT_EQ(client.Status(), 200);
  leave_.Open();
  for (auto& one : waiting) EXPECT_EQ(one->Status(), 200);
  server_.reset();
}

TEST_F(HttpServerTest, MakesRoomByClosingTheIdlest) {
  options_.max_connections = 2;
  Start();
  RawClient first(port());
  first.Get("/");
  EXPECT_EQ(first.Status(), 200);
  RawClient second(port());
  second.Get("/");
  EXPECT_EQ(second.Status(), 200);
  RawClient third(port());
  third.Get("/");
  EXPECT_EQ(third.Status(), 200);
  EXPECT_TRUE(first.Ended());
  second.Get("/");
  EXPECT_EQ(second.Status(), 200);
}

TEST_F(HttpServerTest, RefusesPolitelyWhenAllAreBusy) {
  options_.max_connections = 1;
  Start();
  RawClient busy(port());
  busy.Get("/wait");
  ASSERT_TRUE(entered_.Wait());
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 503);
  leave_.Open();
  EXPECT_EQ(busy.Status(), 200);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
}

TEST_F(HttpServerTest, FinishesRunningRequestsWhenItStops) {
  Start();
  RawClient client(port());
  client.Get("/wait");
  RawClient idle(port());
  idle.Get("/");
  EXPECT_EQ(idle.Status(), 200);
  ASSERT_TRUE(entered_.Wait());
  uint16_t old_port = port();
  std::future<void> stopped = std::async(std::launch::async, [this] { server_->Stop(60'000); });
  EXPECT_TRUE(idle.Ended());
  EXPECT_FALSE(RawClient(old_port).connected());
  leave_.Open();
  Response response = client.Read().value();
  EXPECT_EQ(response.body, "waited");
  EXPECT_TRUE(client.Ended());
  stopped.get();
  server_->Stop(0);
}

TEST_F(HttpServerTest, CancelsWhatOutlivesTheDeadline) {
  Start();
  RawClient client(port());
  client.Get("/until-cancelled");
  ASSERT_TRUE(entered_.Wait());
  server_->Stop(10);
  EXPECT_TRUE(saw_cancel_.get_future().get());
  EXPECT_TRUE(client.Ended());
}

TEST_F(HttpServerTest, CutsTheRoutePrefix) {
  options_.route_prefix = "prom/";
  Start();
  RawClient client(port());
  client.Get("/prom/echo/x");
  EXPECT_EQ(client.Read()->body, "GET x ? 0 ");
  client.Get("/prom");
  EXPECT_EQ(client.Read()->body, "root\n");
  client.Get("/promenade");
  EXPECT_EQ(client.Status(), 404);
  client.Get("/");
  EXPECT_EQ(client.Read()->headers.Get("Location"), "/prom/");
  EXPECT_NE(client::WriteText(registry_.Gather())
                .find(R"(prometheus_http_requests_total{handler="/prom/big",code="200"} 0)"),
            std::string::npos);
}

TEST_F(HttpServerTest, RunsMiddlewareFromOutsideIn) {
  options_.middleware.push_back([](Request& request, const Next& next) {
    request.raw_query += "outer";
    Response response = next(request);
    response.headers.Add("X-Order", "outer");
    return response;
  });
  options_.middleware.push_back([](Request& request, const Next& next) {
    if (request.raw_query != "outer") return Response::Text(500, "wrong order");
    request.raw_query += "-inner";
    return next(request);
  });
  Start();
  RawClient client(port());
  client.Get("/echo/");
  Response response = client.Read().value();
  EXPECT_EQ(response.body, "GET  ?outer-inner 0 ");
  EXPECT_EQ(response.headers.Get("X-Order"), "outer");
}

TEST_F(HttpServerTest, CountsRequestsByHandler) {
  Start();
  {
    RawClient client(port());
    client.Get("/big");
    EXPECT_EQ(client.Status(), 200);
    client.Get("/throw");
    EXPECT_EQ(client.Status(), 500);
    client.Get("/nowhere");
    EXPECT_EQ(client.Status(), 404);
  }
  server_->Stop(kTestWaitMs);
  std::string page = client::WriteText(registry_.Gather());
  for (const char* line : {
           R"(prometheus_http_requests_total{handler="/big",code="200"} 1)",
           R"(prometheus_http_requests_total{handler="/throw",code="500"} 1)",
           R"(prometheus_http_requests_total{handler="/throw",code="200"} 0)",
           R"(prometheus_http_request_duration_seconds_count{handler="/big"} 1)",
           R"(prometheus_http_response_size_bytes_bucket{handler="/big",le="10000"} 0)",
           R"(prometheus_http_response_size_bytes_bucket{handler="/big",le="100000"} 1)",
           R"(net_conntrack_listener_conn_accepted_total{listener_name="http"} 1)",
           R"(net_conntrack_listener_conn_closed_total{listener_name="http"} 1)",
       }) {
    EXPECT_NE(page.find(line), std::string::npos) << line << "\n" << page;
  }
  EXPECT_EQ(page.find("nowhere"), std::string::npos);
  // Routes that nobody asked have no histograms.
  EXPECT_NE(page.find(R"(requests_total{handler="/echo/*rest",code="200"} 0)"), std::string::npos)
      << page;
  EXPECT_EQ(page.find(R"(bytes_bucket{handler="/echo)"), std::string::npos) << page;
}

TEST_F(HttpServerTest, ListensOnSeveralAddresses) {
  options_.listen_addresses = {"127.0.0.1:0", "[::1]:0", ":0", "localhost:0"};
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_EQ(server_->ports().size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    RawClient client(server_->ports()[i], i == 1);
    client.Get("/");
    EXPECT_EQ(client.Status(), 200) << i;
  }
}

TEST_F(HttpServerTest, NamesABadAddress) {
  Start();
  ServerOptions taken;
  taken.listen_addresses = {fmt::format("127.0.0.1:{}", port())};
  auto second = HttpServer::Start(taken, Router(), pool_, nullptr);
  EXPECT_EQ(second.error().message(),
            fmt::format("listen tcp 127.0.0.1:{}: Address already in use", port()));
  taken.listen_addresses = {"127.0.0.1"};
  EXPECT_FALSE(HttpServer::Start(taken, Router(), pool_, nullptr).ok());
}

TEST_F(HttpServerTest, ServesManyClientsAtOnce) {
  Start();
  std::vector<Thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back("client", [&] {
      for (int c = 0; c < 10; ++c) {
        RawClient client(port());
        for (int i = 0; i < 10; ++i) {
          client.Get("/big", i % 2 == 0 ? "Accept-Encoding: gzip\r\n" : "");
          good += client.Status() == 200 ? 1 : 0;
        }
      }
    });
  }
  threads.clear();
  EXPECT_EQ(good.load(), 800);
}

}  // namespace
}  // namespace watchfire::net

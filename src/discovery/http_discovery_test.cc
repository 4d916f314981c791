#include "discovery/http_discovery.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/mutex.h"
#include "net/http_server.h"

namespace watchfire::discovery {
namespace {

class HttpDiscoveryTest : public ::testing::Test {
 protected:
  void Serve(net::Handler handler) {
    net::Router router;
    router.Handle("GET", "/sd", std::move(handler));
    net::ServerOptions options;
    options.listen_addresses = {"127.0.0.1:0"};
    auto server = net::HttpServer::Start(options, std::move(router), handlers_, nullptr);
    ASSERT_TRUE(server.ok()) << server.error().message();
    server_ = *std::move(server);
    config_.url = fmt::format("http://127.0.0.1:{}/sd", server_->ports()[0]);
    config_.refresh_interval_ms = 50;
  }
  std::unique_ptr<Discoverer> Start() {
    auto discovery = HttpDiscovery::Make(config_, "job", metrics_);
    EXPECT_TRUE(discovery.ok());
    (*discovery)->Start([this](std::vector<TargetGroup> groups) {
      MutexLock lock(mutex_);
      reports_.push_back(std::move(groups));
      wake_.NotifyAll();
    });
    return *std::move(discovery);
  }
  std::vector<TargetGroup> WaitForReport(size_t index) {
    MutexLock lock(mutex_);
    while (reports_.size() <= index) wake_.Wait(mutex_);
    return reports_[index];
  }

  ThreadPool handlers_{"http", 2};
  client::Registry registry_;
  Metrics metrics_{registry_};
  config::HttpSdConfig config_;
  std::unique_ptr<net::HttpServer> server_;
  Mutex mutex_;
  CondVar wake_;
  std::vector<std::vector<TargetGroup>> reports_ GUARDED_BY(mutex_);
};

TEST_F(HttpDiscoveryTest, ReadsGroupsAndRemovesThoseThatAreGone) {
  std::atomic<int> asked{0};
  Serve([&](const net::Request& request) {
    EXPECT_EQ(request.headers.Get("Accept"), "application/json");
    EXPECT_EQ(request.headers.Get("X-Prometheus-Refresh-Interval-Seconds"), "0.05");
    return net::Response::Json(
        200, ++asked == 1 ? R"([{"targets":["a:1"],"labels":{"k":"v"}},{"targets":["b:1"]}])"
                          : R"([{"targets":["a:1"]}])");
  });
  std::unique_ptr<Discoverer> discovery = Start();
  std::vector<TargetGroup> first = WaitForReport(0);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].labels.Get("__meta_url"), config_.url);
  EXPECT_EQ(first[0].labels.Get("k"), "v");
  EXPECT_EQ(first[1].source, config_.url + ":1");
  std::vector<TargetGroup> second = WaitForReport(1);
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[0].targets.size(), 1u);
  EXPECT_TRUE(second[1].targets.empty());
}

TEST_F(HttpDiscoveryTest, ReportsNothingWhenTheAnswerIsNoGood) {
  std::atomic<int> asked{0};
  std::string log;
  CaptureLogs(&log);
  Serve([&](const net::Request&) {
    switch (++asked) {
      case 1:
        return net::Response::Json(500, "[]");
      case 2:
        return net::Response::Text(200, "[]");
      case 3:
        return net::Response::Json(200, R"([{"targets":["a:1"],"what":1}])");
      default:
        return net::Response::Json(200, R"([{"targets":["good:1"]}])");
    }
  });
  std::unique_ptr<Discoverer> discovery = Start();
  EXPECT_EQ(WaitForReport(0)[0].targets[0].Get("__address__"), "good:1");
  discovery.reset();
  CaptureLogs(nullptr);
  EXPECT_EQ(metrics_.http_failures.value(), 3);
  EXPECT_NE(log.find("server returned HTTP status 500 Internal Server Error"), std::string::npos);
  EXPECT_NE(log.find("unsupported content type"), std::string::npos);
}

}  // namespace
}  // namespace watchfire::discovery

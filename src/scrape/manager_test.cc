// The whole way of a scrape: real sockets, real timers, the storage a map of vectors.

#include "scrape/manager.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "base/file.h"
#include "base/mutex.h"
#include "base/text.h"
#include "model/sample.h"
#include "net/http_server.h"
#include "testing/test_storage.h"

namespace watchfire::scrape {
namespace {

using model::Labels;
using net::Request;
using net::Response;

// Tells when a transaction was committed.
class NotifyingStorage final : public storage::Appendable {
 public:
  std::unique_ptr<storage::Appender> NewAppender() override {
    return std::make_unique<Appender>(*this, data.NewAppender());
  }
  // Looks at the condition after every commit, and now and then; false after a long time.
  bool WaitUntil(const std::function<bool()>& condition) {
    for (int i = 0; i < 3000; ++i) {
      if (condition()) return true;
      MutexLock lock(mutex_);
      committed_.WaitFor(mutex_, 10);
    }
    return false;
  }

  testing::TestStorage data;
  std::atomic<bool> full{false};  // commits fail

 private:
  class Appender final : public storage::Appender {
   public:
    Appender(NotifyingStorage& owner, std::unique_ptr<storage::Appender> inner)
        : owner_(owner), inner_(std::move(inner)) {}
    Result<storage::SeriesRef> GetRef(const Labels& labels) override {
      return inner_->GetRef(labels);
    }
    Result<storage::SeriesRef> Append(storage::SeriesRef ref, const Labels& labels, TimeMs t,
                                      double v, storage::AppendError* kind) override {
      return inner_->Append(ref, labels, t, v, kind);
    }
    void AppendRow(TimeMs t, std::span<const storage::SeriesRef> refs,
                   std::span<const double> values,
                   std::vector<storage::RowError>* errors) override {
      inner_->AppendRow(t, refs, values, errors);
    }
    Result<storage::SeriesRef> AppendHistogram(storage::SeriesRef ref, const Labels& labels,
                                               TimeMs t, const model::Histogram& h) override {
      return inner_->AppendHistogram(ref, labels, t, h);
    }
    Result<storage::SeriesRef> AppendFloatHistogram(storage::SeriesRef ref, const Labels& labels,
                                                    TimeMs t,
                                                    const model::FloatHistogram& h) override {
      return inner_->AppendFloatHistogram(ref, labels, t, h);
    }
    Result<void> AppendExemplar(storage::SeriesRef ref, const model::Exemplar& e) override {
      return inner_->AppendExemplar(ref, e);
    }
    Result<void> Commit() override {
      Result<void> result = Error::Io("write wal/00000000: no space left on device");
      if (owner_.full) {
        inner_->Rollback();
      } else {
        result = inner_->Commit();
      }
      MutexLock lock(owner_.mutex_);
      owner_.committed_.NotifyAll();
      return result;
    }
    void Rollback() override { inner_->Rollback(); }

   private:
    NotifyingStorage& owner_;
    std::unique_ptr<storage::Appender> inner_;
  };

  Mutex mutex_;
  CondVar committed_;
};

// Accepts connections and does with them what it is told.
class RawServer {
 public:
  explicit RawServer(std::string answer) : answer_(std::move(answer)) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    WF_CHECK(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    WF_CHECK(listen(fd_, 16) == 0);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = Thread("raw-server", [this] { Run(); });
  }
  ~RawServer() {
    shutdown(fd_, SHUT_RDWR);
    thread_.Join();
    close(fd_);
  }
  std::string address() const { return fmt::format("127.0.0.1:{}", port_); }

 private:
  void Run() {
    while (true) {
      int client = accept(fd_, nullptr, nullptr);
      if (client < 0) return;
      char request[4096];
      if (recv(client, request, sizeof request, 0) > 0 && !answer_.empty()) {
        send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      }
      close(client);
    }
  }
  std::string answer_;
  int fd_;
  uint16_t port_;
  Thread thread_;
};

class ManagerTest : public ::testing::Test {
 protected:
  ManagerTest() {
    net::Router router;
    router.Handle("GET", "/metrics", [this](const Request& request) {
      MutexLock lock(page_mutex_);
      last_request_ = request;
      Response page;
      page.status = page_.status;
      page.headers = page_.headers;
      page.body = page_.body;
      return page;
    });
    router.Handle("GET", "/hang", [](const Request& request) {
      Mutex mutex;
      CondVar wake;
      MutexLock lock(mutex);
      while (!*request.cancelled) wake.WaitFor(mutex, 5);
      return Response::Text(200, "");
    });
    net::ServerOptions options;
    options.listen_addresses = {"127.0.0.1:0"};
    auto server = net::HttpServer::Start(options, std::move(router), handlers_, nullptr);
    WF_CHECK(server.ok());
    server_ = *std::move(server);
    address_ = fmt::format("127.0.0.1:{}", server_->ports()[0]);
    SetPage("a 1\nb 2\n");
    Restart();
  }
  ~ManagerTest() override {
    manager_.reset();
    server_.reset();
  }

  void Restart() {
    manager_.reset();
    manager_ = std::make_unique<Manager>(
        ManagerOptions{.host = "test"},
        ManagerDependencies{&storage_, &workers_, &registry_, Clock::System()});
  }

  void SetPage(std::string body, std::string content_type = "text/plain; version=0.0.4",
               int status = 200) {
    MutexLock lock(page_mutex_);
    page_ = Response();
    page_.status = status;
    page_.headers.Set("Content-Type", std::move(content_type));
    page_.body = std::move(body);
  }
  Request last_request() {
    MutexLock lock(page_mutex_);
    return last_request_;
  }

  static config::ScrapeConfig Job(std::string name = "j", int64_t interval_ms = 100) {
    config::ScrapeConfig job;
    job.job_name = std::move(name);
    job.scrape_interval_ms = interval_ms;
    job.scrape_timeout_ms = interval_ms;
    job.scrape_protocols = {"PrometheusText1.0.0", "PrometheusText0.0.4"};
    job.metric_name_validation_scheme = model::NameScheme::kUtf8;
    job.metric_name_escaping_scheme = "allow-utf-8";
    return job;
  }
  void Apply(std::vector<config::ScrapeConfig> jobs) {
    auto config = std::make_shared<config::Config>();
    config->scrape_configs = std::move(jobs);
    Result<void> applied = manager_->ApplyConfig(config);
    ASSERT_TRUE(applied.ok()) << applied.error().message();
  }
  void Discover(std::vector<std::string> addresses, std::string job = "j") {
    auto group = std::make_shared<discovery::TargetGroup>();
    for (const std::string& address : addresses) {
      group->targets.push_back(Labels::Of({{"__address__", address}, {"instance", "i"}}));
    }
    sets_[job] = {group};
    manager_->UpdateTargets(sets_);
  }

  std::vector<model::Sample> Samples(const std::string& name, const std::string& job = "j") {
    auto snapshot = storage_.data.Snapshot();
    auto at = snapshot->find(Labels::Of({{"__name__", name}, {"instance", "i"}, {"job", job}}));
    return at == snapshot->end() ? std::vector<model::Sample>() : at->second.floats;
  }
  bool LastIsStale(const std::string& name) {
    std::vector<model::Sample> samples = Samples(name);
    return !samples.empty() && model::IsStaleNan(samples.back().v);
  }
  // Until the first target has been scraped with this outcome; its status.
  TargetStatus WaitFor(Health health) {
    EXPECT_TRUE(storage_.WaitUntil([&] {
      TargetsStatus status = manager_->Targets();
      return !status.active.empty() && status.active[0].health == health;
    }));
    TargetsStatus status = manager_->Targets();
    return status.active.empty() ? TargetStatus() : status.active[0];
  }
  // Until `count` more samples of `up` are there.
  void WaitForScrapes(size_t count) {
    size_t target = Samples("up").size() + count;
    EXPECT_TRUE(storage_.WaitUntil([&] { return Samples("up").size() >= target; }));
  }
  double Metric(const std::string& name) {
    for (const client::MetricFamily& family : registry_.Gather()) {
      if (family.name == name) return family.points[0].value;
    }
    return -1;
  }

  NotifyingStorage storage_;
  ThreadPool workers_{"work", 2};
  ThreadPool handlers_{"http", 4};
  client::Registry registry_;
  Mutex page_mutex_;
  Response page_ GUARDED_BY(page_mutex_);
  Request last_request_ GUARDED_BY(page_mutex_);
  std::unique_ptr<net::HttpServer> server_;
  std::string address_;
  discovery::TargetSets sets_;
  std::unique_ptr<Manager> manager_;
};

TEST_F(ManagerTest, ScrapesOnScheduleAndTellsAboutIt) {
  Apply({Job()});
  Discover({address_});
  WaitForScrapes(3);
  TargetStatus status = WaitFor(Health::kUp);
  EXPECT_EQ(status.pool, "j");
  EXPECT_EQ(status.labels.ToString(), R"({instance="i", job="j"})");
  EXPECT_EQ(status.url, "http://" + address_ + "/metrics");
  EXPECT_EQ(status.last_error, "");
  EXPECT_GT(status.last_scrape, 0);
  EXPECT_EQ(status.interval_ms, 100);
  std::vector<model::Sample> a = Samples("a");
  ASSERT_GE(a.size(), 3u);
  EXPECT_EQ(a[0].v, 1);
  std::vector<model::Sample> up = Samples("up");
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(up[i].t, a[i].t);
    EXPECT_EQ(up[i].v, 1);
  }
  EXPECT_EQ(Samples("scrape_samples_scraped")[0].v, 2);
  EXPECT_EQ(Samples("scrape_series_added")[0].v, 2);
  EXPECT_EQ(Samples("scrape_series_added")[1].v, 0);
}

TEST_F(ManagerTest, SendsTheHeadersOfAScrape) {
  config::ScrapeConfig job = Job();
  job.params["x"] = {"y z"};
  Apply({job});
  Discover({address_});
  WaitFor(Health::kUp);
  Request request = last_request();
  EXPECT_EQ(request.headers.Get("Accept"),
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,"
            "*/*;q=0.4");
  EXPECT_EQ(request.headers.Get("Accept-Encoding"), "identity");  // on one machine
  EXPECT_EQ(request.headers.Get("User-Agent"), "Prometheus/3.14.0");
  EXPECT_EQ(request.headers.Get("X-Prometheus-Scrape-Timeout-Seconds"), "0.1");
  EXPECT_EQ(request.raw_query, "x=y+z");
}

TEST_F(ManagerTest, ReadsCompressedPages) {
  std::string page;
  for (int i = 0; i < 2000; ++i) page += fmt::format("m{{n=\"{}\"}} {}\n", i, i);
  SetPage(page);
  config::ScrapeConfig job = Job();
  job.scrape_timeout_ms = job.scrape_interval_ms = 500;
  Apply({job});
  // Another way to name this machine, which does not show.
  Discover({ReplaceAll(address_, "127.0.0.1", "0.0.0.0")});
  WaitFor(Health::kUp);
  EXPECT_EQ(Samples("scrape_samples_scraped").back().v, 2000);
  EXPECT_EQ(last_request().headers.Get("Accept-Encoding"), "gzip");
}

struct BadPage {
  const char* name;
  std::string body;
  const char* content_type;
  int status;
  std::string error;  // what the last error begins with
};

TEST_F(ManagerTest, ShowsWhatIsWrongWithAPage) {
  config::ScrapeConfig job = Job();
  job.body_size_limit = 1000;
  Apply({job});
  Discover({address_});
  const BadPage pages[] = {
      {"status", "", "text/plain", 404, "server returned HTTP status 404 Not Found"},
      {"type", "<html>", "text/html", 200,
       "received unsupported Content-Type \"text/html\" and no fallback_scrape_protocol"},
      {"no type", "a 1\n", "", 200, "non-compliant scrape target sending blank Content-Type"},
      {"openmetrics", "a 1\n# EOF\n", "application/openmetrics-text", 200,
       "the OpenMetrics format is not supported yet"},
      {"line", "a 1\nb two\n", "text/plain", 200, "strconv.ParseFloat: parsing \"two\""},
      {"utf-8", "a{b=\"\xff\"} 1\n", "text/plain", 200, "invalid UTF-8 label value"},
      {"huge", std::string(100'000, '#') + "\n", "text/plain", 200, "body size limit exceeded"},
  };
  for (const BadPage& page : pages) {
    SetPage("a 1\nb 2\n");
    WaitFor(Health::kUp);
    SetPage(page.body, page.content_type, page.status);
    TargetStatus status = WaitFor(Health::kDown);
    EXPECT_NE(status.last_error.find(page.error), std::string::npos)
        << page.name << ": " << status.last_error;
    std::vector<model::Sample> a = Samples("a");
    EXPECT_TRUE(model::IsStaleNan(a.back().v)) << page.name;
    EXPECT_EQ(Samples("up").back().v, 0) << page.name;
  }
  EXPECT_GE(Metric("prometheus_target_scrapes_exceeded_body_size_limit_total"), 1);
}

TEST_F(ManagerTest, AScrapeThatCannotBeStoredFailsAndLeavesTheSeriesAsTheyAre) {
  SetPage("a 1\n");
  Apply({Job()});
  Discover({address_});
  WaitFor(Health::kUp);
  storage_.full = true;
  EXPECT_EQ(WaitFor(Health::kDown).last_error,
            "the scrape cannot be stored: write wal/00000000: no space left on device");
  storage_.full = false;
  EXPECT_EQ(WaitFor(Health::kUp).last_error, "");
  for (const model::Sample& sample : Samples("a")) EXPECT_EQ(sample.v, 1);
  for (const model::Sample& sample : Samples("up")) EXPECT_EQ(sample.v, 1);
}

TEST_F(ManagerTest, ReadsAnUnnamedFormatByTheFallback) {
  SetPage("a 1\n", "");
  config::ScrapeConfig job = Job();
  job.fallback_scrape_protocol = "PrometheusText0.0.4";
  Apply({job});
  Discover({address_});
  EXPECT_EQ(WaitFor(Health::kUp).last_error, "");
}

TEST_F(ManagerTest, GivesUpOnATargetThatHangs) {
  config::ScrapeConfig job = Job();
  job.metrics_path = "/hang";
  Apply({job});
  Discover({address_});
  EXPECT_EQ(WaitFor(Health::kDown).last_error,
            "Get \"http://" + address_ + "/hang\": context deadline exceeded");
}

TEST_F(ManagerTest, NoticesTargetsThatCloseOrLie) {
  RawServer closing("");
  RawServer lying(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\na 1\n");
  RawServer noise("\x01\x02\x03 what is this\r\n\r\n");
  for (const RawServer* server : {&closing, &lying, &noise}) {
    Restart();
    Apply({Job()});
    Discover({server->address()});
    TargetStatus status = WaitFor(Health::kDown);
    EXPECT_EQ(status.last_error.find("Get \"http://" + server->address()), 0u) << status.last_error;
    EXPECT_EQ(Samples("up").back().v, 0);
    EXPECT_TRUE(Samples("a").empty());
  }
}

TEST_F(ManagerTest, MarksTheSeriesOfAVanishedTargetStaleAfterTwoIntervals) {
  Apply({Job()});
  Discover({address_});
  WaitForScrapes(2);
  Discover({});
  std::vector<model::Sample> before = Samples("up");
  EXPECT_TRUE(storage_.WaitUntil([&] { return LastIsStale("a") && LastIsStale("up"); }));
  std::vector<model::Sample> after = Samples("up");
  // At the first tick that was missed, not when it was written.
  EXPECT_LE(after.back().t - before.back().t, 2 * 100 + 50);
  EXPECT_TRUE(manager_->Targets().active.empty());
}

TEST_F(ManagerTest, MarksTheSeriesOfARemovedJobStale) {
  Apply({Job()});
  Discover({address_});
  WaitForScrapes(1);
  Apply({});
  EXPECT_TRUE(storage_.WaitUntil([&] { return LastIsStale("a"); }));
  EXPECT_TRUE(manager_->PoolNames().empty());
}

TEST_F(ManagerTest, GoesOnWithATargetThatComesBack) {
  Apply({Job()});
  Discover({address_});
  WaitForScrapes(2);
  Discover({});
  Discover({address_});
  WaitForScrapes(5);
  for (const model::Sample& sample : Samples("a")) EXPECT_FALSE(model::IsStaleNan(sample.v));
  std::vector<model::Sample> added = Samples("scrape_series_added");
  EXPECT_EQ(added.back().v, 0);
  EXPECT_EQ(added[2].v, 0);
}

TEST_F(ManagerTest, KeepsUnchangedPoolsAndRestartsChangedOnes) {
  Apply({Job("j"), Job("k")});
  Discover({address_}, "j");
  Discover({address_}, "k");
  WaitForScrapes(1);
  ASSERT_TRUE(storage_.WaitUntil([&] { return !Samples("a", "k").empty(); }));

  config::ScrapeConfig changed = Job("j");
  model::RelabelConfig drop;
  drop.action = model::RelabelAction::kDrop;
  drop.source_labels = {"__name__"};
  drop.regex_text = "a";
  ASSERT_TRUE(drop.Prepare().ok());
  changed.metric_relabel_configs = {drop};
  Apply({changed, Job("k")});
  EXPECT_EQ(Metric("prometheus_target_scrape_pool_reloads_total"), 1);
  EXPECT_TRUE(storage_.WaitUntil([&] { return LastIsStale("a"); }));
  size_t k = Samples("a", "k").size();
  EXPECT_TRUE(storage_.WaitUntil([&] { return Samples("a", "k").size() > k + 1; }));
  for (const model::Sample& sample : Samples("b")) EXPECT_FALSE(model::IsStaleNan(sample.v));
  for (const model::Sample& sample : Samples("a", "k")) {
    EXPECT_FALSE(model::IsStaleNan(sample.v));
  }
  EXPECT_EQ(manager_->PoolNames(), (std::vector<std::string>{"j", "k"}));
  EXPECT_EQ(manager_->PoolConfig("j")->metric_relabel_configs.size(), 1u);
}

TEST_F(ManagerTest, LeavesEverythingAsItWasWhenAJobCannotBeMade) {
  Apply({Job()});
  Discover({address_});
  WaitForScrapes(1);
  config::ScrapeConfig bad = Job("bad");
  bad.scrape_failure_log_file = "/nonexistent/directory/log";
  auto config = std::make_shared<config::Config>();
  config->scrape_configs = {bad};
  Result<void> applied = manager_->ApplyConfig(config);
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().message().find("error creating new scrape pool bad"), 0u);
  WaitForScrapes(2);
  EXPECT_EQ(manager_->PoolNames(), std::vector<std::string>{"j"});
}

TEST_F(ManagerTest, RefusesToScrapeMoreTargetsThanTheLimit) {
  config::ScrapeConfig job = Job();
  job.target_limit = 1;
  Apply({job});
  Discover({address_, "127.0.0.1:1"});
  EXPECT_EQ(WaitFor(Health::kDown).last_error,
            "target_limit exceeded (number of targets: 2, limit: 1)");
  Discover({address_});
  EXPECT_EQ(WaitFor(Health::kUp).last_error, "");
}

TEST_F(ManagerTest, ShowsDroppedTargetsUpToTheirLimit) {
  config::ScrapeConfig job = Job();
  job.keep_dropped_targets = 1;
  model::RelabelConfig drop;
  drop.action = model::RelabelAction::kDrop;
  drop.source_labels = {"__address__"};
  drop.regex_text = "x.*";
  ASSERT_TRUE(drop.Prepare().ok());
  job.relabel_configs = {drop};
  Apply({job});
  Discover({"x:1", "x:2", address_, address_});
  TargetsStatus status = manager_->Targets();
  EXPECT_EQ(status.active.size(), 1u);  // The double is one target.
  ASSERT_EQ(status.dropped.size(), 1u);
  EXPECT_EQ(status.dropped[0].discovered_labels.Get("__address__"), "x:1");
  EXPECT_EQ(status.dropped_counts["j"], 2u);
}

TEST_F(ManagerTest, TellsWhatPagesSayOfTheirFamilies) {
  SetPage("# HELP a Help \\\\ of a.\n# TYPE a counter\na 1\n# TYPE b gauge\nb 2\n");
  Apply({Job()});
  Discover({address_});
  WaitFor(Health::kUp);
  std::vector<TargetMetadata> all;
  manager_->VisitMetadata("", [&](const TargetMetadata& metadata) {
    all.push_back(metadata);
    return true;
  });
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].family, "a");
  EXPECT_EQ(all[0].metadata.type, model::MetricType::kCounter);
  EXPECT_EQ(all[0].metadata.help, "Help \\ of a.");
  EXPECT_EQ(all[0].target.Get("job"), "j");
  int seen = 0;
  manager_->VisitMetadata("b", [&](const TargetMetadata& metadata) {
    EXPECT_EQ(metadata.family, "b");
    return ++seen < 1;
  });
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(Metric("prometheus_target_metadata_cache_entries"), 3);
  EXPECT_EQ(Metric("prometheus_target_scrape_pool_symboltable_items"), 1);
  manager_.reset();
  EXPECT_EQ(Metric("prometheus_target_metadata_cache_entries"), -1);
}

TEST_F(ManagerTest, WritesNoMarkersWhenItStops) {
  Apply({Job()});
  Discover({address_});
  WaitForScrapes(2);
  manager_->Stop();
  size_t count = Samples("up").size();
  manager_->Stop();
  manager_.reset();
  EXPECT_EQ(Samples("up").size(), count);
  for (const model::Sample& sample : Samples("a")) EXPECT_FALSE(model::IsStaleNan(sample.v));
}

TEST_F(ManagerTest, StopsWhileTargetsHang) {
  config::ScrapeConfig job = Job("j", 60'000);
  job.metrics_path = "/hang";
  Apply({job});
  std::vector<std::string> many(50, address_);
  Discover(many);
  manager_.reset();
  EXPECT_TRUE(Samples("up").empty());
}

TEST_F(ManagerTest, LogsFailuresAsJson) {
  std::string path = ::testing::TempDir() + "/failures_" + std::to_string(getpid());
  config::ScrapeConfig job = Job();
  job.scrape_failure_log_file = path;
  SetPage("", "text/plain", 503);
  Apply({job});
  Discover({address_});
  WaitFor(Health::kDown);
  manager_.reset();
  std::string log = *FileSystem::Local()->ReadFile(path);
  std::filesystem::remove(path);
  EXPECT_NE(log.find(R"("msg":"server returned HTTP status 503 Service Unavailable",)"
                     R"("job_name":"j","target":"http://)" +
                     address_),
            std::string::npos)
      << log;
}

}  // namespace
}  // namespace watchfire::scrape

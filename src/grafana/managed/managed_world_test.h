#pragma once
// A managed alerting in fake time, for tests of this room: a database in memory, one data source
// that answers what the test says, a real Alertmanager that is run by hand, and a real HTTP peer
// that keeps what contact points send. Header only.

#include <gtest/gtest.h>

#include <filesystem>

#include "base/mutex.h"
#include "grafana/managed/impl.h"
#include "grafana/managed/managed_alerting.h"
#include "net/http_server.h"
#include "testing/alert_world.h"
#include "testing/fake_clock.h"
#include "testing/test_storage.h"

namespace watchfire::grafana {

class ManagedWorld : public ::testing::Test {
 protected:
  struct Annotation {
    std::string dashboard;
    int64_t panel = 0;
    std::string before, after;
  };

  void SetUp() override {
    char name[] = "/tmp/watchfire_managed_XXXXXX";
    directory_ = mkdtemp(name);
    net::Router router;
    router.Handle("POST", "/*path", [this](const net::Request& request) {
      MutexLock lock(mutex_);
      sent_.push_back(request);
      return net::Response::Json(200, R"({"ok":true})");
    });
    net::ServerOptions options;
    options.listen_addresses = {"127.0.0.1:0"};
    server_ = std::move(net::HttpServer::Start(options, std::move(router), pool_, nullptr)).value();
    database_ = store::Database::Open(directory_ + "/watchfire.db").value();
    settings_.security.secret_key = Secret("key");
    settings_.other.alerting_min_interval_ms = 10'000;
    sources_ = DataSources::Open(database_.get(), Secret("key"), &clock_).value();
    DataSource source;
    source.uid = "prom";
    source.name = "Prometheus";
    source.url = "http://prometheus:9090";
    source.is_default = true;
    ASSERT_TRUE(sources_->Create(source).ok());
    dashboards_ = Dashboards::Open(database_.get(), {.clock = &clock_}).value();
    folder_ = dashboards_->EnsureFolder("Servers", "", false).value().uid;
    Open();
  }
  void TearDown() override {
    managed_.reset();
    threads_.reset();
    server_->Stop(10'000);
    dashboards_.reset();
    sources_.reset();
    database_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Also what a restart does.
  void Open() {
    managed_.reset();
    threads_ = std::make_unique<alerting::FakeThreads>(&clock_);
    ManagedDependencies deps;
    deps.database = database_.get();
    deps.dashboards = dashboards_.get();
    deps.sources = sources_.get();
    deps.settings = &settings_;
    deps.clock = &clock_;
    deps.files = FileSystem::Local();
    deps.storage_path = directory_ + "/managed";
    deps.external_url = "http://grafana.example";
    deps.annotate = [this](const std::string& dashboard, int64_t panel, const std::string& before,
                           const std::string& after, const std::string&) {
      annotations_.push_back({dashboard, panel, before, after});
    };
    deps.ready = [this] { return ready_; };
    deps.appender = [this] { return storage_.NewAppender(); };
    deps.values = [this](const PanelQuery& query) { return answer_(query); };
    deps.executor = threads_.get();
    deps.own_threads = false;
    Result<std::unique_ptr<ManagedAlerting>> opened = ManagedAlerting::Open(std::move(deps));
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    managed_ = *std::move(opened);
  }
  ManagedAlerting::Impl& impl() { return managed_->impl(); }

  // A minute of numbers by their label `job`, for any query.
  static NodeValue Numbers(std::vector<std::pair<std::string, std::optional<double>>> values) {
    if (values.empty()) return NodeValue{NoData{}};
    std::vector<Number> numbers;
    for (auto& [job, value] : values) {
      model::LabelsBuilder labels;
      labels.Set("job", job);
      numbers.push_back({labels.Build(), value});
    }
    return NodeValue{std::move(numbers)};
  }
  void Answer(std::vector<std::pair<std::string, std::optional<double>>> values) {
    NodeValue value = Numbers(std::move(values));
    answer_ = [value](const PanelQuery&) -> Result<NodeValue> { return value; };
  }
  void Fail(Error error) {
    answer_ = [error](const PanelQuery&) -> Result<NodeValue> { return error; };
  }

  // A rule "Low" whose query A is alerted on by a threshold C below 1; `more` are further members.
  static codec::Json RuleJsonOf(const std::string& title, const std::string& more = "") {
    return codec::Json::Parse(R"({"title":")" + title + R"(","condition":"C","data":[
        {"refId":"A","relativeTimeRange":{"from":600,"to":0},"datasourceUid":"prom",
         "model":{"expr":"up","instant":true}},
        {"refId":"C","datasourceUid":"__expr__","model":{"type":"threshold","expression":"A",
         "conditions":[{"evaluator":{"type":"lt","params":[1]}}]}}])" +
                              (more.empty() ? "" : "," + more) + "}")
        .value();
  }
  ManagedRule MakeRule(const std::string& title, const std::string& more = "") {
    ManagedRule rule = ParseRule(RuleJsonOf(title, more)).value();
    rule.folder_uid = folder_;
    rule.group = "group";
    return rule;
  }
  ManagedRule Put(ManagedRule rule, From from = From::kPages) {
    Result<ManagedRule> put = impl().PutRule(std::move(rule), {from, "admin"});
    EXPECT_TRUE(put.ok()) << (put.ok() ? "" : put.error().message());
    return put.ok() ? *put : ManagedRule();
  }
  ManagedRule Put(const std::string& title, const std::string& more = "") {
    return Put(MakeRule(title, more));
  }

  // Time passes; everything that is due happens.
  void Pass(int64_t ms) {
    TimeMs until = clock_.Now() + ms;
    while (true) {
      impl().evaluator->RunDue();
      Settle();
      TimeMs next = until;
      if (std::optional<TimeMs> due = impl().evaluator->NextDue()) next = std::min(next, *due);
      if (alerting::Alertmanager* manager = impl().Manager()) {
        if (std::optional<int64_t> due = manager->NextDueNs()) {
          int64_t ahead_ms = (*due - clock_.MonotonicNs() + 999'999) / 1'000'000;
          next = std::min(next, clock_.Now() + std::max<int64_t>(ahead_ms, 1));
        }
      }
      if (clock_.Now() >= until) return;
      clock_.AdvanceTo(std::max(next, clock_.Now() + 1));
    }
  }
  void Settle() {
    alerting::Alertmanager* manager = impl().Manager();
    for (int i = 0; manager != nullptr && i < 3; ++i) {
      manager->RunDue();
      threads_->Settle();
    }
  }
  // "Alerting (NoData)" of the alerts of a rule, joined.
  std::string States(const std::string& uid) {
    std::optional<RuleStatus> status = impl().evaluator->StatusOf(uid);
    std::string out;
    if (!status) return "none";
    for (const Instance& instance : status->instances) {
      if (!out.empty()) out += ", ";
      out += instance.StateWithReason();
    }
    return out;
  }
  std::vector<net::Request> sent() {
    MutexLock lock(mutex_);
    return sent_;
  }
  std::string peer() const { return fmt::format("http://127.0.0.1:{}", server_->ports()[0]); }
  void AddPoint(const std::string& json) {
    Result<void> put = impl().contacts->Change([&](ContactState& state) -> Result<void> {
      return PutPoint(state, codec::Json::Parse(json).value(), From::kPages, nullptr);
    });
    ASSERT_TRUE(put.ok()) << put.error().message();
  }
  void SetPolicy(const std::string& json) {
    Result<void> put = impl().contacts->Change([&](ContactState& state) -> Result<void> {
      return PutPolicy(state, codec::Json::Parse(json).value(), From::kPages);
    });
    ASSERT_TRUE(put.ok()) << put.error().message();
  }
  // Names of the alerts that the Alertmanager holds, sorted.
  std::vector<std::string> Alerts() {
    std::vector<std::string> names;
    if (impl().Manager() == nullptr) return names;
    for (const alerting::AlertView& view : impl().Manager()->Alerts()) {
      names.emplace_back(view.alert->name());
    }
    std::ranges::sort(names);
    return names;
  }

  std::string directory_;
  testing::FakeClock clock_;
  ThreadPool pool_{"peer", 2};
  Mutex mutex_;
  std::vector<net::Request> sent_ GUARDED_BY(mutex_);
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<store::Database> database_;
  Settings settings_;
  std::unique_ptr<DataSources> sources_;
  std::unique_ptr<Dashboards> dashboards_;
  std::string folder_;
  testing::TestStorage storage_;
  bool ready_ = true;
  std::function<Result<NodeValue>(const PanelQuery&)> answer_ =
      [](const PanelQuery&) -> Result<NodeValue> { return NodeValue{NoData{}}; };
  std::vector<Annotation> annotations_;
  std::unique_ptr<alerting::FakeThreads> threads_;
  std::unique_ptr<ManagedAlerting> managed_;
};

constexpr int64_t kMinute = 60'000;

}  // namespace watchfire::grafana

#include "rules/notifier/notifier.h"

#include <set>

#include "base/log.h"
#include "base/mutex.h"
#include "codec/json.h"
#include "net/http_server.h"
#include "rules/notifier/alertmanager_target.h"
#include "rules/notifier/send_queue.h"

namespace watchfire::rules {
namespace {

constexpr TimeMs kStart = 1'700'000'000'000;

alerting::Alert MakeAlert(std::initializer_list<model::LabelView> labels) {
  alerting::Alert alert;
  alert.labels = model::Labels::Of(labels);
  alert.starts_at = alerting::AlertTime::OfMs(kStart);
  alert.ends_at = alerting::AlertTime::OfMs(kStart + 240'000);
  alert.generator_url = "http://p/graph?g0.expr=up&g0.tab=1";
  return alert;
}

model::RelabelConfig Rule(model::RelabelAction action, std::vector<std::string> source,
                          std::string regex, std::string target = {},
                          std::string replacement = "$1") {
  model::RelabelConfig rule;
  rule.action = action;
  rule.source_labels = std::move(source);
  rule.regex_text = std::move(regex);
  rule.target_label = std::move(target);
  rule.replacement = std::move(replacement);
  EXPECT_TRUE(rule.Prepare().ok());
  return rule;
}

discovery::TargetSets Targets(const std::vector<std::string>& addresses,
                              const std::string& job = "config-0") {
  auto group = std::make_shared<discovery::TargetGroup>();
  for (const std::string& address : addresses) {
    group->targets.push_back(model::Labels::Of({{"__address__", address}}));
  }
  return {{job, {group}}};
}

// An Alertmanager that remembers what it got, answers as it is told, and can be held.
class Receiver {
 public:
  Receiver() {
    net::Router router;
    router.Handle("POST", "/*path", [this](const net::Request& request) {
      MutexLock lock(mutex_);
      ++waiting_;
      changed_.NotifyAll();
      while (held_) changed_.Wait(mutex_);
      requests_.push_back(request);
      changed_.NotifyAll();
      return net::Response::Text(status_, "");
    });
    net::ServerOptions options;
    options.listen_addresses = {"127.0.0.1:0"};
    auto server = net::HttpServer::Start(options, std::move(router), handlers_, nullptr);
    EXPECT_TRUE(server.ok()) << server.error().message();
    server_ = *std::move(server);
  }
  ~Receiver() {
    Hold(false);
    server_.reset();  // its handlers use what follows
  }

  std::string address() const { return fmt::format("127.0.0.1:{}", server_->ports()[0]); }
  std::string url() const { return fmt::format("http://{}/api/v2/alerts", address()); }
  void Hold(bool held) {
    MutexLock lock(mutex_);
    held_ = held;
    changed_.NotifyAll();
  }
  void Answer(int status) {
    MutexLock lock(mutex_);
    status_ = status;
  }
  // Until so many requests have arrived, be they held or answered.
  void WaitForArrivals(size_t count) {
    MutexLock lock(mutex_);
    while (waiting_ < count) changed_.Wait(mutex_);
  }
  std::vector<net::Request> WaitFor(size_t count) {
    MutexLock lock(mutex_);
    while (requests_.size() < count) changed_.Wait(mutex_);
    return requests_;
  }
  // The values of `label` of all alerts that came, in their order.
  std::vector<std::string> Values(std::string_view label) {
    MutexLock lock(mutex_);
    std::vector<std::string> values;
    for (const net::Request& request : requests_) {
      codec::Json json = *codec::Json::Parse(request.body);
      for (const codec::Json& alert : *json.AsArray()) {
        const codec::Json* value = alert.Find("labels")->Find(label);
        values.push_back(value == nullptr ? "" : *value->AsString());
      }
    }
    return values;
  }

 private:
  ThreadPool handlers_{"http", 4};
  std::unique_ptr<net::HttpServer> server_;
  Mutex mutex_;
  CondVar changed_;
  bool held_ GUARDED_BY(mutex_) = false;
  int status_ GUARDED_BY(mutex_) = 200;
  size_t waiting_ GUARDED_BY(mutex_) = 0;
  std::vector<net::Request> requests_ GUARDED_BY(mutex_);
};

class NotifierTest : public testing::Test {
 protected:
  NotifierTest() { CaptureLogs(&logs_); }
  ~NotifierTest() override {
    notifier_.reset();
    CaptureLogs(nullptr);
  }
  void Start(NotifierOptions options = {}) {
    options.registry = &registry_;
    notifier_ = std::make_unique<Notifier>(options);
    if (config_.alerting.alertmanagers.empty()) config_.alerting.alertmanagers.emplace_back();
    Result<void> applied = notifier_->ApplyConfig(config_);
    ASSERT_TRUE(applied.ok()) << applied.error().message();
  }
  config::AlertmanagerConfig& Section(size_t index) {
    std::vector<config::AlertmanagerConfig>& sections = config_.alerting.alertmanagers;
    if (sections.size() <= index) sections.resize(index + 1);
    return sections[index];
  }
  void Put(const std::vector<std::string>& names) {
    std::vector<alerting::Alert> alerts;
    for (const std::string& name : names) alerts.push_back(MakeAlert({{"alertname", name}}));
    notifier_->Put(std::move(alerts));
  }
  // NaN: there is no such metric.
  double Metric(std::string_view name, const std::string& url = {}) {
    for (const client::MetricFamily& family : registry_.Gather()) {
      if (family.name != fmt::format("prometheus_notifications_{}", name)) continue;
      for (const client::MetricPoint& point : family.points) {
        if (url.empty() || point.labels[0].value == url) {
          return family.kind == client::MetricKind::kSummary ? point.count : point.value;
        }
      }
    }
    return std::nan("");
  }

  std::string logs_;
  client::Registry registry_;
  config::Config config_;
  std::unique_ptr<Notifier> notifier_;
};

TEST_F(NotifierTest, PostsAlertsAsPrometheusDoes) {
  Receiver receiver;
  Start({.user_agent = "Prometheus/3.14.0"});
  notifier_->UpdateTargets(Targets({receiver.address()}));
  alerting::Alert first = MakeAlert({{"alertname", "Down"}, {"instance", "a<b"}});
  first.annotations = {{"description", ""}, {"summary", "it's \"down\""}};
  alerting::Alert second = MakeAlert({{"alertname", "Up"}});
  second.generator_url = "";
  notifier_->Put({first, second});
  net::Request request = receiver.WaitFor(1)[0];
  EXPECT_EQ(request.path, "/api/v2/alerts");
  EXPECT_EQ(request.headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(request.headers.Get("User-Agent"), "Prometheus/3.14.0");
  EXPECT_EQ(request.body,
            R"([{"annotations":{"description":"","summary":"it's \"down\""},)"
            R"("endsAt":"2023-11-14T22:17:20.000Z","startsAt":"2023-11-14T22:13:20.000Z",)"
            R"("generatorURL":"http://p/graph?g0.expr=up\u0026g0.tab=1",)"
            R"("labels":{"alertname":"Down","instance":"a\u003cb"}},)"
            R"({"endsAt":"2023-11-14T22:17:20.000Z","startsAt":"2023-11-14T22:13:20.000Z",)"
            R"("labels":{"alertname":"Up"}}])");
  notifier_->Stop();
  EXPECT_TRUE(std::isnan(Metric("sent_total"))) << "gone with the address";
}

TEST_F(NotifierTest, AddsExternalLabelsThenRelabelsForAllThenForEach) {
  Receiver a;
  Receiver b;
  config_.global.external_labels = model::Labels::Of({{"dc", "x"}, {"replica", "1"}});
  using model::RelabelAction;
  config_.alerting.alert_relabel_configs = {
      Rule(RelabelAction::kDrop, {"alertname"}, "Secret"),
      Rule(RelabelAction::kLabelDrop, {}, "replica"),
      Rule(RelabelAction::kReplace, {"dc"}, "(.*)", "step", "global-$1")};
  Section(0).alert_relabel_configs = {
      Rule(RelabelAction::kReplace, {"step"}, "(.*)", "step", "$1-own")};
  Section(1).alert_relabel_configs = {Rule(RelabelAction::kKeep, {"alertname"}, "Up")};
  Start();
  discovery::TargetSets sets = Targets({a.address()});
  sets.merge(Targets({b.address()}, "config-1"));
  notifier_->UpdateTargets(sets);
  notifier_->Put({MakeAlert({{"alertname", "Up"}, {"dc", "mine"}}),
                  MakeAlert({{"alertname", "Secret"}}), MakeAlert({{"alertname", "Down"}})});
  a.WaitFor(1);
  b.WaitFor(1);
  EXPECT_EQ(a.Values("alertname"), (std::vector<std::string>{"Up", "Down"}));
  EXPECT_EQ(a.Values("dc"), (std::vector<std::string>{"mine", "x"}));
  EXPECT_EQ(a.Values("replica"), (std::vector<std::string>{"", ""}));
  EXPECT_EQ(a.Values("step"), (std::vector<std::string>{"global-mine-own", "global-x-own"}));
  EXPECT_EQ(b.Values("alertname"), (std::vector<std::string>{"Up"}));
  EXPECT_EQ(b.Values("step"), (std::vector<std::string>{"global-mine"}));
}

class Heard : public alerting::AlertSink {
 public:
  void Put(std::vector<alerting::Alert> alerts) override {
    for (alerting::Alert& alert : alerts) all.push_back(std::move(alert));
  }
  std::vector<alerting::Alert> all;
};

TEST_F(NotifierTest, TheRouterInThisProcessHearsWhatOthersWould) {
  config_.global.external_labels = model::Labels::Of({{"cluster", "c1"}});
  config_.alerting.alert_relabel_configs = {
      Rule(model::RelabelAction::kDrop, {"alertname"}, "Noise")};
  Start();
  Heard heard;
  notifier_->AttachLocal(&heard);
  Put({"Disk", "Noise"});
  ASSERT_EQ(heard.all.size(), 1U) << "without any Alertmanager outside";
  model::Labels routed = model::Labels::Of({{"alertname", "Disk"}, {"cluster", "c1"}});
  EXPECT_EQ(heard.all[0].labels, routed);
  alerting::Alert sealed;
  sealed.labels = routed;
  sealed.Seal();
  EXPECT_EQ(heard.all[0].fingerprint, sealed.fingerprint);
  EXPECT_EQ(notifier_->Routed(model::Labels::Of({{"alertname", "Disk"}})), routed);
  EXPECT_EQ(notifier_->Routed(model::Labels::Of({{"alertname", "Noise"}})), std::nullopt);
}

TEST_F(NotifierTest, NoAlertIsRoutedThatAnAlertmanagerWouldRefuse) {
  Start();
  Heard heard;
  notifier_->AttachLocal(&heard);
  notifier_->Put({MakeAlert({{"alertname", "Bad\xff"}}), MakeAlert({{"alertname", "Good"}})});
  ASSERT_EQ(heard.all.size(), 1U);
  EXPECT_EQ(heard.all[0].name(), "Good");
}

TEST(AlertmanagerTargets, AreRelabelledIntoUrls) {
  config::AlertmanagerConfig config;
  config.scheme = "https";
  config.path_prefix = "/am//x/../";
  config.relabel_configs = {
      Rule(model::RelabelAction::kDrop, {"__address__"}, "old.*"),
      Rule(model::RelabelAction::kReplace, {"__address__"}, "plain(.*)", "__scheme__", "http")};
  auto group = std::make_shared<discovery::TargetGroup>();
  for (const char* address : {"a:9093", "plain", "old:1", "b/c", "a:9093", "u:secret@d", ""}) {
    group->targets.push_back(model::Labels::Of({{"__address__", address}, {"x", "y"}}));
  }
  auto other = std::make_shared<discovery::TargetGroup>();
  other->labels = model::Labels::Of({{"__alerts_path__", "p q/alerts"}, {"__scheme__", "http"}});
  other->targets.push_back(model::Labels::Of({{"__address__", "a:9093"}}));
  AlertmanagerUrls found = FindAlertmanagers(config, {group, other});
  std::vector<std::string> active;
  std::vector<std::string> shown;
  for (const AlertmanagerUrl& url : found.active) {
    active.push_back(url.url);
    shown.push_back(url.shown);
  }
  EXPECT_EQ(active, (std::vector<std::string>{
                        "https://a:9093/am/api/v2/alerts", "http://plain/am/api/v2/alerts",
                        "https://u:secret@d/am/api/v2/alerts", "http://a:9093/p%20q/alerts"}));
  EXPECT_EQ(shown[2], "https://u:xxxxx@d/am/api/v2/alerts");
  EXPECT_EQ(found.dropped, (std::vector<std::string>{"https://old:1/am/api/v2/alerts"}));
  EXPECT_EQ(found.errors,
            (std::vector<std::string>{"\"b/c\" is not a valid hostname", "no address"}));
}

TEST_F(NotifierTest, ShowsWhoIsToldAndWhoWasDropped) {
  Section(0).relabel_configs = {Rule(model::RelabelAction::kDrop, {"__address__"}, "b:1")};
  Section(1).path_prefix = "/x";
  Start();
  discovery::TargetSets sets = Targets({"a:1", "b:1", "c/d"});
  sets.merge(Targets({"u:secret@e:1"}, "config-1"));
  notifier_->UpdateTargets(sets);
  EXPECT_EQ(notifier_->Active(), (std::vector<std::string>{"http://a:1/api/v2/alerts",
                                                           "http://u:xxxxx@e:1/x/api/v2/alerts"}));
  EXPECT_EQ(notifier_->Dropped(), (std::vector<std::string>{"http://b:1/api/v2/alerts"}));
  EXPECT_EQ(Metric("alertmanagers_discovered"), 2);
  EXPECT_EQ(Metric("sent_total", "http://a:1/api/v2/alerts"), 0) << "begins at zero";
  EXPECT_NE(logs_.find("\\\"c/d\\\" is not a valid hostname"), std::string::npos) << logs_;
  EXPECT_EQ(logs_.find("secret"), std::string::npos);
}

TEST_F(NotifierTest, SendsBatchesInOrder) {
  Receiver receiver;
  Start({.batch_size = 3});
  notifier_->UpdateTargets(Targets({receiver.address()}));
  receiver.Hold(true);
  Put({"0"});
  receiver.WaitForArrivals(1);
  Put({"1", "2", "3", "4"});
  Put({"5", "6", "7"});
  receiver.Hold(false);
  EXPECT_EQ(receiver.WaitFor(4).size(), 4U);
  notifier_->Stop();
  EXPECT_EQ(receiver.Values("alertname"),
            (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7"}));
  EXPECT_EQ(receiver.WaitFor(4).size(), 4U) << "batches of 1, 3, 3 and 1";
}

TEST_F(NotifierTest, DropsTheOldestOfAFullQueueAndNeverWaits) {
  Receiver receiver;
  Start({.queue_capacity = 4});
  notifier_->UpdateTargets(Targets({receiver.address()}));
  receiver.Hold(true);
  Put({"sent"});
  receiver.WaitForArrivals(1);  // from here on nobody takes anything out of the queue
  Put({"1", "2", "3"});
  EXPECT_EQ(Metric("queue_length", receiver.url()), 3);
  EXPECT_EQ(Metric("dropped_total", receiver.url()), 0);
  Put({"4", "5", "6"});
  EXPECT_EQ(Metric("queue_length", receiver.url()), 4);
  EXPECT_EQ(Metric("dropped_total", receiver.url()), 2);
  EXPECT_EQ(Metric("queue_capacity"), 4);
  EXPECT_NE(logs_.find("Alert notification queue full, dropping alerts"), std::string::npos);
  Put({"a", "b", "c", "d", "e", "f", "g"});  // more than the queue holds
  EXPECT_EQ(Metric("dropped_total", receiver.url()), 9);
  receiver.Hold(false);
  receiver.WaitFor(2);
  EXPECT_EQ(receiver.Values("alertname"), (std::vector<std::string>{"sent", "d", "e", "f", "g"}));
}

TEST_F(NotifierTest, CountsFailuresAndDoesNotTryAgain) {
  Receiver receiver;
  receiver.Answer(503);
  Start({.batch_size = 2});
  notifier_->UpdateTargets(Targets({receiver.address(), "127.0.0.1:1"}));
  receiver.Hold(true);
  Put({"1", "2"});
  receiver.WaitForArrivals(1);
  receiver.Hold(false);
  receiver.WaitFor(1);
  receiver.Answer(202);
  Put({"3"});
  receiver.WaitFor(2);
  std::string url = receiver.url();
  while (Metric("sent_total", url) < 1 ||
         Metric("errors_total", "http://127.0.0.1:1/api/v2/alerts") < 3) {
    std::this_thread::yield();
  }
  EXPECT_EQ(Metric("sent_total", url), 1);
  EXPECT_EQ(Metric("errors_total", url), 2);
  EXPECT_EQ(Metric("dropped_total", url), 2);
  EXPECT_EQ(Metric("latency_seconds", url), 1) << "of what was sent";
  EXPECT_EQ(Metric("dropped_total", "http://127.0.0.1:1/api/v2/alerts"), 3);
  EXPECT_EQ(receiver.Values("alertname"), (std::vector<std::string>{"1", "2", "3"}));
  notifier_->Stop();
  EXPECT_NE(logs_.find("err=\"bad response status 503 Service Unavailable\""), std::string::npos)
      << logs_;
}

TEST_F(NotifierTest, DrainsItsQueuesWhenItStops) {
  Receiver receiver;
  Start({.batch_size = 1});
  notifier_->UpdateTargets(Targets({receiver.address()}));
  receiver.Hold(true);
  Put({"1", "2", "3", "4", "5"});
  receiver.WaitForArrivals(1);
  Thread stop("stop", [&] { notifier_->Stop(); });
  receiver.Hold(false);
  stop.Join();
  EXPECT_EQ(receiver.Values("alertname"), (std::vector<std::string>{"1", "2", "3", "4", "5"}));
  Put({"late"});
  notifier_->UpdateTargets(Targets({receiver.address()}));
  EXPECT_TRUE(notifier_->Active().empty());
}

TEST_F(NotifierTest, StopsAtOnceIfItIsNotToDrain) {
  Receiver receiver;
  Start({.batch_size = 1, .drain_on_shutdown = false});
  notifier_->UpdateTargets(Targets({receiver.address()}));
  receiver.Hold(true);
  Put({"1", "2", "3"});
  receiver.WaitForArrivals(1);
  notifier_->Stop();  // though the receiver never answers
  EXPECT_NE(logs_.find("not drained on shutdown, dropping alerts\" component=notifier "
                       "alertmanager=" +
                       receiver.url() + " count=2"),
            std::string::npos)
      << logs_;
}

TEST_F(NotifierTest, GivesUpAnAddressThatFailsWhileItStops) {
  Receiver receiver;
  receiver.Answer(500);
  Start({.batch_size = 1});
  notifier_->UpdateTargets(Targets({receiver.address()}));
  receiver.Hold(true);
  Put({"1", "2", "3"});
  receiver.WaitForArrivals(1);
  // The queue is retired before Stop waits, so the running request is the last one.
  notifier_->UpdateTargets({});
  receiver.Hold(false);
  notifier_->Stop();
  EXPECT_EQ(receiver.Values("alertname"), (std::vector<std::string>{"1"}));
}

TEST_F(NotifierTest, KeepsQueuesOfSectionsThatStayAcrossReloads) {
  Receiver receiver;
  Start({.batch_size = 1});
  notifier_->UpdateTargets(Targets({receiver.address()}));
  receiver.Hold(true);
  Put({"1", "2"});
  receiver.WaitForArrivals(1);
  config_.global.external_labels = model::Labels::Of({{"dc", "x"}});
  // Another section comes first: the old one is now config-1.
  config::AlertmanagerConfig first;
  first.path_prefix = "/other";
  config_.alerting.alertmanagers.insert(config_.alerting.alertmanagers.begin(), first);
  ASSERT_TRUE(notifier_->ApplyConfig(config_).ok());
  EXPECT_EQ(Metric("queue_length", receiver.url()), 1) << "the same queue";
  notifier_->UpdateTargets(Targets({receiver.address()}, "config-1"));
  EXPECT_EQ(Metric("queue_length", receiver.url()), 1);
  Put({"3"});
  receiver.Hold(false);
  receiver.WaitFor(3);
  EXPECT_EQ(receiver.Values("dc"), (std::vector<std::string>{"", "", "x"}));
}

TEST_F(NotifierTest, KeepsTargetsWhenOnlyTheWayToThemChanges) {
  Receiver receiver;
  Start();
  notifier_->UpdateTargets(Targets({receiver.address()}));
  Section(0).timeout_ms = 5'000;
  Section(0).http_client.authorization = config::Authorization{"Bearer", Secret("token"), "", ""};
  ASSERT_TRUE(notifier_->ApplyConfig(config_).ok());
  Put({"1"});
  EXPECT_EQ(receiver.WaitFor(1)[0].headers.Get("Authorization"), "Bearer token");
}

TEST_F(NotifierTest, ChangesNothingForAConfigurationThatIsWrong) {
  Receiver receiver;
  Start();
  notifier_->UpdateTargets(Targets({receiver.address()}));
  config::Config broken = config_;
  broken.alerting.alertmanagers.emplace_back().sigv4.emplace();
  Result<void> applied = notifier_->ApplyConfig(broken);
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().message(), "alertmanagers, config-1: sigv4 is not supported yet");
  Put({"1"});
  receiver.WaitFor(1);
}

TEST_F(NotifierTest, SendsToMoreAddressesThanItHasThreads) {
  Receiver receiver;
  Start();
  std::vector<std::string> prefixes;
  auto group = std::make_shared<discovery::TargetGroup>();
  for (int i = 0; i < 100; ++i) {
    std::string path = fmt::format("/am-{}/alerts", i);
    discovery::TargetGroup one;
    group->targets.push_back(
        model::Labels::Of({{"__address__", receiver.address()}, {"number", path}}));
  }
  Section(0).relabel_configs = {
      Rule(model::RelabelAction::kReplace, {"number"}, "(.*)", "__alerts_path__", "$1")};
  ASSERT_TRUE(notifier_->ApplyConfig(config_).ok());
  notifier_->UpdateTargets({{"config-0", {group}}});
  EXPECT_EQ(notifier_->Active().size(), 100U);
  Put({"1"});
  std::set<std::string> paths;
  for (const net::Request& request : receiver.WaitFor(100)) paths.insert(request.path);
  EXPECT_EQ(paths.size(), 100U);
}

TEST_F(NotifierTest, TakesTargetsOfTheDiscoveryManager) {
  Receiver receiver;
  config::TargetGroup group;
  group.targets = {receiver.address()};
  Section(0).discovery.static_configs = {group};
  Start();
  discovery::Manager manager({.name = "notify", .interval_ms = 5}, &registry_, Clock::System(),
                             [&](const auto& sets) { notifier_->UpdateTargets(sets); });
  manager.ApplyConfig(Notifier::JobsOf(config_));
  while (notifier_->Active().empty()) std::this_thread::yield();
  Put({"1"});
  receiver.WaitFor(1);
  manager.Stop();
}

TEST(SendQueueMetrics, LiveAsLongAsSomebodySendsThere) {
  client::Registry registry;
  auto metrics = std::make_shared<NotifierMetrics>(registry, 10);
  std::shared_ptr<UrlMetrics> a = metrics->Of("http://a");
  std::shared_ptr<UrlMetrics> b = metrics->Of("http://a");
  a.reset();
  b->sent.Increment();
  auto points = [&] {
    size_t count = 0;
    for (const client::MetricFamily& family : registry.Gather()) {
      if (family.name == "prometheus_notifications_sent_total") count += family.points.size();
    }
    return count;
  };
  EXPECT_EQ(points(), 1U);
  b.reset();
  EXPECT_EQ(points(), 0U);
}

}  // namespace
}  // namespace watchfire::rules

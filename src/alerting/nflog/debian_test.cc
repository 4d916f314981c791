// One data directory, two programs: what the distribution's Alertmanager noted after a notification
// is there when we read its snapshot; and what we noted keeps it from notifying again.
#include "alerting/nflog/notification_log.h"
#include "net/http_server.h"
#include "testing/debian_alertmanager.h"

namespace watchfire::alerting {
namespace {

// A receiver of webhooks.
class Hook {
 public:
  Hook() {
    net::Router router;
    router.Handle("POST", "/", [this](const net::Request& request) {
      MutexLock lock(mutex_);
      bodies_.push_back(request.body);
      changed_.NotifyAll();
      return net::Response();
    });
    net::ServerOptions options;
    options.listen_addresses = {"127.0.0.1:0"};
    server_ = net::HttpServer::Start(options, std::move(router), pool_, nullptr).value();
  }
  ~Hook() { server_->Stop(0); }
  std::string url() const { return fmt::format("http://127.0.0.1:{}/", server_->ports()[0]); }
  // Waits for the n-th; false if it does not come.
  bool Wait(size_t n) {
    MutexLock lock(mutex_);
    while (bodies_.size() < n) {
      if (!changed_.WaitFor(mutex_, 60'000)) return false;
    }
    return true;
  }
  std::vector<std::string> bodies() {
    MutexLock lock(mutex_);
    return bodies_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> bodies_ GUARDED_BY(mutex_);
  ThreadPool pool_{"hook", 1};
  std::unique_ptr<net::HttpServer> server_;
};

std::string ConfigOf(const Hook& hook) {
  return fmt::format(R"(
route:
  receiver: team
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 12h
receivers:
  - name: team
    webhook_configs: [{{url: "{}"}}]
)",
                     hook.url());
}

class DebianNflog : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::DebianAlertmanager::Installed()) {
      GTEST_SKIP() << "prometheus-alertmanager is not installed";
    }
  }
  std::unique_ptr<testing::DebianAlertmanager> Start() {
    auto started = testing::DebianAlertmanager::Start(directory_.path(), ConfigOf(hook_));
    EXPECT_TRUE(started.ok()) << started.error().message();
    return started.ok() ? std::move(*started) : nullptr;
  }
  std::string Snapshot() const { return directory_.path() + "/data/nflog"; }

  const NflogKey key_{"{}:{alertname=\"Up\"}", "team", "webhook", 0};
  testing::TemporaryDirectory directory_;
  Hook hook_;
};

TEST_F(DebianNflog, IsReadFromItsSnapshot) {
  std::unique_ptr<testing::DebianAlertmanager> peer = Start();
  ASSERT_NE(peer, nullptr);
  ASSERT_TRUE(peer->Amtool({"alert", "add", "alertname=Up", "job=a"}).ok());
  ASSERT_TRUE(hook_.Wait(1));
  // It notes after it told; when it tells more of the group, the first note is there.
  ASSERT_TRUE(peer->Amtool({"alert", "add", "alertname=Up", "job=b"}).ok());
  ASSERT_TRUE(hook_.Wait(2));
  peer->Stop();

  NotificationLog log({.clock = Clock::System()});
  Result<void> loaded = log.Load(Snapshot(), *FileSystem::Local());
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  std::shared_ptr<const NflogEntry> entry = log.Find(key_);
  ASSERT_NE(entry, nullptr);
  model::Labels labels = model::Labels::Of({{"alertname", "Up"}, {"job", "a"}});
  EXPECT_EQ(std::count(entry->firing.begin(), entry->firing.end(), AlertHash(labels)), 1);
  EXPECT_TRUE(entry->resolved.empty());
  EXPECT_EQ(entry->expires_at_ns - entry->timestamp_ns, 24LL * 3600 * 1'000'000'000);
}

TEST_F(DebianNflog, OfOursKeepsItFromNotifyingAgain) {
  NotificationLog log({.clock = Clock::System()});
  model::Labels told = model::Labels::Of({{"alertname", "Up"}, {"job", "a"}});
  log.Log(key_, {AlertHash(told)}, {}, {{"it", std::string("cannot know this")}}, 0);
  FileSystem* files = FileSystem::Local();
  ASSERT_TRUE(files->CreateDirectories(directory_.path() + "/data").ok());
  ASSERT_TRUE(log.Save(Snapshot(), *files).ok());

  std::unique_ptr<testing::DebianAlertmanager> peer = Start();
  ASSERT_NE(peer, nullptr);
  ASSERT_TRUE(peer->Amtool({"alert", "add", "alertname=Up", "job=a"}).ok());
  // Another group is told of at once, and a second alert of ours makes the next tick speak: had
  // the first one not been known, it would have come before both.
  ASSERT_TRUE(peer->Amtool({"alert", "add", "alertname=Other", "job=a"}).ok());
  ASSERT_TRUE(hook_.Wait(1));
  ASSERT_TRUE(peer->Amtool({"alert", "add", "alertname=Up", "job=b"}).ok());
  ASSERT_TRUE(hook_.Wait(2));
  ASSERT_TRUE(peer->Amtool({"alert", "add", "alertname=Up", "job=c"}).ok());
  ASSERT_TRUE(hook_.Wait(3));
  std::string log_text = peer->Stop();
  std::vector<std::string> bodies = hook_.bodies();
  ASSERT_EQ(bodies.size(), 3u) << log_text;
  EXPECT_NE(bodies[0].find("\"Other\""), std::string::npos) << bodies[0];
  EXPECT_NE(bodies[1].find("\"job\":\"b\""), std::string::npos) << bodies[1];

  NotificationLog again({.clock = Clock::System()});
  ASSERT_TRUE(again.Load(Snapshot(), *files).ok());
  EXPECT_GE(again.Find(key_)->firing.size(), 2u);
}

}  // namespace
}  // namespace watchfire::alerting

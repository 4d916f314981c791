#pragma once
// For tests of this room: a real HTTP peer that keeps what it was sent and answers as told, and
// receivers built from the text of a configuration.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "alerting/amconfig/loader.h"
#include "base/mutex.h"
#include "base/text.h"
#include "net/http_server.h"
#include "notify/notify.h"
#include "notify/parts/template_data.h"

namespace watchfire::notify {

inline constexpr TimeMs kTestNow = 1'772'604'800'000;  // 2026-03-04T06:13:20Z

class NotifyTest : public ::testing::Test {
 protected:
  NotifyTest() : pool_("peer", 4) {
    net::Router router;
    for (const char* method : {"GET", "POST", "PUT"}) {
      router.Handle(method, "/*path", [this](const net::Request& request) {
        {
          MutexLock lock(mutex_);
          requests_.push_back(request);
        }
        return answer_(request);
      });
    }
    net::ServerOptions options;
    options.listen_addresses = {"127.0.0.1:0"};
    server_ = std::move(net::HttpServer::Start(options, std::move(router), pool_, nullptr)).value();
    environment_.templates = std::make_shared<const templates::AlertTemplates>(
        templates::AlertTemplates::Load({}).value());
    environment_.external_url = "http://am.example";
    environment_.user_agent = "Alertmanager/0.34.0";
    environment_.files = FileSystem::Local();
  }
  ~NotifyTest() override { server_->Stop(10'000); }

  std::string Url(const std::string& path = "") const {
    return fmt::format("http://127.0.0.1:{}{}", server_->ports()[0], path);
  }

  // `integrations`: the receiver's keys in YAML, indented by two; $URL is the peer.
  amconfig::Receiver Receiver(const std::string& integrations) {
    std::string yaml = "route: {receiver: r.x}\nreceivers:\n- name: r.x\n" +
                       ReplaceAll(integrations, "$URL", Url());
    Result<amconfig::Config> config = amconfig::LoadConfig(yaml, "am.yml");
    EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message());
    return config.ok() ? config->receivers[0] : amconfig::Receiver();
  }
  std::unique_ptr<alerting::Notifier> Build(const std::string& integrations) {
    Result<alerting::ReceiverNotifiers> built = notify::Build(Receiver(integrations), environment_);
    EXPECT_TRUE(built.ok()) << (built.ok() ? "" : built.error().message());
    EXPECT_EQ(built->notifiers.size(), 1u);
    return std::move(built->notifiers[0]);
  }
  alerting::Attempt Send(const std::string& integrations) {
    return Build(integrations)->Notify(notification_, context_);
  }
  std::vector<net::Request> requests() {
    MutexLock lock(mutex_);
    return requests_;
  }
  // The body of the only request.
  std::string Sent() {
    std::vector<net::Request> all = requests();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? std::string() : all[0].body;
  }

  static alerting::Notification OneAlert(bool resolved = false) {
    alerting::Notification notification;
    notification.receiver = "r.x";
    notification.group_labels = model::Labels::Of({{"alertname", "Disk"}});
    notification.group_key = "{}:{alertname=\"Disk\"}";
    notification.now = kTestNow;
    notification.reason = alerting::Reason::kFirst;
    auto alert = std::make_shared<alerting::Alert>();
    alert->labels = model::Labels::Of({{"alertname", "Disk"}, {"job", "node"}});
    alert->annotations = {{"summary", "full"}};
    alert->starts_at = alerting::AlertTime::OfMs(kTestNow - 60'000);
    alert->ends_at = alerting::AlertTime::OfMs(resolved ? kTestNow - 1 : kTestNow + 60'000);
    alert->generator_url = "http://prom/graph";
    alert->Seal();
    notification.alerts = {alert};
    return notification;
  }

  ThreadPool pool_;
  Mutex mutex_;
  std::vector<net::Request> requests_ GUARDED_BY(mutex_);
  std::function<net::Response(const net::Request&)> answer_ = [](const net::Request&) {
    return net::Response::Text(200, "ok");
  };
  std::unique_ptr<net::HttpServer> server_;
  Environment environment_;
  alerting::Notification notification_ = OneAlert();
  alerting::NotifyContext context_;
};

// Takes connections and ends them at once.
class RefusingPeer {
 public:
  RefusingPeer() {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    WF_CHECK(bind(fd_, reinterpret_cast<struct sockaddr*>(&at), size) == 0);
    WF_CHECK(listen(fd_, 8) == 0);
    WF_CHECK(getsockname(fd_, reinterpret_cast<struct sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
    loop_ = Thread("refusing", [this] {
      for (int fd = accept(fd_, nullptr, nullptr); fd >= 0; fd = accept(fd_, nullptr, nullptr)) {
        struct linger now {
          1, 0
        };
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        close(fd);
      }
    });
  }
  ~RefusingPeer() {
    shutdown(fd_, SHUT_RDWR);
    loop_.Join();
    close(fd_);
  }
  RefusingPeer(const RefusingPeer&) = delete;
  RefusingPeer& operator=(const RefusingPeer&) = delete;
  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }

 private:
  int fd_ = -1;
  uint16_t port_ = 0;
  Thread loop_;
};

}  // namespace watchfire::notify

// Real members on the loopback interface; waiting ends when what is waited for has come.
#include "alerting/cluster/cluster.h"

#include <poll.h>

#include <functional>

#include "base/mutex.h"

namespace watchfire::alerting {
namespace {

constexpr int kPatienceMs = 20'000;

bool Eventually(const std::function<bool()>& holds) {
  for (int waited = 0; waited < kPatienceMs; waited += 10) {
    if (holds()) return true;
    poll(nullptr, 0, 10);
  }
  return holds();
}

// What a channel's records are to these tests: texts, gathered.
class Gathered {
 public:
  ClusterChannel Channel(std::string state) {
    return {[state] { return state; },
            [this](std::string_view records) -> Result<void> {
              MutexLock lock(mutex_);
              all_ += records;
              all_ += ';';
              return {};
            }};
  }
  bool Has(const std::string& text) const {
    MutexLock lock(mutex_);
    return all_.find(text) != std::string::npos;
  }

 private:
  mutable Mutex mutex_;
  std::string all_ GUARDED_BY(mutex_);
};

struct Peer {
  Gathered silences;
  std::unique_ptr<Cluster> cluster;
};

std::unique_ptr<Peer> Start(const std::string& name, std::vector<std::string> peers,
                            const std::string& label = "") {
  auto peer = std::make_unique<Peer>();
  ClusterOptions options;
  options.listen_address = "127.0.0.1:0";
  options.peer_name = name;
  options.peers = std::move(peers);
  options.label = label;
  options.gossip_interval_ms = 20;
  options.probe_interval_ms = 100;
  options.probe_timeout_ms = 50;
  options.reconnect_interval_ms = 200;
  options.settle_timeout_ms = 2000;
  auto started = Cluster::Start(options, {{"sil", peer->silences.Channel("all of " + name)}});
  EXPECT_TRUE(started.ok()) << started.error().message();
  peer->cluster = std::move(*started);
  return peer;
}

TEST(Cluster, MembersFindEachOtherThroughOne) {
  auto a = Start("a", {});
  auto b = Start("b", {a->cluster->address()});
  auto c = Start("c", {a->cluster->address()});
  for (Peer* peer : {a.get(), b.get(), c.get()}) {
    EXPECT_TRUE(Eventually([&] { return peer->cluster->Members().size() == 3; }));
  }
  EXPECT_EQ(a->cluster->Position(), 0U);
  EXPECT_EQ(c->cluster->Position(), 2U);
  EXPECT_TRUE(Eventually([&] { return c->cluster->ready(); }));
  // Joining tells everything.
  EXPECT_TRUE(b->silences.Has("all of a"));
  EXPECT_TRUE(Eventually([&] { return a->silences.Has("all of c"); }));
}

TEST(Cluster, NewsReachEverybody) {
  auto a = Start("a", {});
  auto b = Start("b", {a->cluster->address()});
  auto c = Start("c", {b->cluster->address()});
  // Large news go by streams, to those whom the sender knows at that moment.
  for (Peer* peer : {a.get(), b.get(), c.get()}) {
    ASSERT_TRUE(Eventually([&] { return peer->cluster->Members().size() == 3; }));
  }
  a->cluster->Broadcast("sil", "small");
  c->cluster->Broadcast("sil", "large" + std::string(200'000, '.') + "end");
  EXPECT_TRUE(Eventually([&] { return b->silences.Has("small") && c->silences.Has("small"); }));
  EXPECT_TRUE(Eventually([&] { return a->silences.Has(".end") && b->silences.Has(".end"); }));
}

TEST(Cluster, WhoLeavesIsGoneAtOnce) {
  auto a = Start("a", {});
  auto b = Start("b", {a->cluster->address()});
  ASSERT_TRUE(Eventually([&] { return a->cluster->Members().size() == 2; }));
  b.reset();
  EXPECT_TRUE(Eventually([&] { return a->cluster->Members().size() == 1; }));
}

TEST(Cluster, WhatArrivesWhileLeavingIsNotPassedOn) {
  auto b = Start("b", {});
  auto c = Start("c", {b->cluster->address()});
  ClusterOptions options;
  options.listen_address = "127.0.0.1:0";
  options.peer_name = "a";
  options.peers = {b->cluster->address()};
  options.gossip_interval_ms = 20;
  std::atomic<Cluster*> self = nullptr;
  std::atomic<bool> arrived = false;
  std::atomic<bool> left = false;
  ClusterChannel channel{[] { return std::string(); },
                         [&](std::string_view records) -> Result<void> {
                           if (records.size() < 2000) return {};
                           arrived = true;
                           left = Eventually([&] { return b->cluster->Members().size() == 2; });
                           // Nothing tells when farewells are over and only we are waited for.
                           poll(nullptr, 0, 200);
                           self.load()->Broadcast("sil", std::string(records));
                           return {};
                         }};
  std::unique_ptr<Cluster> a = *Cluster::Start(options, {{"sil", std::move(channel)}});
  self = a.get();
  ASSERT_TRUE(
      Eventually([&] { return b->cluster->Members().size() == 3 && a->Members().size() == 3; }));
  b->cluster->Broadcast("sil", std::string(2000, 'x'));
  ASSERT_TRUE(Eventually([&] { return arrived.load(); }));
  a.reset();
  EXPECT_TRUE(left);
}

TEST(Cluster, AnotherLabelIsAnotherCluster) {
  auto a = Start("a", {}, "one");
  auto b = Start("b", {a->cluster->address()}, "two");
  auto c = Start("c", {a->cluster->address()}, "one");
  ASSERT_TRUE(Eventually([&] { return a->cluster->Members().size() == 2; }));
  EXPECT_EQ(b->cluster->Members().size(), 1U);
  EXPECT_FALSE(a->silences.Has("all of b"));
}

TEST(Cluster, AnAddressThatIsTakenIsAnError) {
  auto a = Start("a", {});
  ClusterOptions options;
  options.listen_address = a->cluster->address();
  auto second = Cluster::Start(options, {});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message().find("listen on 127.0.0.1"), std::string::npos);
}

}  // namespace
}  // namespace watchfire::alerting

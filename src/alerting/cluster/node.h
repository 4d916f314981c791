#pragma once
// Node: this member of the cluster at work. A thread `cluster` owns the datagram socket and all
// timers: it probes members in turn, passes news on, and exchanges everything with one of them now
// and then. What waits for a peer (streams, looking names up) runs on a few threads beside it.
//
// Thread-safe. User payloads are handed on without locks held, from any of these threads.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "alerting/cluster/broadcast_queue.h"
#include "alerting/cluster/cluster.h"
#include "alerting/cluster/membership.h"
#include "alerting/cluster/sockets.h"
#include "base/mutex.h"
#include "base/thread.h"

namespace watchfire::alerting {

struct NodeMetrics;

class Node {
 public:
  struct User {
    std::function<void(std::string_view)> on_update;      // one payload of a peer
    std::function<std::string()> state;                   // all of ours
    std::function<void(std::string_view)> on_full_state;  // all of a peer's
  };

  Node(ClusterOptions options, BoundSockets sockets, AliveMessage self, User user,
       NodeMetrics* metrics);
  ~Node();
  // Leaves the cluster and ends all threads: nothing of `user` is called after it. What reads the
  // state may go on. Idempotent.
  void Stop();

  void Broadcast(std::string payload);
  // To every peer by a stream, for payloads that fill a packet. False: too many wait.
  bool SendToAll(std::string channel, std::string payload);

  std::vector<ClusterMember> Members() const;
  size_t Position() const;
  bool ready() const;
  int health_score() const;
  size_t queued() const;
  size_t failed_peers() const;
  uint64_t name_conflicts() const;
  const std::string& name() const { return name_; }
  const Endpoint& bound() const { return sockets_.bound; }

 private:
  struct Probe {
    std::string node;
    Endpoint address;
    uint32_t sequence = 0;
    TimeMs started = 0;
    bool widened = false;  // others were asked, and a stream tried
    bool answered = true;
  };
  // An ack that somebody else waits for.
  struct Relay {
    Endpoint requester;
    uint32_t sequence = 0;
    TimeMs until = 0;
    bool nack = false;
  };
  struct Lost {
    Endpoint address;
    TimeMs since = 0;
  };

  // node.cc: the thread and its timers
  void Run();
  size_t AcceptStreams();
  int64_t RunTimers(TimeMs now);
  void RunProbe(TimeMs now) REQUIRES(mutex_);
  void WidenProbe() REQUIRES(mutex_);
  void Gossip(TimeMs now) REQUIRES(mutex_);
  void Settle(TimeMs now) REQUIRES(mutex_);
  void StartPushPull(TimeMs now) REQUIRES(mutex_);
  void StartReconnects(TimeMs now) REQUIRES(mutex_);
  // Takes what the membership left behind: messages to queue, events to note.
  void Collect(TimeMs now) REQUIRES(mutex_);
  TimeMs Now() const;
  std::vector<const Member*> RandomOthers(size_t most, const std::string& except) REQUIRES(mutex_);

  // node_packets.cc
  void HandlePacket(std::string_view packet, const Endpoint& from);
  void HandleMessage(const Message& message, const Endpoint& from, TimeMs now) REQUIRES(mutex_);
  void HandlePing(const Message& message, const Endpoint& from) REQUIRES(mutex_);
  void HandleIndirectPing(const Message& message, const Endpoint& from, TimeMs now)
      REQUIRES(mutex_);
  void HandleAck(uint32_t sequence) REQUIRES(mutex_);
  void Send(const Endpoint& to, std::string_view message, bool checksum) REQUIRES(mutex_);
  bool KnowsChecksums(const std::string& node) const REQUIRES(mutex_);

  // node_streams.cc
  Result<void> Exchange(const Endpoint& with, bool join);
  Result<void> SendStream(const Endpoint& to, std::string_view payload);
  void PingByStream(const Probe& probe);
  void Serve(Socket stream);
  void LookForPeers();
  void Reconnect(const std::vector<Endpoint>& lost);
  void SendQueued();
  bool stopping() const;
  std::string LocalState(bool join);
  void TakeState(const PushPullMessage& message);
  // Lets Stop end the stream while it is used.
  class Tracked;

  const ClusterOptions options_;
  const std::string name_;
  const User user_;
  NodeMetrics* const metrics_;
  BoundSockets sockets_;
  int wake_ = -1;

  mutable Mutex mutex_;
  Membership membership_ GUARDED_BY(mutex_);
  BroadcastQueue node_queue_ GUARDED_BY(mutex_);
  BroadcastQueue user_queue_ GUARDED_BY(mutex_);
  std::deque<std::pair<std::string, std::string>> large_ GUARDED_BY(mutex_);  // channel, payload
  bool sending_large_ GUARDED_BY(mutex_) = false;
  Probe probe_ GUARDED_BY(mutex_);
  std::vector<std::string> probe_order_ GUARDED_BY(mutex_);
  std::map<uint32_t, Relay> relays_ GUARDED_BY(mutex_);
  std::map<std::string, Lost> lost_ GUARDED_BY(mutex_);
  std::set<int> streams_ GUARDED_BY(mutex_);
  std::mt19937 random_ GUARDED_BY(mutex_);
  uint32_t sequence_ GUARDED_BY(mutex_) = 0;
  int health_score_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool ready_ GUARDED_BY(mutex_) = false;
  int settled_polls_ GUARDED_BY(mutex_) = 0;
  size_t settled_count_ GUARDED_BY(mutex_) = 0;
  bool looking_ GUARDED_BY(mutex_) = false;
  bool reconnecting_ GUARDED_BY(mutex_) = false;
  bool found_peer_ GUARDED_BY(mutex_) = false;
  TimeMs started_ GUARDED_BY(mutex_) = 0;
  TimeMs next_probe_ GUARDED_BY(mutex_) = 0;
  TimeMs next_gossip_ GUARDED_BY(mutex_) = 0;
  TimeMs next_push_pull_ GUARDED_BY(mutex_) = 0;
  TimeMs next_reconnect_ GUARDED_BY(mutex_) = 0;
  TimeMs next_look_ GUARDED_BY(mutex_) = 0;
  TimeMs next_settle_ GUARDED_BY(mutex_) = 0;

  std::unique_ptr<ThreadPool> pool_;
  Thread thread_;
};

// alertmanager_cluster_*; null members when nothing is measured never happen: there is always a
// registry, if need be one of nobody.
struct NodeMetrics {
  explicit NodeMetrics(client::Registry& registry);
  client::Family<client::Counter>& received;
  client::Family<client::Counter>& received_bytes;
  client::Family<client::Counter>& sent;
  client::Family<client::Counter>& sent_bytes;
  client::Family<client::Gauge>& peer_info;
  client::Counter& pruned;
  client::Counter& joined;
  client::Counter& left;
  client::Counter& updated;
  client::Counter& reconnections;
  client::Counter& reconnections_failed;
  client::Counter& refresh_joins;
  client::Counter& refresh_joins_failed;
  client::Family<client::Counter>& oversized_sent;
  client::Family<client::Counter>& oversized_dropped;
  client::Family<client::Counter>& oversized_failed;
  client::Histogram& pings;
};

}  // namespace watchfire::alerting

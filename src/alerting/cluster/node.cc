#include "alerting/cluster/node.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.h"

namespace watchfire::alerting {
namespace {

constexpr size_t kStreamThreads = 4;
constexpr size_t kGossipTargets = 3;
constexpr size_t kIndirectProbes = 3;
constexpr size_t kPacketBytes = 1400;
constexpr size_t kPacketOverhead = 2 + 5;  // of a compound message and a checksum
constexpr size_t kMessageOverhead = 2;
constexpr size_t kMaxQueued = 4096;
// Between two looks at the timers.
constexpr int kMaxPackets = 512;
// Accepted or to be opened, waiting for a thread; further peers are turned away and come again.
constexpr size_t kMaxWaitingStreams = 64;
constexpr int kWorstHealth = 7;
constexpr int kSettledPolls = 3;
constexpr int64_t kLookInterval = 15'000;
constexpr int64_t kFirstLookInterval = 1'000;
constexpr int kFarewells = 3;
constexpr int64_t kFarewellPauseMs = 20;

}  // namespace

NodeMetrics::NodeMetrics(client::Registry& registry)
    : received(registry.AddCounterFamily("alertmanager_cluster_messages_received_total",
                                         "Messages of peers.", {"msg_type"})),
      received_bytes(registry.AddCounterFamily("alertmanager_cluster_messages_received_size_total",
                                               "Bytes of messages of peers.", {"msg_type"})),
      sent(registry.AddCounterFamily("alertmanager_cluster_messages_sent_total",
                                     "Messages to peers.", {"msg_type"})),
      sent_bytes(registry.AddCounterFamily("alertmanager_cluster_messages_sent_size_total",
                                           "Bytes of messages to peers.", {"msg_type"})),
      peer_info(registry.AddGaugeFamily("alertmanager_cluster_peer_info",
                                        "A constant 1 with the name of this peer.", {"peer"})),
      pruned(registry.AddCounter("alertmanager_cluster_messages_pruned_total",
                                 "Messages dropped because too many were queued.")),
      joined(registry.AddCounter("alertmanager_cluster_peers_joined_total",
                                 "Times that a peer joined.")),
      left(registry.AddCounter("alertmanager_cluster_peers_left_total", "Times that a peer left.")),
      updated(registry.AddCounter("alertmanager_cluster_peers_update_total",
                                  "Times that a peer's data changed.")),
      reconnections(registry.AddCounter("alertmanager_cluster_reconnections_total",
                                        "Lost peers that were reached again.")),
      reconnections_failed(registry.AddCounter("alertmanager_cluster_reconnections_failed_total",
                                               "Failed attempts to reach a lost peer.")),
      refresh_joins(registry.AddCounter("alertmanager_cluster_refresh_join_total",
                                        "Configured peers that were joined.")),
      refresh_joins_failed(registry.AddCounter("alertmanager_cluster_refresh_join_failed_total",
                                               "Failed attempts to join a configured peer.")),
      oversized_sent(registry.AddCounterFamily("alertmanager_oversized_gossip_message_sent_total",
                                               "Large messages sent by streams.", {"key"})),
      oversized_dropped(
          registry.AddCounterFamily("alertmanager_oversized_gossip_message_dropped_total",
                                    "Large messages dropped because too many waited.", {"key"})),
      oversized_failed(
          registry.AddCounterFamily("alertmanager_oversized_gossip_message_failure_total",
                                    "Large messages that could not be sent.", {"key"})),
      pings(registry.AddHistogram("alertmanager_cluster_pings_seconds",
                                  "Time until a probed peer answered.",
                                  {.005, .01, .025, .05, .1, .25, .5})) {
  for (const char* type : {"full_state", "update"}) {
    for (auto* family : {&received, &received_bytes, &sent, &sent_bytes}) family->With({type});
  }
}

Node::Node(ClusterOptions options, BoundSockets sockets, AliveMessage self, User user,
           NodeMetrics* metrics)
    : options_(std::move(options)),
      name_(self.node),
      user_(std::move(user)),
      metrics_(metrics),
      sockets_(std::move(sockets)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      membership_(std::move(self), {options_.probe_interval_ms, 30'000}, Now()),
      random_(std::random_device{}()),
      pool_(std::make_unique<ThreadPool>("cluster-io", kStreamThreads)) {
  {
    MutexLock lock(mutex_);
    started_ = Now();
    next_probe_ = started_ + options_.probe_interval_ms;
    next_gossip_ = started_ + options_.gossip_interval_ms;
    next_push_pull_ = started_ + options_.pushpull_interval_ms;
    next_reconnect_ = started_ + options_.reconnect_interval_ms;
    next_look_ = started_;
    next_settle_ = started_;
    ready_ = options_.settle_timeout_ms <= 0;
    Collect(started_);
  }
  thread_ = Thread("cluster", [this] { Run(); });
}

Node::~Node() {
  Stop();
  close(wake_);
}

void Node::Stop() {
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    for (int fd : streams_) Socket(dup(fd)).Shutdown();
  }
  uint64_t one = 1;
  [[maybe_unused]] ssize_t n = write(wake_, &one, sizeof one);
  thread_.Join();
  for (int i = 0; i < kFarewells; ++i) {
    {
      MutexLock lock(mutex_);
      if (i == 0) membership_.Leave(Now());
      Collect(Now());
      for (const Member* member : membership_.GossipTargets()) {
        for (const std::string& message :
             node_queue_.Take(kMaxQueued, kMessageOverhead, kPacketBytes)) {
          Send(member->alive.address, message, member->alive.versions[1] >= 5);
        }
      }
    }
    poll(nullptr, 0, kFarewellPauseMs);
  }
  pool_.reset();
}

bool Node::stopping() const {
  MutexLock lock(mutex_);
  return stopping_;
}

TimeMs Node::Now() const {
  return Clock::System()->MonotonicNs() / 1'000'000;
}

void Node::Run() {
  std::string packet;
  Endpoint from;
  bool accepts = true;
  while (true) {
    int64_t wait_ms = RunTimers(Now());
    if (wait_ms < 0) return;
    pollfd events[3] = {{sockets_.datagrams.fd(), POLLIN, 0},
                        {accepts ? sockets_.listener.fd() : -1, POLLIN, 0},
                        {wake_, POLLIN, 0}};
    poll(events, 3, static_cast<int>(wait_ms));
    uint64_t drained = 0;
    [[maybe_unused]] ssize_t ignored = read(wake_, &drained, sizeof drained);
    for (int i = 0; i < kMaxPackets; ++i) {
      if (!ReceiveDatagram(sockets_.datagrams.fd(), &packet, &from)) break;
      HandlePacket(packet, from);
    }
    // A process without free descriptors is told of the same stream again and again: not at once.
    accepts = AcceptStreams() > 0 || (events[1].revents & POLLIN) == 0;
  }
}

size_t Node::AcceptStreams() {
  for (size_t accepted = 0;; ++accepted) {
    Socket stream = Accept(sockets_.listener.fd(), options_.tcp_timeout_ms);
    if (stream.fd() < 0 || accepted == kMaxWaitingStreams) return accepted;
    if (pool_->queue_length() >= kMaxWaitingStreams) continue;
    auto shared = std::make_shared<Socket>(std::move(stream));
    pool_->Submit([this, shared] { Serve(std::move(*shared)); });
  }
}

int64_t Node::RunTimers(TimeMs now) {
  MutexLock lock(mutex_);
  if (stopping_) return -1;
  membership_.Tick(now);
  RunProbe(now);
  if (now >= next_gossip_) Gossip(now);
  if (now >= next_push_pull_) StartPushPull(now);
  if (now >= next_reconnect_) StartReconnects(now);
  if (now >= next_look_ && !looking_) {
    bool early = !found_peer_ && now - started_ < options_.peers_resolve_timeout_ms;
    next_look_ = now + (early ? kFirstLookInterval : kLookInterval);
    looking_ = !options_.peers.empty();
    if (looking_) pool_->Submit([this] { LookForPeers(); });
  }
  if (!ready_ && now >= next_settle_) Settle(now);
  for (auto at = relays_.begin(); at != relays_.end();) {
    if (now < at->second.until) {
      ++at;
      continue;
    }
    if (at->second.nack) {
      Send(at->second.requester, EncodeNack(at->second.sequence), false);
    }
    at = relays_.erase(at);
  }
  Collect(now);
  TimeMs next = std::min({next_probe_, next_gossip_, next_push_pull_, next_reconnect_});
  if (!ready_) next = std::min(next, next_settle_);
  if (!probe_.answered && !probe_.widened) {
    next = std::min(next, probe_.started + options_.probe_timeout_ms);
  }
  return std::clamp<int64_t>(next - now, 1, 1000);
}

std::vector<const Member*> Node::RandomOthers(size_t most, const std::string& except) {
  std::vector<const Member*> others;
  for (const Member* member : membership_.Living()) {
    if (member->alive.node != name_ && member->alive.node != except) others.push_back(member);
  }
  std::shuffle(others.begin(), others.end(), random_);
  if (others.size() > most) others.resize(most);
  return others;
}

void Node::RunProbe(TimeMs now) {
  if (!probe_.answered && !probe_.widened && now >= probe_.started + options_.probe_timeout_ms) {
    WidenProbe();
  }
  if (now < next_probe_) return;
  if (!probe_.answered) {
    health_score_ = std::min(health_score_ + 1, kWorstHealth);
    const Member* member = membership_.Find(probe_.node);
    if (member != nullptr) {
      membership_.OnSuspect({member->alive.incarnation, probe_.node, name_}, now);
    }
    probe_.answered = true;
  } else {
    health_score_ = std::max(health_score_ - 1, 0);
  }
  next_probe_ = now + options_.probe_interval_ms * (health_score_ + 1);
  // In turn, each round in another order, so that everybody is probed within two rounds.
  const Member* target = nullptr;
  for (bool refilled = false; target == nullptr;) {
    if (probe_order_.empty()) {
      if (refilled) return;
      refilled = true;
      for (const Member* member : RandomOthers(SIZE_MAX, "")) {
        probe_order_.push_back(member->alive.node);
      }
      continue;
    }
    const Member* member = membership_.Find(probe_order_.back());
    probe_order_.pop_back();
    if (member == nullptr) continue;
    if (member->state == NodeState::kAlive || member->state == NodeState::kSuspect) {
      target = member;
    }
  }
  probe_ = {target->alive.node, target->alive.address, ++sequence_, now, false, false};
  const AliveMessage& self = membership_.self_alive();
  Send(probe_.address, EncodePing({probe_.sequence, probe_.node, self.address, name_}),
       target->alive.versions[1] >= 5);
}

void Node::WidenProbe() {
  probe_.widened = true;
  const AliveMessage& self = membership_.self_alive();
  IndirectPingMessage message{probe_.sequence, probe_.address, probe_.node, true,
                              self.address,    name_};
  for (const Member* member : RandomOthers(kIndirectProbes, probe_.node)) {
    Send(member->alive.address, EncodeIndirectPing(message), member->alive.versions[1] >= 5);
  }
  Probe probe = probe_;
  pool_->Submit([this, probe] { PingByStream(probe); });
}

void Node::Gossip(TimeMs now) {
  next_gossip_ = now + options_.gossip_interval_ms;
  if (node_queue_.size() + user_queue_.size() == 0) return;
  std::vector<const Member*> targets = membership_.GossipTargets();
  std::shuffle(targets.begin(), targets.end(), random_);
  if (targets.size() > kGossipTargets) targets.resize(kGossipTargets);
  size_t nodes = membership_.Living().size();
  for (const Member* target : targets) {
    size_t room = kPacketBytes - kPacketOverhead;
    std::vector<std::string> messages = node_queue_.Take(nodes, kMessageOverhead, room);
    for (const std::string& message : messages) room -= message.size() + kMessageOverhead;
    for (std::string& payload : user_queue_.Take(nodes, kMessageOverhead + 1, room)) {
      if (messages.size() == 255) break;
      metrics_->sent.With({"update"}).Increment();
      metrics_->sent_bytes.With({"update"}).Increment(static_cast<double>(payload.size()));
      payload.insert(payload.begin(), static_cast<char>(MessageType::kUser));
      messages.push_back(std::move(payload));
    }
    if (messages.empty()) return;
    std::string packet = messages.size() == 1 ? messages.front() : EncodeCompound(messages);
    Send(target->alive.address, packet, target->alive.versions[1] >= 5);
  }
}

void Node::Settle(TimeMs now) {
  next_settle_ = now + 10 * options_.gossip_interval_ms;
  size_t count = membership_.Living().size();
  settled_polls_ = count == settled_count_ ? settled_polls_ + 1 : 0;
  settled_count_ = count;
  bool late = now - started_ >= options_.settle_timeout_ms;
  if (settled_polls_ < kSettledPolls && !late) return;
  ready_ = true;
  WF_LOG(kInfo, "gossip settled; proceeding", {"component", "cluster"}, {"members", count},
         {"elapsed_ms", now - started_});
}

void Node::StartPushPull(TimeMs now) {
  next_push_pull_ = now + options_.pushpull_interval_ms;
  std::vector<const Member*> others = RandomOthers(1, "");
  if (others.empty()) return;
  Endpoint with = others.front()->alive.address;
  pool_->Submit([this, with] { static_cast<void>(Exchange(with, false).ok()); });
}

void Node::StartReconnects(TimeMs now) {
  next_reconnect_ = now + options_.reconnect_interval_ms;
  std::erase_if(lost_, [&](const auto& lost) {
    return now - lost.second.since > options_.reconnect_timeout_ms;
  });
  if (reconnecting_ || lost_.empty()) return;
  // One after another on one thread: those that are gone for good take all of their time each.
  reconnecting_ = true;
  std::vector<Endpoint> lost;
  for (const auto& [name, one] : lost_) lost.push_back(one.address);
  pool_->Submit([this, lost = std::move(lost)] { Reconnect(lost); });
}

void Node::Collect(TimeMs now) {
  for (auto& [node, message] : membership_.TakeBroadcasts()) {
    node_queue_.Push(node, std::move(message));
  }
  for (const MemberEvent& event : membership_.TakeEvents()) {
    switch (event.kind) {
      case MemberEvent::Kind::kJoined:
        metrics_->joined.Increment();
        lost_.erase(event.node);
        found_peer_ = true;
        break;
      case MemberEvent::Kind::kUpdated:
        metrics_->updated.Increment();
        break;
      case MemberEvent::Kind::kLeft: {
        metrics_->left.Increment();
        const Member* member = membership_.Find(event.node);
        bool said_so = member != nullptr && member->state == NodeState::kLeft;
        if (!said_so) lost_[event.node] = {event.address, now};
        break;
      }
    }
  }
  metrics_->pruned.Increment(static_cast<double>(user_queue_.Prune(kMaxQueued)));
}

void Node::Broadcast(std::string payload) {
  MutexLock lock(mutex_);
  // Nobody to tell: whoever joins gets everything anyway.
  if (membership_.Living().size() < 2) return;
  user_queue_.Push("", std::move(payload));
}

std::vector<ClusterMember> Node::Members() const {
  MutexLock lock(mutex_);
  std::vector<ClusterMember> out;
  for (const Member* member : membership_.Living()) {
    out.push_back({member->alive.node, member->alive.address.ToString()});
  }
  return out;
}

size_t Node::Position() const {
  MutexLock lock(mutex_);
  std::vector<const Member*> living = membership_.Living();
  auto self = std::ranges::find_if(
      living, [this](const Member* member) { return member->alive.node == name_; });
  return static_cast<size_t>(self - living.begin());
}

bool Node::ready() const {
  MutexLock lock(mutex_);
  return ready_;
}

int Node::health_score() const {
  MutexLock lock(mutex_);
  return health_score_;
}

size_t Node::queued() const {
  MutexLock lock(mutex_);
  return user_queue_.size();
}

size_t Node::failed_peers() const {
  MutexLock lock(mutex_);
  return lost_.size();
}

uint64_t Node::name_conflicts() const {
  MutexLock lock(mutex_);
  return membership_.conflicts();
}

}  // namespace watchfire::alerting

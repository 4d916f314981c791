#pragma once
// Membership: who is in the cluster, by what members say of each other (SWIM: Das, Gupta and
// Motivala, 2002, with memberlist's incarnations and suspicion). A member that does not answer is
// suspected; unless it denies that in time, by a higher incarnation of itself, it is dead. A member
// that calls itself dead has left.
//
// Pure state: it is told messages and the time, and leaves behind messages to be broadcast and
// events. One thread, or under its owner's lock.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "alerting/cluster/wire.h"
#include "base/clock.h"

namespace watchfire::alerting {

struct Member {
  AliveMessage alive;
  NodeState state = NodeState::kAlive;
  TimeMs changed = 0;
  // While suspected: by whom, and until when it may deny.
  std::set<std::string> accusers;
  TimeMs suspected_until = 0;
};

struct MemberEvent {
  enum class Kind : uint8_t { kJoined, kLeft, kUpdated };
  Kind kind = Kind::kJoined;
  std::string node;
  Endpoint address;
};

class Membership {
 public:
  struct Options {
    int64_t probe_interval_ms = 1000;
    int64_t forget_dead_ms = 30'000;
  };
  Membership(AliveMessage self, Options options, TimeMs now);

  void OnAlive(const AliveMessage& message, TimeMs now);
  void OnSuspect(const AccusationMessage& message, TimeMs now);
  void OnDead(const AccusationMessage& message, TimeMs now);
  void OnState(const std::vector<NodeRecord>& nodes, TimeMs now);
  // Suspicions that have run out, and dead members that nobody needs to hear of any more.
  void Tick(TimeMs now);
  // Tells that this member goes.
  void Leave(TimeMs now);

  std::vector<NodeRecord> State() const;
  const std::string& self() const { return self_; }
  const AliveMessage& self_alive() const { return members_.find(self_)->second.alive; }
  const Member* Find(const std::string& node) const;
  // All that are alive or suspected, this one included; by name.
  std::vector<const Member*> Living() const;
  // Those and the recently dead, which should hear that they are thought so; without this one.
  std::vector<const Member*> GossipTargets() const;

  // What has come up since the last call: messages by the node they are about, and events.
  std::vector<std::pair<std::string, std::string>> TakeBroadcasts();
  std::vector<MemberEvent> TakeEvents();
  // Names that another address claims too.
  uint64_t conflicts() const { return conflicts_; }

 private:
  void Refute(uint32_t accused_incarnation);
  void Broadcast(const std::string& node, std::string message);
  int64_t SuspicionMs(size_t accusers) const;
  size_t LivingCount() const;

  const std::string self_;
  const Options options_;
  std::map<std::string, Member> members_;
  std::vector<std::pair<std::string, std::string>> broadcasts_;
  std::vector<MemberEvent> events_;
  uint64_t conflicts_ = 0;
  bool leaving_ = false;
};

}  // namespace watchfire::alerting

#include "alerting/cluster/membership.h"

#include <algorithm>
#include <cmath>

namespace watchfire::alerting {
namespace {

constexpr double kSuspicionMultiplier = 4;
constexpr double kLongestSuspicion = 6;  // times the shortest
constexpr size_t kConfirmations = 2;     // accusers besides the first that make it shortest
// Anybody who reaches the port can tell of members.
constexpr size_t kMaxMembers = 1024;

bool IsLiving(NodeState state) {
  return state == NodeState::kAlive || state == NodeState::kSuspect;
}

}  // namespace

Membership::Membership(AliveMessage self, Options options, TimeMs now)
    : self_(self.node), options_(options) {
  Member member;
  member.alive = std::move(self);
  member.changed = now;
  members_.emplace(self_, std::move(member));
  Broadcast(self_, EncodeAlive(self_alive()));
}

void Membership::Broadcast(const std::string& node, std::string message) {
  broadcasts_.emplace_back(node, std::move(message));
}

size_t Membership::LivingCount() const {
  return static_cast<size_t>(std::count_if(members_.begin(), members_.end(),
                                           [](const auto& m) { return IsLiving(m.second.state); }));
}

int64_t Membership::SuspicionMs(size_t accusers) const {
  double nodes = std::max<double>(1, static_cast<double>(LivingCount()));
  double shortest = kSuspicionMultiplier * std::max(1.0, std::log10(nodes)) *
                    static_cast<double>(options_.probe_interval_ms);
  // With too few others to confirm, the first accuser is enough.
  if (LivingCount() < 2 + kConfirmations) return static_cast<int64_t>(shortest);
  double longest = shortest * kLongestSuspicion;
  double confirmed = static_cast<double>(std::min(accusers - 1, kConfirmations));
  double part = std::log(confirmed + 1) / std::log(static_cast<double>(kConfirmations) + 1);
  return static_cast<int64_t>(std::max(shortest, longest - part * (longest - shortest)));
}

void Membership::Refute(uint32_t accused_incarnation) {
  AliveMessage& self = members_.find(self_)->second.alive;
  self.incarnation = std::max(self.incarnation, accused_incarnation) + 1;
  Broadcast(self_, EncodeAlive(self));
}

void Membership::OnAlive(const AliveMessage& message, TimeMs now) {
  if (message.node == self_) {
    const AliveMessage& self = self_alive();
    if (leaving_ || message.incarnation < self.incarnation) return;
    bool same = message.incarnation == self.incarnation && message.address == self.address &&
                message.meta == self.meta;
    if (same) return;
    if (!(message.address == self.address)) ++conflicts_;
    Refute(message.incarnation);
    return;
  }
  if (message.address.ip.empty()) return;
  if (members_.size() >= kMaxMembers && !members_.contains(message.node)) return;
  auto [found, is_new] = members_.try_emplace(message.node);
  Member& member = found->second;
  if (is_new) {
    member.state = NodeState::kDead;
    member.alive.address = message.address;
  } else if (!(member.alive.address == message.address)) {
    // An address may only be taken over from a member that is gone.
    if (IsLiving(member.state)) {
      ++conflicts_;
      return;
    }
  } else if (message.incarnation <= member.alive.incarnation) {
    return;
  }
  bool was_living = IsLiving(member.state);
  bool changed = member.alive.meta != message.meta;
  member.alive = message;
  member.accusers.clear();
  if (member.state != NodeState::kAlive) {
    member.state = NodeState::kAlive;
    member.changed = now;
  }
  Broadcast(message.node, EncodeAlive(message));
  if (!was_living) {
    events_.push_back({MemberEvent::Kind::kJoined, message.node, message.address});
  } else if (changed) {
    events_.push_back({MemberEvent::Kind::kUpdated, message.node, message.address});
  }
}

void Membership::OnSuspect(const AccusationMessage& message, TimeMs now) {
  auto found = members_.find(message.node);
  if (found == members_.end()) return;
  Member& member = found->second;
  if (message.incarnation < member.alive.incarnation) return;
  if (message.node == self_) {
    if (!leaving_) Refute(message.incarnation);
    return;
  }
  if (member.state == NodeState::kSuspect) {
    if (member.accusers.size() > kConfirmations) return;
    if (!member.accusers.insert(message.from).second) return;
    // Each confirmation brings the end nearer, and is news for the others.
    member.suspected_until = member.changed + SuspicionMs(member.accusers.size());
    Broadcast(message.node, EncodeAccusation(MessageType::kSuspect, message));
    return;
  }
  if (member.state != NodeState::kAlive) return;
  member.state = NodeState::kSuspect;
  member.changed = now;
  member.alive.incarnation = message.incarnation;
  member.accusers = {message.from};
  member.suspected_until = now + SuspicionMs(1);
  Broadcast(message.node, EncodeAccusation(MessageType::kSuspect, message));
}

void Membership::OnDead(const AccusationMessage& message, TimeMs now) {
  auto found = members_.find(message.node);
  if (found == members_.end()) return;
  Member& member = found->second;
  if (message.incarnation < member.alive.incarnation || !IsLiving(member.state)) return;
  if (message.node == self_ && !leaving_) {
    Refute(message.incarnation);
    return;
  }
  member.alive.incarnation = message.incarnation;
  member.state = message.node == message.from ? NodeState::kLeft : NodeState::kDead;
  member.changed = now;
  member.accusers.clear();
  Broadcast(message.node, EncodeAccusation(MessageType::kDead, message));
  if (message.node != self_) {
    events_.push_back({MemberEvent::Kind::kLeft, message.node, member.alive.address});
  }
}

void Membership::OnState(const std::vector<NodeRecord>& nodes, TimeMs now) {
  for (const NodeRecord& node : nodes) {
    AccusationMessage accusation{node.alive.incarnation, node.alive.node, self_};
    switch (node.state) {
      case NodeState::kAlive:
        OnAlive(node.alive, now);
        break;
      case NodeState::kLeft:
        accusation.from = node.alive.node;
        OnDead(accusation, now);
        break;
      case NodeState::kDead:
      case NodeState::kSuspect:
        // What a peer believes to be dead is only suspected here, so that it can deny it.
        OnSuspect(accusation, now);
        break;
    }
  }
}

void Membership::Tick(TimeMs now) {
  std::vector<AccusationMessage> over;
  for (const auto& [name, member] : members_) {
    if (member.state != NodeState::kSuspect || now < member.suspected_until) continue;
    over.push_back({member.alive.incarnation, name, self_});
  }
  for (const AccusationMessage& message : over) OnDead(message, now);
  std::erase_if(members_, [&](const auto& entry) {
    const Member& member = entry.second;
    return entry.first != self_ && !IsLiving(member.state) &&
           now - member.changed > options_.forget_dead_ms;
  });
}

void Membership::Leave(TimeMs now) {
  leaving_ = true;
  OnDead({self_alive().incarnation, self_, self_}, now);
}

std::vector<NodeRecord> Membership::State() const {
  std::vector<NodeRecord> out;
  for (const auto& [name, member] : members_) out.push_back({member.alive, member.state});
  return out;
}

const Member* Membership::Find(const std::string& node) const {
  auto found = members_.find(node);
  return found == members_.end() ? nullptr : &found->second;
}

std::vector<const Member*> Membership::Living() const {
  std::vector<const Member*> out;
  for (const auto& [name, member] : members_) {
    if (IsLiving(member.state)) out.push_back(&member);
  }
  return out;
}

std::vector<const Member*> Membership::GossipTargets() const {
  std::vector<const Member*> out;
  for (const auto& [name, member] : members_) {
    if (name != self_ && member.state != NodeState::kLeft) out.push_back(&member);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Membership::TakeBroadcasts() {
  return std::exchange(broadcasts_, {});
}

std::vector<MemberEvent> Membership::TakeEvents() {
  return std::exchange(events_, {});
}

}  // namespace watchfire::alerting

// Packets: what arrives by datagram, and the answers.
#include "alerting/cluster/node.h"
#include "base/log.h"

namespace watchfire::alerting {

void Node::Send(const Endpoint& to, std::string_view message, bool checksum) {
  std::string packet = checksum ? AddChecksum(message) : std::string(message);
  if (!options_.label.empty()) packet = AddLabel(options_.label, packet);
  SendDatagram(sockets_.datagrams.fd(), to, packet);
}

bool Node::KnowsChecksums(const std::string& node) const {
  const Member* member = membership_.Find(node);
  return member != nullptr && member->alive.versions[1] >= 5;
}

void Node::HandlePacket(std::string_view packet, const Endpoint& from) {
  size_t damaged = 0;
  Result<std::vector<Message>> messages = Unwrap(packet, options_.label, &damaged);
  if (!messages.ok() || damaged != 0) {
    WF_LOG(kDebug, "A packet is not understood", {"component", "cluster"},
           {"from", from.ToString()});
  }
  if (!messages.ok()) return;
  for (const Message& message : *messages) {
    if (message.type == MessageType::kUser) {
      metrics_->received.With({"update"}).Increment();
      metrics_->received_bytes.With({"update"}).Increment(static_cast<double>(message.body.size()));
      user_.on_update(message.body);
      continue;
    }
    MutexLock lock(mutex_);
    TimeMs now = Now();
    HandleMessage(message, from, now);
    Collect(now);
  }
}

void Node::HandleMessage(const Message& message, const Endpoint& from, TimeMs now) {
  switch (message.type) {
    case MessageType::kPing:
      HandlePing(message, from);
      return;
    case MessageType::kIndirectPing:
      HandleIndirectPing(message, from, now);
      return;
    case MessageType::kAck: {
      Result<uint32_t> sequence = DecodeSequence(message.body);
      if (sequence.ok()) HandleAck(*sequence);
      return;
    }
    case MessageType::kAlive: {
      Result<AliveMessage> alive = DecodeAlive(message.body);
      if (alive.ok()) membership_.OnAlive(*alive, now);
      return;
    }
    case MessageType::kSuspect:
    case MessageType::kDead: {
      Result<AccusationMessage> accusation = DecodeAccusation(message.body);
      if (!accusation.ok()) return;
      if (message.type == MessageType::kSuspect) {
        membership_.OnSuspect(*accusation, now);
      } else {
        membership_.OnDead(*accusation, now);
      }
      return;
    }
    default:
      return;  // nacks only tell that the asked peer lives; the rest does not come by datagram
  }
}

void Node::HandlePing(const Message& message, const Endpoint& from) {
  Result<PingMessage> ping = DecodePing(message.body);
  // Somebody who has had our address before may be meant.
  if (!ping.ok() || (!ping->node.empty() && ping->node != name_)) return;
  bool has_source = !ping->source.ip.empty() && ping->source.port != 0;
  Send(has_source ? ping->source : from, EncodeAck(ping->sequence),
       KnowsChecksums(ping->source_node));
}

void Node::HandleIndirectPing(const Message& message, const Endpoint& from, TimeMs now) {
  constexpr size_t kMaxRelays = 1024;
  Result<IndirectPingMessage> asked = DecodeIndirectPing(message.body);
  if (!asked.ok() || relays_.size() >= kMaxRelays) return;
  // Only for members: nobody uses this to make us ping the world.
  const Member* member = membership_.Find(asked->node);
  if (member == nullptr || !(member->alive.address == asked->target)) return;
  bool has_source = !asked->source.ip.empty() && asked->source.port != 0;
  uint32_t sequence = ++sequence_;
  relays_[sequence] = {has_source ? asked->source : from, asked->sequence,
                       now + options_.probe_timeout_ms, asked->nack};
  const AliveMessage& self = membership_.self_alive();
  Send(asked->target, EncodePing({sequence, asked->node, self.address, name_}),
       KnowsChecksums(asked->node));
}

void Node::HandleAck(uint32_t sequence) {
  if (sequence == probe_.sequence && !probe_.answered) {
    probe_.answered = true;
    metrics_->pings.Observe(ToSeconds(Now() - probe_.started));
    return;
  }
  auto relay = relays_.find(sequence);
  if (relay == relays_.end()) return;
  Send(relay->second.requester, EncodeAck(relay->second.sequence), false);
  relays_.erase(relay);
}

}  // namespace watchfire::alerting

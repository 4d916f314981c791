// Streams: exchanging everything with a peer, large messages, and the last try of a probe. All of
// this waits for peers and runs on the threads beside the loop.
#include <unistd.h>

#include <algorithm>

#include "alerting/cluster/node.h"
#include "base/log.h"

namespace watchfire::alerting {
namespace {

constexpr size_t kMaxStreamBytes = 64 << 20;
// Whoever sends a byte now and then must not keep a thread.
constexpr int64_t kMaxStreamNs = 60LL * 1'000'000'000;
constexpr size_t kMaxLarge = 200;
constexpr uint16_t kDefaultPort = 9094;

// Reads until `decode` has a whole message.
template <typename Decode>
auto ReadMessage(int fd, std::string_view label, Decode decode)
    -> decltype(decode(std::declval<const Message&>())) {
  std::string bytes;
  int64_t until_ns = Clock::System()->MonotonicNs() + kMaxStreamNs;
  while (true) {
    TRY(ReadSome(fd, &bytes));
    if (Clock::System()->MonotonicNs() > until_ns) return Error::Timeout("a stream without an end");
    if (bytes.size() > kMaxStreamBytes) return Error::Limit("a stream of {} bytes", bytes.size());
    Result<Message> message = UnwrapStream(bytes, label);
    if (message.ok()) {
      auto decoded = decode(*message);
      bool more = !decoded.ok() && decoded.error().code() == ErrorCode::kUnavailable;
      if (!more || message->whole) return decoded;
    } else if (message.error().code() != ErrorCode::kUnavailable) {
      return message.error();
    }
  }
}

Result<PushPullMessage> DecodeState(const Message& message) {
  if (message.type != MessageType::kPushPull) {
    return Error::Corrupt("message type {} instead of a state", static_cast<int>(message.type));
  }
  return DecodePushPull(message.body);
}

}  // namespace

class Node::Tracked {
 public:
  Tracked(Node& node, int fd) : node_(node), fd_(fd) {
    MutexLock lock(node_.mutex_);
    node_.streams_.insert(fd_);
    if (node_.stopping_) Socket(dup(fd_)).Shutdown();
  }
  ~Tracked() {
    MutexLock lock(node_.mutex_);
    node_.streams_.erase(fd_);
  }
  Tracked(const Tracked&) = delete;
  Tracked& operator=(const Tracked&) = delete;

 private:
  Node& node_;
  const int fd_;
};

std::string Node::LocalState(bool join) {
  PushPullMessage message;
  message.user_state = user_.state();
  message.join = join;
  metrics_->sent.With({"full_state"}).Increment();
  metrics_->sent_bytes.With({"full_state"})
      .Increment(static_cast<double>(message.user_state.size()));
  MutexLock lock(mutex_);
  message.nodes = membership_.State();
  return AddLabel(options_.label, EncodePushPull(message));
}

void Node::TakeState(const PushPullMessage& message) {
  {
    MutexLock lock(mutex_);
    TimeMs now = Now();
    membership_.OnState(message.nodes, now);
    Collect(now);
  }
  metrics_->received.With({"full_state"}).Increment();
  metrics_->received_bytes.With({"full_state"})
      .Increment(static_cast<double>(message.user_state.size()));
  if (!message.user_state.empty()) user_.on_full_state(message.user_state);
}

Result<void> Node::Exchange(const Endpoint& with, bool join) {
  auto exchange = [&]() -> Result<void> {
    if (stopping()) return Error::Unavailable("shutting down");
    Socket stream = TRY(Connect(with, options_.tcp_timeout_ms));
    Tracked tracked(*this, stream.fd());
    TRY(WriteAll(stream.fd(), LocalState(join)));
    TakeState(TRY(ReadMessage(stream.fd(), options_.label, DecodeState)));
    return {};
  };
  Result<void> done = exchange();
  if (!done.ok()) {
    WF_LOG(kDebug, "Exchanging state failed", {"component", "cluster"}, {"peer", with.ToString()},
           {"err", done.error()});
  }
  return done;
}

Result<void> Node::SendStream(const Endpoint& to, std::string_view payload) {
  if (stopping()) return Error::Unavailable("shutting down");
  Socket stream = TRY(Connect(to, options_.tcp_timeout_ms));
  Tracked tracked(*this, stream.fd());
  return WriteAll(stream.fd(), AddLabel(options_.label, EncodeUserStream(payload)));
}

void Node::PingByStream(const Probe& probe) {
  auto ask = [&]() -> Result<uint32_t> {
    Socket stream = TRY(Connect(probe.address, options_.probe_timeout_ms));
    Tracked tracked(*this, stream.fd());
    std::string ping = EncodePing({probe.sequence, probe.node, {}, ""});
    TRY(WriteAll(stream.fd(), AddLabel(options_.label, ping)));
    return ReadMessage(stream.fd(), options_.label, [](const Message& message) -> Result<uint32_t> {
      if (message.type != MessageType::kAck) return Error::Corrupt("no ack");
      return DecodeSequence(message.body);
    });
  };
  Result<uint32_t> sequence = ask();
  if (!sequence.ok()) return;
  MutexLock lock(mutex_);
  HandleAck(*sequence);
}

void Node::Serve(Socket stream) {
  Tracked tracked(*this, stream.fd());
  auto serve = [&]() -> Result<void> {
    auto whole = [this, &stream](const Message& message) -> Result<bool> {
      if (message.type == MessageType::kPushPull) {
        PushPullMessage state = TRY(DecodePushPull(message.body));
        TRY(WriteAll(stream.fd(), LocalState(false)));
        TakeState(state);
        return true;
      }
      if (message.type == MessageType::kUser) {
        std::string payload = TRY(DecodeUserStream(message.body));
        metrics_->received.With({"update"}).Increment();
        metrics_->received_bytes.With({"update"}).Increment(static_cast<double>(payload.size()));
        user_.on_update(payload);
        return true;
      }
      if (message.type == MessageType::kPing) {
        PingMessage ping = TRY(DecodePing(message.body));
        if (!ping.node.empty() && ping.node != name_) return Error::NotFound("another is meant");
        TRY(WriteAll(stream.fd(), AddLabel(options_.label, EncodeAck(ping.sequence))));
        return true;
      }
      return Error::Corrupt("message type {} by a stream", static_cast<int>(message.type));
    };
    TRY(ReadMessage(stream.fd(), options_.label, whole));
    return {};
  };
  Result<void> done = serve();
  if (!done.ok()) {
    WF_LOG(kDebug, "A peer's stream failed", {"component", "cluster"}, {"err", done.error()});
  }
}

void Node::LookForPeers() {
  std::vector<Endpoint> wanted;
  for (const std::string& peer : options_.peers) {
    Result<std::vector<Endpoint>> found = Resolve(peer, kDefaultPort);
    if (!found.ok()) {
      WF_LOG(kDebug, "A peer's name is not known", {"component", "cluster"}, {"peer", peer},
             {"err", found.error()});
      continue;
    }
    wanted.insert(wanted.end(), found->begin(), found->end());
  }
  {
    MutexLock lock(mutex_);
    std::erase_if(wanted, [&](const Endpoint& endpoint) {
      if (endpoint == sockets_.bound) return true;
      return std::ranges::any_of(membership_.Living(), [&](const Member* member) {
        return member->alive.address == endpoint;
      });
    });
  }
  for (const Endpoint& endpoint : wanted) {
    bool joined = Exchange(endpoint, true).ok();
    (joined ? metrics_->refresh_joins : metrics_->refresh_joins_failed).Increment();
  }
  MutexLock lock(mutex_);
  looking_ = false;
}

void Node::Reconnect(const std::vector<Endpoint>& lost) {
  for (const Endpoint& with : lost) {
    if (stopping()) break;
    bool reached = Exchange(with, true).ok();
    (reached ? metrics_->reconnections : metrics_->reconnections_failed).Increment();
  }
  MutexLock lock(mutex_);
  reconnecting_ = false;
}

bool Node::SendToAll(std::string channel, std::string payload) {
  MutexLock lock(mutex_);
  // While Stop waits for streams, these may bring news, but the pool takes nothing any more.
  if (stopping_ || large_.size() >= kMaxLarge) return false;
  if (membership_.Living().size() < 2) return true;
  large_.emplace_back(std::move(channel), std::move(payload));
  if (!sending_large_) {
    sending_large_ = true;
    pool_->Submit([this] { SendQueued(); });
  }
  return true;
}

void Node::SendQueued() {
  while (true) {
    std::pair<std::string, std::string> next;
    std::vector<Endpoint> peers;
    {
      MutexLock lock(mutex_);
      if (large_.empty() || stopping_) {
        sending_large_ = false;
        return;
      }
      next = std::move(large_.front());
      large_.pop_front();
      for (const Member* member : membership_.Living()) {
        if (member->alive.node != name_) peers.push_back(member->alive.address);
      }
    }
    for (const Endpoint& peer : peers) {
      metrics_->sent.With({"update"}).Increment();
      metrics_->sent_bytes.With({"update"}).Increment(static_cast<double>(next.second.size()));
      Result<void> sent = SendStream(peer, next.second);
      if (sent.ok()) continue;
      metrics_->oversized_failed.With({next.first}).Increment();
      WF_LOG(kDebug, "A large message could not be sent", {"component", "cluster"},
             {"peer", peer.ToString()}, {"err", sent.error()});
    }
  }
}

}  // namespace watchfire::alerting

#include "alerting/cluster/cluster.h"

#include <sys/random.h>

#include <map>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "alerting/cluster/node.h"
#include "base/log.h"

namespace watchfire::alerting {
namespace {

// A payload larger than this does not share a packet with others and goes by streams.
constexpr size_t kMaxGossiped = 700;
constexpr size_t kMaxLabel = 255;
constexpr int64_t kNever = 100LL * 365 * 24 * 3'600'000;

// Upstream's 0 is "never" for what may be left out; nothing may happen all the time.
void BoundIntervals(ClusterOptions* options) {
  for (int64_t* ms : {&options->pushpull_interval_ms, &options->reconnect_interval_ms}) {
    if (*ms <= 0) *ms = kNever;
  }
  for (int64_t* ms : {&options->gossip_interval_ms, &options->probe_interval_ms,
                      &options->probe_timeout_ms, &options->tcp_timeout_ms}) {
    *ms = std::max<int64_t>(*ms, 10);
  }
}

// A ULID: 48 bits of time, 80 of chance, in Crockford's base 32; sorts by time.
std::string RandomName(TimeMs now) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  uint8_t chance[16] = {};
  [[maybe_unused]] ssize_t n = getrandom(chance, sizeof chance, 0);
  std::string name;
  for (int shift = 45; shift >= 0; shift -= 5) {
    name.push_back(kDigits[static_cast<size_t>(now >> shift) & 31]);
  }
  for (uint8_t byte : chance) name.push_back(kDigits[byte & 31]);
  return name;
}

std::string EncodePart(std::string_view key, std::string_view data) {
  std::string out;
  protozero::pbf_writer part(out);
  part.add_string(1, key.data(), key.size());
  part.add_bytes(2, data.data(), data.size());
  return out;
}

// Calls `take` with key and data of a Part.
template <typename Take>
Result<void> DecodePart(std::string_view bytes, Take take) {
  try {
    protozero::pbf_reader part(bytes.data(), bytes.size());
    std::string key;
    protozero::data_view data;
    while (part.next()) {
      if (part.tag() == 1) {
        key = part.get_string();
      } else if (part.tag() == 2) {
        data = part.get_view();
      } else {
        part.skip();
      }
    }
    return take(key, std::string_view(data.data(), data.size()));
  } catch (const protozero::exception&) {
    return Error::Corrupt("a part is damaged");
  }
}

template <typename Take>
Result<void> DecodeFullState(std::string_view bytes, Take take) {
  try {
    protozero::pbf_reader state(bytes.data(), bytes.size());
    while (state.next()) {
      if (state.tag() != 1) {
        state.skip();
        continue;
      }
      protozero::data_view part = state.get_view();
      TRY(DecodePart({part.data(), part.size()}, take));
    }
    return {};
  } catch (const protozero::exception&) {
    return Error::Corrupt("a state is damaged");
  }
}

Result<Endpoint> Advertised(const ClusterOptions& options, const Endpoint& bound) {
  if (!options.advertise_address.empty()) {
    std::vector<Endpoint> found = TRY(Resolve(options.advertise_address, bound.port));
    Endpoint endpoint = found.front();
    if (endpoint.port == 0) endpoint.port = bound.port;
    return endpoint;
  }
  if (!IsUnspecified(bound)) return bound;
  Endpoint endpoint = FindAdvertised(options.allow_public_advertise);
  if (endpoint.ip.empty()) {
    if (!options.peers.empty()) {
      return Error::Invalid(
          "no private IP found, explicit advertise addr not provided: "
          "set the flag cluster.advertise-address");
    }
    WF_LOG(kWarn, "This machine has no private address; peers elsewhere cannot reach it",
           {"component", "cluster"});
    endpoint.ip = std::string("\x7f\0\0\x01", 4);
  }
  endpoint.port = bound.port;
  return endpoint;
}

}  // namespace

struct Cluster::Impl {
  explicit Impl(ClusterOptions options_in) : options(std::move(options_in)) {}

  Result<void> Merge(std::string_view key, std::string_view data) {
    auto channel = channels.find(std::string(key));
    if (channel == channels.end()) return {};
    return channel->second.merge(data);
  }
  void Warn(const Result<void>& merged) {
    if (merged.ok()) return;
    WF_LOG(kWarn, "What a peer sent is not understood", {"component", "cluster"},
           {"err", merged.error()});
  }
  Node::User User();
  void AddGauges(client::Registry& registry);

  ClusterOptions options;
  std::map<std::string, ClusterChannel> channels;
  client::Registry own_registry;  // if nobody measures
  std::unique_ptr<NodeMetrics> metrics;
  std::string name;
  // The gauges outlive the node; they ask through this.
  std::shared_ptr<Node> node;
};

Node::User Cluster::Impl::User() {
  auto take = [this](std::string_view key, std::string_view data) { return Merge(key, data); };
  Node::User user;
  user.on_update = [this, take](std::string_view payload) { Warn(DecodePart(payload, take)); };
  user.on_full_state = [this, take](std::string_view state) { Warn(DecodeFullState(state, take)); };
  user.state = [this] {
    std::string out;
    protozero::pbf_writer state(out);
    for (const auto& [key, channel] : channels) {
      state.add_bytes(1, EncodePart(key, channel.marshal()));
    }
    return out;
  };
  return user;
}

void Cluster::Impl::AddGauges(client::Registry& registry) {
  std::weak_ptr<Node> weak = node;
  auto gauge = [&](const char* metric, const char* help, auto value) {
    registry.AddCallback(metric, help, client::MetricKind::kGauge, [weak, value] {
      std::shared_ptr<Node> alive = weak.lock();
      return alive ? static_cast<double>(value(*alive)) : 0.0;
    });
  };
  gauge("alertmanager_cluster_members", "Members of the cluster, this one included.",
        [](const Node& n) { return n.Members().size(); });
  gauge("alertmanager_cluster_failed_peers", "Peers that were lost and are tried again.",
        [](const Node& n) { return n.failed_peers(); });
  gauge("alertmanager_cluster_health_score", "How badly this member hears others; 0 is well.",
        [](const Node& n) { return n.health_score(); });
  gauge("alertmanager_peer_position", "Who notifies first: 0 does.",
        [](const Node& n) { return n.Position(); });
  gauge("alertmanager_cluster_messages_queued", "Messages waiting to be passed on.",
        [](const Node& n) { return n.queued(); });
  gauge("alertmanager_cluster_peer_name_conflicts_total", "Times two peers had one name.",
        [](const Node& n) { return n.name_conflicts(); });
}

Cluster::Cluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Cluster::~Cluster() {
  // A gauge that is just being read may hold the node for longer than this lives.
  impl_->node->Stop();
}

Result<std::unique_ptr<Cluster>> Cluster::Start(
    ClusterOptions options, std::vector<std::pair<std::string, ClusterChannel>> channels) {
  if (options.label.size() > kMaxLabel) {
    return Error::Invalid("cluster label is longer than {} bytes", kMaxLabel);
  }
  const Clock* clock = options.clock != nullptr ? options.clock : Clock::System();
  BoundIntervals(&options);
  auto impl = std::make_unique<Impl>(std::move(options));
  for (auto& [key, channel] : channels) impl->channels.emplace(key, std::move(channel));
  BoundSockets sockets = TRY(BindBoth(impl->options.listen_address));
  AliveMessage self;
  self.incarnation = 1;
  self.node = impl->options.peer_name.empty() ? RandomName(clock->Now()) : impl->options.peer_name;
  self.address = TRY(Advertised(impl->options, sockets.bound));
  impl->name = self.node;
  client::Registry& registry =
      impl->options.registry != nullptr ? *impl->options.registry : impl->own_registry;
  impl->metrics = std::make_unique<NodeMetrics>(registry);
  impl->metrics->peer_info.With({self.node}).Set(1);
  for (const auto& [key, channel] : impl->channels) {
    impl->metrics->oversized_sent.With({key});
    impl->metrics->oversized_dropped.With({key});
    impl->metrics->oversized_failed.With({key});
  }
  impl->node = std::make_shared<Node>(impl->options, std::move(sockets), std::move(self),
                                      impl->User(), impl->metrics.get());
  impl->AddGauges(registry);
  return std::unique_ptr<Cluster>(new Cluster(std::move(impl)));
}

void Cluster::Broadcast(std::string_view channel, std::string records) {
  std::string payload = EncodePart(channel, records);
  if (payload.size() <= kMaxGossiped) {
    impl_->node->Broadcast(std::move(payload));
    return;
  }
  std::string key(channel);
  bool queued = impl_->node->SendToAll(key, std::move(payload));
  (queued ? impl_->metrics->oversized_sent : impl_->metrics->oversized_dropped)
      .With({key})
      .Increment();
}

const std::string& Cluster::name() const {
  return impl_->name;
}

std::string Cluster::address() const {
  return impl_->node->bound().ToString();
}

std::vector<ClusterMember> Cluster::Members() const {
  return impl_->node->Members();
}

size_t Cluster::Position() const {
  return impl_->node->Position();
}

bool Cluster::ready() const {
  return impl_->node->ready();
}

std::string Cluster::StatusText() const {
  return ready() ? "ready" : "settling";
}

}  // namespace watchfire::alerting

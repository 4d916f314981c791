#pragma once
// Cluster: peers that tell each other which silences there are and what was notified, so that
// several servers that get the same alerts notify once. The wire is that of Alertmanager's
// clusters (docs/decisions/0010-cluster.md), so one of the peers may be an Alertmanager.
//
// The cluster knows nothing of silences or notifications: it carries the records of channels.
// Thread-safe; callbacks run in the cluster's own thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "client/registry.h"

namespace watchfire::alerting {

struct ClusterOptions {
  std::string listen_address = "0.0.0.0:9094";
  std::string advertise_address{};
  std::string peer_name{};  // "": a random one
  std::vector<std::string> peers{};
  std::string label{};
  int64_t gossip_interval_ms = 200;
  int64_t pushpull_interval_ms = 60'000;
  int64_t tcp_timeout_ms = 10'000;
  int64_t probe_timeout_ms = 500;
  int64_t probe_interval_ms = 1'000;
  int64_t settle_timeout_ms = 60'000;
  int64_t reconnect_interval_ms = 10'000;
  int64_t reconnect_timeout_ms = 6LL * 3'600'000;
  int64_t peers_resolve_timeout_ms = 15'000;
  bool allow_public_advertise = false;
  const Clock* clock = nullptr;
  client::Registry* registry = nullptr;
};

struct ClusterMember {
  std::string name;
  std::string address;  // ip:port
};

// What a channel ("sil", "nfl") exchanges.
struct ClusterChannel {
  std::function<std::string()> marshal;                 // everything
  std::function<Result<void>(std::string_view)> merge;  // what a peer knows
};

class Cluster {
 public:
  // Binds its sockets; joins in the background.
  static Result<std::unique_ptr<Cluster>> Start(
      ClusterOptions options, std::vector<std::pair<std::string, ClusterChannel>> channels);
  // Leaves, then closes.
  ~Cluster();

  // Queues records for all peers; never blocks.
  void Broadcast(std::string_view channel, std::string records);

  const std::string& name() const;
  std::string address() const;                 // where it listens, with the port that was chosen
  std::vector<ClusterMember> Members() const;  // by name, this one included
  // Index of this member among the names of all: who notifies first.
  size_t Position() const;
  bool ready() const;              // settled
  std::string StatusText() const;  // "ready", "settling"

 private:
  struct Impl;
  explicit Cluster(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::alerting

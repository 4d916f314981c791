#include "promql/plan/profile.h"

#include <utility>

namespace watchfire::promql {

NodeProfile* Profile::Switch(NodeProfile* node) {
  int64_t now = clock_->MonotonicNs();
  if (running_ != nullptr) {
    running_->self_ns += now - since_ns_;
    running_->samples_read += *samples_ - since_samples_;
  }
  since_ns_ = now;
  since_samples_ = *samples_;
  return std::exchange(running_, node);
}

std::unique_ptr<Profile> Profile::Shard(const uint64_t* samples_read) const {
  auto shard = std::make_unique<Profile>(clock_, samples_read);
  for (const auto& [node, profile] : nodes_) {
    if (&profile == running_) shard->entry_ = &shard->Of(node);
  }
  return shard;
}

void Profile::Absorb(const Profile& shard) {
  for (const auto& [node, took] : shard.nodes_) {
    NodeProfile& into = nodes_[node];
    into.series += took.series;
    into.points += took.points;
    into.samples_read += took.samples_read;
    into.self_ns += took.self_ns;
    into.peak_bytes += took.peak_bytes;
  }
}

}  // namespace watchfire::promql

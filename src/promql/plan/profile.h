#pragma once
// What the parts of one query took, for explain. A Profile is made for a query that is to be
// explained and hangs in its QueryContext; other queries have none, and all that they pay is a test
// for null. Time is charged to the node whose operator runs: entering one stops the watch of the
// one that called it, so the times of all nodes add up to the time of the thread, and nothing
// counts twice. A shard has a Profile of its own that its parent takes over afterwards; times are
// thus of all threads together.
//
// Nodes are known by the address of their PlanNode; the plan must outlive the Profile. One thread.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>

#include "base/clock.h"

namespace watchfire::promql {

struct PlanNode;

struct NodeProfile {
  uint64_t series = 0;  // that had a value at any step
  uint64_t points = 0;  // values; of ranges: samples in memory
  uint64_t samples_read = 0;
  int64_t self_ns = 0;
  uint64_t held_bytes = 0;
  uint64_t peak_bytes = 0;
  uint32_t shards = 0;  // 0: it ran in one piece
};

class Profile {
 public:
  // `samples_read` is the query's count, or the shard's, and must outlive this.
  Profile(const Clock* clock, const uint64_t* samples_read)
      : clock_(clock), samples_(samples_read), since_ns_(clock->MonotonicNs()) {}
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  // Stays where it is as long as the Profile lives. Null stands for the query itself.
  NodeProfile& Of(const PlanNode* node) { return nodes_[node]; }

  // Charges what was used until now to the node that runs, and from now on to `node`, or to nobody
  // if it is null. Returns the node that ran.
  NodeProfile* Switch(NodeProfile* node);
  NodeProfile* running() const { return running_; }

  // For a shard, which begins by entering its `entry()`: the node that runs here. What it takes is
  // added by Absorb; memory too, for shards hold theirs at the same time.
  std::unique_ptr<Profile> Shard(const uint64_t* samples_read) const;
  NodeProfile* entry() const { return entry_; }
  void Absorb(const Profile& shard);

 private:
  const Clock* clock_;
  const uint64_t* samples_;
  int64_t since_ns_;
  uint64_t since_samples_ = 0;
  NodeProfile* running_ = nullptr;
  NodeProfile* entry_ = nullptr;
  std::map<const PlanNode*, NodeProfile> nodes_;
};

// Charges its lifetime to a node; nothing for a null profile.
class ProfileScope {
 public:
  ProfileScope(Profile* profile, NodeProfile* node)
      : profile_(profile), before_(profile ? profile->Switch(node) : nullptr) {}
  ~ProfileScope() {
    if (profile_) profile_->Switch(before_);
  }
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;

 private:
  Profile* profile_;
  NodeProfile* before_;
};

// Bytes that count as held by the node that runs when this is made.
class ProfiledBytes {
 public:
  explicit ProfiledBytes(Profile* profile) : node_(profile ? profile->running() : nullptr) {}
  ~ProfiledBytes() { Set(0); }
  ProfiledBytes(const ProfiledBytes&) = delete;
  ProfiledBytes& operator=(const ProfiledBytes&) = delete;
  void Set(uint64_t bytes) {
    if (node_ == nullptr) return;
    node_->held_bytes += bytes - bytes_;
    node_->peak_bytes = std::max(node_->peak_bytes, node_->held_bytes);
    bytes_ = bytes;
  }

 private:
  NodeProfile* node_;
  uint64_t bytes_ = 0;
};

}  // namespace watchfire::promql

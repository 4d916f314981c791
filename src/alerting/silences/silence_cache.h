#pragma once
// SilenceCache: for each alert that was asked for, the silences that match it and the version of
// the state that this is true for, so that asking again only looks at the clock and at what came
// later. Sharded, each shard under its own lock; internal to the room.
//
// Bounded: labels can come from people who ask about alerts that never were.

#include <array>
#include <memory>
#include <vector>

#include "alerting/silences/matcher_index.h"
#include "base/mutex.h"

namespace watchfire::alerting {

class SilenceCache {
 public:
  struct Line {
    uint64_t labels_hash = 0;
    uint64_t version = 0;  // 0: nothing is known
    std::vector<std::shared_ptr<SilenceEntry>> matching;
  };

  struct Shard {
    Mutex mutex;
    HashMap<uint64_t, Line> lines GUARDED_BY(mutex);

    // The line of an alert. Fingerprints can be made to collide, so it starts anew when the hash is
    // another.
    Line& LineOf(uint64_t fingerprint, uint64_t labels_hash) REQUIRES(mutex) {
      if (lines.size() >= kMaxLines) lines.clear();
      Line& line = lines[fingerprint];
      if (line.labels_hash != labels_hash) line = Line{labels_hash, 0, {}};
      return line;
    }
  };

  Shard& ShardOf(uint64_t fingerprint) { return shards_[fingerprint % shards_.size()]; }

  void Forget(uint64_t fingerprint) {
    Shard& shard = ShardOf(fingerprint);
    MutexLock lock(shard.mutex);
    shard.lines.erase(fingerprint);
  }

 private:
  static constexpr size_t kMaxLines = 65536;  // a shard
  std::array<Shard, 16> shards_;
};

}  // namespace watchfire::alerting

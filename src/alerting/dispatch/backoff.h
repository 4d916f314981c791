#pragma once
// Backoff: how long to wait between the tries of one notification: half a second, then half as much
// again each time, up to a minute, each spread by half in both directions so that the groups of a
// receiver that was away do not come back at once. Upstream's figures. A value.

#include <algorithm>
#include <cstdint>

namespace watchfire::alerting {

class Backoff {
 public:
  // `random` is uniform in [0, 1).
  int64_t NextMs(double random) {
    auto delay = static_cast<int64_t>(base_ms_ * (0.5 + random));
    base_ms_ = std::min(base_ms_ * 1.5, 60'000.0);
    return delay;
  }

 private:
  double base_ms_ = 500;
};

}  // namespace watchfire::alerting

#pragma once
// What the scrape room tells about itself: the rows of /api/v1/targets, /targets/metadata and
// /metadata. Plain values, copied at the moment of asking.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/labels.h"
#include "model/metadata.h"

namespace watchfire::scrape {

enum class Health : uint8_t { kUnknown, kUp, kDown };
// "unknown", "up", "down".
std::string_view HealthName(Health health);

struct TargetStatus {
  std::string pool;                 // the job
  model::Labels discovered_labels;  // before relabelling
  model::Labels labels;
  std::string url;
  std::string last_error;  // "" when the last scrape went well
  TimeMs last_scrape = 0;  // 0: not scraped yet
  double last_duration_seconds = 0;
  Health health = Health::kUnknown;
  int64_t interval_ms = 0;
  int64_t timeout_ms = 0;
};

struct DroppedTarget {
  std::string pool;
  model::Labels discovered_labels;
};

struct TargetsStatus {
  std::vector<TargetStatus> active;    // by pool, then in the order of discovery
  std::vector<DroppedTarget> dropped;  // at most keep_dropped_targets a pool, if that is set
  std::map<std::string, size_t> dropped_counts;  // by pool, all of them
};

struct TargetMetadata {
  model::Labels target;
  std::string family;
  model::Metadata metadata;
};

}  // namespace watchfire::scrape

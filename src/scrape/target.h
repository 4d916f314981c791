#pragma once
// From what discovery found to what is scraped: target labels, relabelling, checks, the URL. Pure
// functions and values; who scrapes when is the loop's business.

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "discovery/target_group.h"
#include "model/labels.h"

namespace watchfire::scrape {

struct Target {
  model::Labels discovered_labels;  // with the defaults of the job, before relabelling
  model::Labels labels;             // what its series carry: without names that start with "__"
  std::string url;
  std::string unix_socket;  // "": dial the URL's host
  int64_t interval_ms = 0;
  int64_t timeout_ms = 0;
  // All labels left by relabelling but the __meta_ ones, and the URL: equal keys are one target.
  std::string key;
  uint64_t hash = 0;  // of the key
};

// What relabelling made of a discovered target; no target when a rule dropped it.
struct TargetOutcome {
  model::Labels discovered_labels;
  std::optional<Target> target;
};

// `target_labels` win over those of their group. Errors: `no address`, `"x/y" is not a valid
// hostname`, bad intervals.
Result<TargetOutcome> MakeTarget(const config::ScrapeConfig& config,
                                 const model::Labels& target_labels,
                                 const model::Labels& group_labels);

// The first scheduled time at or after `now` of a target with this hash: offsets are spread over
// the interval by hash and `seed`, in steps of a fiftieth of it or 100 ms, and pinned to absolute
// time, so that restarts keep them.
TimeMs NextScheduled(uint64_t hash, uint64_t seed, int64_t interval_ms, TimeMs now);

// The time that the samples of a scrape get: the scheduled one if the scrape started at most
// `tolerance_ms` and one percent of the interval after it.
TimeMs SampleTime(TimeMs scheduled, TimeMs started, int64_t interval_ms, int64_t tolerance_ms);

}  // namespace watchfire::scrape

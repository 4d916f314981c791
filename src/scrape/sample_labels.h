#pragma once
// The labels of a scraped series: those of its line and those of its target, made one set by the
// job's rules. Runs once in the life of a series, never per sample. Thread-compatible; a
// SampleRules is shared by all loops of a pool and immutable.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "exposition/parser.h"
#include "model/labels.h"
#include "model/relabel.h"

namespace watchfire::scrape {

// The part of a job's configuration that decides which series a page becomes; two jobs that agree
// in it may share a cache.
struct SampleRules {
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  bool extra_scrape_metrics = false;
  model::RelabelConfigs metric_relabel_configs;
  model::NameScheme name_scheme = model::NameScheme::kUtf8;
  uint64_t sample_limit = 0;
  uint64_t label_limit = 0;
  uint64_t label_name_length_limit = 0;
  uint64_t label_value_length_limit = 0;
  bool operator==(const SampleRules&) const = default;

  static SampleRules Of(const config::ScrapeConfig& config);
};

// The labels under which the series is stored; empty when a relabel rule drops it. Errors are
// upstream's and fail the scrape: duplicate names, a missing or invalid name. Limits on labels are
// kLimit errors.
Result<model::Labels> MakeSampleLabels(const SampleRules& rules, const model::Labels& target_labels,
                                       const exposition::SeriesLabelsView& scraped);

}  // namespace watchfire::scrape

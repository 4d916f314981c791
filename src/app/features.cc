#include "app/features.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "base/text.h"

namespace watchfire::app {
namespace {

// On by default today, or without meaning outside Go.
constexpr std::array kAlwaysOn = {"native-histograms", "ooo-native-histograms",
                                  "promql-duration-expr", "auto-reload-config"};
// Upstream's names whose work is not built yet.
constexpr std::array kNotYet = {"created-timestamp-zero-ingestion",
                                "delayed-compaction",
                                "histograms-st-encoding",
                                "memory-snapshot-on-shutdown",
                                "old-ui",
                                "otlp-deltatocumulative",
                                "otlp-native-delta-ingestion",
                                "search-api",
                                "st-storage",
                                "st-synthesis",
                                "use-uncached-io",
                                "fast-startup"};

template <typename List>
bool Contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Features ReadFeatures(const std::vector<std::string>& lists) {
  Features features;
  for (const std::string& list : lists) {
    for (std::string_view name : Split(list, ',')) {
      if (name.empty()) continue;
      if (name == "promql-experimental-functions") {
        features.parse.experimental_functions = true;
      } else if (name == "promql-extended-range-selectors") {
        features.parse.extended_range_selectors = true;
      } else if (name == "promql-binop-fill-modifiers") {
        features.parse.fill_modifiers = true;
      } else if (name == "promql-delayed-name-removal") {
        features.delayed_name_removal = true;
      } else if (name == "promql-per-step-stats") {
        features.per_step_stats = true;
      } else if (name == "use-start-timestamps") {
        features.parse.start_timestamps = true;
        features.use_start_timestamps = true;
      } else if (name == "type-and-unit-labels") {
        features.type_and_unit_labels = true;
        WF_LOG(kWarn, "Feature works in queries, but not yet when scraping", {"option", name});
      } else if (name == "extra-scrape-metrics") {
        features.extra_scrape_metrics = true;
      } else if (name == "exemplar-storage") {
        features.exemplar_storage = true;
      } else if (name == "metadata-wal-records") {
        features.metadata_records = true;
      } else if (name == "concurrent-rule-eval") {
        features.concurrent_rule_eval = true;
      } else if (name == "xor2-encoding") {
        features.xor2_chunks = true;
      } else if (Contains(kNotYet, name)) {
        WF_LOG(kWarn, "Feature is known but not built yet", {"option", name});
      } else if (!Contains(kAlwaysOn, name)) {
        WF_LOG(kWarn, "Unknown option for --enable-feature", {"option", name});
      }
    }
  }
  return features;
}

}  // namespace watchfire::app

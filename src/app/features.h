#pragma once
// Feature names of --enable-feature: what they switch on here. Names that were features once and
// are always on now are taken silently, unknown ones with a warning, as upstream does.

#include <string>
#include <vector>

#include "promql/engine/engine.h"

namespace watchfire::app {

struct Features {
  promql::ParseOptions parse;
  bool delayed_name_removal = false;
  bool per_step_stats = false;
  bool use_start_timestamps = false;
  bool type_and_unit_labels = false;
  bool extra_scrape_metrics = false;
  bool exemplar_storage = false;
  bool metadata_records = false;
  bool xor2_chunks = false;
  bool concurrent_rule_eval = false;
};

// `lists`: the values of the flag, each a comma list. Logs what it does not know.
Features ReadFeatures(const std::vector<std::string>& lists);

}  // namespace watchfire::app

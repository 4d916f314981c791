#pragma once
// The data sources part of /api/frontend/settings: what pages must know of each source to ask it.
// Names, kinds and settings, never secrets. Pure function.

#include <functional>

#include "codec/json_writer.h"
#include "grafana/datasources/datasources.h"

namespace watchfire::api {

// What is known of a source beside its settings.
struct SourceFacts {
  int64_t interval_ms = 0;  // between the samples of its series; 0: unknown
  bool own = false;         // it is this very server
};
using FactsOf = std::function<SourceFacts(const grafana::DataSource&)>;

// Writes the fields "defaultDatasource" and "datasources" into the object that is open. Where a
// source's settings do not say the interval of its samples (jsonData.timeInterval) but the facts
// do, it is written there. `facts` may be empty.
void WriteFrontendSources(const grafana::DataSources& sources, const FactsOf& facts,
                          codec::JsonWriter& json);

}  // namespace watchfire::api

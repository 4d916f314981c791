#pragma once
// The data sources part of /api/frontend/settings: what pages must know of each source to ask it.
// Names, kinds and settings, never secrets. Pure function.

#include <functional>

#include "codec/json_writer.h"
#include "grafana/datasources/datasources.h"

namespace watchfire::api {

// How often the series of a source get a sample; 0: unknown.
using SampleInterval = std::function<int64_t(const grafana::DataSource&)>;

// Writes the fields "defaultDatasource" and "datasources" into the object that is open. Where a
// source's settings do not say the interval of its samples (jsonData.timeInterval) but
// `interval_ms` does, it is written there.
void WriteFrontendSources(const grafana::DataSources& sources, const SampleInterval& interval_ms,
                          codec::JsonWriter& json);

}  // namespace watchfire::api

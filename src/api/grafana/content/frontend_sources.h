#pragma once
// The data sources part of /api/frontend/settings: what pages must know of each source to ask it.
// Names, kinds and settings, never secrets. Pure function.

#include "codec/json_writer.h"
#include "grafana/datasources/datasources.h"

namespace watchfire::api {

// Writes the fields "defaultDatasource" and "datasources" into the object that is open.
void WriteFrontendSources(const grafana::DataSources& sources, codec::JsonWriter& json);

}  // namespace watchfire::api

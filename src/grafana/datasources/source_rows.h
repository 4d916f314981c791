#pragma once
// Rows of data sources: the tables, and how a source is read from and written to them. Within a
// transaction of the caller. The room's own business; others see DataSources.

#include <vector>

#include "grafana/datasources/datasources.h"

namespace watchfire::grafana {

store::Migrations SourceMigrations();

// By name, ignoring case. A secret that `key` does not open is logged and left out; it stays in
// its row, for the day when the key is right again.
Result<std::vector<DataSourcePtr>> ReadSources(store::Connection& c, const Secret& key);
// Sets `source.id`.
Result<void> InsertSource(store::Connection& c, DataSource& source);
// kInvalid, kVersionConflict: the row is not of the version before.
Result<void> UpdateSource(store::Connection& c, const DataSource& source);
// Those that `source.secure` names: seals them, or deletes the empty ones.
Result<void> WriteSecrets(store::Connection& c, const DataSource& source, const Secret& key);

}  // namespace watchfire::grafana

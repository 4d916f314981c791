#include "grafana/datasources/source_rows.h"

#include "base/log.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

using store::IntOf;
using store::TextOf;

constexpr std::string_view kMigrations[] = {
    R"(
CREATE TABLE data_sources (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  access TEXT NOT NULL,
  url TEXT NOT NULL,
  user TEXT NOT NULL,
  database TEXT NOT NULL,
  basic_auth INTEGER NOT NULL,
  basic_auth_user TEXT NOT NULL,
  with_credentials INTEGER NOT NULL,
  is_default INTEGER NOT NULL,
  read_only INTEGER NOT NULL,
  provisioned INTEGER NOT NULL,
  version INTEGER NOT NULL,
  json_data TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
);
CREATE TABLE data_source_secrets (
  source_id INTEGER NOT NULL REFERENCES data_sources (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (source_id, name)
) WITHOUT ROWID;
)",
};

// The columns but for id and created, in the order of the statements below.
std::vector<store::Value> Columns(const DataSource& s) {
  return {s.uid,
          s.name,
          s.type,
          s.access,
          s.url,
          s.user,
          s.database,
          int64_t{s.basic_auth},
          s.basic_auth_user,
          int64_t{s.with_credentials},
          int64_t{s.is_default},
          int64_t{s.read_only},
          int64_t{s.provisioned},
          s.version,
          s.json_data.ToString(),
          s.updated};
}

Result<DataSource> OfRow(const store::Row& row) {
  DataSource s;
  s.id = IntOf(row[0]);
  s.uid = TextOf(row[1]);
  s.name = TextOf(row[2]);
  s.type = TextOf(row[3]);
  s.access = TextOf(row[4]);
  s.url = TextOf(row[5]);
  s.user = TextOf(row[6]);
  s.database = TextOf(row[7]);
  s.basic_auth = IntOf(row[8]) != 0;
  s.basic_auth_user = TextOf(row[9]);
  s.with_credentials = IntOf(row[10]) != 0;
  s.is_default = IntOf(row[11]) != 0;
  s.read_only = IntOf(row[12]) != 0;
  s.provisioned = IntOf(row[13]) != 0;
  s.version = IntOf(row[14]);
  Result<codec::Json> settings = codec::Json::Parse(TextOf(row[15]));
  if (!settings.ok()) return Error::Corrupt("settings of data source {} are damaged", s.uid);
  s.json_data = *std::move(settings);
  s.updated = IntOf(row[16]);
  s.created = IntOf(row[17]);
  return s;
}

Result<void> ReadSecrets(store::Connection& c, DataSource& source, const Secret& key) {
  store::Rows rows =
      TRY(c.Query("SELECT name, sealed FROM data_source_secrets WHERE source_id = ?", {source.id}));
  for (const store::Row& row : rows) {
    Result<std::string> text = secrets::Open(key.reveal(), TextOf(row[1]));
    if (text.ok()) {
      source.secure.emplace(TextOf(row[0]), Secret(*std::move(text)));
    } else {
      WF_LOG(kError, "A secret of a data source cannot be read: was secret_key changed?",
             {"component", "datasources"}, {"name", source.name}, {"secret", TextOf(row[0])});
    }
  }
  return {};
}

}  // namespace

store::Migrations SourceMigrations() {
  return kMigrations;
}

Result<std::vector<DataSourcePtr>> ReadSources(store::Connection& c, const Secret& key) {
  store::Rows rows =
      TRY(c.Query("SELECT id, uid, name, type, access, url, user, database, basic_auth, "
                  "basic_auth_user, with_credentials, is_default, read_only, provisioned, version, "
                  "json_data, updated, created FROM data_sources ORDER BY lower(name), name"));
  std::vector<DataSourcePtr> sources;
  for (const store::Row& row : rows) {
    DataSource source = TRY(OfRow(row));
    TRY(ReadSecrets(c, source, key));
    sources.push_back(std::make_shared<const DataSource>(std::move(source)));
  }
  return sources;
}

Result<void> InsertSource(store::Connection& c, DataSource& source) {
  std::vector<store::Value> values = Columns(source);
  values.emplace_back(source.created);
  TRY(
      c.Run("INSERT INTO data_sources (uid, name, type, access, url, user, database, basic_auth, "
            "basic_auth_user, with_credentials, is_default, read_only, provisioned, version, "
            "json_data, updated, created) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values));
  source.id = c.last_insert_id();
  return {};
}

Result<void> UpdateSource(store::Connection& c, const DataSource& source) {
  std::vector<store::Value> values = Columns(source);
  values.emplace_back(source.id);
  values.emplace_back(source.version - 1);
  TRY(c.Run(
      "UPDATE data_sources SET uid = ?, name = ?, type = ?, access = ?, url = ?, user = ?, "
      "database = ?, basic_auth = ?, basic_auth_user = ?, with_credentials = ?, is_default = ?, "
      "read_only = ?, provisioned = ?, version = ?, json_data = ?, updated = ? "
      "WHERE id = ? AND version = ?",
      values));
  if (c.changes() == 0) return Error(ErrorCode::kInvalid, std::string(kVersionConflict));
  return {};
}

Result<void> WriteSecrets(store::Connection& c, const DataSource& source, const Secret& key) {
  for (const auto& [name, secret] : source.secure) {
    if (secret.empty()) {
      TRY(c.Run("DELETE FROM data_source_secrets WHERE source_id = ? AND name = ?",
                {source.id, name}));
    } else {
      TRY(c.Run("INSERT OR REPLACE INTO data_source_secrets VALUES (?, ?, CAST(? AS BLOB))",
                {source.id, name, secrets::Seal(key.reveal(), secret.reveal())}));
    }
  }
  return {};
}

}  // namespace watchfire::grafana

#include "grafana/dashboards/records.h"

namespace watchfire::grafana {
namespace {

constexpr std::string_view kMigrations[] = {
    R"(
CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  delete_key_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  login TEXT NOT NULL,
  user_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  dashboard BLOB NOT NULL
);
CREATE TABLE library_elements (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  folder_uid TEXT NOT NULL,
  name TEXT NOT NULL,
  kind INTEGER NOT NULL,
  type TEXT NOT NULL,
  description TEXT NOT NULL,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_by TEXT NOT NULL,
  UNIQUE (folder_uid, name, kind)
);
CREATE TABLE playlists (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  interval TEXT NOT NULL,
  items TEXT NOT NULL
);
CREATE TABLE short_urls (
  uid TEXT PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  login TEXT NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX short_urls_seen ON short_urls (seen);
CREATE TABLE public_dashboards (
  uid TEXT PRIMARY KEY,
  dashboard_uid TEXT NOT NULL UNIQUE,
  access_token TEXT NOT NULL UNIQUE,
  enabled INTEGER NOT NULL,
  annotations_enabled INTEGER NOT NULL,
  time_selection_enabled INTEGER NOT NULL,
  share TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE permissions (
  folder INTEGER NOT NULL,
  uid TEXT NOT NULL,
  items TEXT NOT NULL,
  PRIMARY KEY (folder, uid)
) WITHOUT ROWID;
CREATE TABLE annotations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dashboard_uid TEXT NOT NULL,
  panel_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  login TEXT NOT NULL,
  time INTEGER NOT NULL,
  time_end INTEGER NOT NULL,
  text TEXT NOT NULL,
  tags TEXT NOT NULL,
  alert_uid TEXT NOT NULL,
  alert_name TEXT NOT NULL,
  new_state TEXT NOT NULL,
  prev_state TEXT NOT NULL,
  data TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
);
CREATE INDEX annotations_time ON annotations (time_end, time);
CREATE INDEX annotations_dashboard ON annotations (dashboard_uid, time_end);
CREATE TABLE annotation_tags (
  tag TEXT NOT NULL,
  annotation_id INTEGER NOT NULL REFERENCES annotations (id) ON DELETE CASCADE,
  PRIMARY KEY (tag, annotation_id)
) WITHOUT ROWID;
CREATE INDEX annotation_tags_annotation ON annotation_tags (annotation_id);
)",
};

}  // namespace

Result<void> MigrateRecords(store::Database* database) {
  return database->Migrate("dashboard_records", kMigrations);
}

}  // namespace watchfire::grafana

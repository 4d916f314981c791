#include "grafana/dashboards/dashboard_rows.h"

#include <algorithm>

#include "base/text.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

using store::IntOf;
using store::TextOf;

constexpr std::string_view kMetas =
    "id, uid, title, slug, folder_uid, tags, version, created, updated, deleted, created_by, "
    "updated_by, provider, file, allow_ui_updates";
constexpr size_t kMaxUid = 40;
constexpr size_t kUidLength = 14;

constexpr std::string_view kMigrations[] = {
    R"(
CREATE TABLE folders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  parent_uid TEXT NOT NULL,
  version INTEGER NOT NULL,
  provisioned INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_by TEXT NOT NULL,
  UNIQUE (parent_uid, title)
);
CREATE TABLE dashboards (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  slug TEXT NOT NULL,
  folder_uid TEXT NOT NULL,
  tags TEXT NOT NULL,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_by TEXT NOT NULL,
  provider TEXT NOT NULL,
  file TEXT NOT NULL,
  checksum TEXT NOT NULL,
  allow_ui_updates INTEGER NOT NULL,
  json TEXT NOT NULL
);
CREATE INDEX dashboards_folder ON dashboards (folder_uid);
CREATE INDEX dashboards_provider ON dashboards (provider, file);
CREATE TABLE dashboard_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dashboard_id INTEGER NOT NULL REFERENCES dashboards (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  parent_version INTEGER NOT NULL,
  restored_from INTEGER NOT NULL,
  created INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  message TEXT NOT NULL,
  json BLOB NOT NULL,
  UNIQUE (dashboard_id, version)
);
CREATE TABLE dashboard_library_elements (
  dashboard_id INTEGER NOT NULL REFERENCES dashboards (id) ON DELETE CASCADE,
  element_uid TEXT NOT NULL,
  PRIMARY KEY (element_uid, dashboard_id)
) WITHOUT ROWID;
CREATE INDEX dashboard_library_elements_dashboard ON dashboard_library_elements (dashboard_id);
)",
};

std::vector<std::string> TagsOfText(const std::string& text) {
  std::vector<std::string> tags;
  Result<codec::Json> parsed = codec::Json::Parse(text);
  if (!parsed.ok() || parsed->AsArray() == nullptr) return tags;
  for (const codec::Json& tag : *parsed->AsArray()) {
    if (tag.AsString() != nullptr) tags.push_back(*tag.AsString());
  }
  return tags;
}

}  // namespace

std::string SelectFolders(std::string_view where) {
  return fmt::format(
      "SELECT id, uid, title, parent_uid, version, provisioned, created, updated, created_by, "
      "updated_by FROM folders {}",
      where);
}

std::string SelectMetas(std::string_view where) {
  return fmt::format("SELECT {} FROM dashboards {}", kMetas, where);
}

std::string SelectModels(std::string_view where) {
  return fmt::format("SELECT {}, json FROM dashboards {}", kMetas, where);
}

store::Migrations DashboardMigrations() {
  return kMigrations;
}

Folder FolderOfRow(const store::Row& row) {
  Folder f;
  f.id = IntOf(row[0]);
  f.uid = TextOf(row[1]);
  f.title = TextOf(row[2]);
  f.parent_uid = TextOf(row[3]);
  f.version = IntOf(row[4]);
  f.provisioned = IntOf(row[5]) != 0;
  f.created = IntOf(row[6]);
  f.updated = IntOf(row[7]);
  f.created_by = TextOf(row[8]);
  f.updated_by = TextOf(row[9]);
  return f;
}

DashboardMeta MetaOfRow(const store::Row& row) {
  DashboardMeta m;
  m.id = IntOf(row[0]);
  m.uid = TextOf(row[1]);
  m.title = TextOf(row[2]);
  m.slug = TextOf(row[3]);
  m.folder_uid = TextOf(row[4]);
  m.tags = TagsOfText(TextOf(row[5]));
  m.version = IntOf(row[6]);
  m.created = IntOf(row[7]);
  m.updated = IntOf(row[8]);
  m.deleted = IntOf(row[9]);
  m.created_by = TextOf(row[10]);
  m.updated_by = TextOf(row[11]);
  m.provider = TextOf(row[12]);
  m.file = TextOf(row[13]);
  m.allow_ui_updates = IntOf(row[14]) != 0;
  return m;
}

std::string TagsToText(const std::vector<std::string>& tags) {
  codec::JsonWriter json;
  json.BeginArray();
  for (const std::string& tag : tags) json.String(tag);
  json.EndArray();
  return json.Take();
}

Result<void> CheckUid(std::string_view uid) {
  if (uid.size() > kMaxUid) return Error::Invalid("uid too long, max {} characters", kMaxUid);
  bool good = std::all_of(uid.begin(), uid.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  if (!good) return Error::Invalid("uid contains illegal characters");
  return {};
}

std::string NewUid() {
  return ToLower(secrets::RandomText(kUidLength));
}

Result<Folder> FolderByUid(store::Connection& c, std::string_view uid) {
  store::Rows rows = TRY(c.Query(SelectFolders("WHERE uid = ?"), {std::string(uid)}));
  if (rows.empty()) return Error::NotFound("folder not found");
  return FolderOfRow(rows[0]);
}

Result<void> EmptyTrash(store::Connection& c, TimeMs now) {
  return c.Run("DELETE FROM dashboards WHERE deleted > 0 AND deleted < ?", {now - kTrashMs});
}

}  // namespace watchfire::grafana

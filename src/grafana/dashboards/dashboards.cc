#include "grafana/dashboards/dashboards.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "codec/compress.h"
#include "grafana/dashboards/impl.h"

namespace watchfire::grafana {
namespace {

using store::IntOf;
using store::TextOf;

constexpr std::string_view kNotFound = "Dashboard not found";

DashboardVersion VersionOfRow(const store::Row& row) {
  DashboardVersion v;
  v.version = IntOf(row[0]);
  v.parent_version = IntOf(row[1]);
  v.restored_from = IntOf(row[2]);
  v.created = IntOf(row[3]);
  v.created_by = TextOf(row[4]);
  v.message = TextOf(row[5]);
  return v;
}

}  // namespace

Result<DashboardMeta> Dashboards::Impl::FindMeta(std::string_view where, store::Value value) const {
  std::vector<DashboardMeta> found = TRY(FindMetas(where, {std::move(value)}));
  if (found.empty()) return Error::NotFound("{}", kNotFound);
  return std::move(found[0]);
}

Result<std::vector<DashboardMeta>> Dashboards::Impl::FindMetas(
    std::string_view where, std::initializer_list<store::Value> values) const {
  store::Rows rows = TRY(database->Read(SelectMetas(where), values));
  std::vector<DashboardMeta> metas;
  metas.reserve(rows.size());
  for (const store::Row& row : rows) metas.push_back(MetaOfRow(row));
  return metas;
}

Result<StoredDashboard> Dashboards::Impl::FindStored(std::string_view where,
                                                     store::Value value) const {
  store::Rows rows = TRY(database->Read(SelectModels(where), {std::move(value)}));
  if (rows.empty()) return Error::NotFound("{}", kNotFound);
  StoredDashboard stored;
  stored.meta = MetaOfRow(rows[0]);
  stored.json = std::move(std::get<std::string>(rows[0][kMetaColumns]));
  return stored;
}

Result<void> Dashboards::Impl::ToTrash(store::Connection& c, const DashboardMeta& meta,
                                       const std::string& login) {
  TRY(
      c.Run("UPDATE dashboards SET deleted = ?, updated_by = ?, provider = '', file = '', "
            "checksum = '', allow_ui_updates = 1 WHERE id = ?",
            {Now(), login, meta.id}));
  return EmptyTrash(c, Now());
}

Dashboards::Dashboards(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Dashboards::~Dashboards() = default;

Result<std::unique_ptr<Dashboards>> Dashboards::Open(store::Database* database, Options options) {
  WF_CHECK(database != nullptr && options.clock != nullptr);
  TRY(database->Migrate("dashboards", DashboardMigrations()));
  auto impl = std::make_unique<Impl>();
  impl->database = database;
  impl->options = options;
  Result<void> emptied =
      database->Write([&](store::Connection& c) { return EmptyTrash(c, impl->Now()); });
  if (!emptied.ok()) return emptied.error();
  return std::unique_ptr<Dashboards>(new Dashboards(std::move(impl)));
}

Result<StoredDashboard> Dashboards::Find(std::string_view uid) const {
  return impl_->FindStored("WHERE deleted = 0 AND uid = ?", std::string(uid));
}

Result<StoredDashboard> Dashboards::FindById(int64_t id) const {
  return impl_->FindStored("WHERE deleted = 0 AND id = ?", id);
}

Result<DashboardMeta> Dashboards::FindBySlug(std::string_view slug) const {
  return impl_->FindMeta("WHERE deleted = 0 AND slug = ? ORDER BY id", std::string(slug));
}

Result<DashboardMeta> Dashboards::Delete(std::string_view uid, const std::string& login) {
  DashboardMeta meta = TRY(impl_->FindMeta("WHERE deleted = 0 AND uid = ?", std::string(uid)));
  if (!meta.provider.empty()) return Error::Denied("provisioned dashboard cannot be deleted");
  TRY(impl_->database->Write([&](store::Connection& c) { return impl_->ToTrash(c, meta, login); }));
  return meta;
}

Result<DashboardMeta> Dashboards::Restore(std::string_view uid, const std::string& folder_uid) {
  if (!folder_uid.empty()) TRY(FindFolder(folder_uid));
  Result<void> done = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("UPDATE dashboards SET deleted = 0, folder_uid = ? WHERE deleted > ? AND uid = ?",
              {folder_uid, std::max<TimeMs>(0, impl_->Now() - kTrashMs), std::string(uid)}));
    return c.changes() == 0 ? Error::NotFound("{}", kNotFound) : Result<void>();
  });
  if (!done.ok()) return done.error();
  return impl_->FindMeta("WHERE uid = ?", std::string(uid));
}

Result<void> Dashboards::DeleteForever(std::string_view uid) {
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM dashboards WHERE deleted > 0 AND uid = ?", {std::string(uid)}));
    return c.changes() == 0 ? Error::NotFound("{}", kNotFound) : Result<void>();
  });
}

Result<std::vector<Dashboards::TagCount>> Dashboards::Tags() const {
  std::map<std::string, int64_t> counts;
  for (const DashboardMeta& meta : TRY(All())) {
    for (const std::string& tag : meta.tags) ++counts[tag];
  }
  std::vector<TagCount> tags;
  for (const auto& [tag, count] : counts) tags.push_back({tag, count});
  return tags;
}

Result<std::vector<DashboardMeta>> Dashboards::All() const {
  return impl_->FindMetas("WHERE deleted = 0 ORDER BY id", {});
}

Result<std::vector<DashboardMeta>> Dashboards::Trash() const {
  return impl_->FindMetas("WHERE deleted > ? ORDER BY deleted DESC, id DESC",
                          {std::max<TimeMs>(0, impl_->Now() - kTrashMs)});
}

Result<std::vector<DashboardMeta>> Dashboards::UsersOfLibraryElement(std::string_view uid) const {
  return impl_->FindMetas(
      "WHERE deleted = 0 AND id IN (SELECT dashboard_id FROM dashboard_library_elements WHERE "
      "element_uid = ?) ORDER BY title",
      {std::string(uid)});
}

Result<Dashboards::Counts> Dashboards::Count() const {
  store::Rows rows = TRY(impl_->database->Read(
      "SELECT count(*) FILTER (WHERE deleted = 0), "
      "count(*) FILTER (WHERE deleted = 0 AND provider <> ''), "
      "count(*) FILTER (WHERE deleted > 0), (SELECT count(*) FROM folders) FROM dashboards"));
  Counts counts;
  counts.dashboards = IntOf(rows[0][0]);
  counts.provisioned = IntOf(rows[0][1]);
  counts.in_trash = IntOf(rows[0][2]);
  counts.folders = IntOf(rows[0][3]);
  counts.tags = static_cast<int64_t>(TRY(Tags()).size());
  return counts;
}

Result<std::vector<DashboardVersion>> Dashboards::Versions(std::string_view uid, size_t limit,
                                                           int64_t before_version) const {
  DashboardMeta meta = TRY(impl_->FindMeta("WHERE deleted = 0 AND uid = ?", std::string(uid)));
  store::Rows rows = TRY(impl_->database->Read(
      "SELECT version, parent_version, restored_from, created, created_by, message FROM "
      "dashboard_versions WHERE dashboard_id = ? AND version < ? ORDER BY version DESC LIMIT ?",
      {meta.id, before_version > 0 ? before_version : INT64_MAX,
       static_cast<int64_t>(std::min<size_t>(limit, 1'000))}));
  std::vector<DashboardVersion> versions;
  for (const store::Row& row : rows) versions.push_back(VersionOfRow(row));
  return versions;
}

Result<DashboardVersion> Dashboards::Version(std::string_view uid, int64_t version) const {
  DashboardMeta meta = TRY(impl_->FindMeta("WHERE deleted = 0 AND uid = ?", std::string(uid)));
  store::Rows rows = TRY(impl_->database->Read(
      "SELECT version, parent_version, restored_from, created, created_by, message, json FROM "
      "dashboard_versions WHERE dashboard_id = ? AND version = ?",
      {meta.id, version}));
  if (rows.empty()) return Error::NotFound("Dashboard version not found");
  DashboardVersion found = VersionOfRow(rows[0]);
  Result<std::string> json = codec::ZstdDecompress(TextOf(rows[0][6]), 2 * kMaxDashboardBytes);
  if (!json.ok()) return Error::Corrupt("version {} of dashboard {} is damaged", version, uid);
  found.json = *std::move(json);
  return found;
}

Result<std::vector<Dashboards::ProvisionedFile>> Dashboards::Provisioned(
    std::string_view provider) const {
  store::Rows rows = TRY(impl_->database->Read(
      "SELECT file, checksum, uid FROM dashboards WHERE deleted = 0 AND provider = ? ORDER BY file",
      {std::string(provider)}));
  std::vector<ProvisionedFile> files;
  for (const store::Row& row : rows) {
    files.push_back({TextOf(row[0]), TextOf(row[1]), TextOf(row[2])});
  }
  return files;
}

Result<std::vector<std::string>> Dashboards::Providers() const {
  store::Rows rows = TRY(impl_->database->Read(
      "SELECT DISTINCT provider FROM dashboards WHERE deleted = 0 AND provider <> '' ORDER BY 1"));
  std::vector<std::string> providers;
  for (const store::Row& row : rows) providers.push_back(TextOf(row[0]));
  return providers;
}

Result<void> Dashboards::Release(std::string_view uid) {
  return impl_->database->Write([&](store::Connection& c) {
    return c.Run(
        "UPDATE dashboards SET provider = '', file = '', checksum = '', allow_ui_updates = 1 "
        "WHERE uid = ?",
        {std::string(uid)});
  });
}

Result<void> Dashboards::DeleteProvisioned(std::string_view uid) {
  DashboardMeta meta = TRY(impl_->FindMeta("WHERE deleted = 0 AND uid = ?", std::string(uid)));
  return impl_->database->Write([&](store::Connection& c) { return impl_->ToTrash(c, meta, ""); });
}

}  // namespace watchfire::grafana

#pragma once
// Dashboards: folders, dashboards with their versions, search, and the trash. The JSON of a
// dashboard is kept as it was given, but for id, uid, title and version, which the store decides;
// it is never migrated here (the pages do that), so what is exported is what was put in.
//
// One set of tables of the server's database. Thread-safe. Bounds: 5 MiB a dashboard.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "store/database.h"

namespace watchfire::grafana {

struct Folder {
  int64_t id = 0;
  std::string uid;
  std::string title;
  std::string parent_uid;  // "": at the top
  int64_t version = 1;
  bool provisioned = false;
  TimeMs created = 0, updated = 0;
  std::string created_by, updated_by;  // logins
};

struct DashboardMeta {
  int64_t id = 0;
  std::string uid;
  std::string title;
  std::string slug;
  std::string folder_uid;  // "": General
  std::vector<std::string> tags;
  int64_t version = 1;
  TimeMs created = 0, updated = 0, deleted = 0;  // deleted 0: alive
  std::string created_by, updated_by;
  // Where it was provisioned from; "": it was not.
  std::string provider, file;
  bool allow_ui_updates = true;
};

struct StoredDashboard {
  DashboardMeta meta;
  std::string json;  // with id, uid, version as of meta
};

struct DashboardVersion {
  int64_t version = 0, parent_version = 0, restored_from = 0;
  TimeMs created = 0;
  std::string created_by, message;
  std::string json;  // empty in lists
};

struct SaveRequest {
  codec::Json dashboard;     // the bare model; Unwrap makes one of an envelope
  std::string folder_uid;    // "": General
  bool keep_folder = false;  // of an existing dashboard, whatever folder_uid says
  std::string message;
  bool overwrite = false;
  std::string login;  // who
  // Provisioning only.
  std::string provider, file, checksum;
  bool allow_ui_updates = true;
};

// Why a save was refused; `status` is Grafana's word for it.
struct SaveError {
  int http_status = 400;
  std::string status;  // "empty-name", "version-mismatch", "name-exists", "not-found", ""
  std::string message;
};

struct SearchQuery {
  std::string text;
  std::vector<std::string> tags;
  bool folders = true, dashboards = true;
  std::optional<std::vector<std::string>> uids;
  std::optional<std::vector<std::string>> folder_uids;  // "general": the top
  bool deleted = false;
  bool descending = false;
  size_t limit = 1000, page = 1;
};

struct SearchHit {
  bool is_folder = false;
  int64_t id = 0;
  std::string uid, title, slug, folder_uid, folder_title;
  int64_t folder_id = 0;
  std::vector<std::string> tags;
  TimeMs deleted = 0;
};

// Lower case, everything else than letters and digits as one dash; at most 80 bytes.
std::string Slug(std::string_view title);
// The bare model out of what people have: bare, {"dashboard": …}, {"spec": …} with apiVersion and
// kind, an API answer with meta. kInvalid: no object, or nothing that looks like a dashboard.
Result<codec::Json> Unwrap(codec::Json document);
// Replaces `${NAME}` of the file's __inputs by what was chosen, or by `otherwise` (a data source's
// uid) where nothing was; removes __inputs, __requires.
struct ChosenInput {
  std::string name, value;
};
void ResolveInputs(codec::Json& dashboard, const std::vector<ChosenInput>& chosen,
                   std::string_view default_data_source);

class Dashboards {
 public:
  struct Options {
    const Clock* clock = nullptr;
    int64_t versions_to_keep = 20;
  };
  static Result<std::unique_ptr<Dashboards>> Open(store::Database* database, Options options);
  ~Dashboards();

  // ---- folders
  Result<std::vector<Folder>> Folders() const;  // all, by title
  Result<Folder> FindFolder(std::string_view uid) const;
  // The path of titles "a/b" is made where it is missing; for provisioning and rules.
  Result<Folder> EnsureFolder(std::string_view path, std::string_view uid, bool provisioned);
  Result<Folder> CreateFolder(Folder folder);
  Result<Folder> UpdateFolder(const Folder& folder, bool overwrite);  // title, parent
  // With all that is in it (dashboards go to the trash).
  Result<void> DeleteFolder(std::string_view uid, const std::string& login);

  // ---- dashboards
  Result<StoredDashboard> Find(std::string_view uid) const;
  Result<StoredDashboard> FindById(int64_t id) const;
  Result<DashboardMeta> FindBySlug(std::string_view slug) const;
  std::variant<DashboardMeta, SaveError> Save(SaveRequest request);
  // To the trash, for 30 days. kDenied: provisioned.
  Result<DashboardMeta> Delete(std::string_view uid, const std::string& login);
  Result<DashboardMeta> Restore(std::string_view uid, const std::string& folder_uid);
  Result<void> DeleteForever(std::string_view uid);
  Result<std::vector<SearchHit>> Search(const SearchQuery& query) const;
  struct TagCount {
    std::string tag;
    int64_t count = 0;
  };
  Result<std::vector<TagCount>> Tags() const;

  Result<std::vector<DashboardVersion>> Versions(std::string_view uid, size_t limit,
                                                 int64_t before_version) const;
  Result<DashboardVersion> Version(std::string_view uid, int64_t version) const;

  // ---- provisioning
  struct ProvisionedFile {
    std::string file, checksum, uid;
  };
  Result<std::vector<ProvisionedFile>> Provisioned(std::string_view provider) const;
  // The dashboard stays, as one that people made.
  Result<void> Release(std::string_view uid);
  Result<void> DeleteProvisioned(std::string_view uid);

 private:
  struct Impl;
  explicit Dashboards(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::grafana

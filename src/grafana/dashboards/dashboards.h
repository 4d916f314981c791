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
#include <variant>
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
  std::string login;          // who
  int64_t restored_from = 0;  // a version of the same dashboard
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

inline constexpr std::string_view kFolderConflict = "the folder has been changed by someone else";
inline constexpr size_t kMaxDashboardBytes = 5 << 20;

// Lower case, everything else than letters and digits as one dash; at most 80 bytes.
std::string Slug(std::string_view title);
// The bare model out of what people have: bare, {"dashboard": …}, {"spec": …} with apiVersion and
// kind, an API answer with meta. kInvalid: no object, or nothing that looks like a dashboard.
Result<codec::Json> Unwrap(codec::Json document);
// Replaces `${NAME}` of the file's __inputs by what was chosen. Where nothing was: constants by
// their own value, data sources of Prometheus by `default_data_source` (a uid; "" leaves them).
// Removes __inputs and __requires.
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
  // The path of titles "a/b" is made where it is missing, for provisioning and rules; a slash that
  // belongs to a title is written "\\/". `uid` is that of the last; one that exists is taken.
  Result<Folder> EnsureFolder(std::string_view path, std::string_view uid, bool provisioned);
  // kExists: the title is taken there, or the uid; kInvalid: no title, a bad uid; kNotFound: the
  // parent; kLimit: too deep.
  Result<Folder> CreateFolder(Folder folder);
  // Title and parent. kInvalid with kFolderConflict as its message: another version is stored.
  Result<Folder> UpdateFolder(const Folder& folder, bool overwrite);
  // With all that is in it (dashboards go to the trash). kDenied: some of them are provisioned.
  Result<void> DeleteFolder(std::string_view uid, const std::string& login);

  // ---- dashboards
  Result<StoredDashboard> Find(std::string_view uid) const;
  Result<StoredDashboard> FindById(int64_t id) const;
  Result<DashboardMeta> FindBySlug(std::string_view slug) const;
  std::variant<DashboardMeta, SaveError> Save(SaveRequest request);
  // To the trash, for 30 days. kDenied: provisioned.
  Result<DashboardMeta> Delete(std::string_view uid, const std::string& login);
  // kNotFound: not in the trash, or no such folder.
  Result<DashboardMeta> Restore(std::string_view uid, const std::string& folder_uid);
  Result<void> DeleteForever(std::string_view uid);
  Result<std::vector<SearchHit>> Search(const SearchQuery& query) const;
  struct TagCount {
    std::string tag;
    int64_t count = 0;
  };
  Result<std::vector<TagCount>> Tags() const;
  Result<std::vector<DashboardMeta>> All() const;    // alive, by id
  Result<std::vector<DashboardMeta>> Trash() const;  // last deleted first
  // Alive ones with a panel of that library element.
  Result<std::vector<DashboardMeta>> UsersOfLibraryElement(std::string_view uid) const;
  struct Counts {
    int64_t dashboards = 0, provisioned = 0, folders = 0, tags = 0, in_trash = 0;
  };
  Result<Counts> Count() const;

  Result<std::vector<DashboardVersion>> Versions(std::string_view uid, size_t limit,
                                                 int64_t before_version) const;
  Result<DashboardVersion> Version(std::string_view uid, int64_t version) const;

  // ---- provisioning
  struct ProvisionedFile {
    std::string file, checksum, uid;
  };
  Result<std::vector<ProvisionedFile>> Provisioned(std::string_view provider) const;
  Result<std::vector<std::string>> Providers() const;  // that have dashboards
  // The dashboard stays, as one that people made.
  Result<void> Release(std::string_view uid);
  // To the trash, as one that people made.
  Result<void> DeleteProvisioned(std::string_view uid);

 private:
  struct Impl;
  explicit Dashboards(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::grafana

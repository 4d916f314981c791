#pragma once
// Records: the small things around dashboards, each with a class over tables of its own in the
// server's database: snapshots, library elements, playlists, short addresses, public dashboards and
// permissions. (Annotations, which are many, have a header of their own.)
//
// None knows HTTP or who may call. What gives access to whoever holds it (keys of snapshots, tokens
// of public dashboards) is random and long; keys that delete are kept as hashes. Everything is
// bounded in number and size. Thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "store/database.h"

namespace watchfire::grafana {

// Makes the tables of all classes here and of Annotations; before any of them is used.
Result<void> MigrateRecords(store::Database* database);

struct Snapshot {
  int64_t id = 0;
  std::string key;
  std::string delete_key;  // known only to who made it: empty when read
  std::string name;
  std::string login;
  int64_t user_id = 0;
  TimeMs created = 0, updated = 0, expires = 0;  // expires 0: never
  std::string dashboard;                         // JSON; empty in lists
};

// A dashboard with its data, frozen. At most 32 MiB each, 1,000 of them.
class Snapshots {
 public:
  Snapshots(store::Database* database, const Clock* clock) : database_(database), clock_(clock) {}
  // Keys that are empty are made; given ones are at least 20 letters, digits, dashes or
  // underscores. kInvalid, kExists, kLimit.
  Result<Snapshot> Create(Snapshot snapshot);
  // kNotFound: none, or expired.
  Result<Snapshot> Find(std::string_view key) const;
  Result<void> Delete(std::string_view key);
  Result<void> DeleteByDeleteKey(std::string_view delete_key);
  // Newest first.
  Result<std::vector<Snapshot>> List(std::string_view query, size_t limit) const;
  Result<int64_t> Count() const;

 private:
  store::Database* database_;
  const Clock* clock_;
};

struct LibraryElement {
  int64_t id = 0;
  std::string uid;
  std::string folder_uid;
  std::string name;
  int64_t kind = 1;  // 1 a panel, 2 a variable
  std::string type, description;
  codec::Json model;
  int64_t version = 1;
  TimeMs created = 0, updated = 0;
  std::string created_by, updated_by;
};

class LibraryElements {
 public:
  LibraryElements(store::Database* database, const Clock* clock)
      : database_(database), clock_(clock) {}
  // kInvalid: no name, no model; kExists: the name in that folder, or the uid.
  Result<LibraryElement> Create(LibraryElement element);
  // kInvalid with kVersionMismatch as its message: another version is stored.
  Result<LibraryElement> Update(LibraryElement element);
  Result<void> Delete(std::string_view uid);
  Result<LibraryElement> Find(std::string_view uid) const;
  Result<std::vector<LibraryElement>> All() const;  // by name

  static constexpr std::string_view kVersionMismatch = "the library element has been changed";

 private:
  store::Database* database_;
  const Clock* clock_;
};

struct PlaylistItem {
  std::string type;  // "dashboard_by_uid", "dashboard_by_tag", "dashboard_by_id"
  std::string value;
  std::string title;
};
struct Playlist {
  int64_t id = 0;
  std::string uid, name, interval;
  std::vector<PlaylistItem> items;
};

class Playlists {
 public:
  explicit Playlists(store::Database* database) : database_(database) {}
  // Makes it where the uid is empty or new, else replaces it. kInvalid: no name.
  Result<Playlist> Put(Playlist playlist);
  Result<Playlist> Find(std::string_view uid) const;
  Result<void> Delete(std::string_view uid);
  Result<std::vector<Playlist>> All() const;  // by name

 private:
  store::Database* database_;
};

// Short addresses of pages of this server. At most 100,000: the oldest unused go.
class ShortUrls {
 public:
  ShortUrls(store::Database* database, const Clock* clock) : database_(database), clock_(clock) {}
  // The uid; the same for the same path. kInvalid: a path that leads elsewhere ("https://…",
  // "//host", "../", control characters), or too long.
  Result<std::string> Create(std::string_view path, std::string_view login);
  // The path, which begins without a slash. kNotFound.
  Result<std::string> Find(std::string_view uid);

 private:
  store::Database* database_;
  const Clock* clock_;
};

struct PublicDashboard {
  std::string uid, dashboard_uid, access_token;
  bool enabled = false, annotations_enabled = false, time_selection_enabled = false;
  std::string share = "public";
  TimeMs created = 0, updated = 0;
  std::string created_by, updated_by;
};

class PublicDashboards {
 public:
  PublicDashboards(store::Database* database, const Clock* clock)
      : database_(database), clock_(clock) {}
  // One for each dashboard: kExists. Makes uid and token.
  Result<PublicDashboard> Create(PublicDashboard wanted);
  Result<PublicDashboard> Update(const PublicDashboard& changed);  // by uid
  Result<void> Delete(std::string_view uid);
  Result<PublicDashboard> OfDashboard(std::string_view dashboard_uid) const;
  // kNotFound: no such token, or not enabled.
  Result<PublicDashboard> OfToken(std::string_view access_token) const;
  Result<std::vector<PublicDashboard>> All() const;

 private:
  store::Database* database_;
  const Clock* clock_;
};

// Who may see (1), edit (2) or administer (4) a dashboard or folder, beside administrators, who may
// all. Nothing kept: everybody as their role says.
struct Permission {
  std::string role;  // "Viewer", "Editor"; "": the user
  int64_t user_id = 0;
  std::string login;
  int64_t permission = 1;
};

class Permissions {
 public:
  explicit Permissions(store::Database* database) : database_(database) {}
  // nullopt: never set, or taken back. `uid` of a dashboard or a folder.
  Result<std::optional<std::vector<Permission>>> Get(bool folder, std::string_view uid) const;
  // An empty list takes them back.
  Result<void> Set(bool folder, std::string_view uid, const std::vector<Permission>& items);
  // Whether any are set at all: the usual server has none.
  Result<bool> Any() const;

 private:
  store::Database* database_;
};

}  // namespace watchfire::grafana

#include <algorithm>

#include "base/text.h"
#include "grafana/dashboards/impl.h"

namespace watchfire::grafana {
namespace {

using store::IntOf;
using store::TextOf;

constexpr size_t kMaxTitle = 189;
constexpr int kMaxDepth = 8;
constexpr int64_t kMaxFolders = 10'000;

Result<void> CheckTitle(std::string_view title) {
  if (TrimSpace(title).empty()) return Error::Invalid("folder title cannot be empty");
  if (title.size() > kMaxTitle) {
    return Error::Invalid("folder title is longer than {} bytes", kMaxTitle);
  }
  return {};
}

// How many folders lie around it, itself counted.
Result<int> DepthOf(store::Connection& c, std::string uid, std::string_view must_not_meet) {
  int depth = 0;
  while (!uid.empty()) {
    if (uid == must_not_meet) return Error::Invalid("a folder cannot be moved into itself");
    if (++depth > kMaxDepth) return Error::Limit("folders are nested deeper than {}", kMaxDepth);
    Folder folder = TRY(FolderByUid(c, uid));
    uid = folder.parent_uid;
  }
  return depth;
}

// The folder and all below it, with levels counted; parents before children.
Result<std::vector<std::string>> Subtree(store::Connection& c, const std::string& uid,
                                         int* levels) {
  std::vector<std::string> all = {uid};
  size_t level_begin = 0;
  *levels = 0;
  while (level_begin < all.size()) {
    size_t level_end = all.size();
    ++*levels;
    for (size_t i = level_begin; i < level_end; ++i) {
      std::string parent = all[i];
      for (const store::Row& row :
           TRY(c.Query("SELECT uid FROM folders WHERE parent_uid = ?", {parent}))) {
        all.push_back(TextOf(row[0]));
      }
    }
    level_begin = level_end;
  }
  return all;
}

Result<void> CheckTitleIsFree(store::Connection& c, const Folder& folder) {
  store::Rows taken =
      TRY(c.Query("SELECT 1 FROM folders WHERE parent_uid = ? AND title = ? AND uid <> ?",
                  {folder.parent_uid, folder.title, folder.uid}));
  if (!taken.empty()) return Error::Exists("a folder with the same name already exists");
  return {};
}

Result<Folder> InsertFolder(store::Connection& c, Folder folder, TimeMs now) {
  TRY(CheckTitle(folder.title));
  TRY(CheckUid(folder.uid));
  if (folder.uid.empty()) folder.uid = NewUid();
  if (folder.uid == "general") return Error::Invalid("the uid \"general\" is that of the top");
  int depth = TRY(DepthOf(c, folder.parent_uid, {}));
  if (depth >= kMaxDepth) return Error::Limit("folders are nested deeper than {}", kMaxDepth);
  store::Rows rows =
      TRY(c.Query("SELECT count(*), count(*) FILTER (WHERE uid = ?) FROM folders", {folder.uid}));
  if (IntOf(rows[0][0]) >= kMaxFolders) return Error::Limit("there are {} folders", kMaxFolders);
  if (IntOf(rows[0][1]) > 0) {
    return Error::Exists("a folder/dashboard with the same uid already exists");
  }
  TRY(CheckTitleIsFree(c, folder));
  folder.version = 1;
  folder.created = folder.updated = now;
  folder.updated_by = folder.created_by;
  TRY(
      c.Run("INSERT INTO folders (uid, title, parent_uid, version, provisioned, created, updated, "
            "created_by, updated_by) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)",
            {folder.uid, folder.title, folder.parent_uid, int64_t{folder.provisioned}, now, now,
             folder.created_by, folder.updated_by}));
  folder.id = c.last_insert_id();
  return folder;
}

// "a/b\/c" is "a" and "b/c".
std::vector<std::string> TitlesOf(std::string_view path) {
  std::vector<std::string> titles(1);
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\' && i + 1 < path.size() && path[i + 1] == '/') {
      titles.back() += path[++i];
    } else if (path[i] == '/') {
      titles.emplace_back();
    } else {
      titles.back() += path[i];
    }
  }
  for (std::string& title : titles) title = std::string(TrimSpace(title));
  std::erase(titles, "");
  return titles;
}

Result<Folder> FindOrMake(store::Connection& c, Folder wanted, TimeMs now) {
  store::Rows rows = TRY(c.Query(SelectFolders("WHERE parent_uid = ? AND title = ?"),
                                 {wanted.parent_uid, wanted.title}));
  if (!rows.empty()) return FolderOfRow(rows[0]);
  return InsertFolder(c, std::move(wanted), now);
}

}  // namespace

Result<std::vector<Folder>> Dashboards::Folders() const {
  store::Rows rows = TRY(impl_->database->Read(SelectFolders("ORDER BY lower(title), title, id")));
  std::vector<Folder> folders;
  for (const store::Row& row : rows) folders.push_back(FolderOfRow(row));
  return folders;
}

Result<Folder> Dashboards::FindFolder(std::string_view uid) const {
  store::Rows rows = TRY(impl_->database->Read(SelectFolders("WHERE uid = ?"), {std::string(uid)}));
  if (rows.empty()) return Error::NotFound("folder not found");
  return FolderOfRow(rows[0]);
}

Result<Folder> Dashboards::EnsureFolder(std::string_view path, std::string_view uid,
                                        bool provisioned) {
  std::vector<std::string> titles = TitlesOf(path);
  if (titles.empty()) return Error::Invalid("folder title cannot be empty");
  Folder folder;
  Result<void> done = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    if (!uid.empty()) {
      Result<Folder> known = FolderByUid(c, uid);
      if (known.ok()) {
        folder = *std::move(known);
        return {};
      }
    }
    for (size_t i = 0; i < titles.size(); ++i) {
      Folder wanted;
      wanted.title = titles[i];
      wanted.parent_uid = folder.uid;
      wanted.provisioned = provisioned;
      if (i + 1 == titles.size()) wanted.uid = std::string(uid);
      folder = TRY(FindOrMake(c, std::move(wanted), impl_->Now()));
    }
    return {};
  });
  if (!done.ok()) return done.error();
  return folder;
}

Result<Folder> Dashboards::CreateFolder(Folder folder) {
  Result<void> done = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    folder = TRY(InsertFolder(c, std::move(folder), impl_->Now()));
    return {};
  });
  if (!done.ok()) return done.error();
  return folder;
}

Result<Folder> Dashboards::UpdateFolder(const Folder& folder, bool overwrite) {
  TRY(CheckTitle(folder.title));
  Result<void> done = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    Folder stored = TRY(FolderByUid(c, folder.uid));
    if (!overwrite && folder.version != stored.version) {
      return Error(ErrorCode::kInvalid, std::string(kFolderConflict));
    }
    if (folder.parent_uid != stored.parent_uid) {
      int around = TRY(DepthOf(c, folder.parent_uid, folder.uid));
      int levels = 0;
      TRY(Subtree(c, folder.uid, &levels));
      if (around + levels > kMaxDepth) {
        return Error::Limit("folders are nested deeper than {}", kMaxDepth);
      }
    }
    TRY(CheckTitleIsFree(c, folder));
    return c.Run(
        "UPDATE folders SET title = ?, parent_uid = ?, version = version + 1, "
        "updated = ?, updated_by = ? WHERE uid = ?",
        {folder.title, folder.parent_uid, impl_->Now(), folder.updated_by, folder.uid});
  });
  if (!done.ok()) return done.error();
  return FindFolder(folder.uid);
}

Result<void> Dashboards::DeleteFolder(std::string_view uid, const std::string& login) {
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(FolderByUid(c, uid));
    int levels = 0;
    std::vector<std::string> folders = TRY(Subtree(c, std::string(uid), &levels));
    for (const std::string& folder : folders) {
      for (const store::Row& row :
           TRY(c.Query(SelectMetas("WHERE deleted = 0 AND folder_uid = ?"), {folder}))) {
        DashboardMeta meta = MetaOfRow(row);
        if (!meta.provider.empty()) {
          return Error::Denied("the folder holds dashboards that are provisioned, {} for one",
                               GoQuote(meta.title));
        }
        TRY(impl_->ToTrash(c, meta, login));
      }
      TRY(c.Run("DELETE FROM folders WHERE uid = ?", {folder}));
    }
    return {};
  });
}

}  // namespace watchfire::grafana

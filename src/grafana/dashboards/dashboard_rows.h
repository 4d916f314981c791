#pragma once
// Rows of folders and dashboards: the tables, and how values are read from them. The room's own
// business; others see Dashboards. Functions with a Connection run within the caller's transaction.

#include <string>
#include <string_view>
#include <vector>

#include "grafana/dashboards/dashboards.h"

namespace watchfire::grafana {

store::Migrations DashboardMigrations();

// "SELECT … FROM folders <where>" in the order that FolderOfRow wants; the same for dashboards.
std::string SelectFolders(std::string_view where);
std::string SelectMetas(std::string_view where);
// The columns of SelectMetas, and then the model.
std::string SelectModels(std::string_view where);
inline constexpr size_t kMetaColumns = 15;

Folder FolderOfRow(const store::Row& row);
DashboardMeta MetaOfRow(const store::Row& row);
std::string TagsToText(const std::vector<std::string>& tags);

// As Grafana wants a uid: at most 40 letters, digits, dashes and underscores.
Result<void> CheckUid(std::string_view uid);
std::string NewUid();

// kNotFound.
Result<Folder> FolderByUid(store::Connection& c, std::string_view uid);
// Deletes what is in the trash for too long.
Result<void> EmptyTrash(store::Connection& c, TimeMs now);

inline constexpr int64_t kTrashMs = 30LL * 86'400'000;

}  // namespace watchfire::grafana

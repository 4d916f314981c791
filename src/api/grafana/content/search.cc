#include <algorithm>

#include "api/grafana/content/context.h"

namespace watchfire::api {
namespace {

using codec::JsonWriter;
using grafana::SearchHit;
using grafana::SearchQuery;

constexpr size_t kMaxLimit = 5'000;

void WriteHit(JsonWriter& json, const ContentContext& c, const SearchHit& hit,
              const std::set<std::string>& stars) {
  json.BeginObject().Field("id", hit.id).Field("orgId", 1).Field("uid", hit.uid);
  json.Field("title", hit.title).Field("uri", "db/" + hit.slug);
  json.Field("url",
             hit.is_folder ? c.FolderUrl(hit.uid, hit.title) : c.DashboardUrl(hit.uid, hit.slug));
  json.Field("slug", "").Field("type", hit.is_folder ? "dash-folder" : "dash-db");
  json.Key("tags").BeginArray();
  for (const std::string& tag : hit.tags) json.String(tag);
  json.EndArray().Field("isStarred", stars.contains(hit.uid));
  if (!hit.folder_uid.empty()) {
    json.Field("folderId", hit.folder_id).Field("folderUid", hit.folder_uid);
    json.Field("folderTitle", hit.folder_title);
    json.Field("folderUrl", c.FolderUrl(hit.folder_uid, hit.folder_title));
  }
  json.Field("sortMeta", 0).Field("isDeleted", hit.deleted > 0);
  if (hit.deleted > 0) json.Field("deleted", GoTime(hit.deleted));
  json.EndObject();
}

// Both conditions must hold where both are given.
void Narrow(std::optional<std::vector<std::string>>& uids, std::vector<std::string> to) {
  if (!uids) {
    uids = std::move(to);
    return;
  }
  std::erase_if(*uids, [&](const std::string& uid) {
    return std::find(to.begin(), to.end(), uid) == to.end();
  });
}

Result<SearchQuery> ReadQuery(const ContentContext& c, const Call& call,
                              const std::set<std::string>& stars) {
  SearchQuery query;
  query.text = std::string(call.query.Get("query")).substr(0, 1'000);
  query.tags = call.query.GetAll("tag");
  std::vector<std::string> types = call.query.GetAll("type");
  auto wants = [&](std::string_view type) {
    return std::any_of(types.begin(), types.end(),
                       [&](const std::string& t) { return t.starts_with(type); });
  };
  query.folders = types.empty() || wants("dash-folder");
  query.dashboards = types.empty() || wants("dash-db");
  query.deleted = IsTrue(call.query.Get("deleted"));
  query.descending = call.query.Get("sort") == "alpha-desc";
  for (const char* name : {"dashboardUIDs", "dashboardUID"}) {
    if (call.query.Has(name)) Narrow(query.uids, ListOf(call, name));
  }
  if (call.query.Has("dashboardIds")) {
    std::vector<std::string> uids;
    for (const std::string& id : ListOf(call, "dashboardIds")) {
      Result<std::string> uid = c.UidOfDashboardId(IntOf(id, 0));
      if (uid.ok()) uids.push_back(*std::move(uid));
    }
    Narrow(query.uids, std::move(uids));
  }
  if (IsTrue(call.query.Get("starred"))) {
    Narrow(query.uids, std::vector<std::string>(stars.begin(), stars.end()));
  }
  if (call.query.Has("folderUIDs")) query.folder_uids = ListOf(call, "folderUIDs");
  if (call.query.Has("folderIds")) {
    if (!query.folder_uids) query.folder_uids.emplace();
    std::vector<grafana::Folder> folders = TRY(c.rooms.dashboards->Folders());
    for (const std::string& id : ListOf(call, "folderIds")) {
      if (id == "0") query.folder_uids->push_back("general");
      for (const grafana::Folder& folder : folders) {
        if (id == std::to_string(folder.id)) query.folder_uids->push_back(folder.uid);
      }
    }
  }
  return query;
}

net::Response Search(ContentContext& c, const Call& call) {
  std::set<std::string> stars = c.StarsOf(call.who);
  Result<SearchQuery> query = ReadQuery(c, call, stars);
  if (!query.ok()) return ErrorAnswer(query.error());
  Level level = call.query.Get("permission") == "Edit" ? kEdit : kView;
  size_t limit = LimitOf(call, "limit", 1'000, kMaxLimit);
  size_t page = LimitOf(call, "page", 1, 1'000'000);
  // Pages are those of what this visitor may see.
  Result<bool> any = c.permissions.Any();
  bool all_alike = any.ok() && !*any && level == kView;
  query->limit = all_alike ? limit : SIZE_MAX;
  query->page = all_alike ? page : 1;
  Result<std::vector<SearchHit>> hits = c.rooms.dashboards->Search(*query);
  if (!hits.ok()) return ErrorAnswer(hits.error());
  if (!all_alike) {
    std::erase_if(*hits, [&](const SearchHit& hit) {
      return hit.is_folder ? !c.May(call.who, level, "", hit.uid)
                           : !c.May(call.who, level, hit.uid, hit.folder_uid);
    });
    size_t begin = page - 1 > hits->size() / limit ? hits->size() : (page - 1) * limit;
    hits->erase(hits->begin(), hits->begin() + static_cast<ptrdiff_t>(begin));
    if (hits->size() > limit) hits->resize(limit);
  }
  JsonWriter json;
  json.BeginArray();
  for (const SearchHit& hit : *hits) WriteHit(json, c, hit, stars);
  json.EndArray();
  return Answer(json);
}

net::Response Sorting(ContentContext&, const Call&) {
  JsonWriter json;
  json.BeginObject().Key("sortOptions").BeginArray();
  for (const auto& [name, shown, described] :
       {std::tuple("alpha-asc", "Alphabetically (A–Z)",
                   "Sort results in an alphabetically ascending order"),
        std::tuple("alpha-desc", "Alphabetically (Z–A)",
                   "Sort results in an alphabetically descending order")}) {
    json.BeginObject().Field("name", name).Field("displayName", shown);
    json.Field("description", described).Field("meta", "").EndObject();
  }
  json.EndArray().EndObject();
  return Answer(json);
}

net::Response Tags(ContentContext& c, const Call&) {
  Result<std::vector<grafana::Dashboards::TagCount>> tags = c.rooms.dashboards->Tags();
  if (!tags.ok()) return ErrorAnswer(tags.error());
  JsonWriter json;
  json.BeginArray();
  for (const grafana::Dashboards::TagCount& tag : *tags) {
    json.BeginObject().Field("term", tag.tag).Field("count", tag.count).EndObject();
  }
  json.EndArray();
  return Answer(json);
}

constexpr ContentRoute kRoutes[] = {
    {"GET", "/api/search", Need::kViewer, &Search},
    {"GET", "/api/search/sorting", Need::kViewer, &Sorting},
    {"GET", "/api/dashboards/tags", Need::kViewer, &Tags},
};

}  // namespace

void RegisterSearch(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

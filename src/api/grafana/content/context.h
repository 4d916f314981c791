#pragma once
// What the sources of ContentApi share: the rooms, who may do what, addresses of pages, and reading
// of bodies. Thread-safe, as all that it points to.

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/grafana/content/content_api.h"
#include "codec/json.h"
#include "grafana/dashboards/annotations.h"
#include "grafana/dashboards/records.h"
#include "net/http.h"

namespace watchfire::api {

// What a permission allows, as Grafana numbers them.
enum Level : int64_t { kView = 1, kEdit = 2, kAdminister = 4 };

struct ContentContext {
  explicit ContentContext(ContentDependencies d);

  ContentDependencies rooms;
  grafana::Snapshots snapshots;
  grafana::LibraryElements elements;
  grafana::Playlists playlists;
  grafana::ShortUrls short_urls;
  grafana::PublicDashboards public_dashboards;
  grafana::Permissions permissions;
  grafana::Annotations annotations;

  // Of a dashboard in a folder ("" and a folder: of the folder). Where nothing was set, and for
  // administrators, as the role says.
  bool May(const grafana::Identity& who, Level level, std::string_view dashboard_uid,
           std::string_view folder_uid) const;
  std::set<std::string> StarsOf(const grafana::Identity& who) const;

  // With the sub path: "/d/uid/slug".
  std::string DashboardUrl(std::string_view uid, std::string_view slug) const;
  std::string FolderUrl(std::string_view uid, std::string_view title) const;
  // With scheme and host, as the visitor sees this server; without a slash at its end.
  std::string RootUrl(const net::Request& request) const;
  // "": General, or gone.
  grafana::Folder FolderOf(std::string_view uid) const;
  // What bodies and queries name: `folderUid`, or `folderId` of old. kNotFound.
  Result<std::string> FolderUidOf(const codec::Json& body) const;
  Result<std::string> UidOfDashboardId(int64_t id) const;
};

using ContentHandler = net::Response (*)(ContentContext& context, const Call& call);
struct ContentRoute {
  const char* method;
  const char* pattern;
  Need need;
  ContentHandler handler;
};
void AddRoutes(GrafanaRoutes& routes, ContentContext& context, std::span<const ContentRoute> list);

void RegisterDashboards(GrafanaRoutes& routes, ContentContext& context);
void RegisterHistory(GrafanaRoutes& routes, ContentContext& context);
void RegisterSearch(GrafanaRoutes& routes, ContentContext& context);
void RegisterFolders(GrafanaRoutes& routes, ContentContext& context);
void RegisterPermissions(GrafanaRoutes& routes, ContentContext& context);
void RegisterLibrary(GrafanaRoutes& routes, ContentContext& context);
void RegisterSnapshots(GrafanaRoutes& routes, ContentContext& context);
void RegisterSharing(GrafanaRoutes& routes, ContentContext& context);
void RegisterAnnotations(GrafanaRoutes& routes, ContentContext& context);
void RegisterDataSources(GrafanaRoutes& routes, ContentContext& context);
void RegisterKeeping(GrafanaRoutes& routes, ContentContext& context);

// ---- reading; what is missing or of another kind is "", 0, false
std::string StringAt(const codec::Json& object, std::string_view key);
int64_t IntAt(const codec::Json& object, std::string_view key);
bool BoolAt(const codec::Json& object, std::string_view key, bool otherwise = false);
std::vector<std::string> StringsAt(const codec::Json& object, std::string_view key);
int64_t IntOf(std::string_view text, int64_t otherwise);
// A positive number of the query, at most `most`.
size_t LimitOf(const Call& call, std::string_view name, size_t otherwise, size_t most);
// Of a repeated parameter, whose values may hold commas.
std::vector<std::string> ListOf(const Call& call, std::string_view name);
// The body as an object, or the answer to send instead.
struct ReadBody {
  codec::Json json;
  std::optional<net::Response> refused;
};
ReadBody ObjectOf(const Call& call);

// ---- answering
net::Response Denied(std::string_view action);
net::Response Answer(codec::JsonWriter& json, int status = 200);
// {"message", "status"} of a save that was refused.
net::Response SaveRefused(const grafana::SaveError& error);
// "success" and where it is now.
net::Response SaveDone(const ContentContext& context, const grafana::DashboardMeta& meta);
// `"accessControl": {"dashboards:read": true, …}` if `?accesscontrol=true` asks for it.
void WriteAccessControl(codec::JsonWriter& json, const Call& call, std::string_view noun,
                        bool may_edit, bool may_administer);
bool IsTrue(std::string_view text);

}  // namespace watchfire::api

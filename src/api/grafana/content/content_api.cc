#include "api/grafana/content/content_api.h"

#include "api/grafana/content/context.h"

namespace watchfire::api {

ContentApi::ContentApi(ContentDependencies dependencies)
    : context_(std::make_unique<ContentContext>(std::move(dependencies))) {}

ContentApi::~ContentApi() = default;

void ContentApi::Register(GrafanaRoutes& routes) {
  for (auto* part : {&RegisterDashboards, &RegisterHistory, &RegisterSearch, &RegisterFolders,
                     &RegisterPermissions, &RegisterLibrary, &RegisterSnapshots, &RegisterSharing,
                     &RegisterAnnotations, &RegisterDataSources, &RegisterKeeping}) {
    part(routes, *context_);
  }
}

Result<ContentApi::Counts> ContentApi::Count() const {
  grafana::Dashboards::Counts boards = TRY(context_->rooms.dashboards->Count());
  Counts counts;
  counts.dashboards = boards.dashboards;
  counts.provisioned_dashboards = boards.provisioned;
  counts.folders = boards.folders;
  counts.tags = boards.tags;
  counts.trash = boards.in_trash;
  counts.datasources = static_cast<int64_t>(context_->rooms.sources->All().size());
  counts.snapshots = TRY(context_->snapshots.Count());
  counts.annotations = TRY(context_->annotations.Count());
  counts.playlists = static_cast<int64_t>(TRY(context_->playlists.All()).size());
  counts.library_elements = static_cast<int64_t>(TRY(context_->elements.All()).size());
  counts.public_dashboards = static_cast<int64_t>(TRY(context_->public_dashboards.All()).size());
  return counts;
}

}  // namespace watchfire::api

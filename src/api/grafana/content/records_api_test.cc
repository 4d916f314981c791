#include "api/grafana/content/world_test.h"

namespace watchfire::api {
namespace {

class RecordsApi : public ContentTest {};

TEST_F(RecordsApi, DataSourcesAreListedMadeChangedAndDeleted) {
  Reply made = Post("/api/datasources", R"({"name":"Prometheus","type":"prometheus","uid":"p",
      "access":"proxy","url":"http://prometheus:9090","basicAuth":true,"basicAuthUser":"u",
      "jsonData":{"timeInterval":"15s"},"secureJsonData":{"basicAuthPassword":"hunter2"}})",
                    "admin");
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.Message(), "Datasource added");
  EXPECT_EQ(made.Text("datasource/secureJsonFields/basicAuthPassword"), "true");
  EXPECT_EQ(made.body.find("hunter2"), std::string::npos);
  Reply list = Get("/api/datasources", "root");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list.Text("0/url"), "http://prometheus:9090");
  EXPECT_EQ(list.Text("0/isDefault"), "true");
  EXPECT_EQ(list.Text("0/typeName"), "Prometheus");
  EXPECT_EQ(list.At("0/secureJsonFields"), codec::Json());
  EXPECT_EQ(Get("/api/datasources", "").status, 401);
  Reply little = Get("/api/datasources");
  EXPECT_EQ(little.Text("0/url"), "");
  EXPECT_EQ(little.Text("0/jsonData/timeInterval"), "15s");
  for (const char* path :
       {"/api/datasources/uid/p", "/api/datasources/name/Prometheus", "/api/datasources/1"}) {
    EXPECT_EQ(Get(path, "admin").Text("basicAuthUser"), "u") << path;
  }
  EXPECT_EQ(Get("/api/datasources/id/Prometheus").body, R"({"id":1})");
  EXPECT_EQ(Get("/api/datasources/uid/no").Message(), "Data source not found");
  EXPECT_EQ(
      Post("/api/datasources", R"({"name":"Prometheus","type":"prometheus"})", "admin").status,
      409);
  Reply updated = Ask("admin", "PUT", "/api/datasources/uid/p",
                      R"({"name":"P2","type":"prometheus","url":"http://b","version":1})");
  EXPECT_EQ(updated.Message(), "Datasource updated");
  EXPECT_EQ(updated.Text("datasource/secureJsonFields/basicAuthPassword"), "true");
  EXPECT_EQ(Ask("admin", "PUT", "/api/datasources/1", R"({"name":"P3","version":1})").status, 409);
  EXPECT_EQ(Ask("admin", "DELETE", "/api/datasources/name/P2").body,
            R"({"id":1,"message":"Data source deleted"})");
  EXPECT_EQ(Get("/api/datasources/correlations").Text("totalCount"), "0");
  for (const char* body : {"x", "[]", "{}", R"({"name":"x","type":"p","jsonData":[]})",
                           R"({"name":"x","type":"p","secureJsonData":{"a":5}})",
                           R"({"name":"x","type":"p","uid":"../x"})"}) {
    EXPECT_EQ(Post("/api/datasources", body, "admin").status, 400) << body;
  }
}

TEST_F(RecordsApi, AProvisionedDataSourceIsReadOnly) {
  Write("conf/datasources/p.yml", "datasources: [{name: P, url: http://a, isDefualt: true}]");
  Reply reloaded = Post("/api/admin/provisioning/datasources/reload", "", "root");
  EXPECT_EQ(reloaded.Message(), "Datasources config reloaded");
  EXPECT_EQ(reloaded.Text("problems/0/line"), "1");
  Reply problems = Get("/api/admin/provisioning/problems", "admin");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems.Text("0/kind"), "datasources");
  EXPECT_EQ(Get("/api/admin/provisioning/problems", "editor").status, 403);
  EXPECT_EQ(Post("/api/admin/provisioning/nonsense/reload", "", "root").status, 404);
  EXPECT_EQ(Post("/api/admin/provisioning/plugins/reload", "", "root").status, 200);
  Reply refused = Ask("admin", "PUT", "/api/datasources/1", R"({"name":"Q"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.Message(), "Cannot update read-only data source");
  EXPECT_EQ(Ask("admin", "DELETE", "/api/datasources/1").status, 403);
  EXPECT_EQ(Get("/api/datasources").Text("0/readOnly"), "true");
}

TEST_F(RecordsApi, AnExportHasEverythingButSecrets) {
  Post("/api/folders", R"({"uid":"f","title":"F"})");
  Post("/api/dashboards/db", R"({"dashboard":{"title":"x","uid":"u"},"folderUid":"f"})");
  Post("/api/datasources",
       R"({"name":"P","type":"prometheus","secureJsonData":{"basicAuthPassword":"hunter2"}})",
       "admin");
  Reply all = Get("/api/export", "admin");
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(all.Text("folders/0/uid"), "f");
  EXPECT_EQ(all.Text("dashboards/0/folderUid"), "f");
  EXPECT_EQ(all.Text("dashboards/0/dashboard/title"), "x");
  EXPECT_EQ(all.Text("datasources/0/secureJsonFields/basicAuthPassword"), "true");
  EXPECT_EQ(all.body.find("hunter2"), std::string::npos);
}

TEST_F(RecordsApi, ASnapshotIsSeenByWhoeverHasItsKey) {
  Reply made = Post("/api/snapshots", R"({"dashboard":{"title":"x","panels":[]},"name":"S",
      "expires":3600})",
                    "viewer");
  EXPECT_EQ(made.status, 200) << made.body;
  std::string key = made.Text("key");
  EXPECT_EQ(made.Text("url"), "http://grafana.example:3000/dashboard/snapshot/" + key);
  Reply seen = Get("/api/snapshots/" + key, "");
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.Text("meta/isSnapshot"), "true");
  EXPECT_EQ(seen.Text("dashboard/title"), "x");
  EXPECT_EQ(Get("/api/dashboard/snapshots", "editor").Text("0/name"), "S");
  EXPECT_EQ(Get("/api/dashboard/snapshots", "viewer").size(), 1u);
  EXPECT_EQ(Post("/api/snapshots", R"({"dashboard":{}})", "").status, 401);
  EXPECT_EQ(Post("/api/snapshots", R"({"dashboard":[]})").status, 400);
  EXPECT_EQ(Post("/api/snapshots", R"({"dashboard":{},"external":true})").status, 403);
  EXPECT_EQ(Post("/api/snapshots", R"({"dashboard":{},"key":"../../x"})").status, 400);
  EXPECT_EQ(Post("/api/snapshots", R"({"dashboard":{},"key":")" + key + "\"}").status, 409);
  EXPECT_EQ(Get("/api/snapshots-delete/" + key, "").status, 404);
  EXPECT_EQ(Get("/api/snapshots-delete/" + made.Text("deleteKey"), "").status, 200);
  EXPECT_EQ(Get("/api/snapshots/" + key, "").status, 404);
  std::string other = Post("/api/snapshots", R"({"dashboard":{}})").Text("key");
  EXPECT_EQ(Ask("viewer", "DELETE", "/api/snapshots/" + other).status, 403);
  EXPECT_EQ(Ask("editor", "DELETE", "/api/snapshots/" + other).status, 200);
  settings_.other.snapshots_enabled = false;
  EXPECT_EQ(Get("/api/snapshots/" + key, "").status, 403);
  EXPECT_EQ(Get("/api/snapshot/shared-options").Text("snapshotEnabled"), "false");
}

TEST_F(RecordsApi, ASnapshotDoesNotFollowALogin) {
  std::string key = Post("/api/snapshots", R"({"dashboard":{}})", "viewer").Text("key");
  for (grafana::ServiceAccount& account : accounts_->ServiceAccounts().value()) {
    if (account.name != "viewer") continue;
    account.name = "renamed";
    ASSERT_TRUE(accounts_->UpdateServiceAccount(account).ok());
  }
  int64_t id = accounts_->CreateServiceAccount("viewer", grafana::Role::kViewer, false)->id;
  tokens_["other"] = "Bearer " + accounts_->CreateToken(id, "t", 0)->key;
  EXPECT_EQ(Get("/api/dashboard/snapshots", "other").size(), 0u);
  EXPECT_EQ(Ask("other", "DELETE", "/api/snapshots/" + key).status, 403);
  EXPECT_EQ(Ask("viewer", "DELETE", "/api/snapshots/" + key).status, 200);
}

TEST_F(RecordsApi, AnnotationsAreAddedFoundChangedAndDeleted) {
  Post("/api/dashboards/db", R"({"dashboard":{"title":"x","uid":"u"}})");
  Reply added = Post("/api/annotations",
                     R"({"dashboardUID":"u","panelId":2,"time":1000,"timeEnd":2000,
                         "tags":["deploy","v1"],"text":"deployed"})");
  EXPECT_EQ(added.body, R"({"id":1,"message":"Annotation added"})");
  Reply list = Get("/api/annotations?from=500&to=1500&tags=deploy&tags=v1&dashboardUID=u");
  ASSERT_EQ(list.size(), 1u) << list.body;
  EXPECT_EQ(list.Text("0/text"), "deployed");
  EXPECT_EQ(list.Text("0/dashboardId"), "1");
  EXPECT_EQ(list.Text("0/timeEnd"), "2000");
  EXPECT_EQ(list.Text("0/tags/1"), "v1");
  EXPECT_EQ(Get("/api/annotations?from=2001").size(), 0u);
  EXPECT_EQ(Get("/api/annotations?type=alert").size(), 0u);
  EXPECT_EQ(Get("/api/annotations?dashboardId=1&panelId=2").size(), 1u);
  EXPECT_EQ(Get("/api/annotations?dashboardId=77").status, 404);
  EXPECT_EQ(Post("/api/annotations", R"({"text":"x"})", "viewer").status, 403);
  EXPECT_EQ(Post("/api/annotations", R"({"text":""})").status, 400);
  EXPECT_EQ(Post("/api/annotations", R"({"text":"x","dashboardUID":"no"})").status, 404);
  EXPECT_EQ(Post("/api/annotations", R"({"text":"x","time":"nonsense","tags":5})").status, 200);
  EXPECT_EQ(Ask("editor", "PATCH", "/api/annotations/1", R"({"text":"rolled back"})").Message(),
            "Annotation patched");
  EXPECT_EQ(Get("/api/annotations/1").Text("text"), "rolled back");
  EXPECT_EQ(Get("/api/annotations/1").Text("timeEnd"), "2000");
  EXPECT_EQ(Ask("editor", "PUT", "/api/annotations/1", R"({"text":"a","time":5000})").Message(),
            "Annotation updated");
  EXPECT_EQ(Get("/api/annotations/1").Text("timeEnd"), "5000");
  EXPECT_EQ(Get("/api/annotations/1").At("tags/0"), codec::Json());
  Reply graphite = Post("/api/annotations/graphite",
                        R"({"what":"Event","tags":"a b","when":1467844481,"data":"more"})");
  EXPECT_EQ(graphite.Message(), "Graphite annotation added");
  Reply read = Get("/api/annotations/" + graphite.Text("id"));
  EXPECT_EQ(read.Text("text"), "Event\nmore");
  EXPECT_EQ(read.Text("time"), "1467844481000");
  EXPECT_EQ(Get("/api/annotations/tags?tag=a").body,
            R"({"result":{"tags":[{"tag":"a","count":1}]}})");
  EXPECT_EQ(Post("/api/annotations/mass-delete", R"({"dashboardUID":"u","panelId":2})").Message(),
            "Annotations deleted");
  EXPECT_EQ(Get("/api/annotations/1").status, 404);
  EXPECT_EQ(Post("/api/annotations/mass-delete", "{}").status, 400);
  EXPECT_EQ(Ask("editor", "DELETE", "/api/annotations/2").status, 200);
  EXPECT_EQ(Ask("editor", "DELETE", "/api/annotations/2").status, 404);
}

TEST_F(RecordsApi, LibraryElementsAreShared) {
  Reply made = Post("/api/library-elements",
                    R"({"name":"CPU","model":{"type":"timeseries"},"kind":1,"uid":"lib"})");
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.Text("result/type"), "timeseries");
  EXPECT_EQ(made.Text("result/meta/folderName"), "General");
  EXPECT_EQ(Post("/api/library-elements", R"({"name":"CPU","model":{},"kind":1})").status, 409);
  EXPECT_EQ(Get("/api/library-elements?searchString=cp&perPage=10").Text("result/totalCount"), "1");
  EXPECT_EQ(Get("/api/library-elements?typeFilter=stat").Text("result/totalCount"), "0");
  EXPECT_EQ(Get("/api/library-elements/name/CPU").Text("result/0/uid"), "lib");
  Reply patched = Ask("editor", "PATCH", "/api/library-elements/lib",
                      R"({"name":"CPU time","kind":1,"version":1})");
  EXPECT_EQ(patched.Text("result/version"), "2");
  EXPECT_EQ(Ask("editor", "PATCH", "/api/library-elements/lib", R"({"version":1})").status, 412);
  Post("/api/dashboards/db",
       R"({"dashboard":{"title":"x","uid":"u","panels":[{"libraryPanel":{"uid":"lib"}}]}})");
  EXPECT_EQ(Get("/api/library-elements/lib/connections").Text("result/0/connectionUid"), "u");
  EXPECT_EQ(Ask("editor", "DELETE", "/api/library-elements/lib").status, 403);
  Ask("editor", "DELETE", "/api/dashboards/uid/u");
  EXPECT_EQ(Ask("editor", "DELETE", "/api/library-elements/lib").status, 200);
}

TEST_F(RecordsApi, PlaylistsAndShortAddressesWork) {
  Reply made = Post("/api/playlists", R"({"name":"Wall","interval":"5m","items":[
      {"type":"dashboard_by_uid","value":"u","title":"U"}]})");
  std::string uid = made.Text("uid");
  EXPECT_EQ(Get("/api/playlists/" + uid).Text("items/0/value"), "u");
  EXPECT_EQ(Get("/api/playlists/" + uid + "/items").size(), 1u);
  EXPECT_EQ(Ask("editor", "PUT", "/api/playlists/" + uid, R"({"name":"W2"})").Text("name"), "W2");
  EXPECT_EQ(Get("/api/playlists").size(), 1u);
  EXPECT_EQ(Ask("viewer", "DELETE", "/api/playlists/" + uid).status, 403);
  EXPECT_EQ(Ask("editor", "DELETE", "/api/playlists/" + uid).body, "{}");
  EXPECT_EQ(Get("/api/playlists/" + uid).status, 404);

  Reply shortened = Post("/api/short-urls", R"({"path":"d/u/x?from=now-1h"})", "viewer");
  EXPECT_EQ(shortened.Text("url"),
            "http://grafana.example:3000/goto/" + shortened.Text("uid") + "?orgId=1");
  Reply gone = Get("/goto/" + shortened.Text("uid"));
  EXPECT_EQ(gone.status, 302);
  EXPECT_EQ(gone.headers.Get("Location"), "/d/u/x?from=now-1h");
  EXPECT_EQ(Get("/goto/nobody").headers.Get("Location"), "/");
  EXPECT_EQ(Post("/api/short-urls", R"({"path":"https://evil.example"})").status, 400);
  Reply picture = Get("/render/d-solo/u/x?panelId=2");
  EXPECT_EQ(picture.status, 501);
  EXPECT_EQ(picture.Text("message"),
            "panels are not rendered to pictures; /d-solo/u/x shows the panel itself");
}

TEST_F(RecordsApi, APublicDashboardShowsNoQueries) {
  Post("/api/dashboards/db", R"({"dashboard":{"title":"x","uid":"u","annotations":{"list":[1]},
      "panels":[{"id":1,"targets":[{"refId":"A","expr":"secret_metric"}]},
      {"type":"row","panels":[{"targets":[{"refId":"B","expr":"secret_metric"}]}]}]}})");
  std::string base = "/api/dashboards/uid/u/public-dashboards";
  EXPECT_EQ(Get(base).status, 404);
  EXPECT_EQ(Post(base, "{}", "viewer").status, 403);
  Reply made = Post(base, R"({"isEnabled":true,"timeSelectionEnabled":true})");
  EXPECT_EQ(made.Text("share"), "public");
  EXPECT_EQ(Post(base, "{}").status, 409);
  EXPECT_EQ(Get(base, "viewer").Text("accessToken"), "");
  std::string path = "/api/public/dashboards/" + made.Text("accessToken");
  Reply seen = Get(path, "");
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.body.find("secret_metric"), std::string::npos);
  EXPECT_EQ(seen.Text("dashboard/panels/0/targets/0/refId"), "A");
  EXPECT_EQ(seen.At("dashboard/annotations/list"), codec::Json());
  EXPECT_EQ(Get("/api/dashboards/uid/u").Text("meta/publicDashboardEnabled"), "true");
  EXPECT_EQ(Get("/api/dashboards/public-dashboards", "editor").Text("totalCount"), "1");
  Post("/api/annotations", R"({"text":"hidden","dashboardUID":"u"})");
  EXPECT_EQ(Get(path + "/annotations", "").size(), 0u);
  std::string one = base + "/" + made.Text("uid");
  Ask("editor", "PATCH", one, R"({"annotationsEnabled":true})");
  EXPECT_EQ(Get(path + "/annotations", "").Text("0/text"), "hidden");
  EXPECT_EQ(Ask("editor", "PATCH", base + "/other", R"({"isEnabled":false})").status, 404);
  Ask("editor", "PATCH", one, R"({"isEnabled":false})");
  EXPECT_EQ(Get(path, "").status, 404);
  EXPECT_EQ(Ask("editor", "DELETE", one).status, 200);
  EXPECT_EQ(Get(base).status, 404);
}

TEST_F(RecordsApi, APublicDashboardHidesQueriesOfVariablesAnnotationsAndTheSecondFormat) {
  Post("/api/dashboards/db", R"({"dashboard":{"title":"x","uid":"u",
      "annotations":{"list":[{"name":"n","expr":"secret_metric",
        "target":{"expr":"secret_metric"}}]},
      "templating":{"list":[{"type":"query","name":"v","definition":"secret_metric",
        "query":{"query":"secret_metric"}},{"type":"custom","query":"a,b"}]},
      "elements":{"p":{"spec":{"data":{"spec":{"queries":[{"spec":{"query":{"spec":
        {"expr":"secret_metric"}}}}]}}}}},
      "variables":[{"kind":"QueryVariable","spec":{"name":"w","query":"secret_metric"}}]}})");
  Reply made = Post("/api/dashboards/uid/u/public-dashboards",
                    R"({"isEnabled":true,"annotationsEnabled":true})");
  Reply seen = Get("/api/public/dashboards/" + made.Text("accessToken"), "");
  EXPECT_EQ(seen.body.find("secret_metric"), std::string::npos) << seen.body;
  EXPECT_EQ(seen.Text("dashboard/templating/list/1/query"), "a,b");
  EXPECT_EQ(seen.Text("dashboard/annotations/list/0/name"), "n");
}

TEST_F(RecordsApi, EverythingIsCounted) {
  Post("/api/folders", R"({"title":"F"})");
  Post("/api/dashboards/db", R"({"dashboard":{"title":"x","tags":["a"]}})");
  Post("/api/annotations", R"({"text":"x"})");
  ContentApi::Counts counts = api_->Count().value();
  EXPECT_EQ(counts.folders, 1);
  EXPECT_EQ(counts.dashboards, 1);
  EXPECT_EQ(counts.tags, 1);
  EXPECT_EQ(counts.annotations, 1);
  EXPECT_EQ(counts.datasources, 0);
}

}  // namespace
}  // namespace watchfire::api

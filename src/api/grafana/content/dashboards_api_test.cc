#include "api/grafana/content/world_test.h"

namespace watchfire::api {
namespace {

class DashboardsApi : public ContentTest {
 protected:
  // Its uid.
  std::string Make(const std::string& title, const std::string& more = {}) {
    Reply reply =
        Post("/api/dashboards/db", R"({"dashboard":{"title":")" + title + "\"" + more + "}}");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Text("uid");
  }
};

TEST_F(DashboardsApi, ASaveAnswersAsGrafanaDoes) {
  Reply reply = Post("/api/dashboards/db", R"({"dashboard":{"id":null,"uid":"abc","title":"My X"},
      "folderUid":"","message":"first","overwrite":false})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"folderUid":"","id":1,"slug":"my-x","status":"success","uid":"abc",)"
                        R"("url":"/d/abc/my-x","version":1})");
  Reply got = Get("/api/dashboards/uid/abc");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.Text("dashboard/title"), "My X");
  EXPECT_EQ(got.Text("dashboard/version"), "1");
  EXPECT_EQ(got.Text("meta/type"), "db");
  EXPECT_EQ(got.Text("meta/canSave"), "false");
  EXPECT_EQ(got.Text("meta/provisioned"), "false");
  EXPECT_EQ(got.Text("meta/folderTitle"), "Dashboards");
  EXPECT_TRUE(got.Text("meta/createdBy").starts_with("sa-")) << got.Text("meta/createdBy");
  EXPECT_EQ(got.Text("meta/annotationsPermissions/dashboard/canAdd"), "false");
  EXPECT_EQ(got.At("meta/accessControl"), codec::Json());
  Reply editor = Get("/api/dashboards/uid/abc/?accesscontrol=true", "editor");
  EXPECT_EQ(editor.Text("meta/canSave"), "true");
  EXPECT_EQ(editor.Text("meta/accessControl/dashboards:write"), "true");
  EXPECT_EQ(editor.Text("meta/accessControl/dashboards.permissions:write"), "null");
  EXPECT_EQ(Get("/api/dashboards/db/my-x").Text("dashboard/uid"), "abc");
}

TEST_F(DashboardsApi, RefusalsHaveGrafanasStatusAndWords) {
  EXPECT_EQ(Get("/api/dashboards/uid/nobody").status, 404);
  EXPECT_EQ(Get("/api/dashboards/uid/nobody").body, R"({"message":"Dashboard not found"})");
  Reply empty = Post("/api/dashboards/db", R"({"dashboard":{}})");
  EXPECT_EQ(empty.status, 400);
  EXPECT_EQ(empty.body, R"({"message":"Dashboard title cannot be empty","status":"empty-name"})");
  Reply folder = Post("/api/dashboards/db", R"({"dashboard":{"title":"x"},"folderUid":"no"})");
  EXPECT_EQ(folder.status, 404);
  EXPECT_EQ(folder.body, R"({"message":"folder not found","status":"not-found"})");
  Make("x", R"(,"uid":"u")");
  Reply conflict =
      Post("/api/dashboards/db", R"({"dashboard":{"title":"y","uid":"u","version":0}})");
  EXPECT_EQ(conflict.status, 412);
  EXPECT_EQ(conflict.Text("status"), "version-mismatch");
}

TEST_F(DashboardsApi, HostileBodiesAreRefused) {
  for (const std::string& body :
       {std::string("not json"), std::string("[]"), std::string("5"), std::string("null"),
        std::string(R"({"dashboard":[]})"), std::string(R"({"dashboard":"x"})"),
        std::string(R"({"dashboard":{"title":5}})"), std::string("{\"dashboard\":{\"title\":\"x"),
        R"({"dashboard":{"title":"x","a":)" + std::string(100'000, '[') + "}}",
        std::string(R"({"dashboard":{"title":"x","uid":"../../../etc/passwd"}})"),
        std::string(R"({"dashboard":{"title":"x","uid":"a b"}})"), std::string("{}"),
        std::string()}) {
    Reply reply = Post("/api/dashboards/db", body);
    EXPECT_EQ(reply.status, 400) << body.substr(0, 80) << " → " << reply.body;
    EXPECT_FALSE(reply.Message().empty());
  }
  Reply large = Post("/api/dashboards/db",
                     R"({"dashboard":{"title":"x","a":")" + std::string(10 << 20, 'x') + "\"}}");
  EXPECT_EQ(large.status, 413);
  EXPECT_NE(large.Message().find("too large"), std::string::npos);
  EXPECT_EQ(Get("/api/search").size(), 0u);
}

TEST_F(DashboardsApi, HostilePathsFindNothing) {
  for (const char* uid :
       {"..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%00", "'%20OR%201=1--", "%ff"}) {
    for (const char* prefix :
         {"/api/dashboards/uid/", "/api/folders/", "/api/snapshots/", "/api/library-elements/",
          "/api/playlists/", "/api/datasources/uid/", "/api/public/dashboards/",
          "/api/snapshots-delete/", "/api/datasources/name/", "/api/annotations/"}) {
      Reply reply = Get(prefix + std::string(uid));
      EXPECT_EQ(reply.status, 404) << prefix << uid << reply.body;
    }
  }
}

TEST_F(DashboardsApi, RolesMayWhatTheyMay) {
  std::string save = R"({"dashboard":{"title":"x"}})";
  EXPECT_EQ(Post("/api/dashboards/db", save, "").status, 401);
  EXPECT_EQ(Post("/api/dashboards/db", save, "viewer").status, 403);
  EXPECT_EQ(Post("/api/dashboards/db", save, "admin").status, 200);
  EXPECT_EQ(Get("/api/search", "").status, 401);
  EXPECT_EQ(Post("/api/folders", R"({"title":"x"})", "viewer").status, 403);
  EXPECT_EQ(Post("/api/datasources", R"({"name":"x","type":"prometheus"})", "editor").status, 403);
  EXPECT_EQ(Get("/api/export", "editor").status, 403);
  EXPECT_EQ(Post("/api/admin/provisioning/dashboards/reload", "", "admin").status, 403);
  EXPECT_EQ(Post("/api/admin/provisioning/dashboards/reload", "", "root").status, 200);
}

TEST_F(DashboardsApi, AllFormsOfADashboardAreTaken) {
  for (const char* body :
       {R"({"dashboard":{"dashboard":{"title":"a","uid":"u"}},"overwrite":true})",
        R"({"title":"a","uid":"u","panels":[],"overwrite":true})",
        R"({"apiVersion":"dashboard.grafana.app/v1beta1","kind":"Dashboard","overwrite":true,
               "metadata":{"name":"u"},"spec":{"title":"a"}})"}) {
    Reply reply = Post("/api/dashboards/db", body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.Text("uid"), "u");
  }
}

TEST_F(DashboardsApi, WithoutAFolderASaveKeepsTheOldOne) {
  Post("/api/folders", R"({"uid":"f","title":"F"})");
  Post("/api/dashboards/db", R"({"dashboard":{"title":"a","uid":"u"},"folderUid":"f"})");
  Reply kept = Post("/api/dashboards/db", R"({"dashboard":{"title":"a","uid":"u","version":1}})");
  EXPECT_EQ(kept.Text("folderUid"), "f");
  Reply moved = Post("/api/dashboards/db",
                     R"({"dashboard":{"title":"a","uid":"u","version":2},"folderId":0})");
  EXPECT_EQ(moved.Text("folderUid"), "");
}

TEST_F(DashboardsApi, ADeletedOneLiesInTheTrash) {
  Post("/api/folders", R"({"uid":"f","title":"F"})");
  Post("/api/dashboards/db", R"({"dashboard":{"title":"My","uid":"u"},"folderUid":"f"})");
  EXPECT_EQ(Ask("viewer", "DELETE", "/api/dashboards/uid/u").status, 403);
  Reply deleted = Ask("editor", "DELETE", "/api/dashboards/uid/u");
  EXPECT_EQ(deleted.body, R"({"id":1,"message":"Dashboard My deleted","title":"My","uid":"u"})");
  EXPECT_EQ(Get("/api/dashboards/uid/u").status, 404);
  Reply trash = Get("/api/trash", "editor");
  ASSERT_EQ(trash.size(), 1u);
  EXPECT_EQ(trash.Text("0/uid"), "u");
  EXPECT_EQ(trash.Text("0/folderTitle"), "F");
  EXPECT_EQ(Get("/api/trash").status, 403);
  EXPECT_EQ(Get("/api/search?deleted=true").Text("0/isDeleted"), "true");
  EXPECT_EQ(Post("/api/trash/u/restore", R"({"folderUid":"nowhere"})").status, 404);
  EXPECT_EQ(Post("/api/trash/u/restore", "{}").Text("folderUid"), "f");
  EXPECT_EQ(Get("/api/dashboards/uid/u").status, 200);
  EXPECT_EQ(Post("/api/trash/u/restore", "{}").status, 404);
  Ask("editor", "DELETE", "/api/dashboards/uid/u");
  EXPECT_EQ(Ask("editor", "DELETE", "/api/trash/u").status, 200);
  EXPECT_EQ(Get("/api/trash", "editor").size(), 0u);
}

TEST_F(DashboardsApi, VersionsAreListedReadRestoredAndCompared) {
  Make("one", R"(,"uid":"u","panels":[{"id":1,"title":"a"}])");
  Post("/api/dashboards/db", R"({"dashboard":{"title":"two","uid":"u","version":1,
      "panels":[{"id":1,"title":"b"},{"id":2}]},"message":"why"})");
  Reply list = Get("/api/dashboards/uid/u/versions?limit=10");
  EXPECT_EQ(list.Text("versions/0/version"), "2");
  EXPECT_EQ(list.Text("versions/0/message"), "why");
  EXPECT_EQ(list.Text("versions/0/parentVersion"), "1");
  EXPECT_EQ(list.At("versions/0/data"), codec::Json());
  EXPECT_EQ(list.At("versions/2"), codec::Json());
  EXPECT_EQ(Get("/api/dashboards/uid/u/versions/1").Text("data/title"), "one");
  EXPECT_EQ(Get("/api/dashboards/uid/u/versions/9").status, 404);
  EXPECT_EQ(Get("/api/dashboards/uid/u/versions/x").status, 404);
  Reply diff = Post("/api/dashboards/calculate-diff",
                    R"({"base":{"dashboardUid":"u","version":1},"new":{"dashboardUid":"u",
                        "version":2},"diffType":"delta"})");
  EXPECT_EQ(diff.body, R"([{"op":"replace","path":"/title","old":"one","new":"two"},)"
                       R"({"op":"replace","path":"/panels/0/title","old":"a","new":"b"},)"
                       R"({"op":"add","path":"/panels/1","new":{"id":2}},)"
                       R"({"op":"replace","path":"/version","old":1,"new":2}])");
  EXPECT_EQ(Post("/api/dashboards/uid/u/restore", R"({"version":1})", "viewer").status, 403);
  Reply restored = Post("/api/dashboards/uid/u/restore", R"({"version":1})");
  EXPECT_EQ(restored.Text("version"), "3");
  EXPECT_EQ(Get("/api/dashboards/uid/u").Text("dashboard/title"), "one");
  EXPECT_EQ(Get("/api/dashboards/uid/u/versions").Text("versions/0/restoredFrom"), "1");
  EXPECT_EQ(Get("/api/dashboards/uid/u/versions").Text("versions/0/message"),
            "Restored from version 1");
}

TEST_F(DashboardsApi, AnImportChoosesSourcesAndBringsLibraryPanels) {
  Post("/api/datasources", R"({"name":"Main","uid":"main","type":"prometheus"})", "admin");
  Post("/api/datasources", R"({"name":"Other","uid":"other","type":"prometheus"})", "admin");
  std::string model = R"({"__inputs":[{"name":"DS_PROMETHEUS","type":"datasource",
      "pluginId":"prometheus"}],"__elements":{"lib":{"name":"Lib","kind":1,"uid":"lib",
      "model":{"type":"stat"}}},"title":"Gallery","uid":"g","id":99,
      "panels":[{"datasource":"${DS_PROMETHEUS}","libraryPanel":{"uid":"lib"}}]})";
  Reply reply = Post("/api/dashboards/import",
                     R"({"dashboard":)" + model +
                         R"(,"overwrite":true,"inputs":[{"name":"DS_PROMETHEUS","type":"datasource",
                         "pluginId":"prometheus","value":"Other"}]})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Text("imported"), "true");
  EXPECT_EQ(reply.Text("importedUrl"), "/d/g/gallery");
  Reply got = Get("/api/dashboards/uid/g");
  EXPECT_EQ(got.Text("dashboard/panels/0/datasource"), "other");
  EXPECT_EQ(got.At("dashboard/__elements"), codec::Json());
  EXPECT_EQ(Get("/api/library-elements/lib").Text("result/meta/connectedDashboards"), "1");
  // Nothing chosen: the default. And the bare model alone.
  EXPECT_EQ(
      Post("/api/dashboards/import", R"({"overwrite":true,"dashboard":)" + model + "}").status,
      200);
  EXPECT_EQ(Get("/api/dashboards/uid/g").Text("dashboard/panels/0/datasource"), "main");
  Reply again = Post("/api/dashboards/import", R"({"dashboard":)" + model + "}");
  EXPECT_EQ(again.status, 412);
  EXPECT_EQ(Post("/api/dashboards/import", R"({"dashboard":{"a":1}})").status, 400);
}

TEST_F(DashboardsApi, TheDocumentedExampleOfAGuideLoadsUnchanged) {
  Reply reply = Post("/api/dashboards/import", R"json({"dashboard":{"title":"Health Overview",
      "panels":[{"title":"Up","type":"stat","targets":[{"expr":"up","refId":"A"}]},
      {"title":"Rate","type":"graph","targets":[{"expr":"rate(x[5m])",
      "legendFormat":"{{verifier}}"}]}]}})json");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Text("title"), "Health Overview");
}

TEST_F(DashboardsApi, HomeIsTheChosenOneOrOurs) {
  Reply ours = Get("/api/dashboards/home");
  EXPECT_EQ(ours.Text("meta/isHome"), "true");
  EXPECT_EQ(ours.Text("dashboard/title"), "Home");
  Write("home.json", R"({"dashboard":{"title":"From file"}})");
  settings_.dashboards.default_home_dashboard_path = root_ + "/home.json";
  EXPECT_EQ(Get("/api/dashboards/home").Text("dashboard/title"), "From file");
  settings_.dashboards.default_home_dashboard_path = root_ + "/missing.json";
  EXPECT_EQ(Get("/api/dashboards/home").Text("dashboard/title"), "Home");
  Make("Mine", R"(,"uid":"mine")");
  ASSERT_TRUE(
      accounts_->SetPreferences(0, codec::Json::Parse(R"({"homeDashboardUID":"mine"})").value())
          .ok());
  EXPECT_EQ(Get("/api/dashboards/home").body, R"({"redirectUri":"/d/mine/mine"})");
}

TEST_F(DashboardsApi, SearchKnowsItsParameters) {
  Post("/api/folders", R"({"uid":"f","title":"Folder"})");
  Post("/api/dashboards/db",
       R"({"dashboard":{"title":"In folder","uid":"in","tags":["a","b"]},"folderUid":"f"})");
  Make("Beta", R"(,"uid":"beta","tags":["a"])");
  Reply all = Get("/api/search/");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all.Text("0/title"), "Beta");
  EXPECT_EQ(all.Text("1/type"), "dash-folder");
  EXPECT_EQ(all.Text("1/url"), "/dashboards/f/f/folder");
  EXPECT_EQ(all.At("2"), codec::Json::Parse(R"({"id":1,"orgId":1,"uid":"in","title":"In folder",
    "uri":"db/in-folder","url":"/d/in/in-folder","slug":"","type":"dash-db","tags":["a","b"],
    "isStarred":false,"folderId":1,"folderUid":"f","folderTitle":"Folder",
    "folderUrl":"/dashboards/f/f/folder","sortMeta":0,"isDeleted":false})")
                             .value());
  EXPECT_EQ(Get("/api/search?query=fold").size(), 2u);
  EXPECT_EQ(Get("/api/search?tag=a&tag=b").size(), 1u);
  EXPECT_EQ(Get("/api/search?type=dash-db").size(), 2u);
  EXPECT_EQ(Get("/api/search?type=dash-folder").size(), 1u);
  EXPECT_EQ(Get("/api/search?folderUIDs=f").size(), 1u);
  EXPECT_EQ(Get("/api/search?folderUIDs=general&type=dash-db").Text("0/uid"), "beta");
  EXPECT_EQ(Get("/api/search?folderIds=1").Text("0/uid"), "in");
  EXPECT_EQ(Get("/api/search?dashboardUIDs=beta,in").size(), 2u);
  EXPECT_EQ(Get("/api/search?dashboardIds=2").Text("0/uid"), "beta");
  EXPECT_EQ(Get("/api/search?limit=1&page=2").Text("0/title"), "Folder");
  EXPECT_EQ(Get("/api/search?limit=99999999999999999999&page=-1").size(), 3u);
  EXPECT_EQ(Get("/api/search?sort=alpha-desc").Text("0/title"), "In folder");
  EXPECT_EQ(Get("/api/search?permission=Edit").size(), 0u);
  EXPECT_EQ(Get("/api/search?starred=true").size(), 0u);
  ASSERT_TRUE(accounts_->SetStar(1, "beta", true).ok());
  EXPECT_EQ(Get("/api/search?starred=true", "root").Text("0/isStarred"), "true");
  EXPECT_EQ(Get("/api/search/sorting").Text("sortOptions/1/name"), "alpha-desc");
  EXPECT_EQ(Get("/api/dashboards/tags").body, R"([{"term":"a","count":2},{"term":"b","count":1}])");
}

TEST_F(DashboardsApi, AProvisionedOneIsSavedIntoItsFileOrNotAtAll) {
  Write("files/a.json", "{\n  \"title\": \"A\",\n  \"uid\": \"a\"\n}\n");
  Provide();
  Reply got = Get("/api/dashboards/uid/a", "editor");
  EXPECT_EQ(got.Text("meta/provisioned"), "true");
  EXPECT_EQ(got.Text("meta/provisionedExternalId"), "a.json");
  EXPECT_EQ(got.Text("meta/provisionedFileWritable"), "true");
  std::string edit = R"({"dashboard":{"title":"B","uid":"a","id":1,"version":1})";
  Reply refused = Post("/api/dashboards/db", edit + "}");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.Message(), "Cannot save provisioned dashboard");
  EXPECT_EQ(Ask("editor", "DELETE", "/api/dashboards/uid/a").Message(),
            "provisioned dashboard cannot be deleted");
  EXPECT_EQ(Post("/api/dashboards/db", edit + R"(,"writeBack":true})", "viewer").status, 403);
  Reply written = Post("/api/dashboards/db", edit + R"(,"writeBack":true})");
  EXPECT_EQ(written.status, 200) << written.body;
  EXPECT_EQ(written.Text("version"), "2");
  EXPECT_EQ(files_->ReadFile(root_ + "/files/a.json").value(),
            "{\n  \"title\": \"B\",\n  \"uid\": \"a\"\n}\n");
  Reply old = Post("/api/dashboards/db", edit + R"(,"writeBack":true})");
  EXPECT_EQ(old.status, 412);
  Provide("    allowUiUpdates: true\n");
  EXPECT_EQ(Get("/api/dashboards/uid/a").Text("meta/provisioned"), "false");
  EXPECT_EQ(Post("/api/dashboards/db", R"({"dashboard":{"title":"C","uid":"a"},"overwrite":true})")
                .status,
            200);
}

TEST_F(DashboardsApi, PermissionsHoldInsteadOfRoles) {
  Make("x", R"(,"uid":"u")");
  Make("y", R"(,"uid":"y")");
  EXPECT_EQ(Get("/api/dashboards/uid/u/permissions", "editor").status, 403);
  EXPECT_EQ(Get("/api/dashboards/uid/u/permissions", "admin").size(), 2u);
  std::string only_viewing = R"({"items":[{"role":"Viewer","permission":1}]})";
  EXPECT_EQ(Post("/api/dashboards/uid/u/permissions", only_viewing, "editor").status, 403);
  EXPECT_EQ(Post("/api/dashboards/uid/u/permissions", only_viewing, "admin").Message(),
            "Dashboard permissions updated");
  std::string save = R"({"dashboard":{"title":"z","uid":"u"},"overwrite":true})";
  EXPECT_EQ(Post("/api/dashboards/db", save, "editor").status, 403);
  EXPECT_EQ(Post("/api/dashboards/db", save, "admin").status, 200);
  EXPECT_EQ(Get("/api/dashboards/uid/u", "editor").Text("meta/canSave"), "false");
  EXPECT_EQ(Get("/api/dashboards/uid/u", "editor").Text("meta/hasAcl"), "true");
  Post("/api/dashboards/uid/u/permissions", R"({"items":[{"role":"Editor","permission":2}]})",
       "admin");
  EXPECT_EQ(Get("/api/dashboards/uid/u").status, 403);
  EXPECT_EQ(Get("/api/search").size(), 1u);
  EXPECT_EQ(Get("/api/search?limit=1&page=1").Text("0/uid"), "y");
  Post("/api/dashboards/uid/u/permissions", R"({"items":[{"role":"Viewer","permission":2}]})",
       "admin");
  EXPECT_EQ(Post("/api/dashboards/db", save, "viewer").status, 200);
  EXPECT_EQ(Post("/api/dashboards/uid/u/permissions",
                 R"({"items":[{"role":"King","permission":1}]})", "admin")
                .status,
            400);
  EXPECT_EQ(Post("/api/dashboards/uid/u/permissions", R"({"items":[]})", "admin").status, 200);
  EXPECT_EQ(Post("/api/dashboards/db", save, "viewer").status, 403);
}

TEST_F(DashboardsApi, WhatMayNotBeWrittenIsNotReachedByItsTitleItsInputsOrTheTrash) {
  Make("x", R"(,"uid":"u")");
  Post("/api/dashboards/uid/u/permissions", R"({"items":[{"role":"Viewer","permission":1}]})",
       "admin");
  EXPECT_EQ(Post("/api/dashboards/db", R"({"dashboard":{"title":"x"},"overwrite":true})").status,
            403);
  EXPECT_EQ(Post("/api/dashboards/db", R"({"dashboard":{"title":"z","uid":" u "},
                 "overwrite":true})")
                .status,
            403);
  EXPECT_EQ(Post("/api/dashboards/import", R"({"dashboard":{"title":"z","uid":"${A}"},
                 "inputs":[{"name":"A","value":"u"}],"overwrite":true})")
                .status,
            403);
  EXPECT_EQ(
      Post("/api/dashboards/import", R"({"dashboard":{"title":"x"},"overwrite":true})").status,
      403);
  EXPECT_EQ(Get("/api/dashboards/uid/u").Text("meta/version"), "1");

  Post("/api/folders", R"({"uid":"f","title":"F"})", "admin");
  Post("/api/folders/f/permissions", R"({"items":[{"role":"Admin","permission":4}]})", "admin");
  Post("/api/dashboards/db", R"({"dashboard":{"title":"My","uid":"m"},"folderUid":"f"})", "admin");
  Ask("admin", "DELETE", "/api/dashboards/uid/m");
  EXPECT_EQ(Post("/api/trash/m/restore", R"({"folderUid":"general"})").status, 403);
  EXPECT_EQ(Post("/api/dashboards/db", R"({"dashboard":{"title":"My","uid":"m"}})").status, 403);
  EXPECT_EQ(Post("/api/trash/m/restore", "{}", "admin").status, 200);
}

TEST_F(DashboardsApi, DocumentsOfManyKeysAreComparedInTime) {
  std::string keys;
  for (int i = 0; i < 200'000; ++i) keys += fmt::format("\"k{}\":{},", i, i);
  auto side = [&](const char* last) {
    return "{\"unsavedDashboard\":{" + keys + "\"last\":" + last + "}}";
  };
  Reply diff = Post("/api/dashboards/calculate-diff",
                    "{\"base\":" + side("1") + ",\"new\":" + side("2") + "}", "viewer");
  ASSERT_EQ(diff.size(), 1u);
  EXPECT_EQ(diff.Text("0/path"), "/last");
}

TEST_F(DashboardsApi, FoldersAreMadeListedMovedAndDeleted) {
  Reply made = Post("/api/folders", R"({"uid":"top","title":"Top"})");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.Text("url"), "/dashboards/f/top/top");
  EXPECT_EQ(made.Text("version"), "1");
  EXPECT_EQ(Post("/api/folders", R"({"title":"Top"})").status, 409);
  EXPECT_EQ(Post("/api/folders", R"({"title":""})").status, 400);
  Post("/api/folders", R"({"uid":"in","title":"In","parentUid":"top"})");
  EXPECT_EQ(Get("/api/folders").body, R"([{"id":1,"uid":"top","title":"Top"}])");
  EXPECT_EQ(Get("/api/folders?parentUid=top").Text("0/uid"), "in");
  EXPECT_EQ(Get("/api/folders/in").Text("parents/0/uid"), "top");
  EXPECT_EQ(Get("/api/folders/id/2").Text("uid"), "in");
  EXPECT_EQ(Get("/api/folders/general").Text("uid"), "general");
  EXPECT_EQ(Ask("editor", "PUT", "/api/folders/in", R"({"title":"New","version":7})").status, 412);
  EXPECT_EQ(Ask("editor", "PUT", "/api/folders/in", R"({"title":"New","version":1})").Text("title"),
            "New");
  EXPECT_EQ(Post("/api/folders/top/move", R"({"parentUid":"in"})").status, 400);
  EXPECT_EQ(Post("/api/folders/in/move", R"({"parentUid":""})").At("parentUid"), codec::Json());
  Post("/api/folders/in/move", R"({"parentUid":"top"})");
  Post("/api/dashboards/db", R"({"dashboard":{"title":"x","uid":"u"},"folderUid":"in"})");
  rules_["in"] = 2;
  EXPECT_EQ(Get("/api/folders/top/counts").body,
            R"({"alertrule":2,"dashboard":1,"folder":1,"librarypanel":0})");
  EXPECT_EQ(Ask("viewer", "DELETE", "/api/folders/top").status, 403);
  EXPECT_EQ(Ask("editor", "DELETE", "/api/folders/top").status, 400);
  EXPECT_EQ(Ask("editor", "DELETE", "/api/folders/top?forceDeleteRules=true").Message(),
            "Folder deleted");
  EXPECT_TRUE(rules_.empty());
  EXPECT_EQ(Get("/api/folders").size(), 0u);
  EXPECT_EQ(Get("/api/trash", "editor").size(), 1u);
}

}  // namespace
}  // namespace watchfire::api

#include "grafana/dashboards/dashboards.h"

#include "base/thread.h"
#include "grafana/dashboards/store_test.h"

namespace watchfire::grafana {
namespace {

constexpr int64_t kDayMs = 86'400'000;

class DashboardsTest : public StoreTest {
 protected:
  std::vector<std::string> Titles(const SearchQuery& query) {
    std::vector<std::string> titles;
    std::vector<SearchHit> hits = dashboards_->Search(query).value();
    for (const SearchHit& hit : hits) titles.push_back(hit.title);
    return titles;
  }
  static SearchQuery Text(const std::string& text) {
    SearchQuery query;
    query.text = text;
    return query;
  }
};

using Strings = std::vector<std::string>;

TEST_F(DashboardsTest, WhatIsPutInComesOutWithItsIdUidAndVersion) {
  DashboardMeta meta =
      Save(R"({"title":"A b/C","uid":"abc","zeta":{"x":[1,2.5,"<&>"]},"alpha":null,"id":77})");
  EXPECT_EQ(meta.slug, "a-b-c");
  EXPECT_EQ(meta.version, 1);
  EXPECT_EQ(meta.created_by, "ann");
  Open();
  StoredDashboard stored = dashboards_->Find("abc").value();
  EXPECT_EQ(Parse(stored.json),
            Parse(fmt::format(R"({{"title":"A b/C","uid":"abc","zeta":{{"x":[1,2.5,"<&>"]}},)"
                              R"("alpha":null,"id":{},"version":1}})",
                              meta.id)));
  EXPECT_EQ(stored.meta.created, clock_.Now());
  EXPECT_EQ(dashboards_->FindById(meta.id)->meta.uid, "abc");
  EXPECT_EQ(dashboards_->FindBySlug("a-b-c")->uid, "abc");
  EXPECT_EQ(dashboards_->Find("nobody").error().code(), ErrorCode::kNotFound);
}

TEST_F(DashboardsTest, AUidIsMadeWhereThereIsNone) {
  DashboardMeta meta = Save(R"({"title":"X","uid":null,"id":null})");
  EXPECT_GE(meta.uid.size(), 8u);
  EXPECT_EQ(*Parse(dashboards_->Find(meta.uid)->json).Find("uid")->AsString(), meta.uid);
}

TEST_F(DashboardsTest, RefusesWithGrafanasWords) {
  EXPECT_EQ(Refused(R"({"title":"  "})").status, "empty-name");
  EXPECT_EQ(Refused("{}").message, "Dashboard title cannot be empty");
  EXPECT_EQ(Refused("[]").message, "bad request data");
  EXPECT_EQ(Refused(R"({"title":"x","uid":"../../x"})").message, "uid contains illegal characters");
  EXPECT_EQ(Refused(fmt::format(R"({{"title":"x","uid":"{}"}})", std::string(41, 'a'))).message,
            "uid too long, max 40 characters");
  SaveRequest elsewhere;
  elsewhere.dashboard = Parse(R"({"title":"x"})");
  elsewhere.folder_uid = "nowhere";
  SaveError refused = Refused(elsewhere);
  EXPECT_EQ(refused.http_status, 404);
  EXPECT_EQ(refused.message, "folder not found");
  EXPECT_EQ(
      Refused(fmt::format(R"({{"title":"x","text":"{}"}})", std::string(6 << 20, 'x'))).http_status,
      413);
  EXPECT_TRUE(dashboards_->All()->empty());
}

TEST_F(DashboardsTest, AnOldVersionIsRefusedUnlessItMayOverwrite) {
  Save(R"({"title":"x","uid":"u"})");
  SaveError refused = Refused(R"({"title":"y","uid":"u"})");
  EXPECT_EQ(refused.http_status, 412);
  EXPECT_EQ(refused.status, "version-mismatch");
  EXPECT_EQ(Save(R"({"title":"y","uid":"u","version":1})").version, 2);
  SaveRequest request;
  request.dashboard = Parse(R"({"title":"z","uid":"u","version":1})");
  request.overwrite = true;
  EXPECT_EQ(Save(request).version, 3);
  EXPECT_EQ(dashboards_->Find("u")->meta.title, "z");
}

TEST_F(DashboardsTest, AnIdFindsTheDashboardAndAForeignOneMakesANewOne) {
  DashboardMeta meta = Save(R"({"title":"x"})");
  EXPECT_EQ(Save(fmt::format(R"({{"title":"y","id":{},"version":1}})", meta.id)).uid, meta.uid);
  EXPECT_NE(Save(R"({"title":"y","id":4711})").uid, meta.uid);
}

TEST_F(DashboardsTest, OverwritingWithoutAUidMeansTheTitleOfThatFolder) {
  Folder folder = MakeFolder("Team");
  SaveRequest request;
  request.dashboard = Parse(R"({"title":"Deploy"})");
  request.overwrite = true;
  DashboardMeta first = Save(request);
  EXPECT_EQ(Save(request).uid, first.uid);
  request.folder_uid = folder.uid;
  EXPECT_NE(Save(request).uid, first.uid);
  request.overwrite = false;
  Save(request);
  EXPECT_EQ(dashboards_->All()->size(), 3u);
}

TEST_F(DashboardsTest, EveryVersionCanBeReadAndOldOnesGo) {
  Open(/*versions_to_keep=*/3);
  Save(R"({"title":"v1","uid":"u"})");
  for (int64_t i = 2; i <= 5; ++i) {
    clock_.Advance(1'000);
    SaveRequest request;
    request.dashboard = Parse(fmt::format(R"({{"title":"v{}","uid":"u"}})", i));
    request.overwrite = true;
    request.message = fmt::format("change {}", i);
    request.login = "bob";
    request.restored_from = i == 5 ? 3 : 0;
    Save(request);
  }
  std::vector<DashboardVersion> versions = dashboards_->Versions("u", 100, 0).value();
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[0].version, 5);
  EXPECT_EQ(versions[0].parent_version, 4);
  EXPECT_EQ(versions[0].restored_from, 3);
  EXPECT_EQ(versions[0].message, "change 5");
  EXPECT_EQ(versions[2].version, 3);
  EXPECT_EQ(dashboards_->Versions("u", 1, 5)->at(0).version, 4);
  DashboardVersion fourth = dashboards_->Version("u", 4).value();
  EXPECT_EQ(*Parse(fourth.json).Find("title")->AsString(), "v4");
  EXPECT_EQ(fourth.created_by, "bob");
  EXPECT_EQ(dashboards_->Version("u", 1).error().code(), ErrorCode::kNotFound);
}

TEST_F(DashboardsTest, TheTrashGivesBackWhatWasDeletedForThirtyDays) {
  Folder folder = MakeFolder("Team");
  Save(R"({"title":"x","uid":"u","tags":["a"]})", folder.uid);
  ASSERT_TRUE(dashboards_->Delete("u", "bob").ok());
  EXPECT_FALSE(dashboards_->Find("u").ok());
  EXPECT_EQ(dashboards_->Delete("u", "bob").error().code(), ErrorCode::kNotFound);
  SearchQuery trash;
  trash.deleted = true;
  EXPECT_EQ(Titles(trash), Strings{"x"});
  EXPECT_TRUE(Titles(Text("x")).empty());
  EXPECT_EQ(dashboards_->Restore("u", "nowhere").error().code(), ErrorCode::kNotFound);
  DashboardMeta restored = dashboards_->Restore("u", folder.uid).value();
  EXPECT_EQ(restored.folder_uid, folder.uid);
  EXPECT_EQ(restored.deleted, 0);
  EXPECT_EQ(dashboards_->Versions("u", 10, 0)->size(), 1u);
  EXPECT_FALSE(dashboards_->Restore("u", "").ok());

  ASSERT_TRUE(dashboards_->Delete("u", "bob").ok());
  clock_.Advance(31 * kDayMs);
  EXPECT_TRUE(Titles(trash).empty());
  EXPECT_FALSE(dashboards_->Restore("u", "").ok());
  Open();
  EXPECT_EQ(dashboards_->Count()->in_trash, 0);
}

TEST_F(DashboardsTest, DeletingForEverTakesOnlyFromTheTrash) {
  Save(R"({"title":"x","uid":"u"})");
  EXPECT_FALSE(dashboards_->DeleteForever("u").ok());
  ASSERT_TRUE(dashboards_->Delete("u", "bob").ok());
  EXPECT_TRUE(dashboards_->DeleteForever("u").ok());
  EXPECT_FALSE(dashboards_->Restore("u", "").ok());
}

TEST_F(DashboardsTest, SavingWhatLiesInTheTrashBringsItBackWithItsHistory) {
  Save(R"({"title":"old","uid":"u"})");
  ASSERT_TRUE(dashboards_->Delete("u", "bob").ok());
  EXPECT_EQ(Save(R"({"title":"new","uid":"u"})").version, 2);
  EXPECT_EQ(dashboards_->Find("u")->meta.title, "new");
  EXPECT_EQ(dashboards_->Versions("u", 10, 0)->size(), 2u);
}

TEST_F(DashboardsTest, SearchKnowsWordsTagsFoldersUidsPagesAndOrder) {
  Folder team = MakeFolder("Team");
  Save(R"({"title":"Übersicht Web","uid":"web","tags":["prod","web"]})", team.uid);
  Save(R"({"title":"web database","uid":"db","tags":["prod"]})");
  Save(R"({"title":"Other","uid":"other"})");
  EXPECT_EQ(Titles(Text("WEB")), (Strings{"web database", "Übersicht Web"}));
  EXPECT_EQ(Titles(Text("web  ÜBER")), Strings{"Übersicht Web"});
  SearchQuery tagged;
  tagged.tags = {"prod", "web"};
  EXPECT_EQ(Titles(tagged), Strings{"Übersicht Web"});
  SearchQuery in_team;
  in_team.folder_uids = {team.uid};
  EXPECT_EQ(Titles(in_team), Strings{"Übersicht Web"});
  EXPECT_EQ(dashboards_->Search(in_team)->at(0).folder_title, "Team");
  SearchQuery at_top;
  at_top.folder_uids = {"general"};
  EXPECT_EQ(Titles(at_top), (Strings{"Other", "Team", "web database"}));
  SearchQuery by_uid;
  by_uid.uids = {"db", "nobody"};
  EXPECT_EQ(Titles(by_uid), Strings{"web database"});
  by_uid.uids = Strings{};
  EXPECT_TRUE(Titles(by_uid).empty());
  SearchQuery folders;
  folders.dashboards = false;
  EXPECT_EQ(Titles(folders), Strings{"Team"});
  SearchQuery page;
  page.limit = 2;
  page.page = 2;
  page.descending = true;
  EXPECT_EQ(Titles(page), (Strings{"Team", "Other"}));
  page.page = SIZE_MAX;
  page.limit = SIZE_MAX;
  EXPECT_TRUE(Titles(page).empty());
}

TEST_F(DashboardsTest, CountsTagsAndEverything) {
  MakeFolder("F");
  Save(R"({"title":"a","tags":["x","y","x"," ",5]})");
  Save(R"({"title":"b","tags":["x"]})");
  std::vector<Dashboards::TagCount> tags = dashboards_->Tags().value();
  ASSERT_EQ(tags.size(), 2u);
  EXPECT_EQ(tags[0].tag, "x");
  EXPECT_EQ(tags[0].count, 2);
  Dashboards::Counts counts = dashboards_->Count().value();
  EXPECT_EQ(counts.dashboards, 2);
  EXPECT_EQ(counts.folders, 1);
  EXPECT_EQ(counts.tags, 2);
}

TEST_F(DashboardsTest, KnowsWhoUsesALibraryElement) {
  Save(R"({"title":"a","uid":"a","panels":[{"libraryPanel":{"uid":"lib"}},
           {"type":"row","panels":[{"libraryPanel":{"uid":"inner"}}]}]})");
  EXPECT_EQ(dashboards_->UsersOfLibraryElement("lib")->at(0).uid, "a");
  EXPECT_EQ(dashboards_->UsersOfLibraryElement("inner")->size(), 1u);
  Save(R"({"title":"a","uid":"a","version":1})");
  EXPECT_TRUE(dashboards_->UsersOfLibraryElement("lib")->empty());
}

TEST_F(DashboardsTest, FoldersNestAndKeepTheirTitlesApart) {
  Folder top = MakeFolder("Top", "", "top");
  Folder inner = MakeFolder("Inner", "top");
  Folder same;
  same.title = "Inner";
  same.parent_uid = "top";
  EXPECT_EQ(dashboards_->CreateFolder(same).error().message(),
            "a folder with the same name already exists");
  same.parent_uid = "";
  EXPECT_TRUE(dashboards_->CreateFolder(same).ok());
  same.title = "Another";
  same.uid = "top";
  EXPECT_EQ(dashboards_->CreateFolder(same).error().code(), ErrorCode::kExists);
  same.uid = "a/b";
  EXPECT_EQ(dashboards_->CreateFolder(same).error().code(), ErrorCode::kInvalid);
  same.uid = "general";
  EXPECT_EQ(dashboards_->CreateFolder(same).error().code(), ErrorCode::kInvalid);
  same.uid = "";
  same.parent_uid = "nowhere";
  EXPECT_EQ(dashboards_->CreateFolder(same).error().code(), ErrorCode::kNotFound);

  inner.title = "Renamed";
  inner.parent_uid = "";
  Folder moved = dashboards_->UpdateFolder(inner, false).value();
  EXPECT_EQ(moved.version, 2);
  EXPECT_EQ(moved.parent_uid, "");
  EXPECT_EQ(dashboards_->UpdateFolder(inner, false).error().message(), kFolderConflict);
  EXPECT_TRUE(dashboards_->UpdateFolder(inner, true).ok());
}

TEST_F(DashboardsTest, AFolderIsNeverMovedIntoItselfNorTooDeep) {
  std::string parent;
  for (int i = 0; i < 8; ++i) parent = MakeFolder(fmt::format("f{}", i), parent).uid;
  Folder ninth;
  ninth.title = "f8";
  ninth.parent_uid = parent;
  EXPECT_EQ(dashboards_->CreateFolder(ninth).error().code(), ErrorCode::kLimit);
  Folder first = dashboards_->EnsureFolder("f0", "", false).value();
  first.parent_uid = parent;
  EXPECT_EQ(dashboards_->UpdateFolder(first, true).error().message(),
            "a folder cannot be moved into itself");
  Folder around = MakeFolder("around");
  first.parent_uid = around.uid;
  EXPECT_EQ(dashboards_->UpdateFolder(first, true).error().code(), ErrorCode::kLimit);
}

TEST_F(DashboardsTest, APathOfFoldersIsMadeOnce) {
  Folder made = dashboards_->EnsureFolder("Team/CI\\/CD", "ci", true).value();
  EXPECT_EQ(made.title, "CI/CD");
  EXPECT_EQ(made.uid, "ci");
  EXPECT_TRUE(made.provisioned);
  EXPECT_EQ(dashboards_->FindFolder(made.parent_uid)->title, "Team");
  EXPECT_EQ(dashboards_->EnsureFolder("Team/CI\\/CD", "", false)->uid, "ci");
  EXPECT_EQ(dashboards_->EnsureFolder("Whatever", "ci", false)->title, "CI/CD");
  EXPECT_EQ(dashboards_->Folders()->size(), 2u);
  EXPECT_FALSE(dashboards_->EnsureFolder(" / ", "", false).ok());
}

TEST_F(DashboardsTest, DeletingAFolderSendsAllWithinToTheTrash) {
  MakeFolder("Top", "", "top");
  MakeFolder("Inner", "top", "inner");
  Save(R"({"title":"a","uid":"a"})", "top");
  Save(R"({"title":"b","uid":"b"})", "inner");
  Save(R"({"title":"c","uid":"c"})");
  ASSERT_TRUE(dashboards_->DeleteFolder("top", "bob").ok());
  EXPECT_TRUE(dashboards_->Folders()->empty());
  EXPECT_EQ(dashboards_->Count()->in_trash, 2);
  EXPECT_EQ(dashboards_->Count()->dashboards, 1);
  EXPECT_EQ(dashboards_->DeleteFolder("top", "bob").error().code(), ErrorCode::kNotFound);
}

class ProvisionedTest : public DashboardsTest {
 protected:
  SaveRequest Provision(const std::string& json, const std::string& file) {
    SaveRequest request;
    request.dashboard = Parse(json);
    request.provider = "files";
    request.file = file;
    request.checksum = "1234";
    request.allow_ui_updates = false;
    return request;
  }
};

TEST_F(ProvisionedTest, ItsFileIsTheKeyWhereThereIsNoUid) {
  DashboardMeta meta = Save(Provision(R"({"title":"a","version":9})", "/d/a.json"));
  EXPECT_EQ(meta.version, 1);
  EXPECT_EQ(Save(Provision(R"({"title":"b"})", "/d/a.json")).uid, meta.uid);
  std::vector<Dashboards::ProvisionedFile> files = dashboards_->Provisioned("files").value();
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].file, "/d/a.json");
  EXPECT_EQ(files[0].checksum, "1234");
  EXPECT_EQ(files[0].uid, meta.uid);
  EXPECT_EQ(dashboards_->Providers().value(), Strings{"files"});
  EXPECT_EQ(dashboards_->Count()->provisioned, 1);
}

TEST_F(ProvisionedTest, PeopleNeitherSaveNorDeleteIt) {
  DashboardMeta meta = Save(Provision(R"({"title":"a","uid":"u"})", "/d/a.json"));
  SaveRequest edit;
  edit.dashboard = Parse(R"({"title":"mine","uid":"u","version":1})");
  EXPECT_EQ(Refused(edit).message, "Cannot save provisioned dashboard");
  EXPECT_EQ(dashboards_->Delete("u", "ann").error().message(),
            "provisioned dashboard cannot be deleted");
  SaveRequest open = Provision(R"({"title":"a","uid":"u"})", "/d/a.json");
  open.allow_ui_updates = true;
  Save(open);
  edit.overwrite = true;
  EXPECT_EQ(Save(edit).provider, "files");
  EXPECT_EQ(dashboards_->Provisioned("files")->size(), 1u);
}

TEST_F(ProvisionedTest, ReleasedItIsPeoplesAndDeletedItLiesInTheTrash) {
  Save(Provision(R"({"title":"a","uid":"a"})", "/d/a.json"));
  Save(Provision(R"({"title":"b","uid":"b"})", "/d/b.json"));
  ASSERT_TRUE(dashboards_->Release("a").ok());
  EXPECT_EQ(Save(R"({"title":"mine","uid":"a","version":1})").version, 2);
  ASSERT_TRUE(dashboards_->DeleteProvisioned("b").ok());
  EXPECT_TRUE(dashboards_->Provisioned("files")->empty());
  EXPECT_EQ(dashboards_->Restore("b", "")->provider, "");
}

TEST_F(ProvisionedTest, AFolderWithOneIsNotDeleted) {
  MakeFolder("Top", "", "top");
  SaveRequest request = Provision(R"({"title":"a","uid":"a"})", "/d/a.json");
  request.folder_uid = "top";
  Save(request);
  EXPECT_EQ(dashboards_->DeleteFolder("top", "ann").error().code(), ErrorCode::kDenied);
  EXPECT_TRUE(dashboards_->Find("a").ok());
  EXPECT_TRUE(dashboards_->FindFolder("top").ok());
}

TEST_F(DashboardsTest, WritersAtOnceGetVersionsOfTheirOwn) {
  ThreadPool pool("test", 4);
  pool.ParallelFor(32, [&](size_t i) {
    SaveRequest request;
    request.dashboard = Parse(fmt::format(R"({{"title":"{}","uid":"u"}})", i));
    request.overwrite = true;
    Save(std::move(request));
  });
  EXPECT_EQ(dashboards_->Find("u")->meta.version, 32);
  EXPECT_EQ(dashboards_->Versions("u", 100, 0)->size(), 20u);
}

}  // namespace
}  // namespace watchfire::grafana

#include "grafana/dashboards/records.h"

#include "base/file.h"
#include "grafana/dashboards/annotations.h"
#include "grafana/dashboards/store_test.h"

namespace watchfire::grafana {
namespace {

class RecordsTest : public StoreTest {
 protected:
  RecordsTest() { EXPECT_TRUE(MigrateRecords(database_.get()).ok()); }

  Snapshots snapshots_{database_.get(), &clock_};
  LibraryElements elements_{database_.get(), &clock_};
  Playlists playlists_{database_.get()};
  ShortUrls short_urls_{database_.get(), &clock_};
  PublicDashboards public_{database_.get(), &clock_};
  Permissions permissions_{database_.get()};
  Annotations annotations_{database_.get(), &clock_};
};

const std::vector<std::string> kHostileKeys = {"",
                                               ".",
                                               "../../etc/passwd",
                                               "' OR 1=1 --",
                                               "%00",
                                               std::string(1, '\0'),
                                               "short",
                                               std::string(5'000, 'a'),
                                               "aaaaaaaaaaaaaaaaaaaaaaaa/b",
                                               "\xff\xfe\xfd xxxxxxxxxxxxxxxxxxx"};

TEST_F(RecordsTest, ASnapshotIsReadByItsKeyAndDeletedByTheOther) {
  Snapshot wanted;
  wanted.name = "frozen";
  wanted.dashboard = R"({"title":"x"})";
  Snapshot made = snapshots_.Create(wanted).value();
  EXPECT_EQ(made.key.size(), 32u);
  EXPECT_NE(made.key, made.delete_key);
  Snapshot read = snapshots_.Find(made.key).value();
  EXPECT_EQ(read.dashboard, wanted.dashboard);
  EXPECT_EQ(read.delete_key, "");
  EXPECT_FALSE(snapshots_.Find(made.delete_key).ok());
  EXPECT_FALSE(snapshots_.DeleteByDeleteKey(made.key).ok());
  EXPECT_TRUE(snapshots_.DeleteByDeleteKey(made.delete_key).ok());
  EXPECT_EQ(snapshots_.Find(made.key).error().code(), ErrorCode::kNotFound);
}

TEST_F(RecordsTest, TheKeyThatDeletesIsNowhereOnDisk) {
  Snapshot made = snapshots_.Create({}).value();
  ASSERT_TRUE(database_->Read("SELECT 1").ok());
  for (const auto& file : std::filesystem::directory_iterator(directory_)) {
    std::string bytes = FileSystem::Local()->ReadFile(file.path()).value();
    EXPECT_EQ(bytes.find(made.delete_key), std::string::npos) << file.path();
  }
}

TEST_F(RecordsTest, SnapshotsExpire) {
  Snapshot wanted;
  wanted.expires = clock_.Now() + 1'000;
  std::string key = snapshots_.Create(wanted)->key;
  wanted.expires = 0;
  wanted.name = "For Ever";
  snapshots_.Create(wanted).value();
  EXPECT_TRUE(snapshots_.Find(key).ok());
  clock_.Advance(1'000);
  EXPECT_FALSE(snapshots_.Find(key).ok());
  EXPECT_EQ(snapshots_.List("", 100)->size(), 1u);
  EXPECT_EQ(snapshots_.List("for EVER", 100)->size(), 1u);
  EXPECT_EQ(snapshots_.List("%", 100)->size(), 0u);
  EXPECT_EQ(snapshots_.Count().value(), 1);
}

TEST_F(RecordsTest, HostileKeysFindNothingAndMakeNothing) {
  Snapshot made = snapshots_.Create({}).value();
  for (const std::string& key : kHostileKeys) {
    EXPECT_FALSE(snapshots_.Find(key).ok());
    EXPECT_FALSE(snapshots_.Delete(key).ok());
    EXPECT_FALSE(snapshots_.DeleteByDeleteKey(key).ok());
    EXPECT_FALSE(public_.OfToken(key).ok());
    EXPECT_FALSE(short_urls_.Find(key).ok());
    if (key.empty()) continue;
    Snapshot wanted;
    wanted.key = key;
    EXPECT_EQ(snapshots_.Create(wanted).error().code(), ErrorCode::kInvalid);
  }
  Snapshot again;
  again.key = made.key;
  EXPECT_EQ(snapshots_.Create(again).error().code(), ErrorCode::kExists);
  Snapshot huge;
  huge.dashboard = std::string((32 << 20) + 1, 'x');
  EXPECT_EQ(snapshots_.Create(huge).error().code(), ErrorCode::kLimit);
  EXPECT_EQ(snapshots_.Count().value(), 1);
}

TEST_F(RecordsTest, LibraryElementsHaveVersionsAndNamesOfTheirFolder) {
  LibraryElement wanted;
  wanted.name = "CPU";
  wanted.model = Parse(R"({"type":"timeseries","description":"of all"})");
  wanted.created_by = "ann";
  LibraryElement made = elements_.Create(wanted).value();
  EXPECT_EQ(made.type, "timeseries");
  EXPECT_EQ(made.description, "of all");
  EXPECT_EQ(elements_.Create(wanted).error().code(), ErrorCode::kExists);
  wanted.folder_uid = "f";
  EXPECT_TRUE(elements_.Create(wanted).ok());
  EXPECT_EQ(elements_.All()->size(), 2u);
  made.name = "CPU time";
  EXPECT_EQ(elements_.Update(made)->version, 2);
  EXPECT_EQ(elements_.Update(made).error().message(), LibraryElements::kVersionMismatch);
  EXPECT_TRUE(elements_.Delete(made.uid).ok());
  EXPECT_EQ(elements_.Delete(made.uid).error().code(), ErrorCode::kNotFound);
  wanted.model = Parse("[]");
  EXPECT_EQ(elements_.Create(wanted).error().code(), ErrorCode::kInvalid);
}

TEST_F(RecordsTest, PlaylistsAreMadeAndReplaced) {
  Playlist wanted;
  wanted.name = "Wall";
  wanted.interval = "5m";
  wanted.items = {{"dashboard_by_uid", "abc", "A"}, {"dashboard_by_tag", "prod", ""}};
  Playlist made = playlists_.Put(wanted).value();
  made.name = "Screen";
  EXPECT_EQ(playlists_.Put(made)->id, made.id);
  Playlist read = playlists_.Find(made.uid).value();
  EXPECT_EQ(read.name, "Screen");
  ASSERT_EQ(read.items.size(), 2u);
  EXPECT_EQ(read.items[1].value, "prod");
  EXPECT_EQ(playlists_.All()->size(), 1u);
  EXPECT_TRUE(playlists_.Delete(made.uid).ok());
  EXPECT_FALSE(playlists_.Delete(made.uid).ok());
  EXPECT_FALSE(playlists_.Put({}).ok());
}

TEST_F(RecordsTest, AShortAddressLeadsToAPageOfThisServer) {
  std::string uid = short_urls_.Create("/d/abc/x?from=now-1h&to=now&a=http://b", "ann").value();
  EXPECT_EQ(short_urls_.Find(uid).value(), "d/abc/x?from=now-1h&to=now&a=http://b");
  EXPECT_EQ(short_urls_.Create("d/abc/x?from=now-1h&to=now&a=http://b", "bob").value(), uid);
  EXPECT_EQ(short_urls_.Create("//evil.example/x", "ann").value().empty(), false);
  for (const char* path : {"", "/", "https://evil.example", "javascript:alert(1)", "d/../../x",
                           "\\\\evil.example", "d/a\r\nSet-Cookie: x", "d/a b"}) {
    EXPECT_FALSE(short_urls_.Create(path, "ann").ok()) << path;
  }
  EXPECT_FALSE(short_urls_.Create(std::string(10'000, 'a'), "ann").ok());
}

TEST_F(RecordsTest, APublicDashboardIsReadByItsTokenWhileItIsOn) {
  PublicDashboard wanted;
  wanted.dashboard_uid = "d";
  PublicDashboard made = public_.Create(wanted).value();
  EXPECT_EQ(made.access_token.size(), 32u);
  EXPECT_EQ(public_.Create(wanted).error().code(), ErrorCode::kExists);
  EXPECT_FALSE(public_.OfToken(made.access_token).ok());
  made.enabled = true;
  EXPECT_TRUE(public_.Update(made)->enabled);
  EXPECT_EQ(public_.OfToken(made.access_token)->dashboard_uid, "d");
  EXPECT_EQ(public_.OfDashboard("d")->uid, made.uid);
  EXPECT_EQ(public_.All()->size(), 1u);
  EXPECT_TRUE(public_.Delete(made.uid).ok());
  EXPECT_FALSE(public_.OfToken(made.access_token).ok());
}

TEST_F(RecordsTest, PermissionsAreKeptUntilTheyAreTakenBack) {
  EXPECT_FALSE(permissions_.Any().value());
  EXPECT_FALSE(permissions_.Get(false, "d")->has_value());
  ASSERT_TRUE(permissions_.Set(false, "d", {{"Viewer", 0, "", 1}, {"", 5, "bob", 2}}).ok());
  EXPECT_TRUE(permissions_.Any().value());
  EXPECT_FALSE(permissions_.Get(true, "d")->has_value());
  std::vector<Permission> items = *permissions_.Get(false, "d").value();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[1].login, "bob");
  EXPECT_EQ(items[1].permission, 2);
  EXPECT_FALSE(permissions_.Set(false, "d", {{"Viewer", 0, "", 7}}).ok());
  ASSERT_TRUE(permissions_.Set(false, "d", {}).ok());
  EXPECT_FALSE(permissions_.Get(false, "d")->has_value());
}

class AnnotationsTest : public RecordsTest {
 protected:
  int64_t Add(const std::string& text, TimeMs time, TimeMs end, std::vector<std::string> tags = {},
              const std::string& dashboard = {}, int64_t panel = 0) {
    Annotation a;
    a.text = text;
    a.time = time;
    a.time_end = end;
    a.tags = std::move(tags);
    a.dashboard_uid = dashboard;
    a.panel_id = panel;
    return annotations_.Add(a).value().id;
  }
  std::vector<std::string> Texts(const AnnotationQuery& query) {
    std::vector<std::string> texts;
    std::vector<Annotation> found = annotations_.Query(query).value();
    for (const Annotation& a : found) texts.push_back(a.text);
    return texts;
  }
};

using Strings = std::vector<std::string>;

TEST_F(AnnotationsTest, EverythingIsKept) {
  Annotation a;
  a.dashboard_uid = "d";
  a.panel_id = 4;
  a.user_id = 7;
  a.login = "ann";
  a.text = "deployed";
  a.tags = {" b", "a", "a"};
  a.data = Parse(R"({"commit":"abc"})");
  int64_t id = annotations_.Add(a)->id;
  Annotation read = annotations_.Find(id).value();
  EXPECT_EQ(read.time, clock_.Now());
  EXPECT_EQ(read.time_end, clock_.Now());
  EXPECT_EQ(read.tags, (Strings{"a", "b"}));
  EXPECT_EQ(read.panel_id, 4);
  EXPECT_EQ(read.login, "ann");
  EXPECT_EQ(read.data, a.data);
  read.text = "rolled back";
  read.tags = {"c"};
  clock_.Advance(1'000);
  ASSERT_TRUE(annotations_.Update(read).ok());
  EXPECT_EQ(annotations_.Find(id)->text, "rolled back");
  EXPECT_EQ(annotations_.Find(id)->updated, clock_.Now());
  EXPECT_EQ(annotations_.Tags("", 100)->size(), 1u);
  ASSERT_TRUE(annotations_.Delete(id).ok());
  EXPECT_TRUE(annotations_.Tags("", 100)->empty());
  EXPECT_EQ(annotations_.Find(id).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(annotations_.Delete(id).error().code(), ErrorCode::kNotFound);
}

TEST_F(AnnotationsTest, ASpanFindsWhatTouchesIt) {
  Add("early", 100, 200);
  Add("span", 150, 400);
  Add("late", 500, 500);
  AnnotationQuery query;
  EXPECT_EQ(Texts(query), (Strings{"late", "span", "early"}));
  query.from = 200;
  query.to = 450;
  EXPECT_EQ(Texts(query), (Strings{"span", "early"}));
  query.from = 201;
  EXPECT_EQ(Texts(query), Strings{"span"});
  query.from = 0;
  query.to = 120;
  EXPECT_EQ(Texts(query), Strings{"early"});
  query.to = 0;
  query.limit = 1;
  EXPECT_EQ(Texts(query), Strings{"late"});
}

TEST_F(AnnotationsTest, IsFoundByTagsDashboardPanelAndKind) {
  Add("both", 1, 1, {"deploy", "prod"});
  Add("one", 2, 2, {"deploy"});
  Add("panel", 3, 3, {}, "d", 5);
  Annotation alert;
  alert.alert_uid = "r";
  alert.new_state = "Alerting";
  alert.time = 4;
  alert.dashboard_uid = "d";
  annotations_.Add(alert).value();
  AnnotationQuery query;
  query.tags = {"deploy", "prod"};
  EXPECT_EQ(Texts(query), Strings{"both"});
  query.match_any = true;
  EXPECT_EQ(Texts(query), (Strings{"one", "both"}));
  query.tags = {"' OR 1=1 --"};
  EXPECT_TRUE(Texts(query).empty());
  AnnotationQuery of;
  of.dashboard_uid = "d";
  EXPECT_EQ(Texts(of), (Strings{"", "panel"}));
  of.alerts = false;
  EXPECT_EQ(Texts(of), Strings{"panel"});
  of.panel_id = 6;
  EXPECT_TRUE(Texts(of).empty());
  AnnotationQuery rule;
  rule.alert_uid = "r";
  EXPECT_EQ(annotations_.Query(rule)->at(0).new_state, "Alerting");
  rule = {};
  rule.others = false;
  EXPECT_EQ(annotations_.Query(rule)->size(), 1u);
  std::vector<Annotations::TagCount> tags = annotations_.Tags("DEP", 10).value();
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].count, 2);
  EXPECT_EQ(annotations_.DeleteOf("d", 5).value(), 1);
  EXPECT_EQ(annotations_.DeleteOf("d", 0).value(), 1);
  EXPECT_EQ(annotations_.Count().value(), 2);
}

TEST_F(AnnotationsTest, RefusesWhatIsWrong) {
  Annotation a;
  EXPECT_EQ(annotations_.Add(a).error().message(), "text field should not be empty");
  a.text = "x";
  a.time = 10;
  a.time_end = 5;
  EXPECT_FALSE(annotations_.Add(a).ok());
  a.time_end = 20;
  a.tags = Strings(51, "t");
  for (size_t i = 0; i < a.tags.size(); ++i) a.tags[i] += std::to_string(i);
  EXPECT_FALSE(annotations_.Add(a).ok());
  a.tags = {std::string(300, 't')};
  EXPECT_FALSE(annotations_.Add(a).ok());
  a.tags.clear();
  a.text = std::string(70'000, 'x');
  EXPECT_FALSE(annotations_.Add(a).ok());
  a.text = "x";
  a.id = 99;
  EXPECT_EQ(annotations_.Update(a).error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace watchfire::grafana

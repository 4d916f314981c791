#include "grafana/provisioning/provisioning.h"

#include <sys/stat.h>

#include <filesystem>

#include "base/log.h"
#include "base/mutex.h"
#include "base/text.h"
#include "testing/fake_clock.h"

namespace watchfire::grafana {
namespace {

namespace fs = std::filesystem;
using codec::Json;

class ProvisioningTest : public ::testing::Test {
 protected:
  ProvisioningTest() {
    char name[] = "/tmp/watchfire_provisioning_XXXXXX";
    root_ = mkdtemp(name);
    for (const char* folder : {"conf/datasources", "conf/dashboards", "conf/alerting", "files"}) {
      fs::create_directories(root_ + "/" + folder);
    }
    database_ = store::Database::Open(root_ + "/watchfire.db").value();
    sources_ = DataSources::Open(database_.get(), Secret("key"), &clock_).value();
    dashboards_ = Dashboards::Open(database_.get(), {&clock_, 20}).value();
    Make();
    CaptureLogs(&logs_);
  }
  ~ProvisioningTest() override {
    provisioning_.reset();
    CaptureLogs(nullptr);
    dashboards_.reset();
    sources_.reset();
    database_.reset();
    fs::remove_all(root_);
  }
  void Make() {
    ProvisioningDependencies d;
    d.directory = root_ + "/conf";
    d.sources = sources_.get();
    d.dashboards = dashboards_.get();
    d.alerting = [this](const Json& document, const std::string& file) -> Result<void> {
      alerting_.emplace_back(fs::path(file).filename(), document);
      if (document.Find("refuse") != nullptr) return Error::Invalid("refused");
      return {};
    };
    d.environment = [this](std::string_view name) -> std::optional<std::string> {
      auto found = environment_.find(std::string(name));
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    d.files = FileSystem::Local();
    d.clock = &clock_;
    provisioning_ = std::make_unique<Provisioning>(std::move(d));
  }
  void Write(const std::string& path, std::string_view text) {
    std::string full = root_ + "/" + path;
    fs::create_directories(fs::path(full).parent_path());
    ASSERT_TRUE(FileSystem::Local()->WriteFileAtomically(full, text).ok());
  }
  std::string ReadBack(const std::string& path) {
    return FileSystem::Local()->ReadFile(root_ + "/" + path).value();
  }
  // "name:line: message", the name without directories.
  std::vector<std::string> Lines(const std::vector<Provisioning::Problem>& problems) {
    std::vector<std::string> lines;
    for (const Provisioning::Problem& p : problems) {
      lines.push_back(fmt::format("{}:{}: {}", fs::path(p.file).filename().string(), p.line,
                                  ReplaceAll(p.message, root_, "ROOT")));
    }
    return lines;
  }
  std::vector<std::string> Sources() { return Lines(provisioning_->ReloadDataSources()); }
  std::vector<std::string> Boards() { return Lines(provisioning_->ReloadDashboards()); }
  void Provider(const std::string& more = {}) {
    Write("conf/dashboards/p.yml",
          fmt::format("apiVersion: 1\nproviders:\n  - name: files\n{}    options:\n"
                      "      path: {}/files\n",
                      more, root_));
  }
  std::string TitleOf(const std::string& uid) {
    Result<StoredDashboard> found = dashboards_->Find(uid);
    return found.ok() ? found->meta.title : "(none)";
  }

  testing::FakeClock clock_;
  std::string root_, logs_;
  std::map<std::string, std::string> environment_;
  std::vector<std::pair<std::string, Json>> alerting_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<DataSources> sources_;
  std::unique_ptr<Dashboards> dashboards_;
  std::unique_ptr<Provisioning> provisioning_;
};

using Strings = std::vector<std::string>;

// ---- data sources

TEST_F(ProvisioningTest, ADataSourceHasWhatItsFileSays) {
  environment_ = {{"PROM_URL", "http://prometheus:9090"}, {"FLAG", "true"}, {"PASS", "p$1"}};
  Write("conf/datasources/prometheus.yml", R"(
apiVersion: 1
datasources:
  - name: Prometheus
    type: prometheus
    access: proxy
    url: ${PROM_URL}
    isDefault: $FLAG
    editable: $FLAG
    basicAuth: true
    basicAuthUser: admin
    jsonData:
      timeInterval: '15s'
      httpMethod: POST
      timeout: 30
      tlsSkipVerify: true
      list: [a, 1.5, $MISSING, 'x$$y']
    secureJsonData:
      basicAuthPassword: $PASS
      literal: pa$$word
)");
  EXPECT_EQ(Sources(), Strings{});
  DataSourcePtr source = sources_->ByUid("PBFA97CFB590B2093");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->url, "http://prometheus:9090");
  EXPECT_TRUE(source->is_default);
  EXPECT_FALSE(source->read_only);
  EXPECT_TRUE(source->provisioned);
  EXPECT_TRUE(source->basic_auth);
  EXPECT_EQ(source->json_data.ToString(),
            R"({"timeInterval":"15s","httpMethod":"POST","timeout":30,"tlsSkipVerify":true,)"
            R"("list":["a",1.5,"","x$y"]})");
  EXPECT_EQ(source->secure.at("basicAuthPassword").reveal(), "p$1");
  EXPECT_EQ(source->secure.at("literal").reveal(), "pa$word");
  // A second time nothing is written.
  EXPECT_EQ(Sources(), Strings{});
  EXPECT_EQ(sources_->ByName("Prometheus"), source);
}

TEST_F(ProvisioningTest, FilesOfVersionZeroAreSpelledOtherwise) {
  Write("conf/datasources/old.yaml", R"(
datasources:
  - name: Old
    org_id: 1
    url: http://old
    is_default: true
    basic_auth: true
    basic_auth_user: u
    basic_auth_password: secret
    with_credentials: true
    json_data: {timeInterval: 30s}
    secure_json_data: {httpHeaderValue1: v}
delete_datasources: [{name: Gone}]
)");
  DataSource gone;
  gone.name = "Gone";
  ASSERT_TRUE(sources_->Create(gone).ok());
  EXPECT_EQ(Sources(), Strings{});
  DataSourcePtr source = sources_->ByName("Old");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->type, "prometheus");
  EXPECT_TRUE(source->read_only);
  EXPECT_TRUE(source->is_default);
  EXPECT_TRUE(source->with_credentials);
  EXPECT_EQ(source->secure.size(), 2u);
  EXPECT_EQ(source->json_data.ToString(), R"({"timeInterval":"30s"})");
  EXPECT_EQ(sources_->ByName("Gone"), nullptr);
}

TEST_F(ProvisioningTest, AFragmentCompletesTheSourceOfItsName) {
  Write("conf/datasources/a-auth.yml", R"(
datasources:
  - name: Prometheus
    basicAuth: true
    basicAuthUser: admin
    secureJsonData:
      basicAuthPassword: your-secure-password
)");
  EXPECT_EQ(Sources(),
            Strings{"a-auth.yml:3: data source \"Prometheus\" has neither type nor url, and there "
                    "is none of this name that it could complete"});
  Write("conf/datasources/b.yml",
        "apiVersion: 1\ndatasources:\n  - name: Prometheus\n    type: prometheus\n"
        "    url: http://prometheus:9090\n    isDefault: true\n    editable: true\n");
  EXPECT_EQ(Sources(), Strings{});
  DataSourcePtr source = sources_->ByName("Prometheus");
  EXPECT_EQ(source->url, "http://prometheus:9090");
  EXPECT_TRUE(source->is_default);
  EXPECT_FALSE(source->read_only);
  EXPECT_EQ(source->basic_auth_user, "admin");
  EXPECT_EQ(source->secure.at("basicAuthPassword").reveal(), "your-secure-password");
  // Of one that people made, too.
  fs::remove(root_ + "/conf/datasources/b.yml");
  EXPECT_EQ(Sources(), Strings{});
  EXPECT_EQ(sources_->ByName("Prometheus")->url, "http://prometheus:9090");
}

TEST_F(ProvisioningTest, OneWrongFileOrEntryDoesNotStopTheOthers) {
  Write("conf/datasources/1-broken.yml", "datasources:\n  - name: [x\n");
  Write("conf/datasources/2-list.yml", "- a\n");
  Write("conf/datasources/3-empty.yml", "");
  Write("conf/datasources/4-entries.yml", R"(apiVersion: 1
datasources:
  - type: prometheus
  - name: Typo
    url: http://typo
    isDefualt: true
  - name: BadFlag
    url: http://x
    editable: maybe
  - name: Elsewhere
    url: http://x
    orgId: 2
  - text
  - name: NoFile
    url: $__file{/nowhere/at/all}
  - name: Uid
    url: http://x
    uid: a/b
)");
  Write("conf/datasources/5-good.yml", "datasources: [{name: Good, url: http://good}]");
  Write("conf/datasources/6-scalar.yml", "datasources: 5\ndeleteDatasources: {}\n");
  fs::create_directories(root_ + "/conf/datasources/7-directory.yml");
  Write("conf/datasources/ignored.txt", "datasources: [{name: No, url: http://no}]");
  Strings problems = Sources();
  ASSERT_EQ(problems.size(), 11u) << Join(problems, "\n");
  EXPECT_TRUE(problems[0].starts_with("1-broken.yml:")) << problems[0];
  EXPECT_FALSE(problems[0].starts_with("1-broken.yml:0")) << problems[0];
  EXPECT_TRUE(problems[1].starts_with("2-list.yml:1: ")) << problems[1];
  EXPECT_EQ(problems[2], "4-entries.yml:3: a data source has no name");
  EXPECT_EQ(problems[3],
            "4-entries.yml:6: unknown key \"isDefualt\" has no effect: is it "
            "\"isDefault\"?");
  EXPECT_EQ(problems[4], "4-entries.yml:9: editable: expected true or false, not \"maybe\"");
  EXPECT_TRUE(problems[5].starts_with("4-entries.yml:10: data source \"Elsewhere\" is for another"))
      << problems[5];
  EXPECT_EQ(problems[6], "4-entries.yml:13: an item of datasources has no keys");
  EXPECT_TRUE(problems[7].starts_with("4-entries.yml:15: ")) << problems[7];
  EXPECT_EQ(problems[8], "6-scalar.yml:2: deleteDatasources must be a list");
  EXPECT_EQ(problems[9], "6-scalar.yml:1: datasources must be a list");
  EXPECT_TRUE(problems[10].starts_with("4-entries.yml:16: data source \"Uid\": invalid uid"))
      << problems[10];
  Strings names;
  for (const DataSourcePtr& source : sources_->All()) names.push_back(source->name);
  EXPECT_EQ(names, (Strings{"Good", "Typo"}));
  EXPECT_NE(logs_.find("1-broken.yml"), std::string::npos);
}

TEST_F(ProvisioningTest, OfTwoDefaultsTheFirstIsOneAndTheOtherIsReported) {
  Write("conf/datasources/a.yml",
        "datasources:\n  - {name: A, url: http://a, isDefault: true}\n"
        "  - {name: B, url: http://b, isDefault: true}\n");
  Strings problems = Sources();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_TRUE(problems[0].starts_with("a.yml:3: only one data source is the default"))
      << problems[0];
  EXPECT_EQ(sources_->Default()->name, "A");
  EXPECT_FALSE(sources_->ByName("B")->is_default);
}

TEST_F(ProvisioningTest, OfOneNameInTwoFilesTheLaterHolds) {
  Write("conf/datasources/a.yml", "datasources: [{name: P, url: http://a}]");
  Write("conf/datasources/b.yml", "datasources: [{name: P, url: http://b}]");
  Strings problems = Sources();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find("is described again in"), std::string::npos);
  EXPECT_EQ(sources_->ByName("P")->url, "http://b");
}

TEST_F(ProvisioningTest, PruningDeletesWhatNoFileSaysButNotWhatPeopleMade) {
  Write("conf/datasources/a.yml", "datasources: [{name: A, url: http://a}]");
  Write("conf/datasources/b.yml", "datasources: [{name: B, url: http://b}]");
  DataSource own;
  own.name = "Own";
  ASSERT_TRUE(sources_->Create(own).ok());
  EXPECT_EQ(Sources(), Strings{});
  fs::remove(root_ + "/conf/datasources/b.yml");
  EXPECT_EQ(Sources(), Strings{});
  EXPECT_NE(sources_->ByName("B"), nullptr);
  Write("conf/datasources/a.yml", "prune: true\ndatasources: [{name: A, url: http://a}]");
  Write("conf/datasources/broken.yml", "[");
  EXPECT_EQ(Sources().size(), 2u);
  EXPECT_NE(sources_->ByName("B"), nullptr);
  fs::remove(root_ + "/conf/datasources/broken.yml");
  EXPECT_EQ(Sources(), Strings{});
  EXPECT_EQ(sources_->ByName("B"), nullptr);
  EXPECT_NE(sources_->ByName("A"), nullptr);
  EXPECT_NE(sources_->ByName("Own"), nullptr);
}

// ---- dashboards

TEST_F(ProvisioningTest, DashboardsOfFilesAreThereAndFollowThem) {
  Provider("    folder: Team/A\n    folderUid: team\n");
  Write("files/a.json", R"({"title":"A","uid":"a","id":17,"version":40})");
  Write("files/deep/er/b.json", R"({"dashboard":{"title":"B","uid":"b"}})");
  Write("files/.hidden/c.json", R"({"title":"C","uid":"c"})");
  Write("files/readme.txt", "no");
  EXPECT_EQ(Boards(), Strings{});
  StoredDashboard a = dashboards_->Find("a").value();
  EXPECT_EQ(a.meta.version, 1);
  EXPECT_EQ(a.meta.provider, "files");
  EXPECT_EQ(a.meta.file, root_ + "/files/a.json");
  EXPECT_FALSE(a.meta.allow_ui_updates);
  EXPECT_EQ(a.meta.folder_uid, "team");
  EXPECT_EQ(dashboards_->FindFolder("team")->title, "Team/A");
  EXPECT_EQ(TitleOf("b"), "B");
  EXPECT_EQ(TitleOf("c"), "(none)");
  // Nothing changed: no new version.
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(dashboards_->Find("a")->meta.version, 1);
  Write("files/a.json", R"({"title":"A2","uid":"a"})");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(TitleOf("a"), "A2");
  EXPECT_EQ(dashboards_->Find("a")->meta.version, 2);
  // Another folder in the provider moves it.
  Provider("    folder: Other\n");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(dashboards_->FindFolder(dashboards_->Find("a")->meta.folder_uid)->title, "Other");
}

TEST_F(ProvisioningTest, InputsMeanTheDefaultDataSource) {
  Write("conf/datasources/p.yml", "datasources: [{name: P, uid: prom, url: http://a}]");
  EXPECT_EQ(Sources(), Strings{});
  Provider();
  Write("files/a.json", R"({"__inputs":[{"name":"DS_PROMETHEUS","type":"datasource",
      "pluginId":"prometheus"}],"title":"A","uid":"a",
      "panels":[{"datasource":"${DS_PROMETHEUS}"}]})");
  EXPECT_EQ(Boards(), Strings{});
  std::string json = dashboards_->Find("a")->json;
  EXPECT_NE(json.find(R"("datasource":"prom")"), std::string::npos) << json;
  EXPECT_EQ(json.find("__inputs"), std::string::npos);
}

TEST_F(ProvisioningTest, AFileThatIsGoneSendsItsDashboardToTheTrashOrLeavesIt) {
  Provider();
  Write("files/a.json", R"({"title":"A","uid":"a"})");
  EXPECT_EQ(Boards(), Strings{});
  fs::remove(root_ + "/files/a.json");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(TitleOf("a"), "(none)");
  EXPECT_EQ(dashboards_->Count()->in_trash, 1);
  Provider("    disableDeletion: true\n");
  Write("files/a.json", R"({"title":"A","uid":"a"})");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(dashboards_->Find("a")->meta.provider, "files");
  fs::remove(root_ + "/files/a.json");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(dashboards_->Find("a")->meta.provider, "");
}

TEST_F(ProvisioningTest, AMovedFileKeepsItsDashboardAndANewUidReplacesIt) {
  Provider();
  Write("files/a.json", R"({"title":"A","uid":"a"})");
  EXPECT_EQ(Boards(), Strings{});
  fs::rename(root_ + "/files/a.json", root_ + "/files/z.json");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(dashboards_->Find("a")->meta.file, root_ + "/files/z.json");
  Write("files/z.json", R"({"title":"A","uid":"new"})");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(TitleOf("new"), "A");
  EXPECT_EQ(TitleOf("a"), "(none)");
}

TEST_F(ProvisioningTest, WithoutAUidTheFileIsTheKey) {
  Provider();
  Write("files/a.json", R"({"title":"A"})");
  EXPECT_EQ(Boards(), Strings{});
  std::string uid = dashboards_->FindBySlug("a")->uid;
  Write("files/a.json", R"({"title":"A","tags":["x"]})");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(dashboards_->FindBySlug("a")->uid, uid);
  EXPECT_EQ(dashboards_->All()->size(), 1u);
}

TEST_F(ProvisioningTest, OfTwoFilesWithOneUidOrTitleTheFirstHolds) {
  Provider();
  Write("files/a.json", R"({"title":"A","uid":"a"})");
  Write("files/b.json", R"({"title":"Other","uid":"a"})");
  Write("files/c.json", R"({"title":"A","uid":"c"})");
  Strings expected = {"b.json:0: the uid \"a\" is that of ROOT/files/a.json too, which holds",
                      "c.json:0: the title \"A\" in this folder is that of ROOT/files/a.json too, "
                      "which holds"};
  EXPECT_EQ(Boards(), expected);
  EXPECT_EQ(Boards(), expected);
  EXPECT_EQ(TitleOf("a"), "A");
  EXPECT_EQ(dashboards_->Find("a")->meta.version, 1);
  EXPECT_EQ(TitleOf("c"), "(none)");
  // Said once in the log, however often it is looked at.
  size_t first = logs_.find("the uid");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(logs_.find("the uid", first + 1), std::string::npos);
  fs::remove(root_ + "/files/a.json");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(TitleOf("a"), "Other");
  EXPECT_EQ(TitleOf("c"), "A");
}

TEST_F(ProvisioningTest, WrongFilesAreReportedWithTheirLineAndWhatTheySaidBeforeStays) {
  Provider();
  Write("files/good.json", R"({"title":"Good","uid":"good"})");
  Write("files/was-good.json", R"({"title":"Was","uid":"was"})");
  EXPECT_EQ(Boards(), Strings{});
  Write("files/was-good.json", "{\n  \"title\": \"Was\",\n  oops\n}");
  Write("files/not-json.json", "hello");
  Write("files/empty-title.json", R"({"title":"","panels":[]})");
  Write("files/no-dashboard.json", R"({"a":1})");
  Write("files/list.json", "[]");
  Write("files/uid.json", R"({"title":"x","uid":"../../x"})");
  Write("files/huge.json", std::string((10 << 20) + 1, ' '));
  Write("files/large.json", fmt::format(R"({{"title":"L","x":"{}"}})", std::string(6 << 20, 'x')));
  Write("files/deep.json",
        R"({"title":"D","x":)" + std::string(5'000, '[') + std::string(5'000, ']') + "}");
  ASSERT_EQ(mkfifo((root_ + "/files/pipe.json").c_str(), 0600), 0);
  fs::create_symlink("nowhere", root_ + "/files/dangling.json");
  Strings problems = Boards();
  std::map<std::string, std::string> by_file;
  for (const std::string& p : problems) by_file[p.substr(0, p.find(':'))] = p;
  EXPECT_EQ(problems.size(), 10u) << Join(problems, "\n");
  EXPECT_TRUE(by_file["was-good.json"].starts_with("was-good.json:3: "))
      << by_file["was-good.json"];
  EXPECT_TRUE(by_file["not-json.json"].starts_with("not-json.json:1: "));
  EXPECT_EQ(by_file["empty-title.json"], "empty-title.json:0: Dashboard title cannot be empty");
  EXPECT_NE(by_file["no-dashboard.json"].find("looks like a dashboard"), std::string::npos);
  EXPECT_NE(by_file["list.json"].find("not array"), std::string::npos);
  EXPECT_EQ(by_file["uid.json"], "uid.json:0: uid contains illegal characters");
  EXPECT_EQ(by_file["huge.json"], "huge.json:0: is larger than 10485760 bytes");
  EXPECT_NE(by_file["large.json"].find("too large"), std::string::npos);
  EXPECT_NE(by_file["deep.json"].find("nested deeper"), std::string::npos);
  EXPECT_EQ(by_file["pipe.json"], "pipe.json:0: is no regular file");
  EXPECT_EQ(TitleOf("was"), "Was");
  EXPECT_EQ(TitleOf("good"), "Good");
  EXPECT_EQ(provisioning_->problems().size(), 10u);
  EXPECT_EQ(provisioning_->problems()[0].kind, "dashboards");
}

TEST_F(ProvisioningTest, LinksAreFollowedAndLoopsEnd) {
  Provider();
  // As Kubernetes mounts a config map.
  Write("files/..2024/a.json", R"({"title":"A","uid":"a"})");
  fs::create_directory_symlink("..2024", root_ + "/files/..data");
  fs::create_symlink("..data/a.json", root_ + "/files/a.json");
  fs::create_directory_symlink("..", root_ + "/files/loop");
  fs::create_directories(root_ + "/elsewhere");
  Write("elsewhere/b.json", R"({"title":"B","uid":"b"})");
  fs::create_directory_symlink(root_ + "/elsewhere", root_ + "/files/linked");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(TitleOf("a"), "A");
  EXPECT_EQ(TitleOf("b"), "B");
}

TEST_F(ProvisioningTest, FoldersFollowTheFilesIfTheProviderSaysSo) {
  Write("conf/dashboards/p.yml",
        fmt::format("providers:\n  - name: f\n    options:\n      path: {}/files\n"
                    "      foldersFromFilesStructure: true\n",
                    root_));
  Write("files/top.json", R"({"title":"T","uid":"t"})");
  Write("files/Team/a.json", R"({"title":"A","uid":"a"})");
  Write("files/Team/Sub/a.json", R"({"title":"A","uid":"b"})");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(dashboards_->Find("t")->meta.folder_uid, "");
  Folder team = dashboards_->FindFolder(dashboards_->Find("a")->meta.folder_uid).value();
  EXPECT_EQ(team.title, "Team");
  EXPECT_TRUE(team.provisioned);
  Folder sub = dashboards_->FindFolder(dashboards_->Find("b")->meta.folder_uid).value();
  EXPECT_EQ(sub.title, "Sub");
  EXPECT_EQ(sub.parent_uid, team.uid);
}

TEST_F(ProvisioningTest, AMissingDirectoryOrABrokenProviderFileDeletesNothing) {
  Provider();
  Write("files/a.json", R"({"title":"A","uid":"a"})");
  EXPECT_EQ(Boards(), Strings{});
  fs::rename(root_ + "/files", root_ + "/away");
  EXPECT_EQ(Boards(), Strings{"p.yml:3: ROOT/files: there is no such directory"});
  EXPECT_EQ(TitleOf("a"), "A");
  fs::rename(root_ + "/away", root_ + "/files");
  Write("conf/dashboards/p.yml", "providers: [");
  EXPECT_EQ(Boards().size(), 1u);
  EXPECT_EQ(TitleOf("a"), "A");
  // A provider that is no more takes its dashboards along.
  Write("conf/dashboards/p.yml", "providers: []\n");
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_EQ(TitleOf("a"), "(none)");
}

TEST_F(ProvisioningTest, WrongProvidersAreReportedAndTheOthersWork) {
  Write("files/a.json", R"({"title":"A","uid":"a"})");
  Write("conf/dashboards/p.yml", fmt::format(R"(- name: no path
- name: git
  type: git
  options: {{path: x}}
- name: good
  org_id: 1
  folder: General
  options: {{folder: {0}/files}}
- name: good
  options: {{path: {0}/files}}
- just text
- name: elsewhere
  orgId: 7
  options: {{path: x}}
- name: typo
  allowUiUpdate: true
  options: {{path: {0}/conf/alerting}}
)",
                                             root_));
  EXPECT_EQ(
      Boards(),
      (Strings{"p.yml:1: options.path is missing", "p.yml:2: type must be \"file\", not \"git\"",
               "p.yml:9: there is a provider \"good\" already: this one is left out",
               "p.yml:11: a provider has no keys",
               "p.yml:12: this provider is for another organisation: there is one "
               "here",
               "p.yml:16: unknown key \"allowUiUpdate\" has no effect: is it "
               "\"allowUiUpdates\"?"}));
  EXPECT_EQ(dashboards_->Find("a")->meta.folder_uid, "");
}

TEST_F(ProvisioningTest, WhatIsSavedGoesBackIntoTheFileInItsOrder) {
  Provider();
  Write("files/a.json",
        "{\n  \"uid\": \"a\",\n  \"title\": \"A\",\n  \"panels\": [\n    {\n      \"id\": 1,\n"
        "      \"expr\": \"a < b & \\\"c\\\"\"\n    }\n  ],\n  \"tags\": []\n}\n");
  EXPECT_EQ(Boards(), Strings{});
  std::string file = dashboards_->Find("a")->meta.file;
  Json edited = Json::Parse(R"({"tags":["x"],"version":1,"id":5,"title":"A!","new":{},"uid":"a",
      "panels":[{"expr":"a < b & \"c\"","id":1}]})")
                    .value();
  Result<void> written = provisioning_->WriteBack(file, edited);
  ASSERT_TRUE(written.ok()) << written.error().message();
  EXPECT_EQ(ReadBack("files/a.json"),
            "{\n  \"uid\": \"a\",\n  \"title\": \"A!\",\n  \"panels\": [\n    {\n      \"id\": 1,\n"
            "      \"expr\": \"a < b & \\\"c\\\"\"\n    }\n  ],\n  \"tags\": [\n    \"x\"\n  ],\n"
            "  \"new\": {}\n}\n");
  EXPECT_EQ(TitleOf("a"), "A!");
  EXPECT_EQ(provisioning_->WriteBack("/etc/passwd", edited).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(provisioning_->WriteBack(file + "/../b.json", edited).error().code(),
            ErrorCode::kNotFound);
}

TEST_F(ProvisioningTest, TheThreadSeesChangesWithoutBeingAsked) {
  Provider("    updateIntervalSeconds: 1\n");
  Write("files/a.json", R"({"title":"A","uid":"a"})");
  provisioning_->Start();
  EXPECT_EQ(TitleOf("a"), "A");
  Write("files/a.json", R"({"title":"A2","uid":"a"})");
  Mutex mutex;
  CondVar never;
  MutexLock lock(mutex);
  for (int i = 0; i < 2'000 && TitleOf("a") != "A2"; ++i) never.WaitFor(mutex, 10);
  EXPECT_EQ(TitleOf("a"), "A2");
  provisioning_->Stop();
  provisioning_->Stop();
}

TEST_F(ProvisioningTest, WithoutADirectoryThereIsNothingToDo) {
  fs::remove_all(root_ + "/conf");
  EXPECT_EQ(Sources(), Strings{});
  EXPECT_EQ(Boards(), Strings{});
  EXPECT_TRUE(provisioning_->ReloadAlerting().empty());
  EXPECT_TRUE(provisioning_->problems().empty());
}

// ---- alerting

TEST_F(ProvisioningTest, AlertingFilesAreHandedOnAsJson) {
  environment_ = {{"TOKEN", "123:abc"}, {"TEAM", "ops"}, {"PAUSED", "true"}, {"URL", "http://r"}};
  Write("conf/alerting/b.yaml", R"(
apiVersion: 1
groups:
  - orgId: 1
    name: eval
    folder: $TEAM
    interval: 60s
    rules:
      - uid: r1
        title: "Down"
        condition: A
        for: 2m
        isPaused: $PAUSED
        labels:
          team: $TEAM
          tpl: '{{ $$labels.job }}'
        annotations:
          summary: '{{ $labels.instance }} is down, see ${URL}/$values'
        data:
          - refId: A
            relativeTimeRange: {from: 600, to: 0}
            model:
              expr: rate(x[$__rate_interval]) > 0.5
              hide: false
contactPoints:
  - name: tg
    receivers:
      - uid: t1
        type: telegram
        settings:
          bottoken: $TOKEN
          chatid: "-100"
          message: '{{ $x := 1 }} ${TEAM}'
)");
  Write("conf/alerting/a.json", R"({"apiVersion":1,"deleteRules":[{"orgId":1,"uid":"${TEAM}"}]})");
  Write("conf/alerting/broken.yml", "groups: [");
  Write("conf/alerting/list.yml", "- x");
  Write("conf/alerting/refused.yml", "refuse: 1");
  Write("conf/alerting/file.yml", "contactPoints: [{name: $__file{/nowhere/at/all}}]");
  std::vector<std::string> problems = Lines(provisioning_->ReloadAlerting());
  ASSERT_EQ(problems.size(), 4u) << Join(problems, "\n");
  EXPECT_EQ(problems[3], "refused.yml:0: refused");
  ASSERT_EQ(alerting_.size(), 3u);
  EXPECT_EQ(alerting_[0].second.ToString(),
            R"({"apiVersion":1,"deleteRules":[{"orgId":1,"uid":"ops"}]})");
  EXPECT_EQ(alerting_[1].second,
            Json::Parse(R"({"apiVersion":1,"groups":[{"orgId":1,"name":"eval","folder":"ops",
    "interval":"60s","rules":[{"uid":"r1","title":"Down","condition":"A","for":"2m",
    "isPaused":true,"labels":{"team":"ops","tpl":"{{ $labels.job }}"},
    "annotations":{"summary":"{{ $labels.instance }} is down, see http://r/$values"},
    "data":[{"refId":"A","relativeTimeRange":{"from":600,"to":0},
    "model":{"expr":"rate(x[$__rate_interval]) > 0.5","hide":false}}]}]}],
    "contactPoints":[{"name":"tg","receivers":[{"uid":"t1","type":"telegram","settings":
    {"bottoken":"123:abc","chatid":"-100","message":"{{ $x := 1 }} ops"}}]}]})")
                .value());
}

}  // namespace
}  // namespace watchfire::grafana

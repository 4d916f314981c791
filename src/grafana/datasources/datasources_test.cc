#include "grafana/datasources/datasources.h"

#include <filesystem>

#include "base/file.h"
#include "base/log.h"
#include "base/thread.h"
#include "testing/fake_clock.h"

namespace watchfire::grafana {
namespace {

class DataSourcesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/watchfire_sources_XXXXXX";
    directory_ = mkdtemp(name);
    Open("key");
  }
  void TearDown() override {
    sources_.reset();
    database_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Open(const std::string& key) {
    sources_.reset();
    database_.reset();
    database_ = store::Database::Open(directory_ + "/watchfire.db").value();
    sources_ = DataSources::Open(database_.get(), Secret(key), &clock_).value();
  }
  static DataSource Named(const std::string& name) {
    DataSource source;
    source.name = name;
    source.url = "http://prometheus:9090";
    return source;
  }
  DataSourcePtr Add(DataSource source) {
    Result<DataSourcePtr> made = sources_->Create(std::move(source));
    EXPECT_TRUE(made.ok()) << made.error().message();
    return made.ok() ? *made : std::make_shared<const DataSource>();
  }
  std::string ErrorOf(DataSource source) {
    Result<DataSourcePtr> made = sources_->Create(std::move(source));
    return made.ok() ? "" : made.error().message();
  }

  std::string directory_;
  testing::FakeClock clock_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<DataSources> sources_;
};

TEST(DataSourceUid, OfAProvisionedSourceIsThatOfGrafana) {
  EXPECT_EQ(UidOfProvisioned("Prometheus"), "PBFA97CFB590B2093");
}

TEST_F(DataSourcesTest, KeepsEverythingAcrossOpenings) {
  DataSource source = Named("Main");
  source.basic_auth = true;
  source.basic_auth_user = "admin";
  source.json_data = *codec::Json::Parse(R"({"timeInterval":"15s","httpMethod":"POST"})");
  source.secure["basicAuthPassword"] = Secret("hunter2");
  std::string uid = Add(std::move(source))->uid;
  EXPECT_TRUE(IsUid(uid));

  Open("key");
  DataSourcePtr read = sources_->ByUid(uid);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->name, "Main");
  EXPECT_EQ(read->type, "prometheus");
  EXPECT_EQ(read->basic_auth_user, "admin");
  EXPECT_TRUE(read->basic_auth);
  EXPECT_EQ(read->json_data.ToString(), R"({"timeInterval":"15s","httpMethod":"POST"})");
  EXPECT_EQ(read->secure.at("basicAuthPassword").reveal(), "hunter2");
  EXPECT_EQ(read->created, clock_.Now());
  EXPECT_EQ(sources_->ById(read->id), read);
  EXPECT_EQ(sources_->ByName("Main"), read);
}

TEST_F(DataSourcesTest, ThePlainSecretIsNowhereOnDisk) {
  DataSource source = Named("Main");
  source.secure["basicAuthPassword"] = Secret("correct horse battery");
  Add(std::move(source));
  sources_.reset();
  database_.reset();
  for (const auto& file : std::filesystem::directory_iterator(directory_)) {
    std::string bytes = FileSystem::Local()->ReadFile(file.path()).value();
    EXPECT_EQ(bytes.find("correct horse"), std::string::npos) << file.path();
  }
}

TEST_F(DataSourcesTest, AnotherKeyHidesTheSecretAndKeepsItForTheRightOne) {
  DataSource source = Named("Main");
  source.secure["basicAuthPassword"] = Secret("hunter2");
  std::string uid = Add(std::move(source))->uid;
  std::string logs;
  CaptureLogs(&logs);
  Open("another key");
  CaptureLogs(nullptr);
  EXPECT_TRUE(sources_->ByUid(uid)->secure.empty());
  EXPECT_NE(logs.find("secret_key"), std::string::npos) << logs;
  Open("key");
  EXPECT_EQ(sources_->ByUid(uid)->secure.at("basicAuthPassword").reveal(), "hunter2");
}

TEST_F(DataSourcesTest, SecretsThatAnUpdateDoesNotNameStayAndEmptyOnesGo) {
  DataSource source = Named("Main");
  source.secure["basicAuthPassword"] = Secret("one");
  source.secure["httpHeaderValue1"] = Secret("two");
  DataSource change = *Add(std::move(source));
  change.secure.clear();
  change.secure["httpHeaderValue1"] = Secret("");
  change.url = "http://other:9090";
  DataSourcePtr updated = sources_->Update(change).value();
  EXPECT_EQ(updated->url, "http://other:9090");
  EXPECT_EQ(updated->version, 2);
  EXPECT_EQ(updated->secure.size(), 1u);
  EXPECT_EQ(updated->secure.at("basicAuthPassword").reveal(), "one");
}

TEST_F(DataSourcesTest, ThereIsOneDefault) {
  EXPECT_EQ(sources_->Default(), nullptr);
  Add(Named("First"));
  EXPECT_EQ(sources_->Default()->name, "First");
  DataSource second = Named("Second");
  second.is_default = true;
  Add(second);
  EXPECT_EQ(sources_->Default()->name, "Second");
  EXPECT_FALSE(sources_->ByName("First")->is_default);
  ASSERT_TRUE(sources_->Delete(sources_->ByName("Second")->uid).ok());
  EXPECT_EQ(sources_->Default()->name, "First");
}

TEST_F(DataSourcesTest, WhatDashboardsWriteIsResolved) {
  DataSource first = Named("Prometheus");
  first.uid = "prom-1";
  Add(first);
  DataSource second = Named("Other");
  second.uid = "other-1";
  Add(second);
  for (const char* reference :
       {"", "default", "${DS_PROMETHEUS}", "$DS_X", "prom-1", "Prometheus", "prometheus"}) {
    ASSERT_NE(sources_->Resolve(reference), nullptr) << reference;
    EXPECT_EQ(sources_->Resolve(reference)->uid, "prom-1") << reference;
  }
  EXPECT_EQ(sources_->Resolve("Other")->uid, "other-1");
  EXPECT_EQ(sources_->Resolve("nobody"), nullptr);
}

TEST_F(DataSourcesTest, RefusesWhatIsWrong) {
  EXPECT_EQ(ErrorOf(Named(" ")), "data source name is required");
  DataSource bad_uid = Named("A");
  bad_uid.uid = "../../etc/passwd";
  EXPECT_NE(ErrorOf(bad_uid).find("invalid uid"), std::string::npos);
  DataSource long_uid = Named("A");
  long_uid.uid = std::string(41, 'a');
  EXPECT_NE(ErrorOf(long_uid).find("invalid uid"), std::string::npos);
  DataSource list = Named("A");
  list.json_data = codec::Json::OfArray({});
  EXPECT_EQ(ErrorOf(list), "jsonData must be an object, not array");
  DataSource huge = Named("A");
  huge.secure["x"] = Secret(std::string(100'000, 'x'));
  EXPECT_NE(ErrorOf(huge), "");
  DataSource long_url = Named("A");
  long_url.url = std::string(3'000, 'u');
  EXPECT_NE(ErrorOf(long_url), "");
  EXPECT_TRUE(sources_->All().empty());
}

TEST_F(DataSourcesTest, NamesAndUidsAreUnique) {
  DataSource source = Named("Main");
  source.uid = "main";
  Add(source);
  source.uid = "main2";
  EXPECT_EQ(ErrorOf(source), "data source with the same name already exists");
  source.name = "Main2";
  source.uid = "main";
  EXPECT_EQ(ErrorOf(source), "data source with the same uid already exists");
  Add(Named("Other"));
  DataSource renamed = *sources_->ByName("Other");
  renamed.name = "Main";
  EXPECT_EQ(sources_->Update(renamed).error().code(), ErrorCode::kExists);
}

TEST_F(DataSourcesTest, AnOldVersionDoesNotOverwriteANewerOne) {
  DataSource read = *Add(Named("Main"));
  ASSERT_TRUE(sources_->Update(read).ok());
  Result<DataSourcePtr> again = sources_->Update(read);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().message(), kVersionConflict);
  read.version = 0;
  EXPECT_TRUE(sources_->Update(read).ok());
}

TEST_F(DataSourcesTest, AReadOnlySourceIsChangedByItsFileAlone) {
  DataSource source = Named("Main");
  source.read_only = true;
  source.secure["a"] = Secret("1");
  DataSourcePtr made = sources_->PutProvisioned(source).value();
  EXPECT_EQ(made->uid, UidOfProvisioned("Main"));
  EXPECT_TRUE(made->provisioned);
  EXPECT_EQ(sources_->Update(*made).error().code(), ErrorCode::kDenied);
  EXPECT_EQ(sources_->Delete(made->uid).error().code(), ErrorCode::kDenied);
  source.secure.clear();
  source.url = "http://new";
  DataSourcePtr again = sources_->PutProvisioned(source).value();
  EXPECT_EQ(again->id, made->id);
  EXPECT_EQ(again->uid, made->uid);
  EXPECT_EQ(again->url, "http://new");
  EXPECT_TRUE(again->secure.empty());
  EXPECT_TRUE(sources_->DeleteProvisioned("Main").ok());
  EXPECT_EQ(sources_->DeleteProvisioned("Main").error().code(), ErrorCode::kNotFound);
}

TEST_F(DataSourcesTest, ASourceThatPeopleMadeIsTakenOverByAFileOfItsName) {
  DataSourcePtr made = Add(Named("Main"));
  DataSource file = Named("Main");
  file.read_only = true;
  EXPECT_EQ(sources_->PutProvisioned(file).value()->uid, made->uid);
  file.uid = "wanted";
  EXPECT_EQ(sources_->PutProvisioned(file).value()->uid, "wanted");
  EXPECT_EQ(sources_->All().size(), 1u);
}

TEST_F(DataSourcesTest, WritersAtOnceLoseNothingAndReadersSeeWholeLists) {
  ThreadPool pool("test", 4);
  pool.ParallelFor(40, [&](size_t i) {
    Result<DataSourcePtr> made = sources_->Create(Named(fmt::format("source {}", i)));
    EXPECT_TRUE(made.ok());
    EXPECT_NE(sources_->ByUid((*made)->uid), nullptr);
  });
  EXPECT_EQ(sources_->All().size(), 40u);
  EXPECT_EQ(sources_->All().front()->name, "source 0");
}

}  // namespace
}  // namespace watchfire::grafana

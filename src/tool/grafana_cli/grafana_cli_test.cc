// The commands over a real database that somebody else has open, as the server has.
#include "tool/grafana_cli/grafana_cli.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "codec/json.h"
#include "grafana/accounts/accounts.h"
#include "grafana/dashboards/dashboards.h"
#include "tool/grafana_cli/place.h"

namespace watchfire::tool {
namespace {

class GrafanaCliTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/watchfire_grafana_cli_XXXXXX";
    directory_ = mkdtemp(name);
    database_ = store::Database::Open(directory_ + "/watchfire.db").value();
    grafana::AccountsOptions options;
    options.clock = Clock::System();
    options.lock_out = false;
    accounts_ = grafana::Accounts::Open(database_.get(), options).value();
    grafana::Dashboards::Options of_dashboards;
    of_dashboards.clock = Clock::System();
    dashboards_ = grafana::Dashboards::Open(database_.get(), of_dashboards).value();
  }
  void TearDown() override {
    dashboards_.reset();
    accounts_.reset();
    database_.reset();
    std::filesystem::remove_all(directory_);
  }
  int Run(std::vector<std::string> args) {
    args.insert(args.end(), {"--data-path", directory_});
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    int code = RunGrafanaCli(args);
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return code;
  }
  bool CanSignIn(const std::string& login, const std::string& password) {
    return accounts_->CheckPassword(login, password, "").ok();
  }
  void Save(const std::string& uid, const std::string& title) {
    grafana::SaveRequest request;
    request.dashboard =
        codec::Json::Parse(fmt::format(R"({{"uid":"{}","title":"{}","panels":[]}})", uid, title))
            .value();
    auto saved = dashboards_->Save(std::move(request));
    ASSERT_TRUE(std::holds_alternative<grafana::DashboardMeta>(saved));
  }

  std::string directory_, out_, err_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<grafana::Accounts> accounts_;
  std::unique_ptr<grafana::Dashboards> dashboards_;
};

TEST_F(GrafanaCliTest, ANewPasswordHoldsAtOnceOnARunningServer) {
  std::string session = accounts_->BeginSession(1, "", "").value();
  ASSERT_EQ(Run({"admin", "reset-admin-password", "newpassword"}), 0) << err_;
  EXPECT_EQ(out_, "Admin password changed successfully ✔\nUser: admin (id 1)\n");
  EXPECT_TRUE(CanSignIn("admin", "newpassword"));
  EXPECT_FALSE(CanSignIn("admin", "admin"));
  EXPECT_FALSE(accounts_->ResumeSession(session, "", "").ok());
  EXPECT_FALSE(accounts_->FindUser(1)->default_password);
  ASSERT_EQ(Run({"--homepath", "/usr/share/grafana", "--debug", "admin", "reset-admin-password",
                 "--", "-dashed-"}),
            2)
      << "behind the dashes all are words";
  EXPECT_EQ(Run({"admin", "reset-admin-password", "abc"}), 2);
  EXPECT_EQ(err_, "grafana-cli: error: New password is too short\n");
  EXPECT_EQ(Run({"admin", "reset-admin-password"}), 2);
  EXPECT_TRUE(CanSignIn("admin", "newpassword"));
}

TEST_F(GrafanaCliTest, AnotherUserIsNamedByNumber) {
  grafana::User ann;
  ann.login = "ann";
  ann = accounts_->CreateUser(ann, Secret("password")).value();
  ASSERT_EQ(Run({"admin", "reset-admin-password", "--user-id", std::to_string(ann.id), "changed"}),
            0)
      << err_;
  EXPECT_TRUE(CanSignIn("ann", "changed"));
  EXPECT_TRUE(CanSignIn("admin", "admin"));
  EXPECT_EQ(Run({"admin", "reset-admin-password", "--user-id=99", "changed"}), 1);
  EXPECT_EQ(Run({"admin", "reset-admin-password", "--user-id=x", "changed"}), 2);
  // Where the first user is gone, the administrator is another.
  accounts_->SetServerAdmin(ann.id, true).value();
  accounts_->DeleteUser(1).value();
  ASSERT_EQ(Run({"admin", "reset-admin-password", "again!"}), 0) << err_;
  EXPECT_EQ(out_, "Admin password changed successfully ✔\nUser: ann (id 2)\n");
}

TEST_F(GrafanaCliTest, TheOnlyDashboardIsItselfAndSeveralAreAList) {
  Save("one", "First");
  ASSERT_EQ(Run({"admin", "export-dashboard"}), 0) << err_;
  EXPECT_EQ(err_, "exported 1 dashboard\n");
  codec::Json one = codec::Json::Parse(out_).value();
  EXPECT_EQ(*one.Find("title")->AsString(), "First");
  EXPECT_TRUE(one.Find("id")->is_null());
  EXPECT_TRUE(out_.starts_with("{\n  \"")) << out_;
  Save("two", "Second: {\\\"x\\\"}");
  ASSERT_EQ(Run({"admin", "export-dashboard"}), 0) << err_;
  EXPECT_EQ(codec::Json::Parse(out_)->AsArray()->size(), 2U);
  ASSERT_EQ(Run({"admin", "export-dashboard", "--uid", "two"}), 0) << err_;
  EXPECT_EQ(*codec::Json::Parse(out_)->Find("uid")->AsString(), "two");
  EXPECT_EQ(Run({"admin", "export-dashboard", "--uid", "three"}), 1);
  ASSERT_EQ(Run({"admin", "export-dashboard", "--all", "--output-dir", directory_ + "/out"}), 0);
  EXPECT_EQ(out_, "");
  std::vector<DirEntry> files = FileSystem::Local()->ListDirectory(directory_ + "/out").value();
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "first-one.json");
}

TEST_F(GrafanaCliTest, WhatMeansNothingHereSaysSoAndSucceeds) {
  for (const char* command : {"install", "remove", "update-all"}) {
    EXPECT_EQ(Run({"--pluginsDir", "/x", "plugins", command, "grafana-clock-panel"}), 0);
    EXPECT_NE(err_.find("not supported"), std::string::npos);
  }
  EXPECT_EQ(Run({"plugins", "ls"}), 0);
  EXPECT_EQ(Run({"admin", "data-migration", "encrypt-datasource-passwords"}), 0);
  EXPECT_EQ(Run({"admin", "nonsense"}), 2);
  EXPECT_EQ(Run({"nonsense"}), 2);
  EXPECT_EQ(Run({"--nonsense=1", "plugins", "ls"}), 2);
  EXPECT_EQ(Run({}), 2);
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_TRUE(out_.starts_with("Usage: grafana-cli"));
}

TEST_F(GrafanaCliTest, TheDatabaseIsFoundWhereTheServerKeepsIt) {
  FileSystem& files = *FileSystem::Local();
  PlaceOptions options;
  options.usual = {directory_ + "/none", directory_};
  EXPECT_EQ(FindDatabase(options, files).value(), directory_ + "/watchfire.db");
  options.usual = {directory_ + "/none"};
  Result<std::string> missing = FindDatabase(options, files);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message().find(directory_ + "/none"), std::string::npos);
  options.environment["GF_PATHS_DATA"] = directory_;
  EXPECT_TRUE(FindDatabase(options, files).ok());
  options.environment.clear();
  options.overrides = {"cfg:paths.data=" + directory_};
  EXPECT_TRUE(FindDatabase(options, files).ok());
  options.overrides.clear();
  options.config = directory_ + "/grafana.ini";
  files.WriteFileAtomically(options.config, "[paths]\ndata = " + directory_ + "\n").value();
  EXPECT_TRUE(FindDatabase(options, files).ok());
  options.data_path = directory_ + "/none";
  EXPECT_FALSE(FindDatabase(options, files).ok());
}

TEST(IndentedTest, LeavesTextsAlone) {
  EXPECT_EQ(Indented(R"({"a":[1,{}],"b":"x:{\",[","c":[]})"),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x:{\\\",[\",\n  \"c\": []\n}\n");
}

}  // namespace
}  // namespace watchfire::tool

#include "grafana/accounts/accounts.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/log.h"
#include "testing/fake_clock.h"

namespace watchfire::grafana {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kDay = 86'400'000;

class AccountsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/watchfire_accounts_XXXXXX";
    directory_ = mkdtemp(name);
    options_.clock = &clock_;
    Open();
  }
  void TearDown() override {
    accounts_.reset();
    database_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    accounts_.reset();
    database_.reset();
    database_ = store::Database::Open(directory_ + "/watchfire.db").value();
    accounts_ = Accounts::Open(database_.get(), options_).value();
  }
  User Make(const std::string& login, Role role = Role::kViewer) {
    User user;
    user.login = login;
    user.email = login + "@example.com";
    user.role = role;
    return accounts_->CreateUser(user, Secret("password of " + login)).value();
  }
  ErrorCode CodeOf(const Result<Identity>& result) {
    return result.ok() ? ErrorCode::kInternal : result.error().code();
  }

  testing::FakeClock clock_;
  std::string directory_;
  AccountsOptions options_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Accounts> accounts_;
};

TEST_F(AccountsTest, AnEmptyDatabaseGetsOneAdministratorWithTheDefaultPassword) {
  Identity admin = accounts_->CheckPassword("admin", "admin", "::1").value();
  EXPECT_EQ(admin.id, 1);
  EXPECT_EQ(admin.role, Role::kAdmin);
  EXPECT_TRUE(admin.server_admin);
  EXPECT_EQ(admin.kind, IdentityKind::kUser);
  EXPECT_TRUE(accounts_->FindUser(1)->default_password);
  accounts_->SetPassword(1, Secret("a better one")).value();
  EXPECT_FALSE(accounts_->FindUser(1)->default_password);
  Open();
  EXPECT_EQ(accounts_->Users()->size(), 1U);
  EXPECT_FALSE(accounts_->CheckPassword("admin", "admin", "::1").ok());
  EXPECT_TRUE(accounts_->CheckPassword("ADMIN@localhost", "a better one", "::1").ok());
}

TEST_F(AccountsTest, SaysSoWhenThePasswordOfTheSettingsIsNotTheStoredOne) {
  std::string log;
  CaptureLogs(&log);
  options_.admin_password = Secret("from the environment");
  Open();
  CaptureLogs(nullptr);
  EXPECT_NE(log.find("reset-admin-password"), std::string::npos) << log;
  EXPECT_EQ(log.find("from the environment"), std::string::npos);
  accounts_->SetPassword(1, options_.admin_password).value();
  log.clear();
  CaptureLogs(&log);
  Open();
  CaptureLogs(nullptr);
  EXPECT_EQ(log, "");
}

TEST_F(AccountsTest, NothingReadableIsStored) {
  Make("ann");
  std::string session = accounts_->BeginSession(1, "::1", "agent").value();
  ServiceAccount account = accounts_->CreateServiceAccount("robot", Role::kEditor, false).value();
  std::string key = accounts_->CreateToken(account.id, "t", 0)->key;
  accounts_.reset();
  database_.reset();
  std::string all;
  std::vector<DirEntry> files = FileSystem::Local()->ListDirectory(directory_).value();
  for (const DirEntry& file : files) {
    all += FileSystem::Local()->ReadFile(JoinPath(directory_, file.name)).value();
  }
  EXPECT_NE(all.find("ann@example.com"), std::string::npos);
  for (const std::string& secret : {std::string("password of ann"), session, key}) {
    EXPECT_EQ(all.find(secret), std::string::npos);
  }
}

TEST_F(AccountsTest, FiveFailuresLockOneUserAtOneAddressForFiveMinutes) {
  std::string log;
  CaptureLogs(&log);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(CodeOf(accounts_->CheckPassword("admin", "wrong", "1.1.1.1")), ErrorCode::kDenied);
    clock_.Advance(1000);
  }
  CaptureLogs(nullptr);
  EXPECT_NE(log.find("locked"), std::string::npos) << log;
  EXPECT_EQ(CodeOf(accounts_->CheckPassword("Admin", "admin", "1.1.1.1")), ErrorCode::kLimit);
  EXPECT_TRUE(accounts_->CheckPassword("admin", "admin", "2.2.2.2").ok()) << "another address";
  clock_.Advance(5 * kMinute);
  EXPECT_TRUE(accounts_->CheckPassword("admin", "admin", "1.1.1.1").ok());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(CodeOf(accounts_->CheckPassword("nobody", "x", "1.1.1.1")),
              i < 5 ? ErrorCode::kDenied : ErrorCode::kLimit);
  }
}

TEST_F(AccountsTest, AUserHasAUniqueNameAndAPasswordOfFourBytes) {
  User ann = Make("ann");
  EXPECT_EQ(ann.uid.size(), 14U);
  User user;
  EXPECT_EQ(accounts_->CreateUser(user, Secret("long enough")).error().code(), ErrorCode::kInvalid);
  user.login = "ANN";
  EXPECT_EQ(accounts_->CreateUser(user, Secret("long enough")).error().code(), ErrorCode::kExists);
  user.login = "ann@example.com";
  EXPECT_EQ(accounts_->CreateUser(user, Secret("long enough")).error().code(), ErrorCode::kExists);
  user.login = "bob";
  EXPECT_EQ(accounts_->CreateUser(user, Secret("abc")).error().message(),
            "New password is too short");
  user.login = std::string(191, 'x');
  EXPECT_EQ(accounts_->CreateUser(user, Secret("long enough")).error().code(), ErrorCode::kInvalid);
  user.login = "bob";
  user.email = "";
  User bob = accounts_->CreateUser(user, Secret("long enough")).value();
  bob.login = "ann";
  EXPECT_EQ(accounts_->UpdateUser(bob).error().code(), ErrorCode::kExists);
  bob.login = "robert";
  bob.name = "Robert'); DROP TABLE users;--";
  accounts_->UpdateUser(bob).value();
  EXPECT_EQ(accounts_->FindUser("robert")->name, bob.name);
  EXPECT_EQ(accounts_->Users("drop table")->size(), 1U);
  EXPECT_EQ(accounts_->Users("%")->size(), 0U) << "no wildcard";
  EXPECT_EQ(accounts_
                ->UpdateUser([] {
                  User none;
                  none.id = 99;
                  none.login = "x";
                  return none;
                }())
                .error()
                .code(),
            ErrorCode::kNotFound);
}

TEST_F(AccountsTest, TheLastAdministratorCannotBeLost) {
  User ann = Make("ann");
  EXPECT_EQ(accounts_->SetServerAdmin(1, false).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(accounts_->SetDisabled(1, true).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(accounts_->DeleteUser(1).error().code(), ErrorCode::kInvalid);
  EXPECT_TRUE(accounts_->FindUser(1)->server_admin);
  accounts_->SetServerAdmin(ann.id, true).value();
  accounts_->DeleteUser(1).value();
  EXPECT_EQ(accounts_->FindUser(1).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(accounts_->DeleteUser(1).error().code(), ErrorCode::kNotFound);
}

TEST_F(AccountsTest, ASessionRenewsItsTokenAndTakesTheOldOneForAMoment) {
  std::string first = accounts_->BeginSession(1, "1.1.1.1", "browser").value();
  Accounts::Resumed resumed = accounts_->ResumeSession(first, "1.1.1.1", "browser").value();
  EXPECT_TRUE(resumed.identity.by_cookie);
  EXPECT_EQ(resumed.identity.login, "admin");
  EXPECT_EQ(resumed.new_token, "");
  EXPECT_EQ(resumed.expires, clock_.Now() + 7 * kDay);
  clock_.Advance(11 * kMinute);
  std::string second = accounts_->ResumeSession(first, "1.1.1.1", "browser")->new_token;
  ASSERT_NE(second, "");
  EXPECT_EQ(accounts_->ResumeSession(first, "", "")->new_token, "") << "asked at the same time";
  EXPECT_EQ(accounts_->ResumeSession(second, "", "")->new_token, "");
  clock_.Advance(kMinute);
  EXPECT_FALSE(accounts_->ResumeSession(first, "", "").ok()) << "the new one has been seen";
  EXPECT_TRUE(accounts_->ResumeSession(second, "", "").ok());
  EXPECT_EQ(accounts_->Sessions(1)->size(), 1U);
}

TEST_F(AccountsTest, ARenewedTokenThatNeverArrivedDoesNotEndTheSession) {
  std::string first = accounts_->BeginSession(1, "", "").value();
  ASSERT_TRUE(accounts_->ResumeSession(first, "", "").ok());
  clock_.Advance(11 * kMinute);
  std::string lost = accounts_->ResumeSession(first, "", "")->new_token;
  clock_.Advance(2 * kMinute);
  std::string again = accounts_->ResumeSession(first, "", "")->new_token;
  ASSERT_NE(again, "");
  EXPECT_NE(again, lost);
  EXPECT_FALSE(accounts_->ResumeSession(lost, "", "").ok());
  EXPECT_TRUE(accounts_->ResumeSession(again, "", "").ok());
  std::string asked_for = accounts_->RotateSession(again).value();
  EXPECT_NE(asked_for, "");
  EXPECT_TRUE(accounts_->ResumeSession(asked_for, "", "").ok());
}

TEST_F(AccountsTest, SessionsEndByTimeByTheirUserAndWithTheirUser) {
  options_.inactive_lifetime_ms = 7 * kDay;
  std::string token = accounts_->BeginSession(1, "", "").value();
  clock_.Advance(6 * kDay);
  token = accounts_->ResumeSession(token, "", "")->new_token;
  ASSERT_TRUE(accounts_->ResumeSession(token, "", "").ok());
  clock_.Advance(7 * kDay);
  EXPECT_FALSE(accounts_->ResumeSession(token, "", "").ok()) << "idle for too long";

  token = accounts_->BeginSession(1, "", "").value();
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(6 * kDay - 1);
    Result<Accounts::Resumed> resumed = accounts_->ResumeSession(token, "", "");
    ASSERT_EQ(resumed.ok(), i < 5) << i;
    token = resumed->new_token;
  }
  clock_.Advance(kMinute);
  EXPECT_FALSE(accounts_->ResumeSession(token, "", "").ok()) << "thirty days at most";

  User ann = Make("ann");
  token = accounts_->BeginSession(ann.id, "", "").value();
  std::string other = accounts_->BeginSession(ann.id, "", "").value();
  int64_t own = accounts_->ResumeSession(token, "", "")->identity.session_id;
  accounts_->SetPassword(ann.id, Secret("another password"), own).value();
  EXPECT_TRUE(accounts_->ResumeSession(token, "", "").ok());
  EXPECT_FALSE(accounts_->ResumeSession(other, "", "").ok());
  EXPECT_EQ(accounts_->RevokeSession(1, own).error().code(), ErrorCode::kNotFound)
      << "somebody else's";
  accounts_->EndSession(token).value();
  EXPECT_FALSE(accounts_->ResumeSession(token, "", "").ok());
  token = accounts_->BeginSession(ann.id, "", "").value();
  accounts_->SetDisabled(ann.id, true).value();
  EXPECT_FALSE(accounts_->ResumeSession(token, "", "").ok());
  accounts_->SetDisabled(ann.id, false).value();
  EXPECT_FALSE(accounts_->ResumeSession(token, "", "").ok());
  for (int i = 0; i < 200; ++i) accounts_->BeginSession(ann.id, "", "").value();
  EXPECT_EQ(accounts_->Sessions(ann.id)->size(), 100U);
}

TEST_F(AccountsTest, TokensOfServiceAccountsComeOnceExpireAndAreRevoked) {
  ServiceAccount robot = accounts_->CreateServiceAccount("Back up", Role::kEditor, false).value();
  EXPECT_EQ(robot.login, "sa-1-back-up");
  EXPECT_EQ(accounts_->CreateServiceAccount("back up", Role::kEditor, false).error().code(),
            ErrorCode::kExists);
  Accounts::NewToken token = accounts_->CreateToken(robot.id, "hourly", 3'600'000).value();
  EXPECT_EQ(accounts_->CreateToken(robot.id, "hourly", 0).error().code(), ErrorCode::kExists);
  EXPECT_EQ(accounts_->CreateToken(99, "x", 0).error().code(), ErrorCode::kNotFound);
  Identity who = accounts_->CheckToken(token.key).value();
  EXPECT_EQ(who.kind, IdentityKind::kServiceAccount);
  EXPECT_EQ(who.role, Role::kEditor);
  EXPECT_EQ(who.login, "sa-1-back-up");
  EXPECT_FALSE(who.by_cookie);
  EXPECT_EQ((*accounts_->Tokens(robot.id))[0].last_used, clock_.Now());
  EXPECT_EQ(accounts_->FindServiceAccount(robot.id)->tokens, 1);
  EXPECT_EQ(accounts_->CheckToken(token.key + "x").error().message(), "Invalid API key");
  robot.disabled = true;
  accounts_->UpdateServiceAccount(robot).value();
  EXPECT_FALSE(accounts_->CheckToken(token.key).ok());
  robot.disabled = false;
  accounts_->UpdateServiceAccount(robot).value();
  EXPECT_TRUE(accounts_->CheckToken(token.key).ok());
  clock_.Advance(3'600'000);
  EXPECT_EQ(accounts_->CheckToken(token.key).error().message(), "Expired API key");
  Accounts::NewToken forever = accounts_->CreateToken(robot.id, "forever", 0).value();
  EXPECT_TRUE(accounts_->CheckToken(forever.key).ok());
  accounts_->DeleteToken(robot.id, forever.id).value();
  EXPECT_FALSE(accounts_->CheckToken(forever.key).ok());
  EXPECT_FALSE(accounts_->CheckPassword("sa-1-back-up", "", "").ok());
  EXPECT_EQ(accounts_->FindUser(robot.id).error().code(), ErrorCode::kNotFound) << "no person";
  accounts_->DeleteServiceAccount(robot.id).value();
  EXPECT_TRUE(accounts_->ServiceAccounts()->empty());
}

TEST_F(AccountsTest, PeopleFromOutsideAreFoundAgainByTheirIdentifier) {
  ExternalUser outside;
  outside.auth_module = "oauth_github";
  outside.auth_id = "42";
  outside.login = "octo";
  outside.email = "octo@example.com";
  EXPECT_EQ(CodeOf(accounts_->SignInExternal(outside, false)), ErrorCode::kDenied);
  Identity who = accounts_->SignInExternal(outside, true).value();
  EXPECT_EQ(who.role, Role::kViewer);
  EXPECT_EQ(accounts_->FindUser(who.id)->auth_module, "oauth_github");
  EXPECT_FALSE(accounts_->CheckPassword("octo", "", "").ok());
  outside.login = "octocat";
  outside.role = Role::kAdmin;
  outside.server_admin = true;
  Identity again = accounts_->SignInExternal(outside, false).value();
  EXPECT_EQ(again.id, who.id);
  EXPECT_EQ(again.login, "octocat");
  EXPECT_TRUE(again.server_admin);
  accounts_->SetDisabled(who.id, true).value();
  EXPECT_EQ(CodeOf(accounts_->SignInExternal(outside, true)), ErrorCode::kDenied);
  outside.auth_id = "";
  EXPECT_EQ(CodeOf(accounts_->SignInExternal(outside, true)), ErrorCode::kDenied);
}

TEST_F(AccountsTest, OnlyTrustedNamesTakeOverAnAccount) {
  ExternalUser outside;
  outside.auth_module = "oauth_github";
  outside.auth_id = "666";
  outside.login = "admin";
  outside.email = "admin@localhost";
  EXPECT_EQ(CodeOf(accounts_->SignInExternal(outside, true)), ErrorCode::kExists);
  outside.auth_module = "ldap";
  outside.auth_id = "cn=admin";
  outside.trusted_names = true;
  EXPECT_EQ(accounts_->SignInExternal(outside, true)->id, 1);
}

TEST_F(AccountsTest, KeepsPreferencesStarsAndTheNameOfTheOrganisation) {
  EXPECT_EQ(accounts_->Preferences(1)->ToString(), "{}");
  codec::Json preferences = codec::Json::Parse(R"({"theme":"light"})").value();
  accounts_->SetPreferences(1, preferences).value();
  EXPECT_EQ(*accounts_->Preferences(1), preferences);
  EXPECT_EQ(accounts_->Preferences(0)->ToString(), "{}");
  accounts_->SetStar(1, "b", true).value();
  accounts_->SetStar(1, "a", true).value();
  accounts_->SetStar(1, "a", true).value();
  EXPECT_EQ(*accounts_->Stars(1), (std::vector<std::string>{"a", "b"}));
  accounts_->SetStar(1, "a", false).value();
  EXPECT_EQ(*accounts_->Stars(1), (std::vector<std::string>{"b"}));
  EXPECT_EQ(*accounts_->OrgName(), "Main Org.");
  accounts_->SetOrgName("Fire brigade").value();
  EXPECT_EQ(*accounts_->OrgName(), "Fire brigade");
  EXPECT_FALSE(accounts_->SetOrgName(" ").ok());
}

}  // namespace
}  // namespace watchfire::grafana

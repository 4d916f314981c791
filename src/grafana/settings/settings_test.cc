#include "grafana/settings/settings.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "grafana/settings/durations.h"
#include "grafana/settings/ini.h"

namespace watchfire::grafana {
namespace {

class SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/watchfire_settings_XXXXXX";
    directory_ = mkdtemp(name);
    sources_.data_path = directory_ + "/data";
    sources_.config_file = Write("grafana.ini", "");
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& name, std::string_view text) {
    std::string path = directory_ + "/" + name;
    FileSystem::Local()->WriteFileAtomically(path, text).value();
    return path;
  }
  Settings Load() {
    Result<Settings> settings = LoadSettings(sources_, *FileSystem::Local());
    EXPECT_TRUE(settings.ok()) << settings.error().message();
    return settings.value_or({});
  }
  std::string LoadError() {
    Result<Settings> settings = LoadSettings(sources_, *FileSystem::Local());
    return settings.ok() ? "" : settings.error().message();
  }

  std::string directory_;
  SettingsSources sources_;
};

TEST_F(SettingsTest, HasGrafanasDefaultsWhereNothingIsSet) {
  Settings settings = Load();
  EXPECT_EQ(settings.warnings.size(), 0U) << settings.warnings[0];
  EXPECT_EQ(settings.server.http_port, 3000);
  EXPECT_EQ(settings.server.root_url, "http://localhost:3000/");
  EXPECT_EQ(settings.server.sub_path, "");
  EXPECT_EQ(settings.security.admin_user, "admin");
  EXPECT_EQ(settings.security.admin_password.reveal(), "admin");
  EXPECT_FALSE(settings.security.admin_password_is_set);
  EXPECT_EQ(settings.security.cookie_samesite, "lax");
  EXPECT_EQ(settings.users.auto_assign_org_role, "Viewer");
  EXPECT_EQ(settings.auth.cookie_name, "grafana_session");
  EXPECT_EQ(settings.auth.inactive_lifetime_ms, 7 * 86'400'000LL);
  EXPECT_EQ(settings.auth.rotation_ms, 600'000);
  EXPECT_TRUE(settings.auth.basic_enabled);
  EXPECT_FALSE(settings.anonymous.enabled);
  EXPECT_EQ(settings.paths.data, directory_ + "/data");
  EXPECT_EQ(settings.paths.provisioning, "/etc/grafana/provisioning");
  EXPECT_EQ(settings.other.alerting_min_interval_ms, 10'000);
  EXPECT_TRUE(settings.oauth.empty());
}

TEST_F(SettingsTest, EachSourceGoesOverTheOneBefore) {
  sources_.overrides = {"cfg:default.server.http_port=1", "cfg:default.paths.logs=/var/log/x"};
  EXPECT_EQ(Load().server.http_port, 1);
  EXPECT_EQ(Load().paths.logs, "/var/log/x");
  sources_.config_file = Write("grafana.ini", "[server]\nhttp_port = 2\n");
  EXPECT_EQ(Load().server.http_port, 2);
  sources_.environment["GF_SERVER_HTTP_PORT"] = "3";
  EXPECT_EQ(Load().server.http_port, 3);
  sources_.overrides.push_back("cfg:server.http_port=4");
  EXPECT_EQ(Load().server.http_port, 4);
  sources_.environment["GF_SERVER_HTTP_PORT"] = "";
  sources_.overrides.clear();
  EXPECT_EQ(Load().server.http_port, 2) << "an empty variable is as none";
}

TEST_F(SettingsTest, ReadsCommentsQuotesAndInterpolation) {
  sources_.config_file = Write("grafana.ini", R"(
app_mode = production   ; as it is
# all of this is a comment
[server]
;http_port = 1
Domain = "grafana.example.com"  # quoted
root_url = %(protocol)s://%(domain)s/grafana/
[security]
admin_password = """pass#word;with "quotes"
and a second line"""
admin_user = 'root'
[auth.anonymous]
enabled: true
org_role = editor
)");
  Settings settings = Load();
  EXPECT_TRUE(settings.warnings.empty()) << settings.warnings[0];
  EXPECT_EQ(settings.Get("", "app_mode"), "production");
  EXPECT_EQ(settings.server.http_port, 3000);
  EXPECT_EQ(settings.server.domain, "grafana.example.com");
  EXPECT_EQ(settings.server.root_url, "http://grafana.example.com/grafana/");
  EXPECT_EQ(settings.server.sub_path, "/grafana");
  EXPECT_EQ(settings.security.admin_password.reveal(),
            "pass#word;with \"quotes\"\nand a second line");
  EXPECT_TRUE(settings.security.admin_password_is_set);
  EXPECT_EQ(settings.security.admin_user, "root");
  EXPECT_TRUE(settings.anonymous.enabled);
  EXPECT_EQ(settings.anonymous.org_role, "Editor");
}

TEST_F(SettingsTest, ReadsValuesFromFilesAndTheEnvironment) {
  std::string secret = Write("secret", "from a file\n\n");
  sources_.environment = {{"GF_SECURITY_ADMIN_PASSWORD__FILE", secret},
                          {"MAIL_PASSWORD", "a$b${MAIL_PASSWORD}"},
                          {"GF_SMTP_PASSWORD", "$__env{MAIL_PASSWORD}"},
                          {"GF_SMTP_USER", "$__file{" + secret + "}"},
                          {"GF_SMTP_FROM_NAME", "${MISSING}costs 5$"}};
  Settings settings = Load();
  EXPECT_EQ(settings.security.admin_password.reveal(), "from a file");
  EXPECT_EQ(settings.smtp.password.reveal(), "a$b${MAIL_PASSWORD}") << "once, not again";
  EXPECT_EQ(settings.smtp.user, "from a file");
  EXPECT_EQ(settings.smtp.from_name, "costs 5$");
  sources_.environment["GF_SECURITY_ADMIN_PASSWORD"] = "x";
  EXPECT_EQ(LoadError(),
            "both GF_SECURITY_ADMIN_PASSWORD and GF_SECURITY_ADMIN_PASSWORD__FILE are set: only "
            "one may be");
  sources_.environment = {{"GF_SMTP_USER__FILE", directory_ + "/missing"}};
  EXPECT_NE(LoadError().find("GF_SMTP_USER__FILE: "), std::string::npos) << LoadError();
}

TEST_F(SettingsTest, FindsTheSectionInTheNameOfAVariable) {
  sources_.environment = {{"GF_AUTH_ANONYMOUS_ORG_ROLE", "Admin"},
                          {"GF_AUTH_LOGIN_COOKIE_NAME", "c"},
                          {"GF_AUTH_GENERIC_OAUTH_ENABLED", "true"},
                          {"GF_AUTH_GENERIC_OAUTH_CLIENT_ID", "id"},
                          {"GF_AUTH_GENERIC_OAUTH_AUTH_URL", "https://sso/auth"},
                          {"GF_AUTH_GENERIC_OAUTH_TOKEN_URL", "https://sso/token"},
                          {"GF_AUTH_GENERIC_OAUTH_ALLOWED_DOMAINS", "a.com, b.com"},
                          {"GF_FEATURE_TOGGLES_ENABLE", "x,y"},
                          {"GF_DEFAULT_INSTANCE_NAME", "me"}};
  Settings settings = Load();
  EXPECT_TRUE(settings.warnings.empty()) << settings.warnings[0];
  EXPECT_EQ(settings.anonymous.org_role, "Admin");
  EXPECT_EQ(settings.auth.cookie_name, "c");
  ASSERT_EQ(settings.oauth.size(), 1U);
  EXPECT_EQ(settings.oauth[0].client_id, "id");
  EXPECT_EQ(settings.oauth[0].name, "OAuth");
  EXPECT_EQ(settings.oauth[0].allowed_domains, (std::vector<std::string>{"a.com", "b.com"}));
  EXPECT_EQ(settings.Get("feature_toggles", "enable"), "x,y");
  EXPECT_EQ(settings.Get("", "instance_name"), "me");
}

TEST_F(SettingsTest, TellsWhatIsMisspeltOrWithoutEffect) {
  sources_.config_file =
      Write("grafana.ini",
            "[servr]\nhttp_port=1\n[server]\nhttp_prot = 1\n[smtp]\npassword = a#b\n"
            "[analytics]\nreporting_enabled = false\n[auth.jwt]\nenabled = false\n");
  sources_.environment = {{"GF_INSTALL_PLUGINS", "grafana-clock-panel"},
                          {"GF_DATABASE_TYPE", "postgres"},
                          {"GF_SERVR_ROOT_URL", "http://x/"},
                          {"GF_AUTH_JWT_ENABLED", "true"}};
  std::vector<std::string> warnings = Load().warnings;
  std::string ini = sources_.config_file;
  std::vector<std::string> expected = {
      ini + ":2: no such setting: [servr] http_port; did you mean [server] http_port?",
      ini + ":4: no such setting: [server] http_prot; did you mean [server] http_port?",
      ini +
          ":6: the value of [smtp] password ends at its first \"#\" or \";\"; if these belong to "
          "it, put it between \"\"\"",
      "GF_INSTALL_PLUGINS: plugins are not supported; nothing is installed",
      "GF_SERVR_ROOT_URL: no such setting; did you mean GF_SERVER_ROOT_URL?",
      "[auth.jwt] enabled has no effect: this way to sign in is not supported",
      "[database] type has no effect: everything is kept in a file of the data directory; there "
      "is no other database"};
  EXPECT_EQ(warnings, expected);
}

TEST_F(SettingsTest, RefusesValuesThatMakeNoSense) {
  sources_.environment["GF_SERVER_HTTP_PORT"] = "70000";
  EXPECT_EQ(LoadError(), "[server] http_port: expected a number from 0 to 65535, got \"70000\"");
  sources_.environment = {{"GF_AUTH_ANONYMOUS_ENABLED", "maybe"}};
  EXPECT_EQ(LoadError(), "[auth.anonymous] enabled: expected true or false, got \"maybe\"");
  sources_.environment = {{"GF_SECURITY_COOKIE_SAMESITE", "lux"}};
  EXPECT_EQ(LoadError(),
            "[security] cookie_samesite: expected one of lax, strict, none, disabled, got \"lux\"");
  sources_.environment = {{"GF_DASHBOARDS_MIN_REFRESH_INTERVAL", "soon"}};
  EXPECT_EQ(LoadError(),
            "[dashboards] min_refresh_interval: expected a duration like 10s or 7d, got \"soon\"");
  sources_.environment = {{"GF_SERVER_DOMAIN", "%(root_url)s"}};
  EXPECT_NE(LoadError().find("in circles"), std::string::npos) << LoadError();
  sources_.environment = {{"GF_AUTH_GITHUB_ENABLED", "true"}};
  EXPECT_EQ(LoadError(), "[auth.github] enabled: client_id, auth_url and token_url are needed");
  sources_.environment.clear();
  sources_.config_file = Write("grafana.ini", "[server]\nhttp_port\n");
  EXPECT_EQ(LoadError(), sources_.config_file + ":2: expected \"key = value\"");
  sources_.config_file = Write("grafana.ini", "[smtp]\npassword = \"\"\"x\n\n");
  EXPECT_EQ(LoadError(), sources_.config_file + ":4: a value without its closing \"\"\"");
  sources_.config_file = directory_ + "/missing.ini";
  EXPECT_NE(LoadError().find("missing.ini"), std::string::npos);
}

TEST_F(SettingsTest, AProviderWithALimitThatCannotBeCheckedIsSwitchedOff) {
  sources_.environment = {{"GF_AUTH_GITHUB_ENABLED", "true"},
                          {"GF_AUTH_GITHUB_CLIENT_ID", "id"},
                          {"GF_AUTH_GITHUB_ALLOWED_ORGANIZATIONS", "us"}};
  ASSERT_EQ(Load().oauth.size(), 1U);
  EXPECT_EQ(Load().oauth[0].token_url, "https://github.com/login/oauth/access_token");
  sources_.environment["GF_AUTH_GITHUB_TEAM_IDS"] = "1,2";
  Settings settings = Load();
  EXPECT_TRUE(settings.oauth.empty());
  ASSERT_EQ(settings.warnings.size(), 1U);
  EXPECT_NE(settings.warnings[0].find("team_ids"), std::string::npos);
}

TEST_F(SettingsTest, ExpandsValuesOfProvisioningFilesAsAShellWould) {
  auto environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "HOST") return "db";
    if (name == "PASSWORD") return "p$HOST$$";
    return std::nullopt;
  };
  std::string file = Write("token", "t\n");
  auto expand = [&](std::string_view text) {
    return ExpandValue(text, environment, *FileSystem::Local()).value();
  };
  EXPECT_EQ(expand("http://$HOST:${HOST}/$MISSING"), "http://db:db/");
  EXPECT_EQ(expand("$$HOST and $$$HOST"), "$HOST and $db");
  EXPECT_EQ(expand("$__env{PASSWORD}|$PASSWORD"), "p$HOST$$|p$HOST$$");
  EXPECT_EQ(expand("[$__file{" + file + "}]"), "[t]");
  EXPECT_EQ(expand("5$, ${, $1.x"), "5$, ${, .x");
  EXPECT_FALSE(ExpandValue("$__file{/missing}", environment, *FileSystem::Local()).ok());
}

TEST(SettingDurationTest, ReadsUnitsAndBareSeconds) {
  EXPECT_EQ(ParseSettingDuration("10s"), 10'000);
  EXPECT_EQ(ParseSettingDuration("1h30m"), 5'400'000);
  EXPECT_EQ(ParseSettingDuration("7d"), 604'800'000);
  EXPECT_EQ(ParseSettingDuration("1M"), 2'592'000'000);
  EXPECT_EQ(ParseSettingDuration("90"), 90'000);
  EXPECT_EQ(ParseSettingDuration("250ms"), 250);
  for (const char* wrong : {"", "s", "1x", "1h-1m", "99999999999999999999s", "200y", "1h30"}) {
    EXPECT_EQ(ParseSettingDuration(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace watchfire::grafana

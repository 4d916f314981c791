// Directories: the file that describes them, and a real one that is asked.
#include <gtest/gtest.h>

#include "base/text.h"
#include "grafana/signin/ldap_client.h"
#include "grafana/signin/ldap_config.h"
#include "grafana/signin/testing_slapd.h"
#include "grafana/signin/toml.h"

namespace watchfire::grafana {
namespace {

constexpr std::string_view kFile = R"TOML(# LDAP as people have it
[[servers]]
host = "127.0.0.1"
port = PORT
bind_dn = "cn=root,dc=example,dc=org"
bind_password = '${LDAP_PASSWORD}'
search_filter = "(uid=%s)"
search_base_dns = ["ou=people,dc=example,dc=org",] # a list

[servers.attributes]
name = "givenName"
surname = "sn"
username = "uid"
member_of = "memberOf"
email = "mail"

[[servers.group_mappings]]
group_dn = "CN=Admins,ou=groups,dc=example,dc=org"
org_role = "Admin"
grafana_admin = true

[[servers.group_mappings]]
group_dn = "cn=editors,ou=groups,dc=example,dc=org"
org_role = "Editor"
)TOML";

std::optional<std::string> Environment(std::string_view name) {
  if (name == "LDAP_PASSWORD") return "root-password";
  return std::nullopt;
}

Result<std::vector<LdapServer>> Parse(std::string_view text,
                                      std::vector<std::string>* warnings = nullptr) {
  std::vector<std::string> unused;
  return ParseLdapConfig(text, "ldap.toml", Environment, *FileSystem::Local(),
                         warnings == nullptr ? &unused : warnings);
}

std::string ParseError(std::string_view text) {
  Result<std::vector<LdapServer>> parsed = Parse(text);
  return parsed.ok() ? "" : parsed.error().message();
}

TEST(TomlTest, ReadsWhatLdapFilesAreMadeOf) {
  Result<codec::Json> parsed = ParseToml(R"(a = 1_000
"quoted key".b = 'lite\ral'
list = [ "x", # comment
  'y',
]
point = { x = -1, y = "2" }
text = """
first \
   line "quoted" \u00e9"""
[t.u]
on = true
[[s]]
n = 1
[s.sub]
v = 2
[[s]]
n = 3
)",
                                         "x.toml");
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_EQ(parsed->ToString(), R"({"a":1000,"quoted key":{"b":"lite\\ral"},"list":["x","y"],)"
                                R"("point":{"x":-1,"y":"2"},"text":"first line \"quoted\" é",)"
                                R"("t":{"u":{"on":true}},"s":[{"n":1,"sub":{"v":2}},{"n":3}]})");
}

TEST(TomlTest, NamesTheLineOfAMistake) {
  auto error = [](std::string_view text) {
    Result<codec::Json> parsed = ParseToml(text, "x.toml");
    return parsed.ok() ? "" : parsed.error().message();
  };
  EXPECT_EQ(error("a = 1\nb 2"), "x.toml:2: expected \"key = value\"");
  EXPECT_EQ(error("a = 1\na = 2"), "x.toml:2: a is there twice");
  EXPECT_EQ(error("a = \"x\n"), "x.toml:1: a string without its closing \"");
  EXPECT_EQ(error("[a\n"), "x.toml:1: a table header without its end");
  EXPECT_EQ(error("a = 1.5"),
            "x.toml:1: expected a string, a whole number, true, false, an array "
            "or a table, got \"1.5\"");
  EXPECT_EQ(error("a = 1 b = 2"), "x.toml:1: expected the end of the line, got \"b\"");
  EXPECT_EQ(error("a = \"\\x\""), "x.toml:1: an unknown escape \\x");
  EXPECT_NE(error("a = " + std::string(1000, '[')), "");
  std::string tables = "a = ";
  for (int i = 0; i < 100'000; ++i) tables += "{a = ";
  EXPECT_EQ(error(tables), "x.toml:1: nested too deeply");
  EXPECT_NE(error("a = 1\n[a]\n"), "");
  EXPECT_NE(error("a = 1\n[[a]]\n"), "");
}

TEST(LdapConfigTest, ReadsServersAttributesAndMappings) {
  std::string text = ReplaceAll(kFile, "PORT", "1389") +
                     "[[servers]]\nhost = \"a b\"\n"
                     "use_ssl = true\nwhat = 1\nsearch_filter = \"(cn=%s)\"\n"
                     "search_base_dns = [\"dc=x\"]\n";
  std::vector<std::string> warnings;
  Result<std::vector<LdapServer>> servers = Parse(text, &warnings);
  ASSERT_TRUE(servers.ok()) << servers.error().message();
  ASSERT_EQ(servers->size(), 2U);
  const LdapServer& first = (*servers)[0];
  EXPECT_EQ(first.port, 1389);
  EXPECT_EQ(first.bind_password.reveal(), "root-password");
  EXPECT_EQ(first.groups[0].role, Role::kAdmin);
  EXPECT_EQ(first.groups[0].grafana_admin, true);
  EXPECT_EQ(first.groups[1].grafana_admin, std::nullopt);
  EXPECT_EQ((*servers)[1].hosts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((*servers)[1].port, 636);
  EXPECT_EQ(warnings, std::vector<std::string>{"ldap.toml: servers: what has no effect"});
}

TEST(LdapConfigTest, SaysWhatIsMissingOrWrong) {
  EXPECT_EQ(ParseError(""), "ldap.toml: expected at least one [[servers]]");
  EXPECT_EQ(ParseError("[[servers]]\nport = 1\n"),
            "ldap.toml: servers: host: expected the name of a server");
  std::string text = ReplaceAll(kFile, "PORT", "\"389\"");
  EXPECT_EQ(ParseError(text), "ldap.toml: servers: port: expected a number from 1 to 65535");
  text = ReplaceAll(ReplaceAll(kFile, "PORT", "389"), "\"Editor\"", "\"King\"");
  EXPECT_EQ(ParseError(text),
            "ldap.toml: servers: group_mappings: org_role: expected Viewer, "
            "Editor or Admin");
}

TEST(LdapConfigTest, LoginsCannotChangeAFilterOrAName) {
  EXPECT_EQ(EscapeLdapFilter("a*)(uid=\\x"), "a\\2a\\29\\28uid=\\5cx");
  EXPECT_EQ(EscapeLdapFilter(std::string("a\0b", 3)), "a\\00b");
  EXPECT_EQ(EscapeLdapName("a,ou=x+\"b\" "), "a\\,ou\\=x\\+\\\"b\\\"\\ ");
  EXPECT_EQ(EscapeLdapName("#a"), "\\#a");
}

class DirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!TestingSlapd::Installed()) GTEST_SKIP() << "slapd is not installed";
    slapd_ = TestingSlapd::Start();
    ASSERT_NE(slapd_, nullptr) << "slapd does not start";
    servers_ = Parse(ReplaceAll(kFile, "PORT", std::to_string(slapd_->port()))).value();
  }
  Result<ExternalUser> Ask(std::string_view login, std::string_view password) {
    return AskLdap(servers_, login, Secret(std::string(password)), false);
  }

  std::unique_ptr<TestingSlapd> slapd_;
  std::vector<LdapServer> servers_;
};

TEST_F(DirectoryTest, APersonSignsInWithTheRoleOfTheGroup) {
  Result<ExternalUser> ann = Ask("ann", "ann-password");
  ASSERT_TRUE(ann.ok()) << ann.error().message();
  EXPECT_EQ(ann->login, "ann");
  EXPECT_EQ(ann->email, "ann@example.org");
  EXPECT_EQ(ann->name, "Ann Archer");
  EXPECT_EQ(ann->auth_id, "uid=ann,ou=people,dc=example,dc=org");
  EXPECT_EQ(ann->role, Role::kAdmin);
  EXPECT_EQ(ann->server_admin, true);
  Result<ExternalUser> bob = Ask("bob", "bob-password");
  ASSERT_TRUE(bob.ok()) << bob.error().message();
  EXPECT_EQ(bob->role, Role::kEditor);
  EXPECT_EQ(bob->server_admin, std::nullopt);
  Result<ExternalUser> kept = AskLdap(servers_, "bob", Secret("bob-password"), true);
  EXPECT_EQ(kept->role, std::nullopt);
}

TEST_F(DirectoryTest, NobodyElseComesIn) {
  for (auto [login, password] :
       std::vector<std::pair<std::string, std::string>>{{"ann", "wrong"},
                                                        {"ann", ""},
                                                        {"", "ann-password"},
                                                        {"nobody", "x"},
                                                        {"*", "ann-password"},
                                                        {"ann)(uid=*", "ann-password"},
                                                        {"eve", "eve-password"}}) {
    Result<ExternalUser> who = Ask(login, password);
    ASSERT_FALSE(who.ok()) << login;
    EXPECT_EQ(who.error().code(), ErrorCode::kDenied) << login << ": " << who.error().message();
  }
  // She is in no group; everybody may be mapped.
  servers_[0].groups.push_back({"*", Role::kViewer, std::nullopt});
  EXPECT_EQ(Ask("eve", "eve-password")->role, Role::kViewer);
  servers_[0].groups.clear();
  EXPECT_EQ(Ask("eve", "eve-password")->role, std::nullopt);
}

TEST_F(DirectoryTest, GroupsAreSearchedWhereThePersonDoesNotNameThem) {
  servers_[0].member_of_attribute = "";
  EXPECT_FALSE(Ask("bob", "bob-password").ok());
  servers_[0].group_search_filter = "(&(objectClass=groupOfNames)(member=%s))";
  servers_[0].group_search_base_dns = {"ou=groups,dc=example,dc=org"};
  Result<ExternalUser> bob = Ask("bob", "bob-password");
  ASSERT_TRUE(bob.ok()) << bob.error().message();
  EXPECT_EQ(bob->role, Role::kEditor);
}

TEST_F(DirectoryTest, PeopleMayBindAsThemselves) {
  servers_[0].bind_dn = "uid=%s,ou=people,dc=example,dc=org";
  servers_[0].bind_password = Secret();
  EXPECT_EQ(Ask("bob", "bob-password")->role, Role::kEditor);
  EXPECT_EQ(Ask("bob", "wrong").error().code(), ErrorCode::kDenied);
  EXPECT_EQ(Ask("ann,ou=people", "ann-password").error().code(), ErrorCode::kDenied);
}

TEST_F(DirectoryTest, PasswordsGoOverTlsToTheServerThatWasMeant) {
  servers_[0].start_tls = true;
  Result<ExternalUser> stranger = Ask("ann", "ann-password");
  ASSERT_FALSE(stranger.ok()) << "nobody here knows that authority";
  EXPECT_EQ(stranger.error().code(), ErrorCode::kUnavailable);
  servers_[0].root_ca_cert = slapd_->certificate();
  Result<ExternalUser> ann = Ask("ann", "ann-password");
  EXPECT_TRUE(ann.ok()) << ann.error().message();
  servers_[0].root_ca_cert = "";
  servers_[0].ssl_skip_verify = true;
  EXPECT_TRUE(Ask("ann", "ann-password").ok());
  servers_[0].ssl_skip_verify = false;
  servers_[0].root_ca_cert = "/missing.pem";
  EXPECT_EQ(Ask("ann", "ann-password").error().code(), ErrorCode::kUnavailable);
}

TEST_F(DirectoryTest, TheNextHostOrServerIsAskedWhenOneIsGone) {
  LdapServer gone = servers_[0];
  gone.port = 1;
  servers_.insert(servers_.begin(), gone);
  EXPECT_TRUE(Ask("ann", "ann-password").ok());
  servers_.pop_back();
  EXPECT_EQ(Ask("ann", "ann-password").error().code(), ErrorCode::kUnavailable);
  servers_[0].port = slapd_->port();
  servers_[0].bind_password = Secret("wrong");
  EXPECT_EQ(Ask("ann", "ann-password").error().code(), ErrorCode::kUnavailable)
      << "our own password is wrong, not hers";
}

}  // namespace
}  // namespace watchfire::grafana

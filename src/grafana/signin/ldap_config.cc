#include "grafana/signin/ldap_config.h"

#include <algorithm>

#include "base/text.h"
#include "codec/json.h"
#include "grafana/settings/expand.h"
#include "grafana/signin/toml.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr std::string_view kKnownKeys[] = {"host",
                                           "port",
                                           "use_ssl",
                                           "start_tls",
                                           "ssl_skip_verify",
                                           "root_ca_cert",
                                           "client_cert",
                                           "client_key",
                                           "timeout",
                                           "bind_dn",
                                           "bind_password",
                                           "search_filter",
                                           "search_base_dns",
                                           "group_search_filter",
                                           "group_search_filter_user_attribute",
                                           "group_search_base_dns",
                                           "attributes",
                                           "group_mappings"};

// Reads one table and keeps its first mistake.
class Reader {
 public:
  Reader(const Json& table, const Environment& environment, FileSystem& files)
      : table_(table), environment_(environment), files_(files) {}

  std::string Text(std::string_view key, std::string otherwise = {}) {
    const Json* value = table_.Find(key);
    if (value == nullptr) return otherwise;
    if (value->AsString() == nullptr) return Fail(key, "a string"), otherwise;
    return Expanded(key, *value->AsString());
  }
  bool Bool(std::string_view key) {
    const Json* value = table_.Find(key);
    if (value == nullptr) return false;
    if (!value->AsBool()) Fail(key, "true or false");
    return value->AsBool().value_or(false);
  }
  int64_t Int(std::string_view key, int64_t otherwise, int64_t most) {
    const Json* value = table_.Find(key);
    if (value == nullptr) return otherwise;
    std::optional<int64_t> number = value->AsInt();
    if (number && *number > 0 && *number <= most) return *number;
    Fail(key, fmt::format("a number from 1 to {}", most));
    return otherwise;
  }
  std::vector<std::string> List(std::string_view key) {
    const Json* value = table_.Find(key);
    std::vector<std::string> out;
    if (value == nullptr) return out;
    if (value->AsArray() == nullptr) return Fail(key, "a list of strings"), out;
    for (const Json& item : *value->AsArray()) {
      if (item.AsString() == nullptr) return Fail(key, "a list of strings"), out;
      out.push_back(Expanded(key, *item.AsString()));
    }
    return out;
  }
  void Fail(std::string_view key, std::string_view expected) {
    if (!error_) error_ = Error::Invalid("{}: expected {}", key, expected);
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  std::string Expanded(std::string_view key, const std::string& text) {
    Result<std::string> expanded = ExpandSetting(text, environment_, files_);
    if (expanded.ok()) return *std::move(expanded);
    if (!error_) error_ = expanded.error().With("{}", key);
    return {};
  }

  const Json& table_;
  const Environment& environment_;
  FileSystem& files_;
  std::optional<Error> error_;
};

Result<std::vector<LdapGroup>> ReadGroups(const Json& server, const Environment& environment,
                                          FileSystem& files) {
  std::vector<LdapGroup> groups;
  const Json* mappings = server.Find("group_mappings");
  if (mappings == nullptr) return groups;
  if (mappings->AsArray() == nullptr) {
    return Error::Invalid("group_mappings: expected [[servers.group_mappings]]");
  }
  for (const Json& mapping : *mappings->AsArray()) {
    Reader reader(mapping, environment, files);
    LdapGroup group;
    group.group_dn = reader.Text("group_dn");
    std::string role = reader.Text("org_role");
    if (group.group_dn.empty()) reader.Fail("group_dn", "the name of a group, or \"*\"");
    if (!role.empty() && !ParseRole(role, &group.role)) {
      reader.Fail("org_role", "Viewer, Editor or Admin");
    }
    if (mapping.Find("grafana_admin") != nullptr)
      group.grafana_admin = reader.Bool("grafana_admin");
    if (reader.error()) return reader.error()->With("group_mappings");
    const Json* org = mapping.Find("org_id");
    // Of several organisations only the first is here.
    if (org == nullptr || org->AsInt().value_or(1) == 1) groups.push_back(std::move(group));
  }
  return groups;
}

Result<LdapServer> ReadServer(const Json& table, const Environment& environment,
                              FileSystem& files) {
  Reader reader(table, environment, files);
  LdapServer server;
  std::string hosts = reader.Text("host");
  for (std::string_view host : Split(hosts, ' ')) {
    if (!host.empty()) server.hosts.emplace_back(host);
  }
  server.use_ssl = reader.Bool("use_ssl");
  server.start_tls = reader.Bool("start_tls");
  server.ssl_skip_verify = reader.Bool("ssl_skip_verify");
  server.port = reader.Int("port", server.use_ssl ? 636 : 389, 65535);
  server.root_ca_cert = reader.Text("root_ca_cert");
  server.client_cert = reader.Text("client_cert");
  server.client_key = reader.Text("client_key");
  server.timeout_ms = reader.Int("timeout", 10, 10) * 1000;
  server.bind_dn = reader.Text("bind_dn");
  server.bind_password = Secret(reader.Text("bind_password"));
  server.search_filter = reader.Text("search_filter");
  server.search_base_dns = reader.List("search_base_dns");
  server.group_search_filter = reader.Text("group_search_filter");
  server.group_search_filter_user_attribute =
      reader.Text("group_search_filter_user_attribute", "dn");
  server.group_search_base_dns = reader.List("group_search_base_dns");
  if (server.hosts.empty()) reader.Fail("host", "the name of a server");
  if (server.search_filter.empty()) reader.Fail("search_filter", "a filter like \"(uid=%s)\"");
  if (server.search_base_dns.empty()) reader.Fail("search_base_dns", "at least one name");
  if (reader.error()) return *reader.error();

  Json none = Json::OfObject({});
  const Json* attributes = table.Find("attributes");
  Reader names(attributes == nullptr ? none : *attributes, environment, files);
  server.username_attribute = names.Text("username", "cn");
  server.member_of_attribute = names.Text("member_of", "memberOf");
  server.email_attribute = names.Text("email", "email");
  server.name_attribute = names.Text("name", "givenName");
  server.surname_attribute = names.Text("surname", "sn");
  if (names.error()) return names.error()->With("attributes");
  server.groups = TRY(ReadGroups(table, environment, files));
  return server;
}

}  // namespace

Result<std::vector<LdapServer>> ParseLdapConfig(std::string_view text, std::string_view name,
                                                const Environment& environment, FileSystem& files,
                                                std::vector<std::string>* warnings) {
  Json root = TRY(ParseToml(text, name));
  const Json* list = root.Find("servers");
  std::vector<LdapServer> servers;
  if (list == nullptr || list->AsArray() == nullptr || list->AsArray()->empty()) {
    return Error::Invalid("{}: expected at least one [[servers]]", name);
  }
  for (const Json& table : *list->AsArray()) {
    if (table.AsObject() == nullptr) return Error::Invalid("{}: expected [[servers]]", name);
    Result<LdapServer> server = ReadServer(table, environment, files);
    if (!server.ok()) return server.error().With("{}: servers", name);
    for (const Json::Member& member : *table.AsObject()) {
      bool known = std::find(std::begin(kKnownKeys), std::end(kKnownKeys), member.name) !=
                   std::end(kKnownKeys);
      if (!known)
        warnings->push_back(fmt::format("{}: servers: {} has no effect", name, member.name));
    }
    servers.push_back(*std::move(server));
  }
  return servers;
}

std::string EscapeLdapFilter(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '*' || c == '(' || c == ')' || c == '\\' || c == '\0') {
      out += fmt::format("\\{:02x}", static_cast<uint8_t>(c));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string EscapeLdapName(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool edge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == text.size() && c == ' ');
    if (c == '\0') {
      out += "\\00";
      continue;
    }
    if (edge || std::string_view(",+\"\\<>;=").find(c) != std::string_view::npos) {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  return out;
}

}  // namespace watchfire::grafana

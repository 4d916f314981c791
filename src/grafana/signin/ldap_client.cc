#include "grafana/signin/ldap_client.h"

#include <lber.h>
#include <ldap.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMostGroups = 10'000;

timeval TimeOf(int64_t ms) {
  timeval time{};
  time.tv_sec = static_cast<decltype(time.tv_sec)>(ms / 1000);
  time.tv_usec = static_cast<decltype(time.tv_usec)>(ms % 1000 * 1000);
  return time;
}

std::string WithLogin(std::string_view pattern, const std::string& login) {
  return ReplaceAll(pattern, "%s", login);
}

struct Entry {
  std::string dn;
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes;

  const std::vector<std::string>& All(std::string_view name) const {
    static const std::vector<std::string> kNone;
    for (const auto& [key, values] : attributes) {
      if (EqualsIgnoreCase(key, name)) return values;
    }
    return kNone;
  }
  std::string First(std::string_view name) const {
    if (EqualsIgnoreCase(name, "dn")) return dn;
    const std::vector<std::string>& all = All(name);
    return all.empty() ? std::string() : all[0];
  }
};

// One connection to one host.
class Connection {
 public:
  Connection() = default;
  ~Connection() {
    if (ldap_ != nullptr) ldap_unbind_ext_s(ldap_, nullptr, nullptr);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> Open(const LdapServer& server, const std::string& host);
  // kDenied: wrong name or password.
  Result<void> Bind(const std::string& dn, const Secret& password);
  Result<std::vector<Entry>> Search(const std::string& base, const std::string& filter,
                                    const std::vector<std::string>& attributes, int most);

 private:
  Error Failed(std::string_view what, int code) const {
    ErrorCode kind =
        code == LDAP_INVALID_CREDENTIALS ? ErrorCode::kDenied : ErrorCode::kUnavailable;
    return Error(kind, fmt::format("{} {}: {}", what, host_, ldap_err2string(code)));
  }
  Result<void> SetTls(const LdapServer& server);

  LDAP* ldap_ = nullptr;
  std::string host_;
  timeval timeout_{};
};

Result<void> Connection::SetTls(const LdapServer& server) {
  auto file = [&](int option, const std::string& path) {
    if (path.empty()) return LDAP_OPT_SUCCESS;
    return ldap_set_option(ldap_, option, path.c_str());
  };
  int verify = server.ssl_skip_verify ? LDAP_OPT_X_TLS_NEVER : LDAP_OPT_X_TLS_DEMAND;
  int fresh = 0;  // a context of our own; a client's
  bool set = file(LDAP_OPT_X_TLS_CACERTFILE, server.root_ca_cert) == LDAP_OPT_SUCCESS &&
             file(LDAP_OPT_X_TLS_CERTFILE, server.client_cert) == LDAP_OPT_SUCCESS &&
             file(LDAP_OPT_X_TLS_KEYFILE, server.client_key) == LDAP_OPT_SUCCESS &&
             ldap_set_option(ldap_, LDAP_OPT_X_TLS_REQUIRE_CERT, &verify) == LDAP_OPT_SUCCESS &&
             ldap_set_option(ldap_, LDAP_OPT_X_TLS_NEWCTX, &fresh) == LDAP_OPT_SUCCESS;
  if (!set)
    return Error::Unavailable("{}: the TLS settings do not work; are the files there?", host_);
  return {};
}

Result<void> Connection::Open(const LdapServer& server, const std::string& host) {
  bool ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
  host_ = fmt::format("{}://{}:{}", server.use_ssl && !server.start_tls ? "ldaps" : "ldap",
                      ipv6 ? "[" + host + "]" : host, server.port);
  int code = ldap_initialize(&ldap_, host_.c_str());
  if (code != LDAP_SUCCESS) return Failed("address", code);
  timeout_ = TimeOf(server.timeout_ms);
  int version = LDAP_VERSION3;
  ldap_set_option(ldap_, LDAP_OPT_PROTOCOL_VERSION, &version);
  ldap_set_option(ldap_, LDAP_OPT_NETWORK_TIMEOUT, &timeout_);
  ldap_set_option(ldap_, LDAP_OPT_TIMEOUT, &timeout_);
  // A referral would take the password along to somebody else.
  ldap_set_option(ldap_, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
  if (!server.use_ssl && !server.start_tls) return {};
  TRY(SetTls(server));
  if (!server.start_tls) return {};
  code = ldap_start_tls_s(ldap_, nullptr, nullptr);
  if (code != LDAP_SUCCESS) return Failed("StartTLS", code);
  return {};
}

Result<void> Connection::Bind(const std::string& dn, const Secret& password) {
  // A name without a password is an anonymous bind, which succeeds: that proves nothing.
  if (!dn.empty() && password.empty()) return Error::Denied("{}: no password", host_);
  std::string text = password.reveal();
  berval credentials{text.size(), text.data()};
  int code = ldap_sasl_bind_s(ldap_, dn.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr,
                              nullptr);
  if (code != LDAP_SUCCESS) return Failed("bind", code);
  return {};
}

Result<std::vector<Entry>> Connection::Search(const std::string& base, const std::string& filter,
                                              const std::vector<std::string>& attributes,
                                              int most) {
  std::vector<std::string> names = attributes;
  std::vector<char*> wanted;
  for (std::string& name : names) wanted.push_back(name.data());
  wanted.push_back(nullptr);
  LDAPMessage* answer = nullptr;
  int code = ldap_search_ext_s(ldap_, base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(),
                               wanted.data(), 0, nullptr, nullptr, &timeout_, most, &answer);
  std::vector<Entry> entries;
  for (LDAPMessage* at = ldap_first_entry(ldap_, answer); at != nullptr;
       at = ldap_next_entry(ldap_, at)) {
    Entry& entry = entries.emplace_back();
    if (char* dn = ldap_get_dn(ldap_, at)) {
      entry.dn = dn;
      ldap_memfree(dn);
    }
    for (const std::string& name : attributes) {
      berval** values = ldap_get_values_len(ldap_, at, name.c_str());
      if (values == nullptr) continue;
      std::vector<std::string> texts;
      for (int i = 0; values[i] != nullptr && texts.size() < kMostGroups; ++i) {
        texts.emplace_back(values[i]->bv_val, values[i]->bv_len);
      }
      ldap_value_free_len(values);
      entry.attributes.emplace_back(name, std::move(texts));
    }
  }
  ldap_msgfree(answer);
  if (code == LDAP_NO_SUCH_OBJECT) return entries;
  if (code != LDAP_SUCCESS && code != LDAP_SIZELIMIT_EXCEEDED) return Failed("search", code);
  return entries;
}

Result<Entry> FindPerson(Connection& connection, const LdapServer& server,
                         const std::string& login) {
  std::vector<std::string> attributes = {server.username_attribute, server.email_attribute,
                                         server.name_attribute, server.surname_attribute,
                                         server.member_of_attribute};
  if (!EqualsIgnoreCase(server.group_search_filter_user_attribute, "dn")) {
    attributes.push_back(server.group_search_filter_user_attribute);
  }
  std::erase(attributes, "");
  std::string filter = WithLogin(server.search_filter, EscapeLdapFilter(login));
  for (const std::string& base : server.search_base_dns) {
    std::vector<Entry> found = TRY(connection.Search(base, filter, attributes, 2));
    if (found.size() > 1) return Error::Denied("several people have this login");
    if (found.size() == 1) return std::move(found[0]);
  }
  return Error::Denied("nobody has this login");
}

Result<std::vector<std::string>> GroupsOf(Connection& connection, const LdapServer& server,
                                          const Entry& person) {
  if (server.group_search_filter.empty()) return person.All(server.member_of_attribute);
  std::string who = person.First(server.group_search_filter_user_attribute);
  std::string filter = WithLogin(server.group_search_filter, EscapeLdapFilter(who));
  std::vector<std::string> bases = server.group_search_base_dns;
  if (bases.empty()) bases = server.search_base_dns;
  std::vector<std::string> groups;
  for (const std::string& base : bases) {
    std::vector<Entry> found = TRY(connection.Search(base, filter, {"1.1"}, kMostGroups));
    for (Entry& group : found) groups.push_back(std::move(group.dn));
  }
  return groups;
}

Result<ExternalUser> AskServer(const LdapServer& server, const std::string& host,
                               const std::string& login, const Secret& password,
                               bool skip_role_sync) {
  Connection connection;
  TRY(connection.Open(server, host));
  bool own_bind = server.bind_dn.find("%s") != std::string::npos;
  if (own_bind) {
    TRY(connection.Bind(WithLogin(server.bind_dn, EscapeLdapName(login)), password));
  } else {
    Result<void> bound = connection.Bind(server.bind_dn, server.bind_password);
    // Our own password, not the person's.
    if (!bound.ok()) return Error::Unavailable("{} (bind_dn)", bound.error().message());
  }
  Entry person = TRY(FindPerson(connection, server, login));
  std::vector<std::string> groups = TRY(GroupsOf(connection, server, person));
  if (!own_bind) TRY(connection.Bind(person.dn, password));

  ExternalUser user;
  user.auth_module = "ldap";
  user.auth_id = person.dn;
  user.trusted_names = true;
  user.login = person.First(server.username_attribute);
  if (user.login.empty()) user.login = login;
  user.email = person.First(server.email_attribute);
  user.name =
      TrimSpace(person.First(server.name_attribute) + " " + person.First(server.surname_attribute));
  if (!ApplyLdapGroups(server, groups, &user)) {
    return Error::Denied("no group of this person is mapped to a role");
  }
  if (skip_role_sync) user.role.reset(), user.server_admin.reset();
  return user;
}

}  // namespace

bool ApplyLdapGroups(const LdapServer& server, const std::vector<std::string>& groups,
                     ExternalUser* user) {
  if (server.groups.empty()) return true;
  for (const LdapGroup& mapping : server.groups) {
    bool member = mapping.group_dn == "*" ||
                  std::any_of(groups.begin(), groups.end(), [&](const std::string& group) {
                    return EqualsIgnoreCase(group, mapping.group_dn);
                  });
    if (!member) continue;
    // The first that fits decides.
    if (!user->role) user->role = mapping.role;
    if (mapping.grafana_admin && !user->server_admin) user->server_admin = mapping.grafana_admin;
  }
  return user->role.has_value();
}

Result<ExternalUser> AskLdap(const std::vector<LdapServer>& servers, std::string_view login,
                             const Secret& password, bool skip_role_sync) {
  // A name without a password would be let in by many directories.
  if (login.empty() || password.empty() || login.find('\0') != std::string_view::npos) {
    return Error::Denied("no login or no password");
  }
  Error last = Error::Unavailable("no LDAP server");
  bool answered = false;
  for (const LdapServer& server : servers) {
    for (const std::string& host : server.hosts) {
      Result<ExternalUser> user =
          AskServer(server, host, std::string(login), password, skip_role_sync);
      if (user.ok()) return user;
      bool denied = user.error().code() == ErrorCode::kDenied;
      if (!denied) {
        WF_LOG(kError, "LDAP server cannot be asked", {"component", "grafana"}, {"host", host},
               {"err", user.error()});
      }
      if (denied || !answered) last = user.error();
      answered = answered || denied;
      if (denied) break;  // the other hosts of this server know the same people
    }
  }
  return last;
}

}  // namespace watchfire::grafana

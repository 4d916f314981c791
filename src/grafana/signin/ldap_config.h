#pragma once
// ldap.toml: the directories that know our people, and what their groups mean here. Values.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/secret.h"
#include "grafana/accounts/identity.h"
#include "grafana/settings/settings.h"

namespace watchfire::grafana {

struct LdapGroup {
  std::string group_dn;  // "*": everybody
  Role role = Role::kNone;
  std::optional<bool> grafana_admin;
};

struct LdapServer {
  std::vector<std::string> hosts;
  int64_t port = 389;
  bool use_ssl = false, start_tls = false, ssl_skip_verify = false;
  std::string root_ca_cert, client_cert, client_key;
  int64_t timeout_ms = 10'000;
  std::string bind_dn;  // with "%s": the person's own
  Secret bind_password;
  std::string search_filter;
  std::vector<std::string> search_base_dns;
  std::string group_search_filter, group_search_filter_user_attribute = "dn";
  std::vector<std::string> group_search_base_dns;
  std::string name_attribute, surname_attribute, username_attribute, member_of_attribute,
      email_attribute;
  std::vector<LdapGroup> groups;  // empty: roles are not the directory's business
};

// kInvalid: the file, its line or the key. Unknown keys are told in `warnings`.
Result<std::vector<LdapServer>> ParseLdapConfig(std::string_view text, std::string_view name,
                                                const Environment& environment, FileSystem& files,
                                                std::vector<std::string>* warnings);

// For values that are put into filters (RFC 4515) and names (RFC 4514).
std::string EscapeLdapFilter(std::string_view text);
std::string EscapeLdapName(std::string_view text);

}  // namespace watchfire::grafana

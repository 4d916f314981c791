#pragma once
// Asks directories whether a person's password is right and who the person is. OpenLDAP's client
// library stays behind this header. Blocks for at most ten seconds a server; thread-safe.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "grafana/accounts/accounts.h"
#include "grafana/signin/ldap_config.h"

namespace watchfire::grafana {

// The first server that knows the login decides. kDenied: nobody knows it, the password is wrong,
// or no group of the person means anything here; kUnavailable: no server could be asked.
Result<ExternalUser> AskLdap(const std::vector<LdapServer>& servers, std::string_view login,
                             const Secret& password, bool skip_role_sync);

// Role and server administrator by the names of groups; false: the person may not in.
bool ApplyLdapGroups(const LdapServer& server, const std::vector<std::string>& groups,
                     ExternalUser* user);

}  // namespace watchfire::grafana

#pragma once
// Accounts: users, the one organisation with its roles, sessions, service accounts and their
// tokens, preferences and stars; one set of tables of the server's database. Knows no HTTP and no
// other way to sign in than passwords and tokens (grafana/signin has those).
//
// Passwords and tokens are kept as hashes alone; a session's token leaves this class once, in the
// cookie. Failed logins are counted by user and address in memory: five in five minutes lock that
// pair for five minutes. Everything reads the database anew, so a password that another process
// (grafana-cli) has set holds at once. Thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "codec/json.h"
#include "grafana/accounts/identity.h"
#include "store/database.h"

namespace watchfire::grafana {

struct User {
  int64_t id = 0;
  std::string uid;
  std::string login;
  std::string email;
  std::string name;
  std::string theme;
  Role role = Role::kViewer;
  bool server_admin = false;
  bool disabled = false;
  std::string auth_module;        // "": a password; "ldap", "authproxy", "oauth_generic_oauth"
  bool default_password = false;  // never changed since it was made: the UI asks
  TimeMs created = 0, updated = 0, last_seen = 0;
};

struct ServiceAccount {
  int64_t id = 0;
  std::string uid;
  std::string name;
  std::string login;  // "sa-1-name"
  Role role = Role::kViewer;
  bool disabled = false;
  int64_t tokens = 0;
  TimeMs created = 0, updated = 0;
};

struct ServiceToken {
  int64_t id = 0;
  std::string name;
  TimeMs created = 0, last_used = 0, expires = 0;  // 0: never
};

struct Session {
  int64_t id = 0;
  int64_t user_id = 0;
  std::string client_ip, user_agent;
  TimeMs created = 0, seen = 0, rotated = 0;
};

// What somebody from outside is, as their directory or provider says.
struct ExternalUser {
  std::string auth_module;
  std::string auth_id;  // distinguished name, subject
  std::string login, email, name;
  // Whether its login or e-mail is proof enough to be the account here that has the same: true for
  // a directory or proxy of ours, not for a service where everybody picks a name.
  bool trusted_names = false;
  std::optional<Role> role;  // unset: keep, or the default of new users
  std::optional<bool> server_admin;
};

struct AccountsOptions {
  const Clock* clock = nullptr;
  std::string admin_user = "admin", admin_email = "admin@localhost";
  Secret admin_password{"admin"};
  bool create_admin = true;
  Role new_user_role = Role::kViewer;
  int64_t inactive_lifetime_ms = 7LL * 86'400'000, lifetime_ms = 30LL * 86'400'000,
          rotation_ms = 600'000;
  bool lock_out = true;
};

class Accounts {
 public:
  // Makes the tables, and the first administrator in an empty database. `database` outlives this.
  static Result<std::unique_ptr<Accounts>> Open(store::Database* database, AccountsOptions options);
  ~Accounts();

  // ---- signing in
  // kDenied: unknown, wrong or disabled, all alike; kLimit: too many failures.
  Result<Identity> CheckPassword(std::string_view login_or_email, std::string_view password,
                                 std::string_view address);
  // Another way in (LDAP) found the password right after CheckPassword had counted a failure.
  void ForgiveFailures(std::string_view login_or_email, std::string_view address);
  // The token is for the cookie.
  Result<std::string> BeginSession(int64_t user_id, std::string_view address,
                                   std::string_view user_agent);
  struct Resumed {
    Identity identity;
    std::string new_token;  // not "": the old one was due to be replaced
    TimeMs expires = 0;
  };
  Result<Resumed> ResumeSession(std::string_view token, std::string_view address,
                                std::string_view user_agent);
  Result<std::string> RotateSession(std::string_view token);
  Result<void> EndSession(std::string_view token);
  Result<std::vector<Session>> Sessions(int64_t user_id) const;
  Result<void> RevokeSession(int64_t user_id, int64_t session_id);
  Result<void> RevokeAllSessions(int64_t user_id);
  // "glsa_…" or an old API key. kDenied.
  Result<Identity> CheckToken(std::string_view token);
  // Finds by module and id, else, with trusted names, by login or e-mail; makes one if `sign_up`.
  // kDenied: not to be found, or switched off; kExists: the name is another's.
  Result<Identity> SignInExternal(const ExternalUser& user, bool sign_up);

  // ---- users
  Result<User> FindUser(int64_t id) const;
  Result<User> FindUser(std::string_view login_or_email) const;
  Result<std::vector<User>> Users(std::string_view query = {}) const;  // by login
  // kExists: login or e-mail is taken; kInvalid: password too short (4), no login.
  Result<User> CreateUser(User user, const Secret& password);
  // Login, e-mail, name, theme.
  Result<void> UpdateUser(const User& user);
  Result<void> SetRole(int64_t id, Role role);
  // kInvalid: the last administrator.
  Result<void> SetServerAdmin(int64_t id, bool admin);
  Result<void> SetDisabled(int64_t id, bool disabled);
  Result<void> DeleteUser(int64_t id);
  // Ends all other sessions of the user.
  Result<void> SetPassword(int64_t id, const Secret& password, int64_t keep_session = 0);

  // ---- service accounts
  Result<std::vector<ServiceAccount>> ServiceAccounts() const;
  Result<ServiceAccount> FindServiceAccount(int64_t id) const;
  Result<ServiceAccount> CreateServiceAccount(const std::string& name, Role role, bool disabled);
  Result<void> UpdateServiceAccount(const ServiceAccount& account);
  Result<void> DeleteServiceAccount(int64_t id);
  Result<std::vector<ServiceToken>> Tokens(int64_t account) const;
  struct NewToken {
    int64_t id = 0;
    std::string key;
  };
  // `lifetime_ms` 0: for ever.
  Result<NewToken> CreateToken(int64_t account, const std::string& name, int64_t lifetime_ms);
  Result<void> DeleteToken(int64_t account, int64_t id);

  // ---- small things kept for somebody; user 0: for the organisation
  Result<codec::Json> Preferences(int64_t user_id) const;
  Result<void> SetPreferences(int64_t user_id, const codec::Json& preferences);
  Result<std::vector<std::string>> Stars(int64_t user_id) const;  // dashboards' uids
  Result<void> SetStar(int64_t user_id, const std::string& dashboard_uid, bool starred);
  Result<std::string> OrgName() const;
  Result<void> SetOrgName(const std::string& name);

  struct Impl;  // of our own sources

 private:
  explicit Accounts(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::grafana

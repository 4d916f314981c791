// People whom a directory, a proxy or a provider vouches for.
#include "base/log.h"
#include "base/text.h"
#include "grafana/accounts/accounts_impl.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMostAuthIdBytes = 1000;

Result<store::Rows> FindExternal(store::Connection& c, const ExternalUser& user) {
  std::string by_auth = fmt::format(
      "SELECT {} FROM users JOIN user_auth ON user_auth.user_id = users.id WHERE service = 0 AND "
      "user_auth.module = ? AND user_auth.auth_id = ?",
      kUserColumns);
  store::Rows rows = TRY(c.Query(by_auth, {user.auth_module, user.auth_id}));
  if (!rows.empty() || !user.trusted_names) return rows;
  std::string by_name = fmt::format("SELECT {} FROM users WHERE service = 0 AND ", kUserColumns);
  if (!user.login.empty()) rows = TRY(c.Query(by_name + "login = ?", {user.login}));
  if (rows.empty() && !user.email.empty()) {
    rows = TRY(c.Query(by_name + "email = ?", {user.email}));
  }
  return rows;
}

// What is said from outside, over what is known.
Result<void> UpdateExternal(store::Connection& c, const ExternalUser& external, User* user,
                            TimeMs now) {
  if (!external.login.empty()) user->login = external.login;
  if (!external.email.empty()) user->email = external.email;
  if (!external.name.empty()) user->name = external.name;
  user->role = external.role.value_or(user->role);
  user->server_admin = external.server_admin.value_or(user->server_admin);
  TRY(CheckNames(user));
  TRY(
      c.Run("UPDATE users SET login = ?, email = ?, name = ?, role = ?, server_admin = ?, "
            "last_seen = ? WHERE id = ?",
            {user->login, user->email, user->name, int64_t{static_cast<uint8_t>(user->role)},
             int64_t{user->server_admin}, now, user->id}));
  return c.Run("INSERT OR REPLACE INTO user_auth (user_id, module, auth_id) VALUES (?, ?, ?)",
               {user->id, external.auth_module, external.auth_id});
}

bool IsSame(const User& user, const ExternalUser& external) {
  return (external.login.empty() || user.login == external.login) &&
         (external.email.empty() || user.email == external.email) &&
         (external.name.empty() || user.name == external.name) &&
         user.role == external.role.value_or(user.role) &&
         user.server_admin == external.server_admin.value_or(user.server_admin) &&
         user.auth_module == external.auth_module;
}

}  // namespace

Result<Identity> Accounts::SignInExternal(const ExternalUser& external, bool sign_up) {
  if (external.auth_id.empty() || external.auth_id.size() > kMostAuthIdBytes) {
    return Error::Denied("who signs in has no identifier");
  }
  User user;
  bool created = false;
  TimeMs now = impl_->Now();
  // A proxy vouches with each request, which should not write each time.
  Result<void> read = impl_->database->ReadMany([&](store::Connection& c) -> Result<void> {
    store::Rows rows = TRY(FindExternal(c, external));
    if (!rows.empty()) user = UserOf(rows[0]);
    return {};
  });
  TRY(std::move(read));
  if (user.id == 0 && !sign_up) return Error::Denied("no such user, and sign up is not allowed");
  if (user.disabled) return Error::Denied("the user is disabled");
  bool fresh = user.id != 0 && IsSame(user, external) && now < user.last_seen + 60'000;
  if (fresh) return IdentityOf(user);

  Result<void> written = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    store::Rows rows = TRY(FindExternal(c, external));
    user = User();
    if (rows.empty()) {
      user.login = external.login;
      user.email = external.email;
      user.name = external.name;
      user.role = impl_->options.new_user_role;
      TRY(CheckNames(&user));
      user.id = TRY(InsertUser(c, user, "", false, now));
      created = true;
    } else {
      user = UserOf(rows[0]);
    }
    return UpdateExternal(c, external, &user, now);
  });
  if (!written.ok()) {
    if (written.error().code() != ErrorCode::kExists) return written.error();
    return Error::Exists("another user has this login or e-mail address already");
  }
  if (created) {
    WF_LOG(kInfo, "Made a user who signed in for the first time", {"component", "grafana"},
           {"user", user.login}, {"module", external.auth_module});
  }
  return IdentityOf(TRY(FindUser(user.id)));
}

}  // namespace watchfire::grafana

#pragma once
// What the sources of Accounts share. Nobody else includes this.

#include <set>
#include <string>

#include "base/mutex.h"
#include "grafana/accounts/accounts.h"
#include "grafana/accounts/login_attempts.h"

namespace watchfire::grafana {

inline constexpr size_t kMostLoginBytes = 190;
inline constexpr size_t kMostNameBytes = 255;
inline constexpr size_t kFewestPasswordBytes = 4;
inline constexpr size_t kMostPasswordBytes = 1000;

struct Accounts::Impl {
  store::Database* database = nullptr;
  AccountsOptions options;
  LoginAttempts attempts;

  // Which passwords were found right: a hash of the stored hash and what was typed under a key of
  // this process. Spares scripts that send their password with each request the slow hash.
  Mutex mutex;
  std::string process_key;
  std::set<std::string> verified GUARDED_BY(mutex);

  TimeMs Now() const { return options.clock->Now(); }
  bool IsPassword(std::string_view password, const std::string& salt, const std::string& hash);
  Result<void> MakeAdmin();
  void CompareAdminPassword();
};

// Columns of table users in the order in which UserOf reads them.
inline constexpr std::string_view kUserColumns =
    "users.id, users.uid, users.login, users.email, users.name, users.theme, users.role, "
    "users.server_admin, users.disabled, users.default_password, users.created, users.updated, "
    "users.last_seen, coalesce((SELECT module FROM user_auth WHERE user_id = users.id LIMIT 1), "
    "'')";
inline constexpr size_t kUserColumnCount = 14;

User UserOf(const store::Row& row);
Identity IdentityOf(const User& user);

// Only people; the accounts of programs lie in the same table.
Result<User> FindUserWhere(const Accounts::Impl& impl, const std::string& condition,
                           std::initializer_list<store::Value> values);
// kInvalid: too long, or none.
Result<void> CheckNames(User* user);
Result<int64_t> InsertUser(store::Connection& c, const User& user, const std::string& password,
                           bool service, TimeMs now);

}  // namespace watchfire::grafana

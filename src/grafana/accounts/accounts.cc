#include "grafana/accounts/accounts.h"

#include "base/log.h"
#include "base/text.h"
#include "grafana/accounts/accounts_impl.h"
#include "grafana/accounts/migrations.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

constexpr std::string_view kDefaultPassword = "admin";
constexpr size_t kMostVerified = 1000;
constexpr size_t kSaltCharacters = 10;
constexpr size_t kUidCharacters = 14;

// What hides whether a login exists: its password is checked all the same.
constexpr std::string_view kNobodysSalt = "nobody";

Error Taken() {
  return Error::Exists("user with this login or e-mail address already exists");
}

// A failed constraint of table users can only be one of its names.
Error AsTaken(const Error& error) {
  return error.code() == ErrorCode::kExists ? Taken() : error;
}

Result<void> CheckPasswordText(const Secret& password) {
  if (password.reveal().size() < kFewestPasswordBytes) {
    return Error::Invalid("New password is too short");
  }
  if (password.reveal().size() > kMostPasswordBytes) {
    return Error::Invalid("New password is too long");
  }
  return {};
}

struct Stored {
  std::string salt, hash;
};
Stored Store(const Secret& password) {
  std::string salt = secrets::RandomText(kSaltCharacters);
  return {salt, secrets::HashPassword(password.reveal(), salt)};
}

// kInvalid if nobody could administrate the server any more.
Result<void> KeepAnAdministrator(store::Connection& c) {
  store::Rows rows = TRY(c.Query(
      "SELECT count(*) FROM users WHERE service = 0 AND server_admin = 1 AND disabled = 0"));
  if (store::IntOf(rows[0][0]) > 0) return {};
  return Error::Invalid("this is the last administrator of the server");
}

Result<void> WriteUser(store::Database* database,
                       const std::function<Result<void>(store::Connection&)>& body) {
  Result<void> written = database->Write([&](store::Connection& c) -> Result<void> {
    TRY(body(c));
    if (c.changes() == 0) return Error::NotFound("user not found");
    return {};
  });
  if (!written.ok()) return AsTaken(written.error());
  return {};
}

std::string EscapeLike(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '%' || c == '_' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

}  // namespace

User UserOf(const store::Row& row) {
  User user;
  user.id = store::IntOf(row[0]);
  user.uid = store::TextOf(row[1]);
  user.login = store::TextOf(row[2]);
  user.email = store::TextOf(row[3]);
  user.name = store::TextOf(row[4]);
  user.theme = store::TextOf(row[5]);
  user.role = static_cast<Role>(std::min<int64_t>(store::IntOf(row[6]), 3));
  user.server_admin = store::IntOf(row[7]) != 0;
  user.disabled = store::IntOf(row[8]) != 0;
  user.default_password = store::IntOf(row[9]) != 0;
  user.created = store::IntOf(row[10]);
  user.updated = store::IntOf(row[11]);
  user.last_seen = store::IntOf(row[12]);
  user.auth_module = store::TextOf(row[13]);
  return user;
}

Identity IdentityOf(const User& user) {
  Identity identity;
  identity.kind = IdentityKind::kUser;
  identity.id = user.id;
  identity.uid = user.uid;
  identity.login = user.login;
  identity.name = user.name;
  identity.email = user.email;
  identity.role = user.role;
  identity.server_admin = user.server_admin;
  return identity;
}

Result<User> FindUserWhere(const Accounts::Impl& impl, const std::string& condition,
                           std::initializer_list<store::Value> values) {
  std::string sql =
      fmt::format("SELECT {} FROM users WHERE service = 0 AND {}", kUserColumns, condition);
  store::Rows rows = TRY(impl.database->Read(sql, values));
  if (rows.empty()) return Error::NotFound("user not found");
  return UserOf(rows[0]);
}

Result<void> CheckNames(User* user) {
  user->login = TrimSpace(user->login);
  user->email = TrimSpace(user->email);
  if (user->login.empty()) user->login = user->email;
  if (user->login.empty())
    return Error::Invalid("Validation error, need specify either username or email");
  for (const std::string& text : {user->login, user->email, user->name, user->theme}) {
    if (!IsValidUtf8(text)) return Error::Invalid("names must be valid UTF-8");
  }
  if (user->login.size() > kMostLoginBytes || user->email.size() > kMostLoginBytes) {
    return Error::Invalid("login and e-mail may have {} bytes", kMostLoginBytes);
  }
  if (user->name.size() > kMostNameBytes || user->theme.size() > kMostNameBytes) {
    return Error::Invalid("a name may have {} bytes", kMostNameBytes);
  }
  return {};
}

Result<int64_t> InsertUser(store::Connection& c, const User& user, const std::string& password,
                           bool service, TimeMs now) {
  // Nobody knows a password whose hash is empty.
  Stored stored;
  if (!password.empty()) stored = Store(Secret(password));
  TRY(c.Run(
      "INSERT INTO users (uid, login, email, name, theme, role, server_admin, disabled, "
      "service, password, salt, default_password, created, updated, last_seen) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
      {secrets::RandomText(kUidCharacters), user.login, user.email, user.name, user.theme,
       int64_t{static_cast<uint8_t>(user.role)}, int64_t{user.server_admin}, int64_t{user.disabled},
       int64_t{service}, stored.hash, stored.salt, int64_t{user.default_password}, now, now}));
  return c.last_insert_id();
}

bool Accounts::Impl::IsPassword(std::string_view password, const std::string& salt,
                                const std::string& hash) {
  std::string fast = secrets::HashToken(process_key + hash + "\n" + std::string(password));
  {
    MutexLock lock(mutex);
    if (verified.count(fast) != 0) return true;
  }
  std::string computed = secrets::HashPassword(password, salt);
  if (hash.empty() || !secrets::EqualSecrets(computed, hash)) return false;
  MutexLock lock(mutex);
  if (verified.size() >= kMostVerified) verified.clear();
  verified.insert(std::move(fast));
  return true;
}

Result<void> Accounts::Impl::MakeAdmin() {
  User admin;
  admin.login = options.admin_user;
  admin.email = options.admin_email;
  admin.role = Role::kAdmin;
  admin.server_admin = true;
  admin.default_password = options.admin_password.reveal() == kDefaultPassword;
  TRY(CheckNames(&admin));
  bool made = false;
  Result<void> written = database->Write([&](store::Connection& c) -> Result<void> {
    store::Rows rows = TRY(c.Query("SELECT count(*) FROM users WHERE service = 0"));
    if (store::IntOf(rows[0][0]) > 0) return {};
    made = true;
    TRY(InsertUser(c, admin, options.admin_password.reveal(), false, Now()));
    return {};
  });
  TRY(std::move(written));
  if (!made) {
    CompareAdminPassword();
  } else if (admin.default_password) {
    WF_LOG(kWarn, "Made the first administrator with the default password; change it",
           {"component", "grafana"}, {"user", admin.login});
  } else {
    WF_LOG(kInfo, "Made the first administrator", {"component", "grafana"}, {"user", admin.login});
  }
  return {};
}

// The password of the settings makes the first administrator and is not looked at again, which
// people find out when they cannot sign in.
void Accounts::Impl::CompareAdminPassword() {
  if (options.admin_password.reveal() == kDefaultPassword) return;
  Result<store::Rows> rows = database->Read(
      "SELECT salt, password FROM users WHERE service = 0 AND login = ?", {options.admin_user});
  if (!rows.ok() || rows->empty()) return;
  const std::string& salt = store::TextOf((*rows)[0][0]);
  if (IsPassword(options.admin_password.reveal(), salt, store::TextOf((*rows)[0][1]))) return;
  WF_LOG(kWarn,
         "The administrator's password in the settings is not the one in the database, which holds",
         {"component", "grafana"}, {"user", options.admin_user},
         {"hint",
          "the settings count only when the database is made; to change it now: "
          "grafana-cli admin reset-admin-password"});
}

Accounts::Accounts(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Accounts::~Accounts() = default;

Result<std::unique_ptr<Accounts>> Accounts::Open(store::Database* database,
                                                 AccountsOptions options) {
  TRY(database->Migrate("accounts", kAccountsMigrations));
  auto impl = std::make_unique<Impl>();
  impl->database = database;
  impl->options = std::move(options);
  impl->process_key = secrets::RandomBytes(32);
  if (impl->options.create_admin) TRY(impl->MakeAdmin());
  return std::unique_ptr<Accounts>(new Accounts(std::move(impl)));
}

Result<Identity> Accounts::CheckPassword(std::string_view login_or_email, std::string_view password,
                                         std::string_view address) {
  Impl& impl = *impl_;
  TimeMs now = impl.Now();
  if (impl.options.lock_out && impl.attempts.IsLocked(login_or_email, address, now)) {
    return Error::Limit("too many failed logins of this user from this address");
  }
  std::string sql = fmt::format(
      "SELECT {}, users.salt, users.password FROM users WHERE service = 0 AND "
      "(login = ?1 OR (email = ?1 AND email <> '')) ORDER BY login = ?1 DESC LIMIT 1",
      kUserColumns);
  store::Rows rows = TRY(impl.database->Read(sql, {std::string(login_or_email)}));
  std::string salt(kNobodysSalt), hash;
  User user;
  if (!rows.empty()) {
    user = UserOf(rows[0]);
    salt = store::TextOf(rows[0][kUserColumnCount]);
    hash = store::TextOf(rows[0][kUserColumnCount + 1]);
  }
  bool fits = password.size() <= kMostPasswordBytes && impl.IsPassword(password, salt, hash);
  if (!fits || rows.empty() || user.disabled) {
    if (impl.options.lock_out && impl.attempts.AddFailure(login_or_email, address, now)) {
      WF_LOG(kWarn, "Too many failed logins: locked for five minutes", {"component", "grafana"},
             {"user", login_or_email}, {"address", address});
    }
    return Error::Denied("invalid username or password");
  }
  impl.attempts.Clear(login_or_email, address);
  return IdentityOf(user);
}

void Accounts::ForgiveFailures(std::string_view login_or_email, std::string_view address) {
  impl_->attempts.Clear(login_or_email, address);
}

Result<User> Accounts::FindUser(int64_t id) const {
  return FindUserWhere(*impl_, "id = ?", {id});
}

Result<User> Accounts::FindUser(std::string_view login_or_email) const {
  return FindUserWhere(*impl_,
                       "(login = ?1 OR (email = ?1 AND email <> '')) ORDER BY login = ?1 DESC",
                       {std::string(login_or_email)});
}

Result<std::vector<User>> Accounts::Users(std::string_view query) const {
  std::string sql = fmt::format(
      "SELECT {} FROM users WHERE service = 0 AND (login LIKE ?1 ESCAPE '\\' OR email LIKE ?1 "
      "ESCAPE '\\' OR name LIKE ?1 ESCAPE '\\') ORDER BY login",
      kUserColumns);
  store::Rows rows = TRY(impl_->database->Read(sql, {"%" + EscapeLike(query) + "%"}));
  std::vector<User> users;
  users.reserve(rows.size());
  for (const store::Row& row : rows) users.push_back(UserOf(row));
  return users;
}

Result<User> Accounts::CreateUser(User user, const Secret& password) {
  TRY(CheckNames(&user));
  TRY(CheckPasswordText(password));
  int64_t id = 0;
  Result<void> written = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    // A login that is another's e-mail would sign in as either.
    store::Rows same = TRY(c.Query(
        "SELECT id FROM users WHERE login IN (?1, ?2) OR (email <> '' AND email IN (?1, ?2))",
        {user.login, user.email.empty() ? user.login : user.email}));
    if (!same.empty()) return Taken();
    id = TRY(InsertUser(c, user, password.reveal(), false, impl_->Now()));
    return {};
  });
  if (!written.ok()) return AsTaken(written.error());
  return FindUser(id);
}

Result<void> Accounts::UpdateUser(const User& user) {
  User changed = user;
  TRY(CheckNames(&changed));
  return WriteUser(impl_->database, [&](store::Connection& c) -> Result<void> {
    store::Rows same = TRY(c.Query(
        "SELECT id FROM users WHERE id <> ?3 AND (login IN (?1, ?2) OR (email <> '' AND email IN "
        "(?1, ?2)))",
        {changed.login, changed.email.empty() ? changed.login : changed.email, changed.id}));
    if (!same.empty()) return Taken();
    return c.Run(
        "UPDATE users SET login = ?, email = ?, name = ?, theme = ?, updated = ? WHERE id = ? AND "
        "service = 0",
        {changed.login, changed.email, changed.name, changed.theme, impl_->Now(), changed.id});
  });
}

Result<void> Accounts::SetRole(int64_t id, Role role) {
  return WriteUser(impl_->database, [&](store::Connection& c) {
    return c.Run("UPDATE users SET role = ?, updated = ? WHERE id = ? AND service = 0",
                 {int64_t{static_cast<uint8_t>(role)}, impl_->Now(), id});
  });
}

Result<void> Accounts::SetServerAdmin(int64_t id, bool admin) {
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("UPDATE users SET server_admin = ?, updated = ? WHERE id = ? AND service = 0",
              {int64_t{admin}, impl_->Now(), id}));
    if (c.changes() == 0) return Error::NotFound("user not found");
    return KeepAnAdministrator(c);
  });
}

Result<void> Accounts::SetDisabled(int64_t id, bool disabled) {
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("UPDATE users SET disabled = ?, updated = ? WHERE id = ? AND service = 0",
              {int64_t{disabled}, impl_->Now(), id}));
    if (c.changes() == 0) return Error::NotFound("user not found");
    if (disabled) TRY(c.Run("DELETE FROM sessions WHERE user_id = ?", {id}));
    return KeepAnAdministrator(c);
  });
}

Result<void> Accounts::DeleteUser(int64_t id) {
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM users WHERE id = ? AND service = 0", {id}));
    if (c.changes() == 0) return Error::NotFound("user not found");
    for (std::string_view table : {"sessions", "user_auth", "preferences", "stars"}) {
      TRY(c.Run(fmt::format("DELETE FROM {} WHERE user_id = ?", table), {id}));
    }
    return KeepAnAdministrator(c);
  });
}

Result<void> Accounts::SetPassword(int64_t id, const Secret& password, int64_t keep_session) {
  TRY(CheckPasswordText(password));
  Stored stored = Store(password);
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(
        c.Run("UPDATE users SET password = ?, salt = ?, default_password = 0, updated = ? WHERE "
              "id = ? AND service = 0",
              {stored.hash, stored.salt, impl_->Now(), id}));
    if (c.changes() == 0) return Error::NotFound("user not found");
    return c.Run("DELETE FROM sessions WHERE user_id = ? AND id <> ?", {id, keep_session});
  });
}

}  // namespace watchfire::grafana

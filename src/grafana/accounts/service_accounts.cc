// Accounts of programs: rows of table users that nobody signs in to, with tokens.
#include "base/log.h"
#include "base/text.h"
#include "grafana/accounts/accounts_impl.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

constexpr int64_t kMostTokens = 1000;  // of one account
constexpr int64_t kUsedEveryMs = 60'000;
constexpr size_t kMostTokenBytes = 1000;

constexpr std::string_view kColumns =
    "id, uid, name, login, role, disabled, created, updated, (SELECT count(*) FROM service_tokens "
    "WHERE account_id = users.id)";

ServiceAccount AccountOf(const store::Row& row) {
  ServiceAccount account;
  account.id = store::IntOf(row[0]);
  account.uid = store::TextOf(row[1]);
  account.name = store::TextOf(row[2]);
  account.login = store::TextOf(row[3]);
  account.role = static_cast<Role>(std::min<int64_t>(store::IntOf(row[4]), 3));
  account.disabled = store::IntOf(row[5]) != 0;
  account.created = store::IntOf(row[6]);
  account.updated = store::IntOf(row[7]);
  account.tokens = store::IntOf(row[8]);
  return account;
}

// "Back up" → "sa-1-back-up", 1 being the organisation.
std::string LoginOf(std::string_view name) {
  return "sa-1-" + ReplaceAll(ToLowerUtf8(name), " ", "-");
}

Result<std::string> CheckedName(std::string_view text) {
  std::string name(TrimSpace(text));
  if (name.empty()) return Error::Invalid("a service account needs a name");
  if (name.size() > kMostLoginBytes - 5) {
    return Error::Invalid("the name of a service account may have {} bytes", kMostLoginBytes - 5);
  }
  if (!IsValidUtf8(name)) return Error::Invalid("names must be valid UTF-8");
  return name;
}

Error NotFound() {
  return Error::NotFound("service account not found");
}

Error AsTaken(const Error& error, std::string_view what) {
  if (error.code() != ErrorCode::kExists) return error;
  return Error::Exists("{} with given name already exists", what);
}

}  // namespace

Result<std::vector<ServiceAccount>> Accounts::ServiceAccounts() const {
  store::Rows rows = TRY(impl_->database->Read(
      fmt::format("SELECT {} FROM users WHERE service = 1 ORDER BY login", kColumns)));
  std::vector<ServiceAccount> accounts;
  for (const store::Row& row : rows) accounts.push_back(AccountOf(row));
  return accounts;
}

Result<ServiceAccount> Accounts::FindServiceAccount(int64_t id) const {
  store::Rows rows = TRY(impl_->database->Read(
      fmt::format("SELECT {} FROM users WHERE service = 1 AND id = ?", kColumns), {id}));
  if (rows.empty()) return NotFound();
  return AccountOf(rows[0]);
}

Result<ServiceAccount> Accounts::CreateServiceAccount(const std::string& name, Role role,
                                                      bool disabled) {
  User row;
  row.name = TRY(CheckedName(name));
  row.login = LoginOf(row.name);
  row.role = role;
  row.disabled = disabled;
  int64_t id = 0;
  Result<void> written = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    id = TRY(InsertUser(c, row, "", true, impl_->Now()));
    return {};
  });
  if (!written.ok()) return AsTaken(written.error(), "service account");
  return FindServiceAccount(id);
}

Result<void> Accounts::UpdateServiceAccount(const ServiceAccount& account) {
  std::string name = TRY(CheckedName(account.name));
  Result<void> written = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(
        c.Run("UPDATE users SET name = ?, login = ?, role = ?, disabled = ?, updated = ? WHERE "
              "id = ? AND service = 1",
              {name, LoginOf(name), int64_t{static_cast<uint8_t>(account.role)},
               int64_t{account.disabled}, impl_->Now(), account.id}));
    if (c.changes() == 0) return NotFound();
    return {};
  });
  if (!written.ok()) return AsTaken(written.error(), "service account");
  return {};
}

Result<void> Accounts::DeleteServiceAccount(int64_t id) {
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM users WHERE id = ? AND service = 1", {id}));
    if (c.changes() == 0) return NotFound();
    for (std::string_view table : {"preferences", "stars"}) {
      TRY(c.Run(fmt::format("DELETE FROM {} WHERE user_id = ?", table), {id}));
    }
    return c.Run("DELETE FROM service_tokens WHERE account_id = ?", {id});
  });
}

Result<std::vector<ServiceToken>> Accounts::Tokens(int64_t account) const {
  TRY(FindServiceAccount(account));
  store::Rows rows = TRY(impl_->database->Read(
      "SELECT id, name, created, last_used, expires FROM service_tokens WHERE account_id = ? "
      "ORDER BY name",
      {account}));
  std::vector<ServiceToken> tokens;
  for (const store::Row& row : rows) {
    tokens.push_back({store::IntOf(row[0]), store::TextOf(row[1]), store::IntOf(row[2]),
                      store::IntOf(row[3]), store::IntOf(row[4])});
  }
  return tokens;
}

Result<Accounts::NewToken> Accounts::CreateToken(int64_t account, const std::string& name,
                                                 int64_t lifetime_ms) {
  TRY(FindServiceAccount(account));
  NewToken token;
  std::string checked(TrimSpace(name));
  if (checked.empty() || checked.size() > kMostLoginBytes || !IsValidUtf8(checked)) {
    return Error::Invalid("a token needs a name of at most {} bytes", kMostLoginBytes);
  }
  TimeMs now = impl_->Now();
  if (lifetime_ms < 0 || lifetime_ms > kMaxTime - now) {
    return Error::Invalid("number of seconds before expiration should be positive");
  }
  token.key = secrets::MakeServiceAccountToken();
  Result<void> written = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    store::Rows rows =
        TRY(c.Query("SELECT count(*) FROM service_tokens WHERE account_id = ?", {account}));
    if (store::IntOf(rows[0][0]) >= kMostTokens) {
      return Error::Limit("a service account may have {} tokens", kMostTokens);
    }
    TRY(
        c.Run("INSERT INTO service_tokens (account_id, name, token, created, last_used, expires) "
              "VALUES (?, ?, ?, ?, 0, ?)",
              {account, checked, secrets::HashToken(token.key), now,
               lifetime_ms == 0 ? int64_t{0} : now + lifetime_ms}));
    token.id = c.last_insert_id();
    return {};
  });
  if (!written.ok()) return AsTaken(written.error(), "service account token");
  return token;
}

Result<void> Accounts::DeleteToken(int64_t account, int64_t id) {
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM service_tokens WHERE account_id = ? AND id = ?", {account, id}));
    if (c.changes() == 0) return Error::NotFound("service account token not found");
    return {};
  });
}

Result<Identity> Accounts::CheckToken(std::string_view token) {
  Error invalid = Error::Denied("Invalid API key");
  bool typo = token.starts_with("glsa_") && !secrets::IsWellFormedServiceAccountToken(token);
  if (token.empty() || token.size() > kMostTokenBytes || typo) return invalid;
  store::Rows rows = TRY(impl_->database->Read(
      "SELECT users.id, uid, users.name, login, role, disabled, service_tokens.id, expires, "
      "last_used FROM service_tokens JOIN users ON users.id = account_id WHERE token = ? AND "
      "service = 1",
      {secrets::HashToken(token)}));
  if (rows.empty()) return invalid;
  const store::Row& row = rows[0];
  TimeMs now = impl_->Now();
  TimeMs expires = store::IntOf(row[7]);
  if (expires != 0 && now >= expires) return Error::Denied("Expired API key");
  if (store::IntOf(row[5]) != 0) return Error::Denied("Service account is disabled");
  if (now >= store::IntOf(row[8]) + kUsedEveryMs) {
    Result<void> written = impl_->database->Write([&](store::Connection& c) -> Result<void> {
      TRY(c.Run("UPDATE service_tokens SET last_used = ? WHERE id = ?", {now, row[6]}));
      return c.Run("UPDATE users SET last_seen = ? WHERE id = ?", {now, row[0]});
    });
    if (!written.ok()) {
      WF_LOG(kWarn, "Use of a token could not be noted", {"component", "grafana"},
             {"err", written.error()});
    }
  }
  Identity identity;
  identity.kind = IdentityKind::kServiceAccount;
  identity.id = store::IntOf(row[0]);
  identity.uid = store::TextOf(row[1]);
  identity.name = store::TextOf(row[2]);
  identity.login = store::TextOf(row[3]);
  identity.role = static_cast<Role>(std::min<int64_t>(store::IntOf(row[4]), 3));
  return identity;
}

}  // namespace watchfire::grafana

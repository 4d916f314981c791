// Sessions: who a cookie belongs to. A token lives for ten minutes; then the answer brings a new
// one, and the old one is good until the browser has shown the new one, or for a minute, since
// pages ask many things at once.
#include "base/log.h"
#include "base/text.h"
#include "grafana/accounts/accounts_impl.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kTokenBytes = 24;
constexpr int64_t kGraceMs = 60'000;
// How stale `seen` may be, so that not every request writes.
constexpr int64_t kSeenEveryMs = 60'000;
constexpr int64_t kMostSessions = 100;  // of one user
constexpr size_t kMostAgentBytes = 255;

std::string RandomToken() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (char c : secrets::RandomBytes(kTokenBytes)) {
    auto byte = static_cast<uint8_t>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

Error Denied() {
  return Error::Denied("no such session");
}

struct Found {
  int64_t id = 0, user_id = 0;
  bool is_current = false, token_seen = false;
  TimeMs created = 0, seen = 0, rotated = 0;
  TimeMs user_seen = 0;
};

constexpr std::string_view kFind =
    "SELECT id, user_id, token = ?1, token_seen, created, seen, rotated FROM sessions WHERE "
    "token = ?1 OR (old_token = ?1 AND old_token <> '') ORDER BY token = ?1 DESC LIMIT 1";

Found FoundOf(const store::Row& row) {
  Found found;
  found.id = store::IntOf(row[0]);
  found.user_id = store::IntOf(row[1]);
  found.is_current = store::IntOf(row[2]) != 0;
  found.token_seen = store::IntOf(row[3]) != 0;
  found.created = store::IntOf(row[4]);
  found.seen = store::IntOf(row[5]);
  found.rotated = store::IntOf(row[6]);
  return found;
}

TimeMs ExpiryOf(const Found& found, const AccountsOptions& options) {
  return std::min(found.created + options.lifetime_ms, found.seen + options.inactive_lifetime_ms);
}

bool IsAlive(const Found& found, const AccountsOptions& options, TimeMs now) {
  if (now >= ExpiryOf(found, options)) return false;
  return found.is_current || !found.token_seen || now < found.rotated + kGraceMs;
}

// The new token, or "" if another request has been quicker.
Result<std::string> Rotate(Accounts::Impl& impl, const std::string& hash, bool even_if_fresh) {
  std::string token;
  TimeMs now = impl.Now();
  Result<void> written = impl.database->Write([&](store::Connection& c) -> Result<void> {
    store::Rows rows = TRY(c.Query(kFind, {hash}));
    if (rows.empty()) return Denied();
    Found found = FoundOf(rows[0]);
    if (!IsAlive(found, impl.options, now)) return Denied();
    // A successor that was handed out a moment ago is on its way.
    if (!found.is_current && now < found.rotated + kGraceMs) return {};
    bool due = now >= found.rotated + impl.options.rotation_ms;
    if (found.is_current && !due && !even_if_fresh) return {};
    token = RandomToken();
    return c.Run(
        "UPDATE sessions SET token = ?, old_token = ?, token_seen = 0, seen = ?, "
        "rotated = ? WHERE id = ?",
        {secrets::HashToken(token), hash, now, now, found.id});
  });
  TRY(std::move(written));
  return token;
}

void MarkSeen(Accounts::Impl& impl, const Found& found, std::string_view address,
              std::string_view agent, TimeMs now) {
  Result<void> written = impl.database->Write([&](store::Connection& c) -> Result<void> {
    TRY(
        c.Run("UPDATE sessions SET seen = ?, token_seen = max(token_seen, ?), client_ip = ?, "
              "user_agent = ? WHERE id = ?",
              {now, int64_t{found.is_current}, std::string(address),
               std::string(agent.substr(0, kMostAgentBytes)), found.id}));
    return c.Run("UPDATE users SET last_seen = ? WHERE id = ?", {now, found.user_id});
  });
  // A disk that is full must not keep people out who are in.
  if (!written.ok()) {
    WF_LOG(kWarn, "Session could not be marked as seen", {"component", "grafana"},
           {"err", written.error()});
  }
}

}  // namespace

Result<std::string> Accounts::BeginSession(int64_t user_id, std::string_view address,
                                           std::string_view user_agent) {
  std::string token = RandomToken();
  const AccountsOptions& options = impl_->options;
  TimeMs now = impl_->Now();
  Result<void> written = impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM sessions WHERE created < ? OR seen < ?",
              {now - options.lifetime_ms, now - options.inactive_lifetime_ms}));
    TRY(
        c.Run("DELETE FROM sessions WHERE user_id = ?1 AND id NOT IN (SELECT id FROM sessions "
              "WHERE user_id = ?1 ORDER BY seen DESC LIMIT ?2)",
              {user_id, kMostSessions - 1}));
    TRY(
        c.Run("INSERT INTO sessions (user_id, token, old_token, token_seen, created, seen, "
              "rotated, client_ip, user_agent) VALUES (?, ?, '', 0, ?, ?, ?, ?, ?)",
              {user_id, secrets::HashToken(token), now, now, now, std::string(address),
               std::string(user_agent.substr(0, kMostAgentBytes))}));
    return c.Run("UPDATE users SET last_seen = ? WHERE id = ?", {now, user_id});
  });
  TRY(std::move(written));
  return token;
}

Result<Accounts::Resumed> Accounts::ResumeSession(std::string_view token, std::string_view address,
                                                  std::string_view user_agent) {
  Impl& impl = *impl_;
  if (token.empty() || token.size() > kMostAgentBytes) return Denied();
  std::string hash = secrets::HashToken(token);
  TimeMs now = impl.Now();
  store::Rows rows = TRY(impl.database->Read(kFind, {hash}));
  if (rows.empty()) return Denied();
  Found found = FoundOf(rows[0]);
  if (!IsAlive(found, impl.options, now)) return Denied();
  Result<User> user = FindUser(found.user_id);
  if (!user.ok() || user->disabled) return Denied();

  Resumed resumed;
  resumed.identity = IdentityOf(*user);
  resumed.identity.by_cookie = true;
  resumed.identity.session_id = found.id;
  bool first_use = found.is_current && !found.token_seen;
  if (first_use || now >= found.seen + kSeenEveryMs)
    MarkSeen(impl, found, address, user_agent, now);
  bool due = found.is_current ? now >= found.rotated + impl.options.rotation_ms
                              : now >= found.rotated + kGraceMs;
  if (due) resumed.new_token = TRY(Rotate(impl, hash, false));
  found.seen = now;
  resumed.expires = ExpiryOf(found, impl.options);
  return resumed;
}

Result<std::string> Accounts::RotateSession(std::string_view token) {
  return Rotate(*impl_, secrets::HashToken(token), true);
}

Result<void> Accounts::EndSession(std::string_view token) {
  std::string hash = secrets::HashToken(token);
  return impl_->database->Write([&](store::Connection& c) {
    return c.Run("DELETE FROM sessions WHERE token = ?1 OR (old_token = ?1 AND old_token <> '')",
                 {hash});
  });
}

Result<std::vector<Session>> Accounts::Sessions(int64_t user_id) const {
  TimeMs now = impl_->Now();
  store::Rows rows = TRY(impl_->database->Read(
      "SELECT id, client_ip, user_agent, created, seen, rotated FROM sessions WHERE user_id = ? "
      "AND created > ? AND seen > ? ORDER BY seen DESC, id DESC",
      {user_id, now - impl_->options.lifetime_ms, now - impl_->options.inactive_lifetime_ms}));
  std::vector<Session> sessions;
  for (const store::Row& row : rows) {
    Session& session = sessions.emplace_back();
    session.id = store::IntOf(row[0]);
    session.user_id = user_id;
    session.client_ip = store::TextOf(row[1]);
    session.user_agent = store::TextOf(row[2]);
    session.created = store::IntOf(row[3]);
    session.seen = store::IntOf(row[4]);
    session.rotated = store::IntOf(row[5]);
  }
  return sessions;
}

Result<void> Accounts::RevokeSession(int64_t user_id, int64_t session_id) {
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM sessions WHERE user_id = ? AND id = ?", {user_id, session_id}));
    if (c.changes() == 0) return Error::NotFound("user auth token not found");
    return {};
  });
}

Result<void> Accounts::RevokeAllSessions(int64_t user_id) {
  return impl_->database->Write([&](store::Connection& c) {
    return c.Run("DELETE FROM sessions WHERE user_id = ?", {user_id});
  });
}

}  // namespace watchfire::grafana

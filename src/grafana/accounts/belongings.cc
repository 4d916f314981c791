// What is kept for somebody: preferences, stars, and the organisation's name.
#include "base/text.h"
#include "grafana/accounts/accounts_impl.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMostPreferencesBytes = 64 << 10;
constexpr int64_t kMostStars = 10'000;
constexpr size_t kMostUidBytes = 100;

}  // namespace

Result<codec::Json> Accounts::Preferences(int64_t user_id) const {
  store::Rows rows =
      TRY(impl_->database->Read("SELECT json FROM preferences WHERE user_id = ?", {user_id}));
  if (rows.empty()) return codec::Json::OfObject({});
  return codec::Json::Parse(store::TextOf(rows[0][0]));
}

Result<void> Accounts::SetPreferences(int64_t user_id, const codec::Json& preferences) {
  std::string text = preferences.ToString();
  if (text.size() > kMostPreferencesBytes) return Error::Limit("preferences are too large");
  return impl_->database->Write([&](store::Connection& c) {
    return c.Run("INSERT OR REPLACE INTO preferences (user_id, json) VALUES (?, ?)",
                 {user_id, text});
  });
}

Result<std::vector<std::string>> Accounts::Stars(int64_t user_id) const {
  store::Rows rows = TRY(impl_->database->Read(
      "SELECT dashboard_uid FROM stars WHERE user_id = ? ORDER BY dashboard_uid", {user_id}));
  std::vector<std::string> uids;
  for (const store::Row& row : rows) uids.push_back(store::TextOf(row[0]));
  return uids;
}

Result<void> Accounts::SetStar(int64_t user_id, const std::string& dashboard_uid, bool starred) {
  if (dashboard_uid.empty() || dashboard_uid.size() > kMostUidBytes) {
    return Error::Invalid("invalid dashboard UID");
  }
  return impl_->database->Write([&](store::Connection& c) -> Result<void> {
    if (!starred) {
      return c.Run("DELETE FROM stars WHERE user_id = ? AND dashboard_uid = ?",
                   {user_id, dashboard_uid});
    }
    store::Rows rows = TRY(c.Query("SELECT count(*) FROM stars WHERE user_id = ?", {user_id}));
    if (store::IntOf(rows[0][0]) >= kMostStars) return Error::Limit("too many stars");
    return c.Run("INSERT OR IGNORE INTO stars (user_id, dashboard_uid) VALUES (?, ?)",
                 {user_id, dashboard_uid});
  });
}

Result<std::string> Accounts::OrgName() const {
  store::Rows rows = TRY(impl_->database->Read("SELECT name FROM organisation"));
  if (rows.empty()) return Error::Corrupt("the organisation has no name");
  return store::TextOf(rows[0][0]);
}

Result<void> Accounts::SetOrgName(const std::string& name) {
  std::string checked(TrimSpace(name));
  if (checked.empty() || checked.size() > kMostLoginBytes || !IsValidUtf8(checked)) {
    return Error::Invalid("an organization needs a name of at most {} bytes", kMostLoginBytes);
  }
  return impl_->database->Write(
      [&](store::Connection& c) { return c.Run("UPDATE organisation SET name = ?", {checked}); });
}

}  // namespace watchfire::grafana

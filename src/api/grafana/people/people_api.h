#pragma once
// PeopleApi: everything of Grafana's HTTP API that is about who somebody is: signing in and out,
// the own account, users, the organisation, service accounts, preferences and stars; and what the
// server says about itself (health, settings, statistics).
//
// Handlers are thin: they read a request, ask Accounts or SignIn, and write JSON in Grafana's
// shapes. There is one organisation, with the id 1. Thread-safe; everything in the dependencies
// outlives this.

#include <functional>
#include <optional>
#include <string>

#include "api/grafana/access.h"
#include "base/clock.h"
#include "codec/json_writer.h"
#include "grafana/accounts/accounts.h"
#include "grafana/settings/settings.h"
#include "grafana/signin/signin.h"

namespace watchfire::api {

// Of what other rooms keep, for /api/admin/stats.
struct ServerCounts {
  int64_t dashboards = 0, folders = 0, data_sources = 0, snapshots = 0, tags = 0, playlists = 0,
          alert_rules = 0, public_dashboards = 0;
};

struct PeopleDependencies {
  grafana::Accounts* accounts = nullptr;
  grafana::SignIn* signin = nullptr;
  const grafana::Settings* settings = nullptr;
  const Clock* clock = nullptr;
  std::string version, commit;
  // Each may be empty: nothing is counted, written or found.
  std::function<ServerCounts()> counts;
  // Writes the fields "defaultDatasource" and "datasources" of /api/frontend/settings into the
  // object that is open.
  std::function<void(codec::JsonWriter& json)> data_sources;
  // The uid of a dashboard by its old number.
  std::function<std::optional<std::string>(int64_t id)> dashboard_uid;
};

class PeopleApi {
 public:
  explicit PeopleApi(PeopleDependencies deps) : deps_(std::move(deps)) {}
  void Register(GrafanaRoutes& routes);

 private:
  using Method = net::Response (PeopleApi::*)(const Call&);

  void On(GrafanaRoutes& routes, const std::string& method, const std::string& pattern, Need need,
          Method handler);
  void RegisterSessions(GrafanaRoutes& routes);
  void RegisterUser(GrafanaRoutes& routes);
  void RegisterUsers(GrafanaRoutes& routes);
  void RegisterOrganisation(GrafanaRoutes& routes);
  void RegisterServiceAccounts(GrafanaRoutes& routes);
  void RegisterServer(GrafanaRoutes& routes);

  // session_api.cc
  net::Response LoginOptions(const Call& call);
  net::Response Login(const Call& call);
  net::Response LoginWithProvider(const Call& call);
  net::Response Logout(const Call& call);
  net::Response Rotate(const Call& call);
  net::Response OwnTokens(const Call& call);
  net::Response RevokeOwnToken(const Call& call);
  net::Response UserTokens(const Call& call);
  net::Response RevokeUserToken(const Call& call);
  net::Response LogoutUser(const Call& call);
  net::Response SessionList(int64_t user_id, int64_t active);

  // user_api.cc
  net::Response OwnUser(const Call& call);
  net::Response UpdateOwnUser(const Call& call);
  net::Response ChangeOwnPassword(const Call& call);
  net::Response OwnOrganisations(const Call& call);
  net::Response UseOrganisation(const Call& call);
  net::Response OwnPreferences(const Call& call);
  net::Response SetOwnPreferences(const Call& call);
  net::Response OrgPreferences(const Call& call);
  net::Response SetOrgPreferences(const Call& call);
  net::Response Stars(const Call& call);
  net::Response SetStar(const Call& call);
  net::Response ShowPreferences(int64_t user_id);
  net::Response ChangePreferences(const Call& call, int64_t user_id);

  // users_api.cc
  net::Response ListUsers(const Call& call);
  net::Response SearchUsers(const Call& call);
  net::Response LookUpUser(const Call& call);
  net::Response GetUser(const Call& call);
  net::Response UpdateUser(const Call& call);
  net::Response UserOrganisations(const Call& call);
  net::Response CreateUser(const Call& call);
  net::Response SetUserPassword(const Call& call);
  net::Response SetUserPermissions(const Call& call);
  net::Response DeleteUser(const Call& call);
  net::Response SwitchUser(const Call& call);
  net::Response ApplyUserUpdate(const Call& call, grafana::User user);

  // org_api.cc
  net::Response GetOrg(const Call& call);
  net::Response UpdateOrg(const Call& call);
  net::Response OrgUsers(const Call& call);
  net::Response LookUpOrgUsers(const Call& call);
  net::Response AddOrgUser(const Call& call);
  net::Response SetOrgUserRole(const Call& call);
  net::Response RemoveOrgUser(const Call& call);
  net::Response ListOrgs(const Call& call);
  net::Response CreateOrg(const Call& call);

  // service_accounts_api.cc
  net::Response SearchServiceAccounts(const Call& call);
  net::Response CreateServiceAccount(const Call& call);
  net::Response GetServiceAccount(const Call& call);
  net::Response UpdateServiceAccount(const Call& call);
  net::Response DeleteServiceAccount(const Call& call);
  net::Response ListTokens(const Call& call);
  net::Response CreateToken(const Call& call);
  net::Response DeleteToken(const Call& call);
  net::Response ListKeys(const Call& call);
  net::Response CreateKey(const Call& call);
  net::Response DeleteKey(const Call& call);

  // server_api.cc
  net::Response Health(const Call& call);
  net::Response ServerSettings(const Call& call);
  net::Response Stats(const Call& call);
  net::Response FrontendSettings(const Call& call);

  PeopleDependencies deps_;
};

}  // namespace watchfire::api

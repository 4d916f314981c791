#include "api/grafana/people/people_api.h"

namespace watchfire::api {

void PeopleApi::On(GrafanaRoutes& routes, const std::string& method, const std::string& pattern,
                   Need need, Method handler) {
  routes.Add(method, pattern, need,
             [this, handler](const Call& call) { return (this->*handler)(call); });
}

void PeopleApi::Register(GrafanaRoutes& routes) {
  RegisterSessions(routes);
  RegisterUser(routes);
  RegisterUsers(routes);
  RegisterOrganisation(routes);
  RegisterServiceAccounts(routes);
  RegisterServer(routes);
}

}  // namespace watchfire::api

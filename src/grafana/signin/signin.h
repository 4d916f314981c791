#pragma once
// SignIn: finds out who a request comes from, in Grafana's order: token, basic authentication,
// session cookie, auth proxy, anonymous; and the two ways in that need somebody else, LDAP and
// OAuth2. Knows requests, not routes.
//
// Thread-safe. LDAP and OAuth wait for their servers (ten seconds at most) in the caller's thread.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "grafana/accounts/accounts.h"
#include "grafana/settings/settings.h"
#include "net/http.h"

namespace watchfire::grafana {

class SignIn {
 public:
  struct Dependencies {
    Accounts* accounts = nullptr;
    const Settings* settings = nullptr;
    const Clock* clock = nullptr;
    FileSystem* files = nullptr;
  };
  // kInvalid: the LDAP file or an expression over claims is wrong.
  static Result<std::unique_ptr<SignIn>> Make(Dependencies dependencies);
  ~SignIn();

  struct Outcome {
    Identity identity;  // kNobody: no credentials, and no anonymous access
    // Credentials were there and are wrong: the message and its id for the answer.
    std::string error, error_id;
    // To be added to the answer: a rotated session.
    std::vector<std::string> set_cookies;
  };
  Outcome Identify(const net::Request& request);

  // Password by our own table, then LDAP. The error's message is for people; kUnavailable: no
  // directory could be asked.
  Result<Identity> Password(std::string_view login, std::string_view password,
                            const net::Request& request);
  // Cookies of a new session.
  Result<std::vector<std::string>> Begin(const Identity& identity, const net::Request& request);
  // Gives the session of the request a new token before its time: its cookies. kDenied: there is
  // no session.
  Result<std::vector<std::string>> Rotate(const net::Request& request);
  // Ends the session of the request; cookies that delete.
  std::vector<std::string> End(const net::Request& request);

  // ---- OAuth2
  struct Provider {
    std::string id, name;
    bool auto_login = false;
  };
  std::vector<Provider> Providers() const;
  struct Step {
    std::string location;
    std::vector<std::string> set_cookies;
  };
  // Where the browser goes to sign in; kNotFound: no such provider.
  Result<Step> BeginOAuth(std::string_view provider, const net::Request& request);
  // The provider sent the browser back: checks state, exchanges the code, reads who it is. The
  // location is where the person wanted to go.
  Result<Step> FinishOAuth(std::string_view provider, const net::Request& request);

 private:
  struct Impl;
  explicit SignIn(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::grafana

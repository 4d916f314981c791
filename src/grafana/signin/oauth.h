#pragma once
// OAuth2's code flow with one provider: where the browser is sent, the exchange of the code it
// comes back with, and what the provider says about the person. Knows no cookies and no sessions.
//
// What the token endpoint answers came over our own connection to it, so the claims of its
// id_token are taken without their signature. Thread-safe; asks for at most ten seconds.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "codec/json.h"
#include "grafana/accounts/accounts.h"
#include "grafana/settings/settings.h"
#include "grafana/signin/jmespath.h"
#include "net/http_client.h"

namespace watchfire::grafana {

class OAuthProvider {
 public:
  // `callback` is our own address that the provider sends browsers back to.
  static Result<std::unique_ptr<OAuthProvider>> Make(OAuthSettings settings, std::string callback,
                                                     bool trusted_names);

  const OAuthSettings& settings() const { return settings_; }
  std::string AuthorizeUrl(std::string_view state, std::string_view verifier) const;
  // kDenied: who comes may not in; kIo and others: the provider could not be asked.
  Result<ExternalUser> Exchange(const std::string& code, const std::string& verifier);

 private:
  struct Claims {
    codec::Json id_token, user_info;  // objects
    // Of both, the id_token first.
    std::string Text(std::string_view name) const;
    std::string Find(const std::optional<JmesPath>& path) const;
  };

  OAuthProvider() = default;
  Result<codec::Json> Fetch(const std::string& url, const std::string& token);
  Result<void> FetchUserInfo(const std::string& token, Claims* claims);
  Result<ExternalUser> PersonOf(const Claims& claims) const;
  Result<void> CheckLimits(const Claims& claims, const std::string& email) const;
  Result<void> ApplyRole(const Claims& claims, ExternalUser* user) const;

  OAuthSettings settings_;
  std::string callback_;
  bool trusted_names_ = false;
  std::unique_ptr<net::HttpClient> client_;
  std::optional<JmesPath> email_path_, login_path_, name_path_, role_path_, groups_path_;
};

}  // namespace watchfire::grafana

#include "grafana/signin/signin.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "grafana/signin/cookies.h"
#include "grafana/signin/ldap_client.h"
#include "grafana/signin/ldap_config.h"
#include "grafana/signin/oauth.h"
#include "net/digest.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

constexpr std::string_view kWrongPassword = "Invalid username or password";
constexpr std::string_view kStateCookie = "oauth_state";
constexpr std::string_view kVerifierCookie = "oauth_code_verifier";
constexpr std::string_view kRedirectCookie = "redirect_to";
constexpr int64_t kOAuthSeconds = 600;
constexpr uint64_t kMostLdapFile = 1 << 20;
constexpr size_t kMostHeaderBytes = 1000;

// The part behind "Basic " or "Bearer "; nullopt for another scheme.
std::optional<std::string_view> Credentials(const net::Request& request, std::string_view scheme) {
  std::string_view header = request.headers.Get("Authorization");
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  if (!EqualsIgnoreCase(header.substr(0, scheme.size()), scheme)) return std::nullopt;
  return TrimSpace(header.substr(scheme.size()));
}

SignIn::Outcome Failed(std::string_view message, std::string_view id) {
  SignIn::Outcome outcome;
  outcome.error = message;
  outcome.error_id = id;
  return outcome;
}

Identity AnonymousOf(const Settings& settings) {
  Identity who;
  who.kind = IdentityKind::kAnonymous;
  who.name = "Anonymous";
  if (!ParseRole(settings.anonymous.org_role, &who.role)) who.role = Role::kViewer;
  // Nobody had to prove anything, so a page of another site could ask in the visitor's name.
  who.by_cookie = true;
  return who;
}

}  // namespace

struct SignIn::Impl {
  Dependencies deps;
  std::vector<LdapServer> ldap;
  std::vector<std::unique_ptr<OAuthProvider>> providers;

  const Settings& settings() const { return *deps.settings; }

  std::string ExpiryCookieName() const { return settings().auth.cookie_name + "_expiry"; }
  std::vector<std::string> SessionCookies(const net::Request& request, const std::string& token);
  std::vector<std::string> DeletingCookies(const net::Request& request);

  std::optional<Outcome> ByToken(const net::Request& request);
  std::optional<Outcome> ByBasic(SignIn& self, const net::Request& request);
  // False: nobody by it; cookies that delete may have been added.
  bool BySession(const net::Request& request, Outcome* outcome);
  std::optional<Outcome> ByProxy(const net::Request& request);

  Result<void> LoadLdap();
  OAuthProvider* Find(std::string_view id);
};

std::vector<std::string> SignIn::Impl::SessionCookies(const net::Request& request,
                                                      const std::string& token) {
  int64_t age = std::max<int64_t>(1, settings().auth.lifetime_ms / 1000);
  TimeMs rotation = deps.clock->Now() + settings().auth.rotation_ms;
  CookieOptions hidden{age, true, false};
  // For scripts of the page, which ask for a new token when it is time.
  CookieOptions shown{age, false, false};
  return {MakeCookie(request, settings(), settings().auth.cookie_name, token, hidden),
          MakeCookie(request, settings(), ExpiryCookieName(), fmt::format("{}", rotation / 1000),
                     shown)};
}

std::vector<std::string> SignIn::Impl::DeletingCookies(const net::Request& request) {
  return {MakeCookie(request, settings(), settings().auth.cookie_name, "", {}),
          MakeCookie(request, settings(), ExpiryCookieName(), "", {0, false, false})};
}

std::optional<SignIn::Outcome> SignIn::Impl::ByToken(const net::Request& request) {
  std::string token;
  if (std::optional<std::string_view> bearer = Credentials(request, "Bearer")) {
    token = *bearer;
  } else if (std::optional<std::string_view> basic = Credentials(request, "Basic")) {
    Result<std::string> text = net::DecodeBase64(*basic);
    if (!text.ok() || !text->starts_with("api_key:")) return std::nullopt;
    token = text->substr(8);
  } else {
    return std::nullopt;
  }
  Result<Identity> who = deps.accounts->CheckToken(token);
  if (!who.ok()) {
    bool denied = who.error().code() == ErrorCode::kDenied;
    return Failed(denied ? who.error().message() : "Internal server error", "api-key.invalid");
  }
  Outcome outcome;
  outcome.identity = *std::move(who);
  return outcome;
}

std::optional<SignIn::Outcome> SignIn::Impl::ByBasic(SignIn& self, const net::Request& request) {
  // A password of the web configuration file is not one of ours.
  if (!settings().auth.basic_enabled || !request.user.empty()) return std::nullopt;
  std::optional<std::string_view> basic = Credentials(request, "Basic");
  if (!basic) return std::nullopt;
  Result<std::string> text = net::DecodeBase64(*basic);
  size_t colon = text.ok() ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    return Failed("Invalid Basic Auth Header", "basic-auth.invalid-header");
  }
  Result<Identity> who =
      self.Password(std::string_view(*text).substr(0, colon), text->substr(colon + 1), request);
  if (!who.ok()) return Failed(who.error().message(), "password-auth.failed");
  Outcome outcome;
  outcome.identity = *std::move(who);
  return outcome;
}

bool SignIn::Impl::BySession(const net::Request& request, Outcome* outcome) {
  std::string token = CookieOf(request, settings().auth.cookie_name);
  if (token.empty()) return false;
  Result<Accounts::Resumed> resumed =
      deps.accounts->ResumeSession(token, AddressOf(request), request.headers.Get("User-Agent"));
  if (!resumed.ok()) {
    // Not when the disk fails: the session may be good.
    if (resumed.error().code() == ErrorCode::kDenied)
      outcome->set_cookies = DeletingCookies(request);
    return false;
  }
  outcome->identity = std::move(resumed->identity);
  if (!resumed->new_token.empty()) {
    outcome->set_cookies = SessionCookies(request, resumed->new_token);
  }
  return true;
}

std::optional<SignIn::Outcome> SignIn::Impl::ByProxy(const net::Request& request) {
  const auto& proxy = settings().auth_proxy;
  if (!proxy.enabled) return std::nullopt;
  std::string_view name = TrimSpace(request.headers.Get(proxy.header_name));
  if (name.empty()) return std::nullopt;
  std::string address = AddressOf(request);
  if (!proxy.whitelist.empty() && !IsListed(address, proxy.whitelist)) {
    WF_LOG(kWarn, "Header of the auth proxy from an address that is not in its whitelist",
           {"component", "grafana"}, {"address", address}, {"header", proxy.header_name});
    return Failed(
        "The auth proxy's header came from an address that is not in [auth.proxy] whitelist",
        "auth-proxy.not-whitelisted");
  }
  auto header = [&](const std::string& property) {
    auto found = proxy.headers.find(property);
    if (found == proxy.headers.end()) return std::string();
    return std::string(TrimSpace(request.headers.Get(found->second)).substr(0, kMostHeaderBytes));
  };
  ExternalUser user;
  user.auth_module = "authproxy";
  user.auth_id = name.substr(0, kMostHeaderBytes);
  user.trusted_names = true;
  user.name = header("Name");
  user.email = header("Email");
  (proxy.header_property == "email" ? user.email : user.login) = user.auth_id;
  std::string login = header("Username").empty() ? header("Login") : header("Username");
  if (user.login.empty()) user.login = login;
  Role role = Role::kNone;
  if (ParseRole(header("Role"), &role)) user.role = role;
  Result<Identity> who = deps.accounts->SignInExternal(user, proxy.auto_sign_up);
  if (!who.ok()) return Failed(who.error().message(), "auth-proxy.failed");
  Outcome outcome;
  outcome.identity = *std::move(who);
  // The browser was let in by what it sends of itself, as with a cookie.
  outcome.identity.by_cookie = true;
  return outcome;
}

Result<void> SignIn::Impl::LoadLdap() {
  if (!settings().ldap.enabled) return {};
  const std::string& path = settings().ldap.config_file;
  std::string text = TRY(deps.files->ReadFile(path, kMostLdapFile));
  auto environment = [](std::string_view name) -> std::optional<std::string> {
    const char* value = ::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  std::vector<std::string> warnings;
  ldap = TRY(ParseLdapConfig(text, path, environment, *deps.files, &warnings));
  for (const std::string& warning : warnings) {
    WF_LOG(kWarn, "LDAP configuration", {"component", "grafana"}, {"warning", warning});
  }
  return {};
}

OAuthProvider* SignIn::Impl::Find(std::string_view id) {
  for (const auto& provider : providers) {
    if (provider->settings().provider == id) return provider.get();
  }
  return nullptr;
}

SignIn::SignIn(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SignIn::~SignIn() = default;

Result<std::unique_ptr<SignIn>> SignIn::Make(Dependencies dependencies) {
  auto impl = std::make_unique<Impl>();
  impl->deps = dependencies;
  TRY(impl->LoadLdap());
  const Settings& settings = impl->settings();
  bool trusted = settings.GetBool("auth", "oauth_allow_insecure_email_lookup", false);
  std::string root = settings.server.root_url;
  while (root.ends_with('/')) root.pop_back();
  for (const OAuthSettings& provider : settings.oauth) {
    if (!provider.enabled) continue;
    impl->providers.push_back(
        TRY(OAuthProvider::Make(provider, root + "/login/" + provider.provider, trusted)));
  }
  return std::unique_ptr<SignIn>(new SignIn(std::move(impl)));
}

SignIn::Outcome SignIn::Identify(const net::Request& request) {
  if (std::optional<Outcome> outcome = impl_->ByToken(request)) return *std::move(outcome);
  if (std::optional<Outcome> outcome = impl_->ByBasic(*this, request)) return *std::move(outcome);
  Outcome outcome;
  if (impl_->BySession(request, &outcome)) return outcome;
  if (std::optional<Outcome> by_proxy = impl_->ByProxy(request)) return *std::move(by_proxy);
  if (impl_->settings().anonymous.enabled) outcome.identity = AnonymousOf(impl_->settings());
  return outcome;
}

Result<Identity> SignIn::Password(std::string_view login, std::string_view password,
                                  const net::Request& request) {
  Accounts& accounts = *impl_->deps.accounts;
  std::string address = AddressOf(request);
  Result<Identity> local = accounts.CheckPassword(login, password, address);
  if (local.ok()) return local;
  ErrorCode code = local.error().code();
  if (code != ErrorCode::kDenied && code != ErrorCode::kLimit) return local.error();
  // Who is locked out is not told so: it would say that the name exists.
  Error wrong(ErrorCode::kDenied, std::string(kWrongPassword));
  if (code == ErrorCode::kLimit || impl_->ldap.empty()) return wrong;
  const auto& settings = impl_->settings().ldap;
  Result<ExternalUser> person =
      AskLdap(impl_->ldap, login, Secret(std::string(password)), settings.skip_org_role_sync);
  if (!person.ok()) {
    if (person.error().code() == ErrorCode::kDenied) return wrong;
    return Error::Unavailable("The LDAP server cannot be reached; ask your administrator");
  }
  Result<Identity> who = accounts.SignInExternal(*person, settings.allow_sign_up);
  if (!who.ok()) {
    WF_LOG(kWarn, "LDAP user may not sign in", {"component", "grafana"}, {"user", person->login},
           {"err", who.error()});
    return who.error().code() == ErrorCode::kDenied ? wrong : who.error();
  }
  accounts.ForgiveFailures(login, address);
  return who;
}

Result<std::vector<std::string>> SignIn::Begin(const Identity& identity,
                                               const net::Request& request) {
  std::string token = TRY(impl_->deps.accounts->BeginSession(identity.id, AddressOf(request),
                                                             request.headers.Get("User-Agent")));
  return impl_->SessionCookies(request, token);
}

Result<std::vector<std::string>> SignIn::Rotate(const net::Request& request) {
  std::string token = CookieOf(request, impl_->settings().auth.cookie_name);
  if (token.empty()) return Error::Denied("no session");
  std::string fresh = TRY(impl_->deps.accounts->RotateSession(token));
  if (fresh.empty()) return std::vector<std::string>{};
  return impl_->SessionCookies(request, fresh);
}

std::vector<std::string> SignIn::End(const net::Request& request) {
  std::string token = CookieOf(request, impl_->settings().auth.cookie_name);
  if (!token.empty()) {
    Result<void> ended = impl_->deps.accounts->EndSession(token);
    if (!ended.ok()) {
      WF_LOG(kError, "Session could not be ended", {"component", "grafana"},
             {"err", ended.error()});
    }
  }
  return impl_->DeletingCookies(request);
}

std::vector<SignIn::Provider> SignIn::Providers() const {
  std::vector<Provider> out;
  for (const auto& provider : impl_->providers) {
    const OAuthSettings& settings = provider->settings();
    out.push_back({settings.provider, settings.name, settings.auto_login});
  }
  return out;
}

Result<SignIn::Step> SignIn::BeginOAuth(std::string_view provider, const net::Request& request) {
  OAuthProvider* found = impl_->Find(provider);
  if (found == nullptr) return Error::NotFound("no such provider");
  const Settings& settings = impl_->settings();
  net::Values query = TRY(net::Values::Parse(request.raw_query));
  // The state ties the answer to this browser: nobody can sign somebody else in as himself.
  std::string state = secrets::RandomText(40);
  std::string verifier = secrets::RandomText(64);
  std::string redirect = SafeRedirect(query.Get("redirectTo"), settings);
  CookieOptions options{kOAuthSeconds, true, true};
  Step step;
  step.location = found->AuthorizeUrl(state, verifier);
  step.set_cookies = {
      MakeCookie(request, settings, kStateCookie, fmt::format("{}.{}", provider, state), options),
      MakeCookie(request, settings, kVerifierCookie, verifier, options),
      MakeCookie(request, settings, kRedirectCookie, net::PercentEncode(redirect), options)};
  return step;
}

Result<SignIn::Step> SignIn::FinishOAuth(std::string_view provider, const net::Request& request) {
  OAuthProvider* found = impl_->Find(provider);
  if (found == nullptr) return Error::NotFound("no such provider");
  const Settings& settings = impl_->settings();
  net::Values query = TRY(net::Values::Parse(request.raw_query));
  std::string expected = CookieOf(request, kStateCookie);
  std::string given = fmt::format("{}.{}", provider, query.Get("state"));
  if (expected.empty() || !secrets::EqualSecrets(expected, given)) {
    return Error::Denied(
        "the answer of the provider is not to a question of this browser, or it "
        "took longer than ten minutes");
  }
  if (query.Has("error")) {
    std::string_view why = query.Get("error_description");
    if (why.empty()) why = query.Get("error");
    return Error::Denied("the provider refused: {}", why.substr(0, 200));
  }
  ExternalUser person =
      TRY(found->Exchange(std::string(query.Get("code")), CookieOf(request, kVerifierCookie)));
  Identity who = TRY(impl_->deps.accounts->SignInExternal(person, found->settings().allow_sign_up));
  Step step;
  step.set_cookies = TRY(Begin(who, request));
  std::string wanted =
      net::PercentDecode(CookieOf(request, kRedirectCookie), true).value_or(std::string("/"));
  step.location = SafeRedirect(wanted, settings);
  for (std::string_view cookie : {kStateCookie, kVerifierCookie, kRedirectCookie}) {
    step.set_cookies.push_back(MakeCookie(request, settings, cookie, "", {0, true, true}));
  }
  return step;
}

}  // namespace watchfire::grafana

// Providers of OAuth2: what people write, over what is the same for everybody at one service.
#include "grafana/settings/reader.h"

namespace watchfire::grafana {
namespace {

struct Preset {
  std::string_view provider, name, scopes, auth_url, token_url, api_url, role_path;
};

// Microsoft's application roles, as its tokens have them.
constexpr std::string_view kAzureRoles =
    "contains(roles[*], 'GrafanaAdmin') && 'GrafanaAdmin' || contains(roles[*], 'Admin') && "
    "'Admin' || contains(roles[*], 'Editor') && 'Editor' || contains(roles[*], 'Viewer') && "
    "'Viewer'";

constexpr Preset kPresets[] = {
    {"generic_oauth", "OAuth", "user:email", "", "", "", ""},
    {"github", "GitHub", "user:email,read:org", "https://github.com/login/oauth/authorize",
     "https://github.com/login/oauth/access_token", "https://api.github.com/user", ""},
    {"google", "Google", "openid email profile", "https://accounts.google.com/o/oauth2/v2/auth",
     "https://oauth2.googleapis.com/token", "https://openidconnect.googleapis.com/v1/userinfo", ""},
    {"gitlab", "GitLab", "openid email profile read_api", "https://gitlab.com/oauth/authorize",
     "https://gitlab.com/oauth/token", "https://gitlab.com/api/v4", ""},
    {"azuread", "Microsoft", "openid email profile", "", "", "", kAzureRoles},
    {"okta", "Okta", "openid profile email groups", "", "", "", ""},
};

// Keys that narrow who may come in and that we do not know how to check. To go on without them
// would let in more people than the administrator wants.
constexpr std::string_view kUnknownLimits[] = {"team_ids", "team_ids_attribute_path",
                                               "hosted_domain", "teams_url"};

std::string Or(std::string text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : text;
}

OAuthSettings ReadProvider(const Preset& preset, SettingsReader& reader) {
  std::string section = "auth." + std::string(preset.provider);
  OAuthSettings out;
  auto text = [&](std::string_view key) { return reader.Text(section, key); };
  auto flag = [&](std::string_view key, bool otherwise) {
    return reader.Bool(section, key, otherwise);
  };
  out.provider = preset.provider;
  out.name = Or(text("name"), preset.name);
  out.enabled = true;
  out.allow_sign_up = flag("allow_sign_up", true);
  out.auto_login = flag("auto_login", false) || reader.Bool("auth", "oauth_auto_login", false);
  out.client_id = text("client_id");
  out.client_secret = reader.Hidden(section, "client_secret");
  if (!flag("empty_scopes", false)) out.scopes = SplitList(Or(text("scopes"), preset.scopes));
  out.auth_url = Or(text("auth_url"), preset.auth_url);
  out.token_url = Or(text("token_url"), preset.token_url);
  out.api_url = Or(text("api_url"), preset.api_url);
  out.signout_redirect_url = text("signout_redirect_url");
  out.allowed_domains = SplitList(text("allowed_domains"));
  out.allowed_organizations = SplitList(text("allowed_organizations"));
  out.allowed_groups = SplitList(text("allowed_groups"));
  out.groups_attribute_path = text("groups_attribute_path");
  out.email_attribute_path = text("email_attribute_path");
  out.login_attribute_path = text("login_attribute_path");
  out.name_attribute_path = text("name_attribute_path");
  out.role_attribute_path = Or(text("role_attribute_path"), preset.role_path);
  out.role_attribute_strict = flag("role_attribute_strict", false);
  out.allow_assign_grafana_admin = flag("allow_assign_grafana_admin", false);
  out.skip_org_role_sync = flag("skip_org_role_sync", false);
  out.use_pkce = flag("use_pkce", preset.provider != "github");
  out.tls_skip_verify_insecure = flag("tls_skip_verify_insecure", false);
  out.tls_client_ca = text("tls_client_ca");
  return out;
}

}  // namespace

std::vector<OAuthSettings> ReadOAuth(const Settings& settings, SettingsReader* reader,
                                     std::vector<std::string>* warnings) {
  std::vector<OAuthSettings> all;
  for (const Preset& preset : kPresets) {
    std::string section = "auth." + std::string(preset.provider);
    if (!reader->Bool(section, "enabled", false)) continue;
    std::string unknown;
    for (std::string_view key : kUnknownLimits) {
      if (!settings.Get(section, key).empty()) unknown = key;
    }
    OAuthSettings provider = ReadProvider(preset, *reader);
    bool takes_organizations = preset.provider == "github" || preset.provider == "generic_oauth";
    if (!provider.allowed_organizations.empty() && !takes_organizations) {
      unknown = "allowed_organizations";
    }
    if (!unknown.empty()) {
      warnings->push_back(fmt::format(
          "[{}] {} is not supported, and without it too many people could sign in: the provider "
          "is switched off",
          section, unknown));
      continue;
    }
    if (provider.client_id.empty() || provider.auth_url.empty() || provider.token_url.empty()) {
      reader->Fail(section, "enabled", "client_id, auth_url and token_url are needed");
    }
    all.push_back(std::move(provider));
  }
  // With several, somebody has to choose.
  if (all.size() > 1) {
    for (OAuthSettings& provider : all) {
      provider.auto_login = settings.GetBool("auth." + provider.provider, "auto_login", false);
    }
  }
  return all;
}

}  // namespace watchfire::grafana

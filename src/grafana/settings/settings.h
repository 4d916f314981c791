#pragma once
// Settings of the Grafana face as values: built-in defaults, `cfg:default.…`, grafana.ini, `GF_*`
// variables and `cfg:…` in this order, each over the one before. Every key that any of them sets is
// kept in `sections` (for /api/admin/settings, masked there); those with an effect have a member.
// Reads files that are named with `__FILE` or `$__file{}`; reads the environment it is given, not
// the process's. Immutable after loading.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/secret.h"

namespace watchfire::grafana {

struct OAuthSettings {
  std::string provider;  // "generic_oauth", "github", "google", "gitlab", "azuread", "okta"
  std::string name;
  bool enabled = false;
  bool allow_sign_up = true;
  bool auto_login = false;
  std::string client_id;
  Secret client_secret;
  std::vector<std::string> scopes;
  std::string auth_url;
  std::string token_url;
  std::string api_url;
  std::string signout_redirect_url;
  // Each narrows who may come in; empty: everybody whom the provider knows.
  std::vector<std::string> allowed_domains;
  std::vector<std::string> allowed_organizations;
  std::vector<std::string> allowed_groups;
  std::string groups_attribute_path;
  std::string email_attribute_path;
  std::string login_attribute_path;
  std::string name_attribute_path;
  std::string role_attribute_path;  // JMESPath over the claims
  bool role_attribute_strict = false;
  bool allow_assign_grafana_admin = false;
  bool skip_org_role_sync = false;
  bool use_pkce = false;
  bool tls_skip_verify_insecure = false;
  std::string tls_client_ca;
};

struct Settings {
  // section → key → value, lower case, as effective, defaults among them.
  std::map<std::string, std::map<std::string, std::string>> sections;
  // What was asked for and has no effect, or was misspelt: one line each, for the log.
  std::vector<std::string> warnings;

  std::string Get(std::string_view section, std::string_view key) const;  // "" if unset
  bool GetBool(std::string_view section, std::string_view key, bool otherwise) const;
  int64_t GetInt(std::string_view section, std::string_view key, int64_t otherwise) const;

  struct {
    std::string data, logs, plugins, provisioning;
  } paths;
  struct {
    std::string protocol, http_addr, domain, root_url, cert_file, cert_key;
    uint16_t http_port = 3000;
    bool serve_from_sub_path = false, enforce_domain = false;
    std::string sub_path;  // of root_url: "" or "/grafana"
  } server;
  struct {
    std::string admin_user, admin_email;
    Secret admin_password, secret_key;
    bool admin_password_is_set = false;  // by anybody but the defaults
    bool disable_initial_admin_creation = false, cookie_secure = false, allow_embedding = false,
         disable_brute_force_protection = false;
    std::string cookie_samesite;  // "lax", "strict", "none", "disabled"
    std::vector<std::string> csrf_trusted_origins;
  } security;
  struct {
    bool allow_sign_up = false, viewers_can_edit = false;
    std::string auto_assign_org_role, default_theme, home_page, login_hint, password_hint;
  } users;
  struct {
    std::string cookie_name, signout_redirect_url;
    bool disable_login_form = false, disable_signout_menu = false, basic_enabled = true;
    int64_t inactive_lifetime_ms = 0, lifetime_ms = 0, rotation_ms = 0;
  } auth;
  struct {
    bool enabled = false, hide_version = false;
    std::string org_name, org_role;
  } anonymous;
  struct {
    bool enabled = false, auto_sign_up = true;
    std::string header_name, header_property;
    std::vector<std::string> whitelist;          // addresses or networks
    std::map<std::string, std::string> headers;  // "Name", "Email", "Role", "Groups" → header
  } auth_proxy;
  struct {
    bool enabled = false, allow_sign_up = true, skip_org_role_sync = false;
    std::string config_file;
  } ldap;
  std::vector<OAuthSettings> oauth;  // enabled ones
  struct {
    bool enabled = false, skip_verify = false;
    std::string host, user, from_address, from_name, ehlo_identity, starttls_policy;
    Secret password;
  } smtp;
  struct {
    int64_t versions_to_keep = 20, min_refresh_ms = 5000;
    std::string default_home_dashboard_path;
  } dashboards;
  struct {
    bool snapshots_enabled = true, snapshots_public = false, public_dashboards_enabled = true,
         disable_sanitize_html = false, metrics_enabled = true, alerting_enabled = true;
    int64_t dataproxy_timeout_ms = 30'000, alerting_min_interval_ms = 10'000,
            alerting_evaluation_timeout_ms = 30'000;
    std::string default_timezone, default_week_start;
    Secret metrics_user, metrics_password;
  } other;
};

struct SettingsSources {
  std::string config_file;             // "": the default place, if there is one
  std::vector<std::string> overrides;  // "cfg:section.key=value", "cfg:default.section.key=value"
  std::map<std::string, std::string> environment;
  std::string data_path;  // default of [paths] data
};

// kInvalid: `grafana.ini:12: …`, or a value that makes no sense, with section and key.
Result<Settings> LoadSettings(const SettingsSources& sources, FileSystem& files);

using Environment = std::function<std::optional<std::string>(std::string_view name)>;
// `$NAME`, `${NAME}`, `$$`, `$__env{NAME}`, `$__file{/path}` in a value of a provisioning file;
// unset is "".
Result<std::string> ExpandValue(std::string_view text, const Environment& environment,
                                FileSystem& files);

}  // namespace watchfire::grafana

#include "grafana/settings/settings.h"

#include <unistd.h>

#include <set>

#include "base/numbers.h"
#include "base/text.h"
#include "grafana/settings/expand.h"
#include "grafana/settings/ini.h"
#include "grafana/settings/known_keys.h"
#include "grafana/settings/reader.h"

namespace watchfire::grafana {
namespace {

constexpr std::string_view kDefaultConfigFile = "/etc/grafana/grafana.ini";
constexpr uint64_t kMaxConfigFile = 4 << 20;
constexpr std::string_view kFileSuffix = "__FILE";

std::string Shown(std::string_view section, std::string_view key) {
  return fmt::format("[{}] {}", section.empty() ? "DEFAULT" : section, key);
}

// Gathers the values of all sources, each over the one before.
class Loader {
 public:
  Loader(const SettingsSources& sources, FileSystem& files) : sources_(sources), files_(files) {}

  Result<Settings> Load();

 private:
  struct Name {
    std::string section, key;
    bool operator<(const Name& other) const {
      return std::tie(section, key) < std::tie(other.section, other.key);
    }
  };

  std::optional<std::string> Environment(std::string_view name) const {
    auto found = sources_.environment.find(std::string(name));
    if (found != sources_.environment.end()) return found->second;
    if (name != "HOSTNAME") return std::nullopt;
    char host[256] = {};
    return gethostname(host, sizeof host - 1) == 0 ? host : "";
  }

  void Set(const std::string& section, const std::string& key, std::string value) {
    settings_.sections[section][key] = std::move(value);
    set_.insert({section, key});
  }
  void Warn(std::string text) { settings_.warnings.push_back(std::move(text)); }

  void AddDefaults();
  Result<void> AddOverrides(bool defaults);
  Result<void> AddIni();
  Result<void> AddEnvironment();
  std::optional<Name> NameOf(std::string_view variable) const;
  void WarnUnknown(std::string_view where, const Name& name);
  Result<void> ExpandAll();
  void TellWithoutEffect();

  const SettingsSources& sources_;
  FileSystem& files_;
  Settings settings_;
  std::set<Name> set_;  // by anybody but the defaults
};

void ReadServer(const Settings& settings, SettingsReader& reader, Settings* out) {
  auto& server = out->server;
  server.protocol = reader.Word("server", "protocol", {"http", "https", "h2"});
  if (server.protocol == "h2") server.protocol = "https";
  server.http_addr = settings.Get("server", "http_addr");
  server.http_port = static_cast<uint16_t>(reader.Int("server", "http_port", 0, 65535, 3000));
  server.domain = settings.Get("server", "domain");
  server.root_url = settings.Get("server", "root_url");
  server.cert_file = settings.Get("server", "cert_file");
  server.cert_key = settings.Get("server", "cert_key");
  server.serve_from_sub_path = reader.Bool("server", "serve_from_sub_path", false);
  server.enforce_domain = reader.Bool("server", "enforce_domain", false);
  size_t scheme = server.root_url.find("://");
  if (scheme == std::string::npos) {
    reader.Fail("server", "root_url", "expected an absolute URL, got " + GoQuote(server.root_url));
    return;
  }
  size_t path = server.root_url.find('/', scheme + 3);
  if (path != std::string::npos) server.sub_path = server.root_url.substr(path);
  server.sub_path = server.sub_path.substr(0, server.sub_path.find_first_of("?#"));
  while (server.sub_path.ends_with('/')) server.sub_path.pop_back();
}

void ReadSecurity(const Settings& settings, SettingsReader& reader, Settings* out) {
  auto& security = out->security;
  security.admin_user = settings.Get("security", "admin_user");
  security.admin_email = settings.Get("security", "admin_email");
  security.admin_password = reader.Hidden("security", "admin_password");
  security.secret_key = reader.Hidden("security", "secret_key");
  security.disable_initial_admin_creation =
      reader.Bool("security", "disable_initial_admin_creation", false);
  security.cookie_secure = reader.Bool("security", "cookie_secure", false);
  security.allow_embedding = reader.Bool("security", "allow_embedding", false);
  security.disable_brute_force_protection =
      reader.Bool("security", "disable_brute_force_login_protection", false);
  security.cookie_samesite =
      reader.Word("security", "cookie_samesite", {"lax", "strict", "none", "disabled"});
  security.csrf_trusted_origins = reader.List("security", "csrf_trusted_origins");
  if (security.admin_user.empty()) reader.Fail("security", "admin_user", "must not be empty");
}

void ReadAuth(const Settings& settings, SettingsReader& reader, Settings* out) {
  out->users.allow_sign_up = reader.Bool("users", "allow_sign_up", false);
  out->users.viewers_can_edit = reader.Bool("users", "viewers_can_edit", false);
  out->users.auto_assign_org_role =
      reader.Word("users", "auto_assign_org_role", {"Viewer", "Editor", "Admin", "None"});
  out->users.default_theme = settings.Get("users", "default_theme");
  out->users.home_page = settings.Get("users", "home_page");
  out->users.login_hint = settings.Get("users", "login_hint");
  out->users.password_hint = settings.Get("users", "password_hint");

  out->auth.cookie_name = settings.Get("auth", "login_cookie_name");
  out->auth.signout_redirect_url = settings.Get("auth", "signout_redirect_url");
  out->auth.disable_login_form = reader.Bool("auth", "disable_login_form", false);
  out->auth.disable_signout_menu = reader.Bool("auth", "disable_signout_menu", false);
  out->auth.basic_enabled = reader.Bool("auth.basic", "enabled", true);
  constexpr int64_t kDay = 86'400'000;
  out->auth.inactive_lifetime_ms =
      reader.DurationMs("auth", "login_maximum_inactive_lifetime_duration", 7 * kDay);
  out->auth.lifetime_ms = reader.DurationMs("auth", "login_maximum_lifetime_duration", 30 * kDay);
  out->auth.rotation_ms =
      reader.Int("auth", "token_rotation_interval_minutes", 1, 1'000'000, 10) * 60'000;

  out->anonymous.enabled = reader.Bool("auth.anonymous", "enabled", false);
  out->anonymous.hide_version = reader.Bool("auth.anonymous", "hide_version", false);
  out->anonymous.org_name = settings.Get("auth.anonymous", "org_name");
  out->anonymous.org_role =
      reader.Word("auth.anonymous", "org_role", {"Viewer", "Editor", "Admin"});
}

void ReadProxyAndLdap(const Settings& settings, SettingsReader& reader, Settings* out) {
  auto& proxy = out->auth_proxy;
  proxy.enabled = reader.Bool("auth.proxy", "enabled", false);
  proxy.auto_sign_up = reader.Bool("auth.proxy", "auto_sign_up", true);
  proxy.header_name = settings.Get("auth.proxy", "header_name");
  proxy.header_property = reader.Word("auth.proxy", "header_property", {"username", "email"});
  proxy.whitelist = reader.List("auth.proxy", "whitelist");
  for (const std::string& pair : reader.List("auth.proxy", "headers")) {
    size_t colon = pair.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == pair.size()) {
      reader.Fail("auth.proxy", "headers", "expected \"Email:X-User-Email\", got " + GoQuote(pair));
      continue;
    }
    proxy.headers[pair.substr(0, colon)] = pair.substr(colon + 1);
  }
  out->ldap.enabled = reader.Bool("auth.ldap", "enabled", false);
  out->ldap.allow_sign_up = reader.Bool("auth.ldap", "allow_sign_up", true);
  out->ldap.skip_org_role_sync = reader.Bool("auth.ldap", "skip_org_role_sync", false);
  out->ldap.config_file = settings.Get("auth.ldap", "config_file");
}

void ReadRest(const Settings& settings, SettingsReader& reader, Settings* out) {
  out->smtp.enabled = reader.Bool("smtp", "enabled", false);
  out->smtp.skip_verify = reader.Bool("smtp", "skip_verify", false);
  out->smtp.host = settings.Get("smtp", "host");
  out->smtp.user = settings.Get("smtp", "user");
  out->smtp.from_address = settings.Get("smtp", "from_address");
  out->smtp.from_name = settings.Get("smtp", "from_name");
  out->smtp.ehlo_identity = settings.Get("smtp", "ehlo_identity");
  out->smtp.starttls_policy = reader.Word(
      "smtp", "starttls_policy", {"", "OpportunisticStartTLS", "MandatoryStartTLS", "NoStartTLS"});
  out->smtp.password = reader.Hidden("smtp", "password");

  out->dashboards.versions_to_keep = reader.Int("dashboards", "versions_to_keep", 1, 1'000'000, 20);
  out->dashboards.min_refresh_ms = reader.DurationMs("dashboards", "min_refresh_interval", 5000);
  out->dashboards.default_home_dashboard_path =
      settings.Get("dashboards", "default_home_dashboard_path");

  auto& other = out->other;
  other.snapshots_enabled = reader.Bool("snapshots", "enabled", true);
  other.snapshots_public = reader.Bool("snapshots", "public_mode", false);
  other.public_dashboards_enabled = reader.Bool("public_dashboards", "enabled", true);
  other.disable_sanitize_html = reader.Bool("panels", "disable_sanitize_html", false);
  other.metrics_enabled = reader.Bool("metrics", "enabled", true);
  other.metrics_user = reader.Hidden("metrics", "basic_auth_username");
  other.metrics_password = reader.Hidden("metrics", "basic_auth_password");
  other.alerting_enabled = reader.Bool("unified_alerting", "enabled", true);
  other.alerting_min_interval_ms = reader.DurationMs("unified_alerting", "min_interval", 10'000);
  other.alerting_evaluation_timeout_ms =
      reader.DurationMs("unified_alerting", "evaluation_timeout", 30'000);
  other.dataproxy_timeout_ms = reader.Int("dataproxy", "timeout", 1, 86'400, 30) * 1000;
  other.default_timezone = settings.Get("date_formats", "default_timezone");
  other.default_week_start = settings.Get("date_formats", "default_week_start");
}

Result<void> ReadMembers(Settings* settings) {
  SettingsReader reader(*settings);
  settings->paths.data = settings->Get("paths", "data");
  settings->paths.logs = settings->Get("paths", "logs");
  settings->paths.plugins = settings->Get("paths", "plugins");
  settings->paths.provisioning = settings->Get("paths", "provisioning");
  ReadServer(*settings, reader, settings);
  ReadSecurity(*settings, reader, settings);
  ReadAuth(*settings, reader, settings);
  ReadProxyAndLdap(*settings, reader, settings);
  ReadRest(*settings, reader, settings);
  settings->oauth = ReadOAuth(*settings, &reader, &settings->warnings);
  if (reader.error()) return *reader.error();
  return {};
}

void Loader::AddDefaults() {
  for (const KnownKey& known : KnownKeys()) {
    if (known.key == "*") continue;
    settings_.sections[std::string(known.section)][std::string(known.key)] = known.otherwise;
  }
  settings_.sections["paths"]["data"] = sources_.data_path;
  settings_.sections["paths"]["plugins"] = JoinPath(sources_.data_path, "plugins");
}

Result<void> Loader::AddOverrides(bool defaults) {
  for (const std::string& text : sources_.overrides) {
    std::string_view rest = text;
    if (rest.starts_with("cfg:")) rest.remove_prefix(4);
    bool is_default = rest.starts_with("default.");
    if (is_default != defaults) continue;
    if (is_default) rest.remove_prefix(8);
    size_t equals = rest.find('=');
    size_t dot = rest.substr(0, equals).rfind('.');
    if (equals == std::string_view::npos || dot == std::string_view::npos) {
      return Error::Invalid("expected cfg:section.key=value, got {}", GoQuote(text));
    }
    Name name{ToLower(rest.substr(0, dot)), ToLower(rest.substr(dot + 1, equals - dot - 1))};
    WarnUnknown(text.substr(0, text.find('=')), name);
    Set(name.section, name.key, std::string(rest.substr(equals + 1)));
  }
  return {};
}

Result<void> Loader::AddIni() {
  std::string path = sources_.config_file;
  if (path.empty()) path = Environment("GF_PATHS_CONFIG").value_or("");
  bool asked_for = !path.empty();
  if (!asked_for) path = kDefaultConfigFile;
  if (!asked_for && !files_.Exists(path)) return {};
  std::string text = TRY(files_.ReadFile(path, kMaxConfigFile));
  for (IniEntry& entry : TRY(ParseIni(text, path))) {
    std::string where = fmt::format("{}:{}", path, entry.line);
    WarnUnknown(where, {entry.section, entry.key});
    if (entry.cut) {
      Warn(
          fmt::format("{}: the value of {} ends at its first \"#\" or \";\"; if these belong to "
                      "it, put it between \"\"\"",
                      where, Shown(entry.section, entry.key)));
    }
    // What is written down empty is as if it were not written, as Grafana's own file shows it.
    if (entry.value.empty() && FindKnownKey(entry.section, entry.key) != nullptr &&
        settings_.Get(entry.section, entry.key).empty()) {
      continue;
    }
    Set(entry.section, entry.key, std::move(entry.value));
  }
  settings_.sections["paths"]["config"] = path;
  return {};
}

Result<void> Loader::AddEnvironment() {
  for (const auto& [variable, value] : sources_.environment) {
    if (!variable.starts_with("GF_")) continue;
    std::string base = variable;
    bool of_file = base.ends_with(kFileSuffix);
    if (of_file) {
      base.resize(base.size() - kFileSuffix.size());
      if (sources_.environment.count(base) != 0) {
        return Error::Invalid("both {} and {} are set: only one may be", base, variable);
      }
    }
    if (base == "GF_INSTALL_PLUGINS") {
      if (!value.empty()) Warn(base + ": plugins are not supported; nothing is installed");
      continue;
    }
    std::optional<Name> name = NameOf(base);
    if (!name) {
      std::vector<std::string> candidates;
      for (const KnownKey& known : KnownKeys()) {
        if (known.key != "*") candidates.push_back(EnvironmentName(known.section, known.key));
      }
      std::string near = Nearest(base, candidates);
      Warn(fmt::format("{}: no such setting{}", variable,
                       near.empty() ? "" : "; did you mean " + near + "?"));
      continue;
    }
    std::string text = value;
    if (of_file) {
      Result<std::string> read = ReadValueFile(value, files_);
      if (!read.ok()) return read.error().With("{}", variable);
      text = *std::move(read);
    }
    // An empty variable is as if it were not set: compose files pass on what they have not got.
    if (!text.empty()) Set(name->section, name->key, std::move(text));
  }
  return {};
}

// The variable's name does not say where its section ends: known keys first, then the longest
// section that takes any key.
std::optional<Loader::Name> Loader::NameOf(std::string_view variable) const {
  for (const KnownKey& known : KnownKeys()) {
    if (known.key != "*" && EnvironmentName(known.section, known.key) == variable) {
      return Name{std::string(known.section), std::string(known.key)};
    }
  }
  for (const auto& [section, keys] : settings_.sections) {
    for (const auto& [key, value] : keys) {
      if (EnvironmentName(section, key) == variable) return Name{section, key};
    }
  }
  std::optional<Name> best;
  for (const KnownKey& known : KnownKeys()) {
    std::string prefix = EnvironmentName(known.section, "");
    bool longer = !best || known.section.size() > best->section.size();
    if (known.key != "*" || !longer || !variable.starts_with(prefix)) continue;
    best = Name{std::string(known.section), ToLower(variable.substr(prefix.size()))};
  }
  if (!best && variable.starts_with("GF_PLUGIN_")) {
    best = Name{"plugin.environment", ToLower(variable.substr(10))};
  }
  return best && best->key.empty() ? std::nullopt : best;
}

void Loader::WarnUnknown(std::string_view where, const Name& name) {
  if (FindKnownKey(name.section, name.key) != nullptr) return;
  std::vector<std::string> candidates;
  for (const KnownKey& known : KnownKeys()) {
    bool same = known.section == name.section || !IsKnownSection(name.section);
    if (same && known.key != "*") candidates.push_back(Shown(known.section, known.key));
  }
  std::string shown = Shown(name.section, name.key);
  std::string near = Nearest(shown, candidates);
  Warn(fmt::format("{}: no such setting: {}{}", where, shown,
                   near.empty() ? "" : "; did you mean " + near + "?"));
}

Result<void> Loader::ExpandAll() {
  auto environment = [this](std::string_view name) { return Environment(name); };
  for (auto& [section, keys] : settings_.sections) {
    for (auto& [key, value] : keys) {
      Result<std::string> expanded = ExpandSetting(value, environment, files_);
      if (!expanded.ok()) return expanded.error().With("{}", Shown(section, key));
      value = *std::move(expanded);
    }
  }
  // Only after that, so that what is referred to has its final value.
  std::map<std::string, std::map<std::string, std::string>> interpolated = settings_.sections;
  for (auto& [section, keys] : interpolated) {
    for (auto& [key, value] : keys) {
      if (value.find("%(") == std::string::npos) continue;
      auto other = [this, in = section](std::string_view name) {
        std::string own = settings_.Get(in, name);
        return own.empty() ? settings_.Get("", name) : own;
      };
      Result<std::string> done = Interpolate(value, other);
      if (!done.ok()) return done.error().With("{}", Shown(section, key));
      value = *std::move(done);
    }
  }
  settings_.sections = std::move(interpolated);
  return {};
}

void Loader::TellWithoutEffect() {
  for (const Name& name : set_) {
    const KnownKey* known = FindKnownKey(name.section, name.key);
    if (known == nullptr || known->effect != Effect::kTold) continue;
    std::string value = settings_.Get(name.section, name.key);
    std::optional<bool> truth = ParseSettingBool(value);
    bool as_default = value == known->otherwise ||
                      (truth.has_value() && truth == ParseSettingBool(known->otherwise));
    if (as_default || value.empty()) continue;
    std::string_view why = "this server does without it";
    if (name.section == "database") {
      why = "everything is kept in a file of the data directory; there is no other database";
    }
    if (name.section == "plugins") why = "plugins are not supported; nothing is installed";
    if (name.section == "rendering") why = "panels are not rendered to pictures";
    if (name.section.starts_with("auth.")) why = "this way to sign in is not supported";
    Warn(fmt::format("{} has no effect: {}", Shown(name.section, name.key), why));
  }
}

Result<Settings> Loader::Load() {
  AddDefaults();
  TRY(AddOverrides(true));
  TRY(AddIni());
  TRY(AddEnvironment());
  TRY(AddOverrides(false));
  TRY(ExpandAll());
  TellWithoutEffect();
  TRY(ReadMembers(&settings_));
  settings_.security.admin_password_is_set = set_.count({"security", "admin_password"}) != 0;
  return std::move(settings_);
}

}  // namespace

std::string Settings::Get(std::string_view section, std::string_view key) const {
  auto found = sections.find(std::string(section));
  if (found == sections.end()) return {};
  auto value = found->second.find(std::string(key));
  return value == found->second.end() ? std::string() : value->second;
}

bool Settings::GetBool(std::string_view section, std::string_view key, bool otherwise) const {
  return ParseSettingBool(Get(section, key)).value_or(otherwise);
}

int64_t Settings::GetInt(std::string_view section, std::string_view key, int64_t otherwise) const {
  return ParseInt(Get(section, key)).value_or(otherwise);
}

Result<Settings> LoadSettings(const SettingsSources& sources, FileSystem& files) {
  return Loader(sources, files).Load();
}

}  // namespace watchfire::grafana

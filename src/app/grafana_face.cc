#include "app/grafana_face.h"

#include "api/grafana/content/content_api.h"
#include "api/grafana/content/frontend_sources.h"
#include "api/grafana/data/data_api.h"
#include "api/grafana/managed_alerts/managed_alerts_api.h"
#include "api/grafana/people/people_api.h"
#include "app/secret_key.h"
#include "app/web_address.h"
#include "base/log.h"
#include "base/text.h"
#include "client/text_writer.h"
#include "grafana/accounts/accounts.h"
#include "grafana/dashboards/annotations.h"
#include "grafana/dashboards/dashboards.h"
#include "grafana/dashboards/records.h"
#include "grafana/datasources/datasources.h"
#include "grafana/managed/managed_alerting.h"
#include "grafana/provisioning/provisioning.h"
#include "grafana/queries/queries.h"
#include "grafana/signin/signin.h"

namespace watchfire::app {
namespace {

constexpr int64_t kStopDeadlineMs = 5'000;

grafana::AccountsOptions AccountsOptionsOf(const grafana::Settings& settings, const Clock* clock) {
  grafana::AccountsOptions options;
  options.clock = clock;
  options.admin_user = settings.security.admin_user;
  options.admin_email = settings.security.admin_email;
  options.admin_password = settings.security.admin_password;
  options.create_admin = !settings.security.disable_initial_admin_creation;
  grafana::ParseRole(settings.users.auto_assign_org_role, &options.new_user_role);
  options.inactive_lifetime_ms = settings.auth.inactive_lifetime_ms;
  options.lifetime_ms = settings.auth.lifetime_ms;
  options.rotation_ms = settings.auth.rotation_ms;
  options.lock_out = !settings.security.disable_brute_force_protection;
  return options;
}

// The first start of a server that has no source yet: panels ask this very process.
Result<void> AddOwnSource(grafana::DataSources& sources, const std::string& address) {
  if (!sources.All().empty()) return {};
  grafana::DataSource own;
  own.name = "Prometheus";
  own.uid = grafana::UidOfProvisioned(own.name);
  own.url = "http://" + address;
  own.is_default = true;
  own.json_data = codec::Json::OfObject({});
  TRY(sources.Create(std::move(own)));
  return {};
}

}  // namespace

// In order of construction; destroyed in reverse.
struct GrafanaFace::Parts {
  std::unique_ptr<grafana::Accounts> accounts;
  std::unique_ptr<grafana::SignIn> signin;
  std::unique_ptr<grafana::DataSources> sources;
  std::unique_ptr<grafana::Dashboards> dashboards;
  std::unique_ptr<grafana::Annotations> annotations;
  std::unique_ptr<grafana::PublicDashboards> public_dashboards;
  net::Router prometheus;  // for requests that are passed on to ourselves
  std::unique_ptr<grafana::Queries> queries;
  std::unique_ptr<grafana::ManagedAlerting> managed;
  std::unique_ptr<grafana::Provisioning> provisioning;
  std::unique_ptr<api::PeopleApi> people;
  std::unique_ptr<api::ContentApi> content;
  std::unique_ptr<api::DataApi> data;
  std::unique_ptr<api::ManagedAlertsApi> alerts;

  std::optional<api::PublicDashboard> FindPublic(std::string_view token) const;
  // Names of the groups of managed rules in a folder.
  std::vector<std::string> GroupsOf(const std::string& folder_uid) const;
  // The rules of a data source's Prometheus API; uid "": of this process.
  net::Response PrometheusRules(std::string_view uid, const net::Request& request) const;
};

std::optional<api::PublicDashboard> GrafanaFace::Parts::FindPublic(std::string_view token) const {
  auto found = public_dashboards->OfToken(token);
  if (!found.ok()) return std::nullopt;
  auto stored = dashboards->Find(found->dashboard_uid);
  if (!stored.ok()) return std::nullopt;
  auto parsed = codec::Json::Parse(stored->json);
  if (!parsed.ok()) return std::nullopt;
  return api::PublicDashboard{std::move(*parsed), found->time_selection_enabled};
}

std::vector<std::string> GrafanaFace::Parts::GroupsOf(const std::string& folder_uid) const {
  std::vector<std::string> out;
  std::shared_ptr<const grafana::RuleGroups> groups = managed->impl().rules->groups();
  for (const auto& group : *groups) {
    if (group->folder_uid == folder_uid) out.push_back(group->name);
  }
  return out;
}

net::Response GrafanaFace::Parts::PrometheusRules(std::string_view uid,
                                                  const net::Request& request) const {
  net::Request asked = request;
  asked.method = "GET";
  asked.path = "/api/v1/rules";
  asked.body.clear();
  if (uid.empty()) return prometheus.Dispatch(asked);
  grafana::DataSourcePtr source = sources->ByUid(uid);
  if (source == nullptr) return api::Message(404, "Data source not found");
  auto answer = queries->Forward(*source, "api/v1/rules", asked);
  return answer.ok() ? std::move(*answer) : api::ErrorAnswer(answer.error());
}

GrafanaFace::GrafanaFace(GrafanaSettings settings, Dependencies dependencies)
    : settings_(std::move(settings)), deps_(std::move(dependencies)) {}

GrafanaFace::~GrafanaFace() {
  Stop();
}

Result<void> GrafanaFace::Open() {
  grafana::Settings& settings = settings_.settings;
  if (settings.security.secret_key.empty()) {
    settings.security.secret_key = TRY(ReadOrMakeSecretKey(deps_.key_file));
  }
  for (const std::string& warning : settings.warnings) {
    WF_LOG(kWarn, "A setting of the dashboards", {"component", "grafana"}, {"reason", warning});
  }
  auto parts = std::make_unique<Parts>();
  parts->accounts =
      TRY(grafana::Accounts::Open(deps_.database, AccountsOptionsOf(settings, deps_.clock)));
  grafana::SignIn::Dependencies signin;
  signin.accounts = parts->accounts.get();
  signin.settings = &settings;
  signin.clock = deps_.clock;
  signin.files = deps_.files;
  parts->signin = TRY(grafana::SignIn::Make(signin));
  parts->sources =
      TRY(grafana::DataSources::Open(deps_.database, settings.security.secret_key, deps_.clock));
  grafana::Dashboards::Options keeping;
  keeping.clock = deps_.clock;
  keeping.versions_to_keep = settings.dashboards.versions_to_keep;
  parts->dashboards = TRY(grafana::Dashboards::Open(deps_.database, keeping));
  TRY(grafana::MigrateRecords(deps_.database));
  parts->annotations = std::make_unique<grafana::Annotations>(deps_.database, deps_.clock);
  parts->public_dashboards =
      std::make_unique<grafana::PublicDashboards>(deps_.database, deps_.clock);
  parts_ = std::move(parts);
  MakeQueries();
  TRY(MakeManaged());
  MakeProvisioning();
  return {};
}

void GrafanaFace::MakeQueries() {
  grafana::QueriesDependencies asking;
  asking.sources = parts_->sources.get();
  asking.engine = deps_.engine;
  asking.storage = deps_.storage;
  asking.own_addresses = [this] { return deps_.own_addresses; };
  asking.own_prefix = deps_.own_prefix;
  asking.scrape_interval_ms = deps_.scrape_interval_ms;
  asking.registry = deps_.registry;
  asking.clock = deps_.clock;
  asking.timeout_ms = settings_.settings.other.dataproxy_timeout_ms;
  if (deps_.prometheus) {
    deps_.prometheus(parts_->prometheus);
    asking.dispatch = [this](net::Request request) { return parts_->prometheus.Dispatch(request); };
  }
  parts_->queries = std::make_unique<grafana::Queries>(std::move(asking));
}

Result<void> GrafanaFace::MakeManaged() {
  grafana::ManagedDependencies alerts;
  alerts.database = deps_.database;
  alerts.dashboards = parts_->dashboards.get();
  alerts.sources = parts_->sources.get();
  alerts.queries = parts_->queries.get();
  alerts.settings = &settings_.settings;
  alerts.clock = deps_.clock;
  alerts.files = deps_.files;
  alerts.registry = deps_.registry;
  alerts.flush_log = deps_.flush_log;
  alerts.storage_path = deps_.alerting_path;
  alerts.external_url = settings_.external_url;
  alerts.appender = deps_.appender;
  if (deps_.storage) alerts.ready = [this] { return deps_.storage() != nullptr; };
  alerts.annotate = [this](const std::string& dashboard, int64_t panel, const std::string& before,
                           const std::string& after, const std::string& text) {
    grafana::Annotation note;
    note.dashboard_uid = dashboard;
    note.panel_id = panel;
    note.prev_state = before;
    note.new_state = after;
    note.text = text;
    if (auto added = parts_->annotations->Add(std::move(note)); !added.ok()) {
      WF_LOG(kWarn, "A change of an alert's state was not noted on its panel",
             {"component", "grafana"}, {"err", added.error()});
    }
  };
  parts_->managed = TRY(grafana::ManagedAlerting::Open(std::move(alerts)));
  return {};
}

void GrafanaFace::MakeProvisioning() {
  grafana::ProvisioningDependencies files;
  files.directory = settings_.settings.paths.provisioning;
  files.sources = parts_->sources.get();
  files.dashboards = parts_->dashboards.get();
  files.alerting = [this](const codec::Json& document, const std::string& file) {
    return parts_->managed->Provision(document, file);
  };
  files.environment = [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  files.files = deps_.files;
  files.clock = deps_.clock;
  parts_->provisioning = std::make_unique<grafana::Provisioning>(std::move(files));
}

void GrafanaFace::RegisterContent(api::GrafanaRoutes& routes) {
  api::ContentDependencies content;
  content.dashboards = parts_->dashboards.get();
  content.sources = parts_->sources.get();
  content.provisioning = parts_->provisioning.get();
  content.accounts = parts_->accounts.get();
  content.settings = &settings_.settings;
  content.database = deps_.database;
  content.clock = deps_.clock;
  content.files = deps_.files;
  content.count_rules = [this](const std::string& folder) -> Result<int64_t> {
    return static_cast<int64_t>(parts_->GroupsOf(folder).size());
  };
  content.delete_rules = [this](const std::string& folder) -> Result<void> {
    for (const std::string& group : parts_->GroupsOf(folder)) {
      TRY(parts_->managed->impl().DeleteGroup(folder, group, {}));
    }
    return {};
  };
  parts_->content = std::make_unique<api::ContentApi>(std::move(content));
  parts_->content->Register(routes);
}

void GrafanaFace::RegisterPeople(api::GrafanaRoutes& routes) {
  api::PeopleDependencies people;
  people.accounts = parts_->accounts.get();
  people.signin = parts_->signin.get();
  people.settings = &settings_.settings;
  people.clock = deps_.clock;
  people.version = std::string(kGrafanaVersion);
  people.counts = [this] {
    api::ServerCounts out;
    auto counts = parts_->content->Count();
    if (!counts.ok()) return out;
    out.dashboards = counts->dashboards;
    out.folders = counts->folders;
    out.data_sources = counts->datasources;
    out.snapshots = counts->snapshots;
    out.tags = counts->tags;
    out.playlists = counts->playlists;
    out.public_dashboards = counts->public_dashboards;
    return out;
  };
  people.data_sources = [this](codec::JsonWriter& json) {
    auto facts = [this](const grafana::DataSource& source) {
      return api::SourceFacts{parts_->queries->ScrapeIntervalMs(source),
                              parts_->queries->OwnReason(source).has_value()};
    };
    api::WriteFrontendSources(*parts_->sources, facts, json);
  };
  people.dashboard_uid = [this](int64_t id) -> std::optional<std::string> {
    auto found = parts_->dashboards->FindById(id);
    return found.ok() ? std::optional(found->meta.uid) : std::nullopt;
  };
  parts_->people = std::make_unique<api::PeopleApi>(std::move(people));
  parts_->people->Register(routes);
}

void GrafanaFace::RegisterData(api::GrafanaRoutes& routes) {
  api::DataDependencies data;
  data.sources = parts_->sources.get();
  data.queries = parts_->queries.get();
  data.engine = deps_.engine;
  data.storage = deps_.storage;
  data.scrape = deps_.scrape;
  data.public_dashboard = [this](std::string_view token) -> std::optional<api::PublicDashboard> {
    if (!settings_.settings.other.public_dashboards_enabled) return std::nullopt;
    return parts_->FindPublic(token);
  };
  data.pool = deps_.query_handlers;
  data.clock = deps_.clock;
  parts_->data = std::make_unique<api::DataApi>(std::move(data));
  parts_->data->Register(routes);
}

void GrafanaFace::RegisterAlerts(api::GrafanaRoutes& routes) {
  api::ManagedAlertsDependencies alerts;
  alerts.managed = parts_->managed.get();
  alerts.dashboards = parts_->dashboards.get();
  alerts.clock = deps_.clock;
  alerts.files = deps_.files;
  alerts.prometheus_rules = [this](std::string_view uid, const net::Request& request) {
    return parts_->PrometheusRules(uid, request);
  };
  parts_->alerts = std::make_unique<api::ManagedAlertsApi>(std::move(alerts));
  parts_->alerts->Register(routes);
}

void GrafanaFace::RegisterApis(net::Router& router) {
  api::GrafanaRoutes routes(&router, parts_->signin.get(), &settings_.settings);
  RegisterContent(routes);
  RegisterPeople(routes);
  RegisterData(routes);
  RegisterAlerts(routes);
  router.SetNotFound([](const net::Request& request) {
    if (request.path.starts_with("/api/")) return api::Message(404, "Not found");
    return net::Response::Text(404, "404 page not found\n");
  });
}

Result<void> GrafanaFace::Listen(std::span<const std::string_view> pages) {
  if (settings_.listen_addresses.empty()) return {};
  net::ServerOptions options;
  options.listen_addresses = settings_.listen_addresses;
  options.listener_name = "grafana";
  options.metrics_prefix = "watchfire_grafana";
  options.middleware = {api::GrafanaGuard(parts_->signin.get(), &settings_.settings)};
  options.long_handlers = deps_.query_handlers;
  options.long_paths = deps_.long_paths;
  for (std::string_view path :
       {"/api/ds/query", "/api/ds/why-no-data", "/api/datasources/*", "/api/public/*",
        "/api/alerting/*", "/api/alertmanager/*", "/api/prometheus/*", "/api/ruler/*",
        "/api/v1/eval", "/api/v1/rule/test/grafana"}) {
    options.long_paths.emplace_back(path);
  }
  // The sub path is cut off by the guard, which runs in the pool that was chosen.
  if (const std::string& sub_path = settings_.settings.server.sub_path; !sub_path.empty()) {
    for (size_t i = 0, count = options.long_paths.size(); i < count; ++i) {
      options.long_paths.push_back(sub_path + options.long_paths[i]);
    }
  }
  net::Router router;
  RegisterApis(router);
  if (deps_.prometheus) deps_.prometheus(router);
  if (deps_.others) deps_.others(router);
  if (!deps_.prometheus) {
    router.Handle("GET", "/metrics", [this](const net::Request&) {
      net::Response page = net::Response::Text(200, client::WriteText(deps_.registry->Gather()));
      page.headers.Set("Content-Type", std::string(client::kTextContentType));
      return page;
    });
  }
  pages_ = std::make_unique<api::UiPages>(settings_.settings.server.sub_path);
  pages_->Register(router, pages);
  auto web = net::HttpServer::Start(std::move(options), std::move(router), *deps_.handlers,
                                    deps_.registry, deps_.clock);
  if (!web.ok() && !settings_.address_was_asked_for) {
    WF_LOG(kWarn, "No dashboards: their address is taken, and none was asked for",
           {"component", "grafana"}, {"err", web.error()},
           {"hint", "--grafana.listen-address chooses another, or switches them off"});
    return {};
  }
  web_ = TRY(std::move(web));
  for (uint16_t port : web_->ports()) {
    WF_LOG(kInfo, "Listening on", {"component", "grafana"}, {"port", port}, {"tls", web_->tls()});
  }
  return {};
}

void GrafanaFace::Start() {
  if (parts_ == nullptr) return;
  parts_->provisioning->Start();
  if (deps_.engine != nullptr && !deps_.own_addresses.empty()) {
    // The shortest of the addresses that only this machine knows.
    if (auto added = AddOwnSource(*parts_->sources, deps_.own_addresses.front()); !added.ok()) {
      WF_LOG(kWarn, "No data source of our own", {"component", "grafana"}, {"err", added.error()});
    }
  }
  parts_->managed->Start();
}

void GrafanaFace::Reload() {
  if (parts_ == nullptr) return;
  parts_->provisioning->ReloadDataSources();
  parts_->provisioning->ReloadDashboards();
  parts_->provisioning->ReloadAlerting();
}

void GrafanaFace::Stop() {
  if (web_) web_->Stop(kStopDeadlineMs);
  if (parts_ == nullptr) return;
  parts_->provisioning->Stop();
  parts_->managed->Stop();
}

std::string GrafanaFace::LocalUrl() const {
  if (!web_) return "";
  return app::LocalUrl(web_->tls(), settings_.listen_addresses.front(), web_->ports().front(),
                       settings_.settings.server.sub_path);
}

}  // namespace watchfire::app

#pragma once
// All rooms that ContentApi stands on, over a database and files of their own, and requests to it
// by people of each role, for tests.

#include <gtest/gtest.h>

#include <filesystem>

#include "api/grafana/content/content_api.h"
#include "grafana/dashboards/annotations.h"
#include "grafana/dashboards/records.h"
#include "grafana/signin/signin.h"
#include "testing/fake_clock.h"

namespace watchfire::api {

struct Reply {
  int status = 0;
  std::string body;
  codec::Json json;
  net::Headers headers;

  // "a/0/b": where it is; null JSON where it is not.
  codec::Json At(std::string_view path) const {
    const codec::Json* value = &json;
    while (!path.empty() && value != nullptr) {
      std::string_view key = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(path.size(), key.size() + 1));
      if (const codec::Json::Array* list = value->AsArray()) {
        size_t index = std::stoul(std::string(key));
        value = index < list->size() ? &(*list)[index] : nullptr;
      } else {
        value = value->Find(key);
      }
    }
    return value == nullptr ? codec::Json() : *value;
  }
  std::string Text(std::string_view path) const {
    codec::Json value = At(path);
    return value.AsString() == nullptr ? value.ToString() : *value.AsString();
  }
  std::string Message() const { return Text("message"); }
  size_t size() const { return json.AsArray() == nullptr ? SIZE_MAX : json.AsArray()->size(); }
};

class ContentTest : public ::testing::Test {
 protected:
  ContentTest() {
    char name[] = "/tmp/watchfire_content_XXXXXX";
    root_ = mkdtemp(name);
    std::filesystem::create_directories(root_ + "/conf/dashboards");
    std::filesystem::create_directories(root_ + "/conf/datasources");
    std::filesystem::create_directories(root_ + "/files");
    settings_ = grafana::LoadSettings({"", {}, {}, root_}, *files_).value();
    database_ = store::Database::Open(root_ + "/watchfire.db").value();
    EXPECT_TRUE(grafana::MigrateRecords(database_.get()).ok());
    OpenRooms();
    for (const auto& [who, role] :
         {std::pair("admin", grafana::Role::kAdmin), std::pair("editor", grafana::Role::kEditor),
          std::pair("viewer", grafana::Role::kViewer)}) {
      int64_t id = accounts_->CreateServiceAccount(who, role, false)->id;
      tokens_[who] = "Bearer " + accounts_->CreateToken(id, "t", 0)->key;
    }
    // The first user, with the default password.
    tokens_["root"] = "Basic YWRtaW46YWRtaW4=";
  }
  ~ContentTest() override {
    api_.reset();
    provisioning_.reset();
    signin_.reset();
    accounts_.reset();
    sources_.reset();
    dashboards_.reset();
    database_.reset();
    std::filesystem::remove_all(root_);
  }

  void OpenRooms() {
    dashboards_ = grafana::Dashboards::Open(database_.get(), {&clock_, 20}).value();
    sources_ = grafana::DataSources::Open(database_.get(), Secret("key"), &clock_).value();
    grafana::AccountsOptions options;
    options.clock = &clock_;
    accounts_ = grafana::Accounts::Open(database_.get(), options).value();
    signin_ = grafana::SignIn::Make({accounts_.get(), &settings_, &clock_, files_}).value();
    grafana::ProvisioningDependencies p;
    p.directory = root_ + "/conf";
    p.sources = sources_.get();
    p.dashboards = dashboards_.get();
    p.environment = [](std::string_view) { return std::nullopt; };
    p.files = files_;
    p.clock = &clock_;
    provisioning_ = std::make_unique<grafana::Provisioning>(std::move(p));
    ContentDependencies d;
    d.dashboards = dashboards_.get();
    d.sources = sources_.get();
    d.provisioning = provisioning_.get();
    d.accounts = accounts_.get();
    d.settings = &settings_;
    d.database = database_.get();
    d.clock = &clock_;
    d.files = files_;
    d.count_rules = [this](const std::string& uid) -> Result<int64_t> { return rules_[uid]; };
    d.delete_rules = [this](const std::string& uid) -> Result<void> {
      rules_.erase(uid);
      return {};
    };
    api_ = std::make_unique<ContentApi>(std::move(d));
    GrafanaRoutes routes(&router_, signin_.get(), &settings_);
    api_->Register(routes);
  }

  // `who` "": nobody. `address` is a path with its query.
  Reply Ask(const std::string& who, const std::string& method, const std::string& address,
            std::string body = {}) {
    net::Request request;
    request.method = method;
    size_t mark = address.find('?');
    request.path = net::PercentDecode(address.substr(0, mark), false).value();
    if (mark != std::string::npos) request.raw_query = address.substr(mark + 1);
    request.body = std::move(body);
    request.remote_address = "127.0.0.1:4000";
    request.headers.Add("Host", "grafana.example:3000");
    if (!who.empty()) request.headers.Add("Authorization", tokens_.at(who));
    net::Response response = router_.Dispatch(request);
    Reply reply;
    reply.status = response.status;
    reply.body = response.body;
    reply.headers = response.headers;
    Result<codec::Json> parsed = codec::Json::Parse(response.body);
    if (parsed.ok()) reply.json = *std::move(parsed);
    return reply;
  }
  Reply Get(const std::string& address, const std::string& who = "viewer") {
    return Ask(who, "GET", address);
  }
  Reply Post(const std::string& address, std::string body, const std::string& who = "editor") {
    return Ask(who, "POST", address, std::move(body));
  }
  void Write(const std::string& path, std::string_view text) {
    EXPECT_TRUE(files_->WriteFileAtomically(root_ + "/" + path, text).ok());
  }
  void Provide(const std::string& more = {}) {
    Write("conf/dashboards/p.yml",
          fmt::format("providers:\n  - name: f\n{}    options: {{path: {}/files}}\n", more, root_));
    EXPECT_TRUE(provisioning_->ReloadDashboards().empty());
  }

  FileSystem* files_ = FileSystem::Local();
  testing::FakeClock clock_;
  std::string root_;
  std::map<std::string, std::string> tokens_;
  std::map<std::string, int64_t> rules_;
  grafana::Settings settings_;
  net::Router router_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<grafana::Dashboards> dashboards_;
  std::unique_ptr<grafana::DataSources> sources_;
  std::unique_ptr<grafana::Accounts> accounts_;
  std::unique_ptr<grafana::SignIn> signin_;
  std::unique_ptr<grafana::Provisioning> provisioning_;
  std::unique_ptr<ContentApi> api_;
};

}  // namespace watchfire::api

#pragma once
// The data face over a small world: a storage with known contents, a data source that is this very
// process, one elsewhere, and every visitor a viewer.

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "api/grafana/data/data_api.h"
#include "grafana/accounts/accounts.h"
#include "grafana/signin/signin.h"
#include "store/database.h"
#include "testing/fake_clock.h"
#include "testing/test_storage.h"

namespace watchfire::api {

class DataTest : public ::testing::Test {
 protected:
  static constexpr TimeMs kNow = 1'700'000'000'000;

  DataTest() {
    char name[] = "/tmp/watchfire_data_XXXXXX";
    directory_ = mkdtemp(name);
    database_ = store::Database::Open(directory_ + "/watchfire.db").value();
    accounts_ =
        grafana::Accounts::Open(database_.get(), {.clock = &clock_, .create_admin = false}).value();
    sources_ = grafana::DataSources::Open(database_.get(), Secret("key"), &clock_).value();
    settings_.anonymous.enabled = true;
    settings_.anonymous.org_role = "Viewer";
    signin_ =
        grafana::SignIn::Make({accounts_.get(), &settings_, &clock_, FileSystem::Local()}).value();
    AddSource("here", "Prometheus", "http://192.0.2.1:9090");
    AddSource("there", "Other", "http://127.0.0.1:1");
    queries_ = std::make_unique<grafana::Queries>(QueriesOver());
    deps_.sources = sources_.get();
    deps_.queries = queries_.get();
    deps_.engine = &engine_;
    deps_.storage = [this] { return &storage_; };
    deps_.targets = [this] { return targets_; };
    deps_.clock = &clock_;
    deps_.pool = &pool_;
  }
  ~DataTest() override { std::filesystem::remove_all(directory_); }

  grafana::QueriesDependencies QueriesOver() {
    grafana::QueriesDependencies deps;
    deps.sources = sources_.get();
    deps.engine = &engine_;
    deps.storage = [this] { return &storage_; };
    deps.own_addresses = [] { return std::vector<std::string>{"192.0.2.1:9090"}; };
    deps.scrape_interval_ms = [] { return 15'000; };
    deps.dispatch = [this](net::Request request) {
      forwarded_ = std::move(request);
      return net::Response::Json(200, R"({"status":"success","data":[]})");
    };
    deps.clock = &clock_;
    deps.timeout_ms = 2000;
    return deps;
  }
  void AddSource(const char* uid, const char* name, const char* url) {
    grafana::DataSource source;
    source.uid = uid;
    source.name = name;
    source.url = url;
    source.is_default = std::string(uid) == "here";
    ASSERT_TRUE(sources_->Create(source).ok());
  }
  // A sample each 15 s in [from, to], counting up by one.
  void Fill(std::initializer_list<model::LabelView> labels, TimeMs from, TimeMs to,
            int64_t every_ms = 15'000) {
    double v = 0;
    model::Labels of = model::Labels::Of(labels);
    for (TimeMs t = from; t <= to; t += every_ms) storage_.Add(of, t, v++);
  }

  struct Answer {
    int status;
    codec::Json json;
    std::string text;
    net::Headers headers;
  };
  Answer Send(const std::string& method, const std::string& path, const std::string& body = "",
              const std::string& query = "") {
    DataApi api(deps_);
    net::Router router;
    GrafanaRoutes routes(&router, signin_.get(), &settings_);
    api.Register(routes);
    net::Request request;
    request.method = method;
    request.path = path;
    request.raw_query = query;
    request.body = body;
    request.remote_address = "127.0.0.1:5";
    net::Response response = router.Dispatch(request);
    std::string text = response.body + response.tail.TakeJoined();
    auto json = codec::Json::Parse(text);
    return {response.status, json.ok() ? *json : codec::Json(), text, response.headers};
  }
  Answer Query(const std::string& queries, const std::string& from = "now-5m") {
    return Send("POST", "/api/ds/query",
                R"({"from":")" + from + R"(","to":"now","queries":[)" + queries + "]}");
  }
  // The value at a path of keys and indices: "results.A.frames.0".
  static std::string At(const codec::Json& json, const std::string& path) {
    const codec::Json* at = &json;
    size_t begin = 0;
    while (at != nullptr && begin <= path.size()) {
      size_t end = std::min(path.find('.', begin), path.size());
      std::string key = path.substr(begin, end - begin);
      begin = end + 1;
      if (const codec::Json::Array* list = at->AsArray()) {
        size_t index = std::stoul(key);
        at = index < list->size() ? &(*list)[index] : nullptr;
      } else {
        at = at->Find(key);
      }
    }
    return at == nullptr ? "missing" : at->AsString() != nullptr ? *at->AsString() : at->ToString();
  }

  std::string directory_;
  testing::FakeClock clock_{kNow};
  testing::TestStorage storage_;
  ThreadPool pool_{"test", 2};
  promql::Engine engine_{{}, &pool_, nullptr, &clock_};
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<grafana::Accounts> accounts_;
  std::unique_ptr<grafana::DataSources> sources_;
  grafana::Settings settings_;
  std::unique_ptr<grafana::SignIn> signin_;
  std::unique_ptr<grafana::Queries> queries_;
  std::vector<scrape::TargetStatus> targets_;
  net::Request forwarded_;
  DataDependencies deps_;
};

}  // namespace watchfire::api

#pragma once
// A database in a directory of its own, with Dashboards over it, for tests of this room.

#include <gtest/gtest.h>

#include <filesystem>

#include "grafana/dashboards/dashboards.h"
#include "testing/fake_clock.h"

namespace watchfire::grafana {

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    char name[] = "/tmp/watchfire_dashboards_XXXXXX";
    directory_ = mkdtemp(name);
    Open();
  }
  ~StoreTest() override {
    dashboards_.reset();
    database_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Open(int64_t versions_to_keep = 20) {
    dashboards_.reset();
    database_.reset();
    database_ = store::Database::Open(directory_ + "/watchfire.db").value();
    dashboards_ = Dashboards::Open(database_.get(), {&clock_, versions_to_keep}).value();
  }

  static codec::Json Parse(std::string_view text) { return codec::Json::Parse(text).value(); }

  // Saves and returns the meta, or fails the test.
  DashboardMeta Save(SaveRequest request) {
    auto saved = dashboards_->Save(std::move(request));
    if (const auto* refused = std::get_if<SaveError>(&saved)) {
      ADD_FAILURE() << refused->message;
      return {};
    }
    return std::get<DashboardMeta>(saved);
  }
  DashboardMeta Save(std::string_view json, const std::string& folder_uid = {}) {
    SaveRequest request;
    request.dashboard = Parse(json);
    request.folder_uid = folder_uid;
    request.login = "ann";
    return Save(std::move(request));
  }
  SaveError Refused(SaveRequest request) {
    auto saved = dashboards_->Save(std::move(request));
    const auto* refused = std::get_if<SaveError>(&saved);
    if (refused == nullptr) ADD_FAILURE() << "was saved";
    return refused == nullptr ? SaveError{200, "", ""} : *refused;
  }
  SaveError Refused(std::string_view json) {
    SaveRequest request;
    request.dashboard = Parse(json);
    return Refused(std::move(request));
  }
  Folder MakeFolder(const std::string& title, const std::string& parent_uid = {},
                    const std::string& uid = {}) {
    Folder folder;
    folder.title = title;
    folder.parent_uid = parent_uid;
    folder.uid = uid;
    Result<Folder> made = dashboards_->CreateFolder(folder);
    if (!made.ok()) ADD_FAILURE() << made.error().message();
    return made.ok() ? *made : Folder{};
  }

  std::string directory_;
  testing::FakeClock clock_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Dashboards> dashboards_;
};

}  // namespace watchfire::grafana

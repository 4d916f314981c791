#pragma once
// What Alertmanager's templates see: the data of one notification, its alerts and their labels.
// The room that notifies fills these plain structs (sharing label sets, which it keeps anyway) and
// DataValue makes a value of them that copies nothing; the data outlives it.
//
// Times show in the zone they have; UTC without one.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "template/library/go_time.h"
#include "template/value.h"

namespace watchfire::templates {

// Sorted by name, names unique.
using NamesAndValues = std::vector<std::pair<std::string, std::string>>;
using SharedPairs = std::shared_ptr<const NamesAndValues>;

// What only alerts of managed rules have, as Grafana names it.
struct ManagedAlertData {
  std::string value_string;
  std::vector<std::pair<std::string, double>> values;  // by ref, sorted
  std::string silence_url, dashboard_url, panel_url;
  int64_t org_id = 1;
};

struct AlertData {
  bool resolved = false;
  SharedPairs labels;  // null: none
  SharedPairs annotations;
  GoTime starts_at;
  GoTime ends_at;
  std::string generator_url;
  std::string fingerprint;
  std::string status{};                               // of data made by hand; "": by `resolved`
  std::shared_ptr<const ManagedAlertData> managed{};  // null: of no managed rule
};

struct NotificationData {
  std::string receiver;
  std::vector<AlertData> alerts;
  std::string notification_reason;
  NamesAndValues group_labels;
  NamesAndValues common_labels;
  NamesAndValues common_annotations;
  NamesAndValues route_labels;
  std::string external_url;
  std::string status{};  // of data made by hand; "": by firing()

  bool firing() const;  // any alert is
  // Sets common_labels and common_annotations to what all alerts have alike.
  void FindCommon();
};

Value DataValue(const NotificationData& data);

// KV of labels; with `owner` it keeps them alive, else they outlive it.
Value KvValue(const NamesAndValues& pairs, std::shared_ptr<const void> owner = nullptr);

}  // namespace watchfire::templates

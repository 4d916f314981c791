#pragma once
// How managed alerting looks in JSON and YAML to API clients; pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "api/grafana/access.h"
#include "codec/json.h"
#include "grafana/contacts/contacts.h"
#include "grafana/managed/evaluation.h"
#include "grafana/managed/rule_store.h"

namespace watchfire::api {

codec::Json Text(std::string_view text);
codec::Json LabelsObject(const model::Labels& labels);
codec::Json MapObject(const std::map<std::string, std::string>& map);
std::string MemberText(const codec::Json& json, std::string_view key);

// The interval and the rules of a group's body. kInvalid names what is wrong.
Result<void> ReadRules(const codec::Json& body, grafana::RuleGroup* group);

// Block style, keys in their order.
std::string YamlText(const codec::Json& json);
net::Response EmptyAnswer();
// By the parameters `format` (yaml, json) and `download`.
net::Response ExportAnswer(const Call& call, const codec::Json& document);

// As a file of provisioning/alerting has them.
codec::Json GroupForFile(const grafana::RuleGroup& group, const std::string& folder_title);
codec::Json PointsForFile(const grafana::ContactState& state, bool reveal);

// {uid, name, type, settings, disableResolveMessage, provenance}
codec::Json PointObject(const grafana::ContactPoint& point, const grafana::Settings* settings);
// One data frame for each series, as /api/ds/query has them.
codec::Json FramesOf(const grafana::NodeValue& value, const std::string& ref);

// Who writes through the provisioning API.
grafana::RuleEditor EditorOf(const Call& call, bool provisioning);

}  // namespace watchfire::api

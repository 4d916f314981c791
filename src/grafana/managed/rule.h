#pragma once
// ManagedRule: an alerting or recording rule that people make in pages or files: a graph of queries
// and expressions, the node whose values decide, and what to do when there is none. Values; the
// JSON of all spellings (provisioning files and API, ruler) is read by one function.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "grafana/contacts/contact_state.h"

namespace watchfire::grafana {

inline constexpr std::string_view kExpressionUid = "__expr__";

struct RuleQuery {
  std::string ref_id;
  std::string query_type;
  int64_t from_s = 600, to_s = 0;  // seconds ago
  std::string datasource_uid;
  codec::Json model;  // an object

  bool is_expression() const;
};

enum class NoDataPolicy : uint8_t { kNoData, kAlerting, kOk, kKeepLast };
enum class ErrorPolicy : uint8_t { kError, kAlerting, kOk, kKeepLast };
std::string_view PolicyText(NoDataPolicy policy);
std::string_view PolicyText(ErrorPolicy policy);

struct RecordTarget {
  std::string metric;
  std::string from;  // a ref
  std::string datasource_uid;
};

struct ManagedRule {
  int64_t id = 0;
  std::string uid;
  std::string title;
  std::string folder_uid;
  std::string group;
  int64_t position = 0;  // in the group
  std::string condition;
  std::vector<RuleQuery> data;
  NoDataPolicy no_data = NoDataPolicy::kNoData;
  ErrorPolicy error = ErrorPolicy::kError;
  int64_t for_ms = 0;
  int64_t keep_firing_ms = 0;
  int64_t missing_evals = 0;  // 0: the default
  std::map<std::string, std::string> labels, annotations;
  bool paused = false;
  std::optional<RuleRoute> route;
  std::optional<RecordTarget> record;
  std::string provenance;  // "", "api", "file"
  int64_t version = 1;
  TimeMs updated = 0;
  std::string updated_by;

  const RuleQuery* Find(std::string_view ref) const;
  std::string Annotation(const std::string& name) const;
};

inline constexpr std::string_view kDashboardUidAnnotation = "__dashboardUid__";
inline constexpr std::string_view kPanelIdAnnotation = "__panelId__";

struct RuleGroup {
  std::string folder_uid;
  std::string name;
  int64_t interval_ms = 60'000;
  std::vector<ManagedRule> rules;
};

// `otherwise`: the error policy of a rule that names none (files: Alerting, pages: Error).
// Wrong types and missing fields are kInvalid and name the rule and the field.
Result<ManagedRule> ParseRule(const codec::Json& json, ErrorPolicy otherwise = ErrorPolicy::kError);
// What ParseRule cannot see: refs, conditions, cycles, label names, sizes.
Result<void> Validate(const ManagedRule& rule);
// At least `minimum` and a multiple of ten seconds.
Result<void> ValidateInterval(int64_t interval_ms, int64_t minimum_ms);
// "5m", or a number: seconds, or nanoseconds where it is that large. kInvalid names `field`.
Result<int64_t> ParseRuleDuration(const codec::Json& json, std::string_view field);

// "WHEN last() OF query(A) IS BELOW 1", or the title of what records.
std::string RuleSentence(const ManagedRule& rule);

enum class Spelling : uint8_t {
  kProvisioning,  // of the API: all fields
  kFile,          // of files: as an export
};
codec::Json RuleJson(const ManagedRule& rule, Spelling spelling);
// {expr, for, labels, annotations, grafana_alert: {…}}.
codec::Json RulerJson(const ManagedRule& rule, int64_t interval_ms);

}  // namespace watchfire::grafana

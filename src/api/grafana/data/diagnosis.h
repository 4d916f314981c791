#pragma once
// Why a query gives nothing: the sentence that a panel shows instead of "No data". What is looked
// at, in this order: whether the query can be read, whether its source answers, whether the targets
// behind it are scraped, whether each selector has series (which matcher takes them away, when
// there were any), whether ranges hold two samples, and which operation leaves nothing of what its
// parts give. Internal to this room.
//
// Costs a few selections of one query's size and at most kMaxProbes evaluations of its parts; no
// work is begun after the request was cancelled. Nothing is changed. For sources on other servers
// only what their API tells is looked at.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/grafana/data/data_api.h"
#include "grafana/queries/queries.h"
#include "promql/parser/ast.h"

namespace watchfire::api {

inline constexpr int kMaxProbes = 40;

enum class ReasonKind : uint8_t {
  kQueryError,
  kSourceUnreachable,
  kTargetDown,
  kNotScrapedYet,
  kUnknownMetric,
  kLabelMismatch,
  kBeforeFirstSample,
  kAfterLastSample,
  kWindowTooShort,
  kEmptyOperation,
};
// "query_error", "target_down", …
std::string_view ReasonKindName(ReasonKind kind);

struct Reason {
  ReasonKind kind = ReasonKind::kQueryError;
  std::string text;  // one sentence
  std::string hint;  // what to do; may be empty
  std::string link, link_text;
  std::string suggestion;                    // a corrected query; may be empty
  std::optional<promql::PosRange> position;  // within the query as it was asked
};

// Best first, at least one, each of them once.
std::vector<Reason> Diagnose(const DataDependencies& deps, const grafana::PanelQuery& query,
                             std::shared_ptr<const std::atomic<bool>> cancelled);

// The active targets, from wherever the dependencies have them.
std::vector<scrape::TargetStatus> TargetsOf(const DataDependencies& deps);

}  // namespace watchfire::api

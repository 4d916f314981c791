#include "api/grafana/data/diagnosis.h"

#include <algorithm>
#include <array>

#include "api/advice_catalog.h"
#include "api/grafana/data/empty_parts.h"
#include "api/grafana/data/series_facts.h"
#include "base/text.h"
#include "model/duration.h"
#include "net/http.h"
#include "net/url.h"
#include "promql/advice/advice.h"
#include "promql/parser/parser.h"
#include "promql/parser/printer.h"

namespace watchfire::api {
namespace {

using advice::Advice;
using promql::Expr;
using promql::ExprKind;
using promql::MatrixSelector;
using promql::PosRange;
using promql::VectorSelector;

constexpr size_t kMaxReasons = 10;
// Data that begins so soon behind a range was not there yet when its last step was.
constexpr int64_t kJustBegun = 120'000;

// "there is no metric x" → "There is no metric x."
std::string Sentence(std::string_view text) {
  std::string out = ToUpper(text.substr(0, 1)) + std::string(text.substr(text.empty() ? 0 : 1));
  if (!out.empty() && out.back() != '.') out += '.';
  return out;
}

Reason Make(ReasonKind kind, std::string text, std::string hint = "") {
  Reason reason;
  reason.kind = kind;
  reason.text = std::move(text);
  reason.hint = std::move(hint);
  return reason;
}

// What advice of these codes says about an empty answer; nullopt: nothing.
std::optional<ReasonKind> KindOf(const Advice& advice) {
  static constexpr std::pair<std::string_view, ReasonKind> kCodes[] = {
      {"unknown-metric", ReasonKind::kUnknownMetric},
      {"unknown-label", ReasonKind::kLabelMismatch},
      {"unknown-label-value", ReasonKind::kLabelMismatch},
      {"regex-matches-nothing", ReasonKind::kLabelMismatch},
      {"equality-with-regex", ReasonKind::kLabelMismatch},
      {"matchers-exclude-each-other", ReasonKind::kLabelMismatch},
      {"dashboard-variable", ReasonKind::kLabelMismatch},
      {"range-too-short", ReasonKind::kWindowTooShort},
      {"step-larger-than-range", ReasonKind::kWindowTooShort},
      {"matching-drops-everything", ReasonKind::kEmptyOperation},
      {"histogram-quantile-without-le", ReasonKind::kEmptyOperation},
      {"histogram-quantile-without-buckets", ReasonKind::kEmptyOperation},
      {"comparison-with-nan", ReasonKind::kEmptyOperation},
      {"count-never-zero", ReasonKind::kEmptyOperation},
  };
  for (const auto& [code, kind] : kCodes) {
    if (advice.code == code) return kind;
  }
  if (advice.severity == advice::Severity::kError) return ReasonKind::kQueryError;
  return std::nullopt;
}

const VectorSelector& SelectorIn(const Expr& leaf) {
  return leaf.kind == ExprKind::kMatrixSelector ? leaf.As<MatrixSelector>().vector()
                                                : leaf.As<VectorSelector>();
}

bool Overlaps(PosRange a, PosRange b) {
  return a.start < b.end && b.start < a.end;
}

bool FixedTime(const promql::Modifiers& modifiers) {
  return modifiers.at || modifiers.at_edge != promql::AtEdge::kNone ||
         modifiers.offset_expr != nullptr;
}

size_t Count(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// A place or a correction of the query with its macros replaced, in the query as it was written.
class Original {
 public:
  Original(std::string_view original, std::string_view expanded)
      : original_(original), expanded_(expanded) {}

  std::optional<PosRange> Place(PosRange range) const {
    if (original_ == expanded_) return range;
    if (range.end > expanded_.size() || range.start >= range.end) return std::nullopt;
    std::string_view part =
        std::string_view(expanded_).substr(range.start, range.end - range.start);
    if (Count(original_, part) != 1 || Count(expanded_, part) != 1) return std::nullopt;
    auto start = static_cast<uint32_t>(original_.find(part));
    return PosRange{start, start + static_cast<uint32_t>(part.size())};
  }

  // The correction without what it does not change; "" if it touches what was a macro.
  std::string Corrected(std::string_view corrected) const {
    if (original_ == expanded_ || corrected.empty()) return std::string(corrected);
    size_t front = 0;
    size_t shorter = std::min(corrected.size(), expanded_.size());
    while (front < shorter && corrected[front] == expanded_[front]) ++front;
    size_t back = 0;
    while (back < shorter - front &&
           corrected[corrected.size() - 1 - back] == expanded_[expanded_.size() - 1 - back]) {
      ++back;
    }
    // Widened to whole words, so that it can be found.
    auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    while (front > 0 && word(expanded_[front - 1])) --front;
    while (back > 0 && word(expanded_[expanded_.size() - back])) --back;
    std::string old(expanded_.substr(front, expanded_.size() - front - back));
    if (old.empty() || Count(expanded_, old) != 1 || Count(original_, old) != 1) return {};
    std::string out = original_;
    out.replace(out.find(old), old.size(),
                corrected.substr(front, corrected.size() - front - back));
    return out;
  }

 private:
  std::string original_;
  std::string expanded_;
};

std::string ExprOf(const grafana::PanelQuery& query) {
  const codec::Json* expr = query.model.Find("expr");
  const std::string* text = expr == nullptr ? nullptr : expr->AsString();
  return text == nullptr ? std::string() : std::string(TrimSpace(*text));
}

class Diagnosis {
 public:
  Diagnosis(const DataDependencies& deps, const grafana::PanelQuery& query,
            std::shared_ptr<const std::atomic<bool>> cancelled)
      : deps_(deps), query_(query), cancelled_(std::move(cancelled)) {}

  std::vector<Reason> Find() {
    Look();
    if (reasons_.empty()) {
      Add(Make(ReasonKind::kEmptyOperation, "The query gives nothing in this time range.",
               "Its parts could not be looked at one by one."));
    }
    std::stable_sort(reasons_.begin(), reasons_.end(),
                     [](const Reason& a, const Reason& b) { return a.kind < b.kind; });
    if (reasons_.size() > kMaxReasons) reasons_.resize(kMaxReasons);
    return std::move(reasons_);
  }

 private:
  bool Cancelled() const { return cancelled_ != nullptr && *cancelled_; }

  void Look() {
    if (query_.source == nullptr) {
      return Add(Make(ReasonKind::kSourceUnreachable, "The query's data source does not exist.",
                      "Choose another in the panel's editor."));
    }
    Result<grafana::Queries::Asked> asked = deps_.queries->Plan(query_);
    if (!asked.ok()) {
      return Add(Make(ReasonKind::kQueryError, Sentence(asked.error().message())));
    }
    asked_ = std::move(*asked);
    original_ = Original(ExprOf(query_), asked_.expr);
    own_ = deps_.queries->OwnReason(*query_.source).has_value();
    storage_ = own_ && deps_.storage ? deps_.storage() : nullptr;
    if (own_ && storage_ == nullptr) {
      return Add(Make(ReasonKind::kSourceUnreachable, "The server is still reading its data.",
                      "It answers in a moment."));
    }
    advice::Options options;
    if (deps_.engine != nullptr) options.parse = deps_.engine->options().parse;
    auto tree = promql::Parse(asked_.expr, options.parse);
    TakeAdvice(options);
    if (!tree.ok()) return SyntaxError(tree.error());
    if (!RunWhole()) return;
    EmptyParts parts = FindEmptyParts(**tree, [&](const Expr& part) { return Probe(part); });
    for (const Expr* leaf : parts.leaves) LookAtLeaf(*leaf);
    AddOperations(std::move(parts.operations));
  }

  // ---- advice

  void TakeAdvice(const advice::Options& options) {
    std::unique_ptr<AdviceCatalog> catalog;
    if (own_) {
      AdviceBounds bounds;
      bounds.now = std::max(deps_.clock->Now(), asked_.end);
      bounds.recent_ms = bounds.now;  // all that there ever was
      bounds.cancelled = cancelled_;
      if (deps_.engine != nullptr) {
        bounds.lookback_ms = deps_.engine->options().lookback_delta_ms;
      }
      const scrape::Manager* scrape = deps_.scrape ? deps_.scrape() : nullptr;
      catalog = std::make_unique<AdviceCatalog>(storage_, scrape, deps_.clock, bounds);
    }
    advice_ = advice::Advise(asked_.expr, options, catalog.get());
  }

  Reason FromAdvice(const Advice& advice, ReasonKind kind) const {
    Reason reason = Make(kind, Sentence(advice.message), advice.reason);
    reason.position = original_.Place(advice.position);
    if (advice.fix) reason.suggestion = original_.Corrected(advice.fix->query);
    return reason;
  }

  // What advice tells of a part of the query; false if nothing.
  bool AddAdviceOn(PosRange part, std::initializer_list<ReasonKind> kinds) {
    bool any = false;
    for (const Advice& advice : advice_) {
      std::optional<ReasonKind> kind = KindOf(advice);
      if (!kind || std::find(kinds.begin(), kinds.end(), *kind) == kinds.end()) continue;
      if (!Overlaps(advice.position, part)) continue;
      Add(FromAdvice(advice, *kind));
      any = true;
    }
    return any;
  }

  void SyntaxError(const Error& error) {
    for (const Advice& advice : advice_) {
      if (advice.severity != advice::Severity::kError) continue;
      Reason reason = FromAdvice(advice, ReasonKind::kQueryError);
      if (reason.hint.empty()) reason.hint = error.message();
      Add(std::move(reason));
    }
    if (reasons_.empty()) {
      Add(Make(ReasonKind::kQueryError, "The query cannot be read.", error.message()));
    }
  }

  // ---- the whole and its parts

  // False if there is nothing more to look for.
  bool RunWhole() {
    Result<grafana::NodeValue> whole = deps_.queries->Values(query_, cancelled_);
    if (!whole.ok()) {
      Unanswered(whole.error());
      return false;
    }
    if (std::holds_alternative<grafana::NoData>(whole->data)) return true;
    Add(Make(
        ReasonKind::kEmptyOperation, "The query gives data now.",
        "Refresh the panel; if it stays empty, a transformation or a filter of the panel takes "
        "the data away."));
    return false;
  }

  void Unanswered(const Error& error) {
    const std::string& message = error.message();
    bool of_query = error.code() == ErrorCode::kInvalid || message.starts_with("execution: ") ||
                    message.starts_with("timeout: ");
    if (own_ || of_query) {
      return Add(Make(ReasonKind::kQueryError, "The query failed: " + message + "."));
    }
    Reason reason = Make(ReasonKind::kSourceUnreachable, "The data source " + query_.source->name +
                                                             " does not answer: " + message + ".");
    if (net::IsLoopback(query_.source->url)) {
      reason.hint =
          "Inside a container localhost is the container itself; use the name of the "
          "other service, as in http://prometheus:9090.";
    }
    reason.link = "/connections/datasources/edit/" + net::PercentEncode(query_.source->uid);
    reason.link_text = "Show the data source";
    Add(std::move(reason));
  }

  std::optional<PartAnswer> Probe(const Expr& part) {
    if (Cancelled() || ++probes_ > kMaxProbes) return std::nullopt;
    grafana::PanelQuery query = query_;
    query.model = codec::Json();
    query.model.Set("expr", codec::Json::OfString(promql::Print(part)));
    query.model.Set(asked_.instant ? "instant" : "range", codec::Json::OfBool(true));
    Result<grafana::NodeValue> value = deps_.queries->Values(query, cancelled_);
    if (!value.ok()) return std::nullopt;
    PartAnswer answer;
    bool first = true;
    auto take = [&](std::optional<double> v) {
      answer.empty = false;
      if (!v || *v != *v) return;
      answer.smallest = first ? *v : std::min(answer.smallest, *v);
      answer.largest = first ? *v : std::max(answer.largest, *v);
      first = false;
    };
    if (const auto* numbers = std::get_if<std::vector<grafana::Number>>(&value->data)) {
      for (const grafana::Number& number : *numbers) take(number.value);
    } else if (const auto* all = std::get_if<std::vector<grafana::TimeSeries>>(&value->data)) {
      for (const grafana::TimeSeries& series : *all) {
        for (std::optional<double> v : series.v) take(v);
      }
    }
    return answer;
  }

  void AddOperations(std::vector<Reason> operations) {
    for (Reason& reason : operations) {
      PosRange at = *reason.position;
      // Advice knows more, and perhaps a correction.
      if (AddAdviceOn(at, {ReasonKind::kEmptyOperation})) continue;
      reason.position = original_.Place(at);
      Add(std::move(reason));
    }
  }

  // ---- selectors

  void LookAtLeaf(const Expr& leaf) {
    if (!own_) return LookAtRemoteLeaf(leaf);
    const VectorSelector& selector = SelectorIn(leaf);
    const promql::Modifiers& modifiers = selector.modifiers;
    if (FixedTime(modifiers)) {
      if (!AddAdviceOn(leaf.pos, {ReasonKind::kUnknownMetric, ReasonKind::kLabelMismatch})) {
        Add(AtLeaf(leaf, Make(ReasonKind::kLabelMismatch,
                              "No series of " + Shown(selector) + " has samples at that time.")));
      }
      return;
    }
    int64_t range = leaf.kind == ExprKind::kMatrixSelector ? leaf.As<MatrixSelector>().range_ms : 0;
    int64_t lookback =
        deps_.engine == nullptr ? 300'000 : deps_.engine->options().lookback_delta_ms;
    FactsWindow window;
    window.mint = asked_.start - modifiers.offset_ms - (range > 0 ? range : lookback) + 1;
    window.maxt = asked_.end - modifiers.offset_ms;
    window.range_ms = range;
    window.now = deps_.clock->Now();
    SeriesFacts facts = LookUpFacts(*storage_, selector.matchers, window);
    if (!facts.known) return;
    if (facts.in_window) return TooFewSamples(leaf, facts, range);
    bool ever = facts.last_before || facts.first_after;
    // What is down now says nothing about a time before the first sample.
    bool before = facts.first_after && !facts.last_before;
    bool target = !before && AddDownTargets(selector, facts);
    if (ever) return AddElsewhere(leaf, facts, window, target);
    if (AddNotScrapedYet(leaf)) return;
    if (AddAdviceOn(leaf.pos, {ReasonKind::kUnknownMetric, ReasonKind::kLabelMismatch})) return;
    Add(AtLeaf(leaf,
               Make(ReasonKind::kLabelMismatch, "No series matches " + Shown(selector) + ".")));
  }

  Reason AtLeaf(const Expr& leaf, Reason reason) const {
    reason.position = original_.Place(leaf.pos);
    return reason;
  }
  static std::string Shown(const VectorSelector& selector) {
    VectorSelector bare;
    bare.name = selector.name;
    bare.matchers = selector.matchers;
    return promql::Print(bare);
  }

  // Short enough for a panel: the metric alone, where there is one.
  static std::string Named(const VectorSelector& selector) {
    for (const model::Matcher& matcher : selector.matchers) {
      bool names = matcher.name() == "__name__" && matcher.type() == model::MatchType::kEqual;
      if (names) return matcher.value();
    }
    return selector.name.empty() ? Shown(selector) : selector.name;
  }

  void TooFewSamples(const Expr& leaf, const SeriesFacts& facts, int64_t range) {
    if (AddAdviceOn(leaf.pos, {ReasonKind::kWindowTooShort})) return;
    std::string gap = facts.interval_ms > 0
                          ? " and a sample comes every " + model::FormatDuration(facts.interval_ms)
                          : " and its series have fewer in any window of that length";
    if (range > 0 && facts.most_in_range < 2) {
      Reason reason = Make(ReasonKind::kWindowTooShort,
                           "A range of " + model::FormatDuration(range) +
                               " is too short: it must hold two samples," + gap + ".",
                           "Take a range of at least four scrape intervals, or set the scrape "
                           "interval of the data source for $__rate_interval.");
      if (facts.interval_ms > 0) {
        std::string better = "[" + model::FormatDuration(4 * facts.interval_ms) + "]";
        std::string_view text(asked_.expr);
        size_t open = text.substr(0, leaf.pos.end).rfind('[');
        size_t close = open == text.npos ? open : text.find(']', open);
        if (close != text.npos) {
          std::string corrected = asked_.expr;
          corrected.replace(open, close + 1 - open, better);
          reason.suggestion = original_.Corrected(corrected);
        }
      }
      return Add(AtLeaf(leaf, std::move(reason)));
    }
    Add(AtLeaf(leaf, Make(ReasonKind::kEmptyOperation,
                          "The series are there, but no step of this range has what the function "
                          "around them needs.")));
  }

  void AddElsewhere(const Expr& leaf, const SeriesFacts& facts, const FactsWindow& window,
                    bool target_told) {
    const VectorSelector& selector = SelectorIn(leaf);
    if (facts.last_before) {
      int64_t ago = window.mint - *facts.last_before;
      Reason reason =
          Make(ReasonKind::kAfterLastSample,
               fmt::format("{} ends at {}, before this time range begins.", Named(selector),
                           FormatRfc3339(*facts.last_before)),
               fmt::format("Look further back by {} or more.",
                           model::FormatDuration(std::max<int64_t>((ago + 999) / 1000, 1) * 1000)));
      if (!target_told) AddGoneTarget(facts, &reason);
      Add(AtLeaf(leaf, std::move(reason)));
    }
    if (!facts.first_after) return;
    bool fresh = *facts.first_after - window.maxt < kJustBegun;
    Add(AtLeaf(leaf, Make(ReasonKind::kBeforeFirstSample,
                          fmt::format("{} begins at {}, {}.", Named(selector),
                                      FormatRfc3339(*facts.first_after),
                                      fresh ? "just behind the last step of this time range"
                                            : "after this time range ends"),
                          fresh ? "It is drawn in a moment; a shorter range shows it sooner."
                                : "Look at a later time.")));
  }

  // ---- targets

  // Whether the series, or what the selector asks for, could come from the target.
  static bool IsOf(const model::Labels& target, const std::vector<model::Labels>& series,
                   const VectorSelector& selector) {
    auto same = [&](const model::Labels& labels) {
      return labels.Get("job") == target.Get("job") &&
             (!labels.Has("instance") || labels.Get("instance") == target.Get("instance"));
    };
    if (!series.empty()) return std::any_of(series.begin(), series.end(), same);
    bool names_one = false;
    for (const model::Matcher& matcher : selector.matchers) {
      if (matcher.name() != "job" && matcher.name() != "instance") continue;
      if (!matcher.Matches(target.Get(matcher.name()))) return false;
      names_one = names_one || !matcher.MatchesEmpty();
    }
    return names_one;
  }

  static void LinkTo(const scrape::TargetStatus& target, Reason* reason) {
    std::string_view instance = target.labels.Get("instance");
    std::string search(instance.empty() ? std::string_view(target.pool) : instance);
    reason->link = "/targets?search=" + net::PercentEncode(search);
    reason->link_text = "Show the target";
  }

  bool AddDownTargets(const VectorSelector& selector, const SeriesFacts& facts) {
    bool any = false;
    for (const scrape::TargetStatus& target : Targets()) {
      if (target.health != scrape::Health::kDown) continue;
      if (!IsOf(target.labels, facts.elsewhere, selector)) continue;
      Reason reason = Make(ReasonKind::kTargetDown,
                           fmt::format("The target {} of job {} is down: {}.", target.url,
                                       target.pool, target.last_error),
                           "What it exposes is missing until it can be scraped again.");
      LinkTo(target, &reason);
      Add(std::move(reason));
      any = true;
    }
    return any;
  }

  // A series that ended because nobody scrapes what gave it.
  void AddGoneTarget(const SeriesFacts& facts, Reason* reason) {
    for (const scrape::TargetStatus& target : Targets()) {
      for (const model::Labels& labels : facts.elsewhere) {
        bool same = labels.Get("job") == target.labels.Get("job") &&
                    labels.Get("instance") == target.labels.Get("instance");
        if (same) return;
      }
    }
    if (Targets().empty() || facts.elsewhere.empty()) return;
    const model::Labels& gone = facts.elsewhere.front();
    reason->hint += fmt::format(" Its target (job {}, instance {}) is no longer scraped.",
                                gone.Get("job"), gone.Get("instance"));
    reason->link = "/targets";
    reason->link_text = "Show the targets";
  }

  bool AddNotScrapedYet(const Expr& leaf) {
    bool waiting = false;
    for (const scrape::TargetStatus& target : Targets()) {
      if (target.health != scrape::Health::kUnknown) return false;
      waiting = true;
    }
    if (!waiting) return false;
    Reason reason = Make(ReasonKind::kNotScrapedYet, "No target has been scraped yet.",
                         "The first samples come within one scrape interval.");
    reason.link = "/targets";
    reason.link_text = "Show the targets";
    Add(AtLeaf(leaf, std::move(reason)));
    return true;
  }

  const std::vector<scrape::TargetStatus>& Targets() {
    if (!targets_) targets_ = TargetsOf(deps_);
    return *targets_;
  }

  // ---- other servers

  // Whether the name by itself has anything, so that the matchers are to blame.
  void LookAtRemoteLeaf(const Expr& leaf) {
    const VectorSelector& selector = SelectorIn(leaf);
    std::string name(selector.name);
    VectorSelector bare;
    bare.name = name;
    bare.matchers = {model::Matcher::Equal(std::string(model::kMetricName), name)};
    std::optional<PartAnswer> all = name.empty() ? std::nullopt : Probe(bare);
    if (!all) {
      return Add(AtLeaf(leaf, Make(ReasonKind::kLabelMismatch, "No series of " + Shown(selector) +
                                                                   " has data in this range.")));
    }
    if (all->empty) {
      return Add(AtLeaf(leaf, Make(ReasonKind::kUnknownMetric,
                                   "The data source has no " + name + " in this time range.")));
    }
    if (selector.matchers.size() < 2) {
      return Add(AtLeaf(leaf, Make(ReasonKind::kWindowTooShort,
                                   "The series of " + name +
                                       " are there, but the range holds fewer "
                                       "samples than the function needs.",
                                   "Take a range of at least four scrape intervals.")));
    }
    Add(AtLeaf(leaf, Make(ReasonKind::kLabelMismatch, "There are series of " + name +
                                                          ", but none that matches " +
                                                          Shown(selector) + ".")));
  }

  void Add(Reason reason) {
    for (const Reason& known : reasons_) {
      if (known.kind == reason.kind && known.text == reason.text) return;
    }
    reasons_.push_back(std::move(reason));
  }

  const DataDependencies& deps_;
  const grafana::PanelQuery& query_;
  const std::shared_ptr<const std::atomic<bool>> cancelled_;
  grafana::Queries::Asked asked_;
  Original original_{"", ""};
  bool own_ = false;
  storage::Queryable* storage_ = nullptr;
  std::vector<Advice> advice_;
  std::optional<std::vector<scrape::TargetStatus>> targets_;
  int probes_ = 0;
  std::vector<Reason> reasons_;
};

}  // namespace

std::string_view ReasonKindName(ReasonKind kind) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "query_error",      "source_unreachable", "target_down",         "not_scraped_yet",
      "unknown_metric",   "label_mismatch",     "before_first_sample", "after_last_sample",
      "window_too_short", "empty_operation"};
  return kNames.at(static_cast<size_t>(kind));
}

std::vector<scrape::TargetStatus> TargetsOf(const DataDependencies& deps) {
  if (deps.targets) return deps.targets();
  const scrape::Manager* scrape = deps.scrape ? deps.scrape() : nullptr;
  if (scrape == nullptr) return {};
  return scrape->Targets().active;
}

std::vector<Reason> Diagnose(const DataDependencies& deps, const grafana::PanelQuery& query,
                             std::shared_ptr<const std::atomic<bool>> cancelled) {
  return Diagnosis(deps, query, std::move(cancelled)).Find();
}

}  // namespace watchfire::api

#include "promql/advice/syntax.h"

#include <algorithm>

#include "base/numbers.h"
#include "promql/advice/repairs.h"

namespace watchfire::advice {
namespace {

// Errors of one query that are repaired one after the other.
constexpr int kMaxRepairs = 8;
// Long texts are told what is wrong; repairing them would parse them again and again.
constexpr size_t kMaxRepairedBytes = 8 << 10;

struct Failure {
  uint32_t offset = 0;
  std::string text;
};

// `2:14: parse error: unexpected …` → the offset and what follows.
Failure ReadError(std::string_view query, const std::string& message) {
  constexpr std::string_view kMark = ": parse error: ";
  size_t mark = message.find(kMark);
  if (mark == std::string::npos) return {0, message};
  Failure failure = {0, message.substr(mark + kMark.size())};
  std::string_view place = std::string_view(message).substr(0, mark);
  size_t colon = place.find(':');
  if (colon == std::string_view::npos) return failure;
  std::optional<uint64_t> line = ParseUint(place.substr(0, colon));
  std::optional<uint64_t> column = ParseUint(place.substr(colon + 1));
  if (!line || !column || *column == 0) return failure;
  size_t start = 0;
  for (uint64_t i = 1; i < *line; ++i) {
    size_t newline = query.find('\n', start);
    if (newline == std::string_view::npos) break;
    start = newline + 1;
  }
  failure.offset = static_cast<uint32_t>(std::min<size_t>(start + *column - 1, query.size()));
  return failure;
}

std::optional<Failure> TryParse(std::string_view query, const Options& options) {
  Result<promql::ExprPtr> parsed = promql::Parse(query, options.parse);
  if (parsed.ok()) return std::nullopt;
  return ReadError(query, parsed.error().message());
}

// A text under repair, and where each of its bytes stood in the query.
class Draft {
 public:
  explicit Draft(std::string_view query) : text_(query), origins_(query.size() + 1) {
    for (uint32_t i = 0; i < origins_.size(); ++i) origins_[i] = i;
  }

  const std::string& text() const { return text_; }
  PosRange Original(PosRange range) const {
    uint32_t start = origins_[std::min<size_t>(range.start, text_.size())];
    uint32_t end = origins_[std::min<size_t>(range.end, text_.size())];
    return {start, std::max(start, end)};
  }

  void Apply(Edits edits) {
    std::ranges::stable_sort(edits, {},
                             [](const Edit& edit) { return std::pair(edit.start, edit.end); });
    std::vector<uint32_t> origins;
    size_t at = 0;
    for (const Edit& edit : edits) {
      size_t start = std::clamp<size_t>(edit.start, at, text_.size());
      origins.insert(origins.end(), Iterator(at), Iterator(start));
      origins.insert(origins.end(), edit.text.size(), origins_[start]);
      at = std::clamp<size_t>(edit.end, start, text_.size());
    }
    origins.insert(origins.end(), Iterator(at), origins_.cend());
    text_ = ApplyEdits(text_, std::move(edits));
    origins_ = std::move(origins);
  }

 private:
  std::vector<uint32_t>::const_iterator Iterator(size_t at) const {
    return origins_.begin() + static_cast<std::ptrdiff_t>(at);
  }

  std::string text_;
  std::vector<uint32_t> origins_;  // one more than bytes
};

// The first repair after which the query parses; else the first that brings the parser further.
std::optional<Repair> FindRepair(const Problem& problem, const Options& options) {
  std::optional<Repair> partial;
  for (auto list : {MatcherRepairs(), DurationRepairs(), CharacterRepairs(), GroupingRepairs(),
                    BracketRepairs(), TypeRepairs()}) {
    for (Repairer repairer : list) {
      std::optional<Repair> repair = repairer(problem);
      if (!repair) continue;
      if (repair->edits.empty()) {
        if (!partial) partial = std::move(repair);  // knows what is wrong, not what was meant
        continue;
      }
      std::string fixed = ApplyEdits(problem.query(), repair->edits);
      std::optional<Failure> left = TryParse(fixed, options);
      if (!left) return repair;
      bool further = left->text != problem.error ||
                     fixed.size() - left->offset < problem.query().size() - problem.offset;
      if (further && (!partial || partial->edits.empty())) partial = std::move(repair);
    }
  }
  return partial;
}

Advice MakeAdvice(std::string_view query, PosRange position, std::string code, std::string message,
                  std::string reason) {
  Advice advice;
  advice.code = std::move(code);
  advice.severity = Severity::kError;
  advice.message = std::move(message);
  advice.reason = std::move(reason);
  auto size = static_cast<uint32_t>(query.size());
  advice.position = {std::min(position.start, size), std::min(position.end, size)};
  SetLineAndColumn(query, &advice);
  return advice;
}

Advice Unrepaired(std::string_view query, const Failure& failure) {
  Source source(query);
  uint32_t end = failure.offset;
  size_t token = source.IndexAt(failure.offset);
  bool here = token < source.tokens().size() && source.tokens()[token].start == failure.offset;
  if (here) end = source.tokens()[token].end;
  return MakeAdvice(query, {failure.offset, end}, "syntax", failure.text,
                    "The query does not parse, so it cannot be evaluated.");
}

}  // namespace

const Token* Problem::Here() const {
  size_t index = source().IndexAt(offset);
  if (index >= tokens().size() || tokens()[index].start != offset) return nullptr;
  return &tokens()[index];
}

std::vector<Advice> AdviseOnSyntax(std::string_view query, const Error& error,
                                   const Options& options, Catalog* catalog) {
  std::optional<Failure> failure = ReadError(query, error.message());
  std::vector<Advice> all;
  std::vector<std::string> labels;
  Draft draft(query);
  for (int i = 0; failure && i < kMaxRepairs && query.size() <= kMaxRepairedBytes; ++i) {
    Context context(draft.text(), options, catalog);
    Problem problem = {context, failure->offset, failure->text};
    std::optional<Repair> repair = FindRepair(problem, options);
    if (!repair) break;
    all.push_back(MakeAdvice(query, draft.Original(repair->position), repair->code, repair->message,
                             repair->reason));
    labels.push_back(repair->label);
    if (repair->edits.empty()) break;
    draft.Apply(std::move(repair->edits));
    failure = TryParse(draft.text(), options);
  }
  if (all.empty()) return {Unrepaired(query, *failure)};
  if (failure) return all;
  for (size_t i = 0; i < all.size(); ++i) {
    // All mistakes are mended at once: one alone would leave a query that does not parse.
    all[i].fix = Fix{all.size() == 1 ? labels[i] : "mend all of it", draft.text()};
  }
  return all;
}

}  // namespace watchfire::advice

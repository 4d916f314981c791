#include "promql/advice/nearest.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"

namespace watchfire::advice {
namespace {

constexpr size_t kLongestCompared = 200;

std::vector<std::string> Words(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  for (char c : name) {
    bool separator = c == '_' || c == ':' || c == '.' || c == '-' || c == '/';
    if (!separator) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

// A name as it is compared: once for the wanted one, once for each candidate.
struct Name {
  explicit Name(std::string_view text) : lower(ToLower(text)), words(Words(lower)) {}
  std::string lower;
  std::vector<std::string> words;
};

bool SameWord(const std::string& a, const std::string& b) {
  return a == b || a + "s" == b || b + "s" == a;
}

size_t CommonWords(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  size_t common = 0;
  std::vector<bool> taken(b.size());
  for (const std::string& word : a) {
    for (size_t i = 0; i < b.size(); ++i) {
      if (taken[i] || !SameWord(word, b[i])) continue;
      taken[i] = true;
      ++common;
      break;
    }
  }
  return common;
}

// Smaller is nearer; nullopt: another name altogether.
std::optional<size_t> Score(const Name& wanted, const Name& candidate) {
  if (wanted.lower == candidate.lower) return 0;
  size_t length = std::max(wanted.lower.size(), candidate.lower.size());
  if (length > kLongestCompared) return std::nullopt;
  size_t limit = std::clamp<size_t>(length / 4, 1, 5);
  size_t gap = length - std::min(wanted.lower.size(), candidate.lower.size());
  std::optional<size_t> best;
  if (gap <= limit) {
    size_t distance = EditDistance(wanted.lower, candidate.lower, limit);
    if (distance <= limit) best = 2 * distance;
  }
  size_t common = CommonWords(wanted.words, candidate.words);
  size_t most = std::max(wanted.words.size(), candidate.words.size());
  size_t missing = most - common;
  // A word too many or too few is still the same thing if enough is left, another word in its place
  // only if much is.
  bool same_count = wanted.words.size() == candidate.words.size();
  bool near_enough = (common >= 2 && missing == (same_count ? 0u : 1u)) ||
                     (common >= 3 && missing == 1) || (common >= 4 && missing == 2);
  bool part = common == 1 && missing == 1 && !same_count &&
              std::min(wanted.lower.size(), candidate.lower.size()) >= 3;
  if (near_enough || part) {
    size_t score = 3 + 3 * missing;
    best = best ? std::min(*best, score) : score;
  }
  return best;
}

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b, size_t limit) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    size_t least = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit + 1);
}

std::vector<std::string> NearestNames(std::string_view wanted,
                                      const std::vector<std::string>& candidates, size_t count) {
  Name name(wanted);
  std::set<std::pair<size_t, std::string>> found;
  for (const std::string& candidate : candidates) {
    if (candidate == wanted || candidate.empty()) continue;
    std::optional<size_t> score = Score(name, Name(candidate));
    if (!score) continue;
    found.emplace(*score, candidate);
    if (found.size() > count) found.erase(std::prev(found.end()));
  }
  std::vector<std::string> names;
  for (const auto& [score, text] : found) names.push_back(text);
  return names;
}

}  // namespace watchfire::advice

#pragma once
// The nearest names that exist. Closer than by letters alone: `http_request_total` is near
// `http_requests_total`, but so is `requests_total` (a prefix is missing) and `http_requests` (a
// suffix is); order of words, plurals and case count little. Pure functions; the work is bounded
// by the number of candidates, each compared in a band around the diagonal.

#include <string>
#include <string_view>
#include <vector>

namespace watchfire::advice {

// Letters to change, insert or remove, two neighbours swapped counting as one; more than `limit`
// is limit + 1.
size_t EditDistance(std::string_view a, std::string_view b, size_t limit);

// At most `count`, best first; none that a person would not take for the same.
std::vector<std::string> NearestNames(std::string_view wanted,
                                      const std::vector<std::string>& candidates, size_t count);

}  // namespace watchfire::advice

#pragma once
// A text that must never be shown: passwords, tokens, keys. It prints as "<secret>" in logs,
// API answers and config dumps; only reveal() gives the text, at the place where it is sent.

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace watchfire {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }
  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

}  // namespace watchfire

// Takes no format options, and works with fmt/core.h alone.
template <>
struct fmt::formatter<watchfire::Secret> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  template <typename Context>
  auto format(const watchfire::Secret& secret, Context& context) const {
    std::string_view shown = secret.empty() ? "" : "<secret>";
    return std::copy(shown.begin(), shown.end(), context.out());
  }
};

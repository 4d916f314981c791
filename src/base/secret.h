#pragma once
// A text that must never be shown: passwords, tokens, keys. It prints as "<secret>" in logs,
// API answers and config dumps; only reveal() gives the text, at the place where it is sent.

#include <fmt/core.h>

#include <string>
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

template <>
struct fmt::formatter<watchfire::Secret> : fmt::formatter<std::string_view> {
  template <typename Context>
  auto format(const watchfire::Secret& secret, Context& context) const {
    return fmt::formatter<std::string_view>::format(secret.empty() ? "" : "<secret>", context);
  }
};

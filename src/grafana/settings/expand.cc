#include "grafana/settings/expand.h"

#include "base/text.h"

namespace watchfire::grafana {
namespace {

constexpr uint64_t kMaxValueFile = 1 << 20;
constexpr int kDeepest = 10;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

size_t NameLength(std::string_view text) {
  size_t n = 0;
  while (n < text.size() && IsNameCharacter(text[n])) ++n;
  return n;
}

// What stands at `at`, which is a `$`: what it means and how long it is. A length of 0: nothing.
struct Reference {
  std::string value;
  size_t length = 0;
};

Result<Reference> Expander(std::string_view text, const Environment& environment,
                           FileSystem& files) {
  for (std::string_view kind : {"$__env{", "$__file{"}) {
    size_t end = text.find('}');
    if (!text.starts_with(kind) || end == std::string_view::npos) continue;
    std::string inner(TrimSpace(text.substr(kind.size(), end - kind.size())));
    if (kind == "$__env{") return Reference{environment(inner).value_or(""), end + 1};
    return Reference{TRY(ReadValueFile(inner, files)), end + 1};
  }
  return Reference{};
}

Reference Braced(std::string_view text, const Environment& environment) {
  if (!text.starts_with("${")) return {};
  size_t n = NameLength(text.substr(2));
  if (n == 0 || text.size() <= n + 2 || text[n + 2] != '}') return {};
  return {environment(text.substr(2, n)).value_or(""), n + 3};
}

Result<std::string> InterpolateDeep(std::string_view text,
                                    const std::function<std::string(std::string_view)>& value,
                                    int depth) {
  std::string out;
  while (true) {
    size_t start = text.find("%(");
    size_t end = start == std::string_view::npos ? start : text.find(")s", start);
    if (end == std::string_view::npos) break;
    out += text.substr(0, start);
    if (depth == kDeepest) return Error::Invalid("%(…)s refers to itself in circles");
    std::string name = ToLower(text.substr(start + 2, end - start - 2));
    out += TRY(InterpolateDeep(value(name), value, depth + 1));
    text.remove_prefix(end + 2);
  }
  return out + std::string(text);
}

}  // namespace

Result<std::string> ReadValueFile(const std::string& path, FileSystem& files) {
  std::string text = TRY(files.ReadFile(path, kMaxValueFile));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

Result<std::string> ExpandSetting(std::string_view text, const Environment& environment,
                                  FileSystem& files) {
  std::string out;
  while (!text.empty()) {
    size_t dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    Reference found = TRY(Expander(text, environment, files));
    if (found.length == 0) found = Braced(text, environment);
    if (found.length == 0) found = {"$", 1};
    out += found.value;
    text.remove_prefix(found.length);
  }
  return out;
}

// What a value brings along is not expanded again, so passwords may hold a `$`.
Result<std::string> ExpandValue(std::string_view text, const Environment& environment,
                                FileSystem& files) {
  std::string out;
  while (!text.empty()) {
    size_t dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    if (text.starts_with("$$")) {
      out.push_back('$');
      text.remove_prefix(2);
      continue;
    }
    Reference found = TRY(Expander(text, environment, files));
    if (found.length == 0) found = Braced(text, environment);
    if (found.length == 0) {
      size_t n = NameLength(text.substr(1));
      if (n > 0 && text[1] >= '0' && text[1] <= '9') n = 1;  // as in a shell
      found = n == 0 ? Reference{"$", 1}
                     : Reference{environment(text.substr(1, n)).value_or(""), n + 1};
    }
    out += found.value;
    text.remove_prefix(found.length);
  }
  return out;
}

Result<std::string> Interpolate(std::string_view text,
                                const std::function<std::string(std::string_view name)>& value) {
  return InterpolateDeep(text, value, 0);
}

}  // namespace watchfire::grafana

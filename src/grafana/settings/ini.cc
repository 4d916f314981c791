#include "grafana/settings/ini.h"

#include <optional>

#include "base/text.h"

namespace watchfire::grafana {
namespace {

constexpr std::string_view kTripleQuote = "\"\"\"";

bool IsComment(std::string_view text) {
  return text.empty() || text[0] == '#' || text[0] == ';';
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view name) : lines_(Split(text, '\n')), name_(name) {}

  Result<std::vector<IniEntry>> Parse() {
    for (; at_ < lines_.size(); ++at_) {
      std::string_view line = TrimSpace(lines_[at_]);
      if (at_ == 0 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
      if (IsComment(line)) continue;
      if (line[0] == '[') {
        size_t end = line.find(']');
        if (end == std::string_view::npos) return Wrong("a section without its \"]\"");
        section_ = ToLower(TrimSpace(line.substr(1, end - 1)));
        // Keys outside all sections have this name in the defaults.
        if (section_ == "default") section_.clear();
        continue;
      }
      TRY(Entry(line));
    }
    return std::move(entries_);
  }

 private:
  template <typename... Args>
  Error Wrong(fmt::format_string<Args...> format, Args&&... args) const {
    return Error::Invalid("{}:{}: {}", name_, at_ + 1,
                          fmt::format(format, std::forward<Args>(args)...));
  }

  Result<void> Entry(std::string_view line) {
    size_t delimiter = line.find_first_of("=:");
    if (delimiter == std::string_view::npos) return Wrong("expected \"key = value\"");
    IniEntry entry;
    entry.section = section_;
    entry.key = ToLower(TrimSpace(line.substr(0, delimiter)));
    entry.line = static_cast<int64_t>(at_) + 1;
    if (entry.key.empty()) return Wrong("a value without a key");
    std::string_view value = TrimSpace(line.substr(delimiter + 1));
    if (value.starts_with(kTripleQuote)) {
      entry.value = TRY(Quoted(value, kTripleQuote));
    } else if (value.starts_with("`")) {
      entry.value = TRY(Quoted(value, "`"));
    } else {
      Plain(value, &entry);
    }
    entries_.push_back(std::move(entry));
    return {};
  }

  // May go on over many lines.
  Result<std::string> Quoted(std::string_view value, std::string_view quote) {
    value.remove_prefix(quote.size());
    std::string out;
    while (true) {
      size_t end = value.find(quote);
      if (end != std::string_view::npos) return out + std::string(value.substr(0, end));
      out += std::string(value) + "\n";
      if (at_ + 1 == lines_.size()) return Wrong("a value without its closing {}", quote);
      value = lines_[++at_];
      if (value.ends_with('\r')) value.remove_suffix(1);
    }
  }

  static void Plain(std::string_view value, IniEntry* entry) {
    if (!value.empty() && (value[0] == '"' || value[0] == '\'')) {
      size_t end = value.find(value[0], 1);
      if (end != std::string_view::npos && IsComment(TrimSpace(value.substr(end + 1)))) {
        entry->value = value.substr(1, end - 1);
        return;
      }
    }
    size_t comment = value.find_first_of("#;");
    entry->cut = comment != std::string_view::npos && comment > 0 && value[comment - 1] != ' ' &&
                 value[comment - 1] != '\t';
    entry->value = TrimSpace(value.substr(0, comment));
  }

  std::vector<std::string_view> lines_;
  std::string_view name_;
  size_t at_ = 0;
  std::string section_;
  std::vector<IniEntry> entries_;
};

}  // namespace

Result<std::vector<IniEntry>> ParseIni(std::string_view text, std::string_view name) {
  return Parser(text, name).Parse();
}

}  // namespace watchfire::grafana

#include "grafana/signin/toml.h"

#include <algorithm>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr int kDeepest = 20;

class Parser {
 public:
  Parser(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Result<Json> Parse() {
    while (SkipToContent()) {
      if (Peek() == '[') {
        TRY(Header());
      } else {
        TRY(KeyValue(Current(), 0));
      }
      TRY(EndOfLine());
    }
    return std::move(root_);
  }

 private:
  template <typename... Args>
  Error Wrong(fmt::format_string<Args...> format, Args&&... args) const {
    auto line = std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(at_), '\n') + 1;
    return Error::Invalid("{}:{}: {}", name_, line,
                          fmt::format(format, std::forward<Args>(args)...));
  }
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  bool Take(std::string_view wanted) {
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }
  void SkipBlanks() {
    while (Peek() == ' ' || Peek() == '\t') ++at_;
  }
  void SkipComment() {
    if (Peek() != '#') return;
    while (!AtEnd() && Peek() != '\n') ++at_;
  }
  // Over white space, ends of lines and comments.
  bool SkipToContent() {
    while (!AtEnd()) {
      if (Peek() == '#') {
        SkipComment();
      } else if (Peek() == ' ' || Peek() == '\t' || Peek() == '\r' || Peek() == '\n') {
        ++at_;
      } else {
        return true;
      }
    }
    return false;
  }
  Result<void> EndOfLine() {
    SkipBlanks();
    SkipComment();
    if (Peek() == '\r') ++at_;
    if (AtEnd() || Take("\n")) return {};
    return Wrong("expected the end of the line, got {}", GoQuote(text_.substr(at_, 1)));
  }

  // The table that the last header named; looked up anew, since arrays move when they grow.
  Json* Current() {
    Json* table = &root_;
    for (const std::string& key : path_) {
      table = table->Find(key);
      if (Json::Array* array = table->AsArray()) table = &array->back();
    }
    return table;
  }

  Result<void> Header() {
    bool array = Take("[[");
    if (!array) Take("[");
    std::vector<std::string> keys = TRY(Keys());
    if (!Take(array ? "]]" : "]")) return Wrong("a table header without its end");
    Json* table = &root_;
    for (size_t i = 0; i < keys.size(); ++i) {
      bool last = i + 1 == keys.size();
      if (table->Find(keys[i]) == nullptr) {
        table->Set(keys[i], last && array ? Json::OfArray({}) : Json::OfObject({}));
      }
      Json* next = table->Find(keys[i]);
      Json::Array* list = next->AsArray();
      if (last && array) {
        if (list == nullptr) return Wrong("{} is no array of tables", keys[i]);
        list->push_back(Json::OfObject({}));
      }
      table = list != nullptr && !list->empty() ? &list->back() : next;
      if (table->AsObject() == nullptr) return Wrong("{} is no table", keys[i]);
    }
    path_ = std::move(keys);
    return {};
  }

  Result<void> KeyValue(Json* table, int depth) {
    std::vector<std::string> keys = TRY(Keys());
    if (!Take("=")) return Wrong("expected \"key = value\"");
    SkipBlanks();
    Json value = TRY(Value(depth));
    for (size_t i = 0; i + 1 < keys.size(); ++i) {
      if (table->Find(keys[i]) == nullptr) table->Set(keys[i], Json::OfObject({}));
      table = table->Find(keys[i]);
      if (table->AsObject() == nullptr) return Wrong("{} is no table", keys[i]);
    }
    if (table->Find(keys.back()) != nullptr) return Wrong("{} is there twice", keys.back());
    table->Set(keys.back(), std::move(value));
    return {};
  }

  Result<std::vector<std::string>> Keys() {
    std::vector<std::string> keys;
    do {
      SkipBlanks();
      if (Peek() == '"' || Peek() == '\'') {
        keys.push_back(TRY(String()));
      } else {
        std::string key;
        while (IsBare(Peek())) key.push_back(text_[at_++]);
        if (key.empty()) return Wrong("expected a key");
        keys.push_back(std::move(key));
      }
      SkipBlanks();
    } while (keys.size() < kDeepest && Take("."));
    return keys;
  }
  static bool IsBare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  }

  Result<Json> Value(int depth) {
    if (depth > kDeepest) return Wrong("nested too deeply");
    char c = Peek();
    if (c == '"' || c == '\'') return Json::OfString(TRY(String()));
    if (c == '[') return Array(depth);
    if (c == '{') return InlineTable(depth);
    std::string word;
    while (IsBare(Peek()) || Peek() == '+' || Peek() == '.' || Peek() == ':') {
      word.push_back(text_[at_++]);
    }
    if (word == "true" || word == "false") return Json::OfBool(word == "true");
    std::optional<int64_t> number = ParseInt(ReplaceAll(word, "_", ""));
    if (number) return Json::OfInt(*number);
    return Wrong("expected a string, a whole number, true, false, an array or a table, got {}",
                 GoQuote(word.empty() ? text_.substr(at_, 1) : word));
  }

  Result<Json> Array(int depth) {
    Take("[");
    Json::Array items;
    while (SkipToContent()) {
      if (Take("]")) return Json::OfArray(std::move(items));
      items.push_back(TRY(Value(depth + 1)));
      SkipToContent();
      if (!Take(",") && Peek() != ']') return Wrong("expected \",\" or \"]\" in an array");
    }
    return Wrong("an array without its \"]\"");
  }

  Result<Json> InlineTable(int depth) {
    Take("{");
    Json table = Json::OfObject({});
    SkipBlanks();
    if (Take("}")) return table;
    while (true) {
      TRY(KeyValue(&table, depth + 1));
      SkipBlanks();
      if (Take("}")) return table;
      if (!Take(",")) return Wrong("expected \",\" or \"}}\" in a table");
    }
  }

  Result<std::string> String() {
    char quote = Peek();
    std::string triple(3, quote);
    bool multi_line = Take(triple);
    std::string closing = multi_line ? triple : std::string(1, quote);
    if (!multi_line) ++at_;
    if (multi_line && Peek() == '\r') ++at_;
    if (multi_line && Peek() == '\n') ++at_;
    std::string out;
    while (!AtEnd()) {
      if (Take(closing)) return out;
      if (!multi_line && Peek() == '\n') break;
      if (quote == '"' && Peek() == '\\') {
        ++at_;
        TRY(Escape(&out, multi_line));
      } else {
        out.push_back(text_[at_++]);
      }
    }
    return Wrong("a string without its closing {}", closing);
  }

  Result<void> Escape(std::string* out, bool multi_line) {
    static constexpr std::string_view kLetters = "btnfr\"\\";
    static constexpr std::string_view kMeanings = "\b\t\n\f\r\"\\";
    char c = Peek();
    size_t index = kLetters.find(c);
    if (!AtEnd() && index != std::string_view::npos) {
      ++at_;
      out->push_back(kMeanings[index]);
      return {};
    }
    if (c == 'u' || c == 'U') {
      size_t digits = c == 'u' ? 4 : 8;
      uint32_t code = 0;
      for (char digit : text_.substr(at_ + 1, digits)) {
        size_t value = std::string_view("0123456789abcdef").find(ToLower(std::string(1, digit)));
        if (value == std::string_view::npos) return Wrong("a bad \\{} escape", c);
        code = code << 4 | static_cast<uint32_t>(value);
      }
      at_ = std::min(text_.size(), at_ + 1 + digits);
      AppendUtf8(*out, code);
      return {};
    }
    if (multi_line && (c == '\n' || c == '\r' || c == ' ')) {
      while (Peek() == ' ' || Peek() == '\t' || Peek() == '\r' || Peek() == '\n') ++at_;
      return {};
    }
    return Wrong("an unknown escape \\{}", c);
  }

  std::string_view text_;
  std::string_view name_;
  size_t at_ = 0;
  Json root_ = Json::OfObject({});
  std::vector<std::string> path_;
};

}  // namespace

Result<Json> ParseToml(std::string_view text, std::string_view name) {
  return Parser(text, name).Parse();
}

}  // namespace watchfire::grafana

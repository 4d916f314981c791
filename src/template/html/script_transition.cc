// Scripts and styles inside HTML: strings, comments, regular expressions and url().

#include <algorithm>
#include <array>

#include "base/text.h"
#include "template/html/context.h"

namespace watchfire::templates::html {
namespace {

bool IsJsWord(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '$' || c < 0;
}

// What a slash means behind this piece of script: a division behind a value, else the start of a
// regular expression.
JsContext SlashAfter(std::string_view text, JsContext before) {
  size_t last = text.find_last_not_of(" \t\n\f\r");
  if (last == std::string_view::npos) return before;
  text = text.substr(0, last + 1);
  char c = text.back();
  switch (c) {
    case '+':
    case '-': {
      // "x++ /" divides, "x + /" does not.
      size_t start = text.find_last_not_of(c);
      size_t count = text.size() - (start == std::string_view::npos ? 0 : start + 1);
      return count % 2 == 1 ? JsContext::kRegexp : JsContext::kDivision;
    }
    case '.': {
      bool number = text.size() > 1 && text[text.size() - 2] >= '0' && text[text.size() - 2] <= '9';
      return number ? JsContext::kDivision : JsContext::kRegexp;
    }
    case ',':
    case '<':
    case '>':
    case '=':
    case '*':
    case '%':
    case '&':
    case '|':
    case '^':
    case '?':
    case '!':
    case '~':
    case '(':
    case '[':
    case ':':
    case ';':
    case '{':
    case '}':
      return JsContext::kRegexp;
    default:
      break;
  }
  constexpr std::array<std::string_view, 14> kKeywords = {
      "break", "case",       "continue", "delete", "do",  "else",   "finally",
      "in",    "instanceof", "return",   "throw",  "try", "typeof", "void"};
  size_t start = text.size();
  while (start > 0 && IsJsWord(text[start - 1])) --start;
  bool keyword =
      std::find(kKeywords.begin(), kKeywords.end(), text.substr(start)) != kKeywords.end();
  return keyword ? JsContext::kRegexp : JsContext::kDivision;
}

Step InScript(Context context, std::string_view text) {
  size_t at = text.find_first_of("\"`'/");
  if (at == std::string_view::npos) {
    context.js = SlashAfter(text, context.js);
    return {context, text.size()};
  }
  context.js = SlashAfter(text.substr(0, at), context.js);
  switch (text[at]) {
    case '"':
      context.state = State::kJsDoubleQuoted;
      context.js = JsContext::kRegexp;
      return {context, at + 1};
    case '\'':
      context.state = State::kJsSingleQuoted;
      context.js = JsContext::kRegexp;
      return {context, at + 1};
    case '`':
      context.state = State::kJsTemplateLiteral;
      context.js = JsContext::kRegexp;
      return {context, at + 1};
    default:
      break;
  }
  if (at + 1 < text.size() && (text[at + 1] == '/' || text[at + 1] == '*')) {
    context.state = text[at + 1] == '/' ? State::kJsLineComment : State::kJsBlockComment;
    return {context, at + 2};
  }
  if (context.js == JsContext::kRegexp) {
    context.state = State::kJsRegexp;
  } else if (context.js == JsContext::kDivision) {
    context.js = JsContext::kRegexp;
  } else {
    return {
        Context::Failed("'/' could start a division or regexp: " + GoQuote(text.substr(at, 32))),
        text.size()};
  }
  return {context, at + 1};
}

// To the end of a quoted thing; inside it a backslash hides what follows.
Step InQuotes(Context context, std::string_view text, char quote, State outside) {
  bool in_class = false;
  for (size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '\\') {
      ++at;
    } else if (quote == '/' && c == '[') {
      in_class = true;
    } else if (quote == '/' && c == ']') {
      in_class = false;
    } else if (c == quote && !in_class) {
      context.state = outside;
      context.js = JsContext::kDivision;
      if (outside == State::kCss) context.js = JsContext::kRegexp;
      return {context, at + 1};
    }
  }
  if (in_class) {
    return {Context::Failed("unfinished JS regexp charset: " + GoQuote(text)), text.size()};
  }
  return {context, text.size()};
}

Step InBlockComment(Context context, std::string_view text, State outside) {
  size_t end = text.find("*/");
  if (end == std::string_view::npos) return {context, text.size()};
  context.state = outside;
  return {context, end + 2};
}

Step InLineComment(Context context, std::string_view text, State outside) {
  size_t end = text.find_first_of("\n\r\f");
  if (end == std::string_view::npos) return {context, text.size()};
  context.state = outside;
  // The newline stays: it ends the statement.
  return {context, end};
}

bool EndsWithUrl(std::string_view text) {
  size_t last = text.find_last_not_of(" \t\n\f\r");
  if (last == std::string_view::npos || last < 2) return false;
  return EqualsIgnoreCase(text.substr(last - 2, 3), "url");
}

Step InStyle(Context context, std::string_view text) {
  for (size_t from = 0;;) {
    size_t at = text.find_first_of("(\"'/", from);
    if (at == std::string_view::npos) return {context, text.size()};
    char c = text[at];
    if (c == '"' || c == '\'') {
      context.state = c == '"' ? State::kCssDoubleQuoted : State::kCssSingleQuoted;
      return {context, at + 1};
    }
    if (c == '/' && at + 1 < text.size() && (text[at + 1] == '/' || text[at + 1] == '*')) {
      context.state = text[at + 1] == '/' ? State::kCssLineComment : State::kCssBlockComment;
      return {context, at + 2};
    }
    if (c == '(' && EndsWithUrl(text.substr(0, at))) {
      size_t next = std::min(text.find_first_not_of(" \t\n\f\r", at + 1), text.size());
      bool quoted = next < text.size() && (text[next] == '"' || text[next] == '\'');
      context.state = !quoted             ? State::kCssUrl
                      : text[next] == '"' ? State::kCssDoubleQuotedUrl
                                          : State::kCssSingleQuotedUrl;
      return {context, next + (quoted ? 1 : 0)};
    }
    from = at + 1;
  }
}

// Strings of a style and url(): both may hold a URL.
Step InStyleString(Context context, std::string_view text, std::string_view ends) {
  size_t end = 0;
  while (end < text.size() && ends.find(text[end]) == std::string_view::npos) {
    end += text[end] == '\\' ? 2 : 1;
  }
  end = std::min(end, text.size());
  Step url = Transition(State::kUrl, context, text.substr(0, end));
  if (end == text.size()) return {url.context, end};
  context.state = State::kCss;
  context.url_part = UrlPart::kNone;
  return {context, end + 1};
}

}  // namespace

Step JsTransition(State state, Context context, std::string_view text) {
  switch (state) {
    case State::kJsDoubleQuoted:
      return InQuotes(std::move(context), text, '"', State::kJs);
    case State::kJsSingleQuoted:
      return InQuotes(std::move(context), text, '\'', State::kJs);
    case State::kJsTemplateLiteral:
      return InQuotes(std::move(context), text, '`', State::kJs);
    case State::kJsRegexp:
      return InQuotes(std::move(context), text, '/', State::kJs);
    case State::kJsBlockComment:
      return InBlockComment(std::move(context), text, State::kJs);
    case State::kJsLineComment:
      return InLineComment(std::move(context), text, State::kJs);
    default:
      return InScript(std::move(context), text);
  }
}

Step CssTransition(State state, Context context, std::string_view text) {
  switch (state) {
    case State::kCssDoubleQuoted:
    case State::kCssDoubleQuotedUrl:
      return InStyleString(std::move(context), text, "\"");
    case State::kCssSingleQuoted:
    case State::kCssSingleQuotedUrl:
      return InStyleString(std::move(context), text, "'");
    case State::kCssUrl:
      return InStyleString(std::move(context), text, ") \t\n\f\r");
    case State::kCssBlockComment:
      return InBlockComment(std::move(context), text, State::kCss);
    case State::kCssLineComment:
      return InLineComment(std::move(context), text, State::kCss);
    default:
      return InStyle(std::move(context), text);
  }
}

}  // namespace watchfire::templates::html

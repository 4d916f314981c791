#include "template/html/escapers.h"

#include <fmt/core.h>

#include <array>
#include <cmath>

#include "base/numbers.h"
#include "base/text.h"
#include "template/format.h"
#include "template/html/context.h"
#include "template/json_text.h"
#include "template/number.h"

namespace watchfire::templates::html {
namespace {

constexpr std::string_view kUnsafe = "ZgotmplZ";

struct Input {
  std::string text;
  TextType type = TextType::kString;
};

// A missing value prints as nothing.
Result<Input> InputOf(const Value& value, Budget& budget) {
  Input input;
  if (value.kind() == Kind::kString) {
    input = {std::string(value.text()), value.text_type()};
    TRY(budget.Charge(input.text.size() * 4));  // what escaping makes of it, about
  } else if (value.valid()) {
    input.text = TRY(Sprint(std::span<const Value>(&value, 1), budget));
  }
  return input;
}

// `keep_ampersand`: entities that are there stay. `unquoted`: more characters end the value.
std::string EscapeHtmlText(std::string_view text, bool keep_ampersand, bool unquoted = false) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (char c : text) {
    switch (c) {
      case '\0':
        out += unquoted ? "&#xfffd;" : "\uFFFD";
        break;
      case '&':
        out += keep_ampersand ? "&" : "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
      case '\'':
      case '+':
        out += fmt::format("&#{};", static_cast<int>(c));
        break;
      case '\t':
      case '\n':
      case '\v':
      case '\f':
      case '\r':
      case ' ':
      case '=':
      case '`':
        if (unquoted) {
          out += fmt::format("&#{};", static_cast<int>(c));
          break;
        }
        [[fallthrough]];
      default:
        out += c;
    }
  }
  return out;
}

// HTML without its tags and comments; unchanged if there are none.
std::string StripTags(const std::string& html) {
  std::string out;
  Context context;
  size_t at = 0;
  bool all_text = true;
  while (at < html.size()) {
    std::string_view rest = std::string_view(html).substr(at);
    if (context.delim != Delim::kNone) {
      size_t end = rest.find_first_of(DelimEnds(context.delim));
      if (end == std::string_view::npos) break;
      at += end + (context.delim == Delim::kSpaceOrTagEnd ? 0 : 1);
      Element element = context.element;
      context = Context{State::kTag};
      context.element = element;
      continue;
    }
    State state = context.state;
    if (context.element != Element::kNone && !IsInTag(state)) state = State::kRcdata;
    Step step = Transition(state, context, rest);
    if (context.state == State::kText || context.state == State::kRcdata) {
      size_t end = step.read;
      if (step.context.state != context.state) {
        size_t open = rest.substr(0, end).rfind('<');
        if (open != std::string_view::npos) end = open;
      }
      out += rest.substr(0, end);
    } else {
      all_text = false;
    }
    if (step.context.state == State::kError) break;
    if (step.read == 0 && step.context == context) break;
    context = step.context;
    at += step.read;
  }
  if (all_text) return html;
  if (context.state == State::kText || context.state == State::kRcdata) out += html.substr(at);
  return out;
}

bool IsPlainUrlByte(char c, bool normalize) {
  constexpr std::string_view kUnreserved = "-._~";
  constexpr std::string_view kReserved = "!#$&*+,/:;=?@[]";
  if (c >= 0 && (IsLetter(static_cast<uint32_t>(c)) || IsDigit(static_cast<uint32_t>(c)))) {
    return true;
  }
  return kUnreserved.find(c) != std::string_view::npos ||
         (normalize && kReserved.find(c) != std::string_view::npos);
}

bool IsHex(std::string_view text, size_t at) {
  return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
}

std::string ProcessUrl(std::string_view text, bool normalize) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    bool escaped = c == '%' && normalize && IsHex(text, at + 1) && IsHex(text, at + 2);
    if (escaped || IsPlainUrlByte(c, normalize)) {
      out += c;
    } else {
      out += fmt::format("%{:02x}", static_cast<uint8_t>(c));
    }
  }
  return out;
}

bool IsSafeUrl(std::string_view url) {
  size_t colon = url.find(':');
  if (colon == std::string_view::npos) return true;
  std::string_view scheme = url.substr(0, colon);
  if (scheme.find('/') != std::string_view::npos) return true;
  return EqualsIgnoreCase(scheme, "http") || EqualsIgnoreCase(scheme, "https") ||
         EqualsIgnoreCase(scheme, "mailto");
}

std::string JsStringText(std::string_view text, std::string_view more) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    Rune rune = RuneAt(text, at);
    std::string_view bytes = text.substr(at, rune.size);
    at += rune.size;
    uint32_t c = rune.code;
    constexpr std::string_view kEscaped = "\"'`&+<>";
    if (c == '\\' || c == '/') {
      out += '\\';
      out += bytes;
    } else if (c == '\t' || c == '\n' || c == '\f' || c == '\r') {
      out += c == '\t' ? "\\t" : c == '\n' ? "\\n" : c == '\f' ? "\\f" : "\\r";
    } else if (c < 0x80 && more.find(static_cast<char>(c)) != std::string_view::npos) {
      out += '\\';
      out += bytes;
    } else if (c < 0x20 || c == 0x2028 || c == 0x2029 ||
               (c < 0x80 && kEscaped.find(static_cast<char>(c)) != std::string_view::npos)) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out += bytes;
    }
  }
  return out;
}

bool IsCssName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

// Backslash escapes resolved, so that nothing hides behind them.
std::string DecodeCss(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at++];
      continue;
    }
    size_t end = at + 1;
    uint32_t code = 0;
    while (end < text.size() && end < at + 7 && IsHex(text, end)) {
      char c = text[end++];
      code = code * 16 + static_cast<uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (end == at + 1) {
      out += text[end++];
    } else {
      AppendUtf8(out, code > 0x10ffff ? 0xfffd : code);
      if (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) != 0) ++end;
    }
    at = end;
  }
  return out;
}

bool IsSafeCss(std::string_view text) {
  constexpr std::string_view kBad("\0\"'()/;@[\\]`{}<>", 16);
  std::string name;
  for (size_t i = 0; i < text.size(); ++i) {
    if (kBad.find(text[i]) != std::string_view::npos) return false;
    if (text[i] == '-' && i > 0 && text[i - 1] == '-') return false;  // <!-- and -->
    if (IsCssName(text[i]) && text[i] != '-') name += text[i];
  }
  std::string lower = ToLower(name);
  return lower.find("expression") == std::string::npos &&
         lower.find("mozbinding") == std::string::npos;
}

}  // namespace

Result<Value> EscapeText(const Value& value, Budget& budget) {
  if (value.kind() == Kind::kString && value.text_type() == TextType::kHtml) return value;
  return Value::Text(EscapeHtmlText(TRY(InputOf(value, budget)).text, false));
}

Result<Value> EscapeRcdata(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  return Value::Text(EscapeHtmlText(input.text, input.type == TextType::kHtml));
}

Result<Value> EscapeAttribute(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  if (input.type == TextType::kHtml) {
    return Value::Text(EscapeHtmlText(StripTags(input.text), true));
  }
  return Value::Text(EscapeHtmlText(input.text, false));
}

Result<Value> EscapeUnquotedAttribute(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  if (input.text.empty()) return Value::View(kUnsafe);
  bool html = input.type == TextType::kHtml;
  return Value::Text(EscapeHtmlText(html ? StripTags(input.text) : input.text, html, true));
}

Result<Value> EscapeComment(const Value&, Budget&) {
  return Value::View("");
}

Result<Value> FilterName(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  if (input.type == TextType::kHtmlAttribute) return Value::Text(input.text);
  std::string name = ToLower(input.text);
  if (name.empty() || AttributeType(name) != ContentType::kPlain) return Value::View(kUnsafe);
  for (char c : name) {
    bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    if (!good) return Value::View(kUnsafe);
  }
  return Value::Text(std::move(name));
}

Result<Value> FilterUrl(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  if (input.type == TextType::kUrl) return value;
  if (!IsSafeUrl(input.text)) return Value::Text("#" + std::string(kUnsafe));
  return Value::Text(std::move(input.text));
}

Result<Value> NormalizeUrl(const Value& value, Budget& budget) {
  return Value::Text(ProcessUrl(TRY(InputOf(value, budget)).text, true));
}

Result<Value> EscapeUrl(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  return Value::Text(ProcessUrl(input.text, input.type == TextType::kUrl));
}

// URLs with widths, between commas.
Result<Value> EscapeSrcset(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  if (input.type == TextType::kUrl) {
    return Value::Text(ReplaceAll(ProcessUrl(input.text, true), ",", "%2c"));
  }
  std::string out;
  for (std::string_view part : Split(input.text, ',')) {
    if (!out.empty()) out += ',';
    std::string_view url = TrimSpace(part);
    size_t space = url.find(' ');
    std::string_view width = space == std::string_view::npos ? "" : url.substr(space);
    url = url.substr(0, space);
    bool plain_width = true;
    for (char c : width) {
      plain_width = plain_width && (c == ' ' || c == '.' || (c >= 0 && IsDigit(uint32_t(c))) ||
                                    (c >= 0 && IsLetter(uint32_t(c))));
    }
    if (!IsSafeUrl(url) || !plain_width) {
      out += "#" + std::string(kUnsafe);
    } else {
      out += ProcessUrl(url, true) + std::string(width);
    }
  }
  return Value::Text(std::move(out));
}

Result<Value> EscapeJsValue(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  switch (value.kind()) {
    case Kind::kInvalid:
      return Value::View(" null ");
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kUint:
      return Value::Text(" " + input.text + " ");
    case Kind::kFloat:
      if (!std::isfinite(value.number())) return Value::View(" null ");
      return Value::Text(" " + FormatFloatJson(value.number()) + " ");
    case Kind::kList:
    case Kind::kMap:
    case Kind::kStruct:
      return Value::Text(TRY(ToJsonText(value, budget)));
    default:
      break;
  }
  if (input.type == TextType::kJs) return Value::Text(input.text);
  if (input.type == TextType::kJsString) return Value::Text("\"" + input.text + "\"");
  std::string out;
  AppendJsonString(&out, input.text);
  return Value::Text(std::move(out));
}

Result<Value> EscapeJsString(const Value& value, Budget& budget) {
  return Value::Text(JsStringText(TRY(InputOf(value, budget)).text, ""));
}

Result<Value> EscapeJsRegexp(const Value& value, Budget& budget) {
  std::string text = JsStringText(TRY(InputOf(value, budget)).text, "$()*-.?[]^{|}");
  if (text.empty()) text = "(?:)";
  return Value::Text(std::move(text));
}

Result<Value> FilterCss(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  if (input.type == TextType::kCss) return Value::Text(input.text);
  std::string text = DecodeCss(input.text);
  if (!IsSafeCss(text)) return Value::View(kUnsafe);
  return Value::Text(std::move(text));
}

Result<Value> EscapeCssString(const Value& value, Budget& budget) {
  Input input = TRY(InputOf(value, budget));
  constexpr std::string_view kEscaped("\0\t\n\f\r\"&'()+/:;<>{}", 18);
  std::string out;
  for (size_t i = 0; i < input.text.size(); ++i) {
    char c = input.text[i];
    if (c == '\\') {
      out += "\\\\";
    } else if (kEscaped.find(c) != std::string_view::npos) {
      out += fmt::format("\\{:x}", static_cast<int>(c));
      bool needs_space = i + 1 == input.text.size() || IsHex(input.text, i + 1) ||
                         input.text[i + 1] == ' ' || input.text[i + 1] == '\t';
      if (needs_space) out += ' ';
    } else {
      out += c;
    }
  }
  return Value::Text(std::move(out));
}

namespace {

Result<Value> Predefined(const Value& value, Budget& budget,
                         std::string (*escape)(std::string_view)) {
  if (!value.valid()) return Value::Text(escape("<no value>"));
  return Value::Text(escape(TRY(InputOf(value, budget)).text));
}

}  // namespace

Result<Value> PredefinedHtml(const Value& value, Budget& budget) {
  return Predefined(value, budget, templates::EscapeHtml);
}

Result<Value> PredefinedUrlquery(const Value& value, Budget& budget) {
  return Predefined(value, budget, templates::EscapeQuery);
}

}  // namespace watchfire::templates::html

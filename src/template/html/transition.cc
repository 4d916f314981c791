#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "template/html/context.h"

namespace watchfire::templates::html {
namespace {

constexpr std::string_view kSpaces = " \t\n\f\r";

bool IsAlpha(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

bool IsAlphanumeric(char c) {
  return IsAlpha(c) || (c >= '0' && c <= '9');
}

size_t SkipSpaces(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(kSpaces, at), text.size());
}

Element ElementNamed(std::string_view name) {
  std::string lower = ToLower(name);
  if (lower == "script") return Element::kScript;
  if (lower == "style") return Element::kStyle;
  if (lower == "textarea") return Element::kTextarea;
  if (lower == "title") return Element::kTitle;
  return Element::kNone;
}

std::string_view NameOf(Element element) {
  constexpr std::array<std::string_view, 5> kNames = {"", "script", "style", "textarea", "title"};
  return kNames[static_cast<size_t>(element)];
}

State ContentOf(Element element) {
  switch (element) {
    case Element::kScript:
      return State::kJs;
    case Element::kStyle:
      return State::kCss;
    case Element::kTextarea:
    case Element::kTitle:
      return State::kRcdata;
    case Element::kNone:
      break;
  }
  return State::kText;
}

State ValueState(Attr attr) {
  switch (attr) {
    case Attr::kScript:
      return State::kJs;
    case Attr::kStyle:
      return State::kCss;
    case Attr::kUrl:
      return State::kUrl;
    case Attr::kSrcset:
      return State::kSrcset;
    case Attr::kScriptType:
    case Attr::kNone:
      break;
  }
  return State::kAttr;
}

// The end of a tag name that begins at `at`, or `at`.
size_t TagNameEnd(std::string_view text, size_t at) {
  if (at == text.size() || !IsAlpha(text[at])) return at;
  size_t end = at + 1;
  while (end < text.size()) {
    bool joins = (text[end] == ':' || text[end] == '-') && end + 1 < text.size() &&
                 IsAlphanumeric(text[end + 1]);
    if (IsAlphanumeric(text[end])) {
      ++end;
    } else if (joins) {
      end += 2;
    } else {
      break;
    }
  }
  return end;
}

Step InText(const Context& context, std::string_view text) {
  for (size_t from = 0;;) {
    size_t at = text.find('<', from);
    if (at == std::string_view::npos || at + 1 == text.size()) return {context, text.size()};
    if (text.substr(at, 4) == "<!--") return {Context{State::kHtmlComment}, at + 4};
    ++at;
    bool end = text[at] == '/';
    if (end && ++at == text.size()) return {context, text.size()};
    size_t name_end = TagNameEnd(text, at);
    if (name_end != at) {
      Context tag{State::kTag};
      if (!end) tag.element = ElementNamed(text.substr(at, name_end - at));
      return {tag, name_end};
    }
    from = at;
  }
}

// The end of an attribute name; an error for characters that make the name doubtful.
size_t AttrNameEnd(std::string_view text, size_t at, std::string* error) {
  for (size_t end = at; end < text.size(); ++end) {
    char c = text[end];
    if (kSpaces.find(c) != std::string_view::npos || c == '=' || c == '>') return end;
    if (c == '\'' || c == '"' || c == '<') {
      *error = fmt::format("{} in attribute name: {}", GoQuote(text.substr(end, 1)),
                           GoQuote(text.substr(0, 32)));
      return text.size();
    }
  }
  return text.size();
}

Attr AttrNamed(std::string_view name, Element element) {
  std::string lower = ToLower(name);
  if (element == Element::kScript && lower == "type") return Attr::kScriptType;
  switch (AttributeType(lower)) {
    case ContentType::kUrl:
      return Attr::kUrl;
    case ContentType::kCss:
      return Attr::kStyle;
    case ContentType::kJs:
      return Attr::kScript;
    case ContentType::kSrcset:
      return Attr::kSrcset;
    case ContentType::kPlain:
    case ContentType::kUnsafe:
      break;
  }
  return Attr::kNone;
}

Step InTag(const Context& context, std::string_view text) {
  size_t at = SkipSpaces(text, 0);
  if (at == text.size()) return {context, text.size()};
  if (text[at] == '>') {
    Context inside{ContentOf(context.element)};
    inside.element = context.element;
    return {inside, at + 1};
  }
  std::string error;
  size_t end = AttrNameEnd(text, at, &error);
  if (error.empty() && end == at) {
    error = "expected space, attr name, or end of tag, but got " + GoQuote(text.substr(at));
  }
  if (!error.empty()) return {Context::Failed(error), text.size()};
  Context name{end == text.size() ? State::kAttrName : State::kAfterName};
  name.element = context.element;
  name.attr = AttrNamed(text.substr(at, end - at), context.element);
  return {name, end};
}

Step InAttrName(Context context, std::string_view text) {
  std::string error;
  size_t end = AttrNameEnd(text, 0, &error);
  if (!error.empty()) return {Context::Failed(error), text.size()};
  if (end != text.size()) context.state = State::kAfterName;
  return {context, end};
}

Step AfterName(Context context, std::string_view text) {
  size_t at = SkipSpaces(text, 0);
  if (at == text.size()) return {context, at};
  if (text[at] != '=') {
    context.state = State::kTag;
    return {context, at};
  }
  context.state = State::kBeforeValue;
  return {context, at + 1};
}

Step BeforeValue(Context context, std::string_view text) {
  size_t at = SkipSpaces(text, 0);
  if (at == text.size()) return {context, at};
  context.delim = text[at] == '"'    ? Delim::kDoubleQuote
                  : text[at] == '\'' ? Delim::kSingleQuote
                                     : Delim::kSpaceOrTagEnd;
  if (context.delim != Delim::kSpaceOrTagEnd) ++at;
  context.state = ValueState(context.attr);
  return {context, at};
}

Step InUrl(Context context, std::string_view text) {
  if (text.find_first_of("#?") != std::string_view::npos) {
    context.url_part = UrlPart::kQueryOrFragment;
  } else if (SkipSpaces(text, 0) != text.size() && context.url_part == UrlPart::kNone) {
    context.url_part = UrlPart::kPreQuery;
  }
  return {context, text.size()};
}

bool InScriptLiteral(State state) {
  return state == State::kJsDoubleQuoted || state == State::kJsSingleQuoted ||
         state == State::kJsTemplateLiteral || state == State::kJsRegexp;
}

// Where "</script" and the like end the element; npos if they do not.
size_t SpecialTagEnd(const Context& context, std::string_view text) {
  if (context.element == Element::kNone) return std::string_view::npos;
  // Script literals may name their own end tag.
  bool script = context.element == Element::kScript;
  if (script && (InScriptLiteral(context.state) || IsComment(context.state))) {
    return std::string_view::npos;
  }
  std::string_view name = NameOf(context.element);
  for (size_t at = text.find("</"); at != std::string_view::npos; at = text.find("</", at + 2)) {
    std::string_view rest = text.substr(at + 2);
    if (rest.size() > name.size() && EqualsIgnoreCase(rest.substr(0, name.size()), name) &&
        std::string_view("> \t\n\f/").find(rest[name.size()]) != std::string_view::npos) {
      return at;
    }
  }
  return std::string_view::npos;
}

bool IsJsType(std::string_view type) {
  std::string lower = ToLower(TrimSpace(type.substr(0, type.find(';'))));
  constexpr std::array<std::string_view, 10> kTypes = {
      "application/ecmascript",   "application/javascript",
      "application/json",         "application/ld+json",
      "application/x-javascript", "module",
      "text/ecmascript",          "text/javascript",
      "text/x-javascript",        ""};
  return std::find(kTypes.begin(), kTypes.end(), lower) != kTypes.end();
}

// Inside an attribute's value: to its end, or on inside it.
Step InValue(Context context, std::string_view text) {
  size_t end = std::min(text.find_first_of(DelimEnds(context.delim)), text.size());
  if (context.delim == Delim::kSpaceOrTagEnd) {
    size_t bad = text.substr(0, end).find_first_of("\"'<=`");
    if (bad != std::string_view::npos) {
      return {Context::Failed(fmt::format("{} in unquoted attr: {}", GoQuote(text.substr(bad, 1)),
                                          GoQuote(text.substr(0, end)))),
              text.size()};
    }
  }
  if (end == text.size()) {
    std::string plain = Unescape(text);
    for (std::string_view rest = plain; !rest.empty();) {
      Step step = Transition(context.state, context, rest);
      context = step.context;
      rest.remove_prefix(step.read);
    }
    return {context, text.size()};
  }
  Context tag{State::kTag};
  tag.element = context.element;
  bool script_type = context.state == State::kAttr && context.element == Element::kScript &&
                     context.attr == Attr::kScriptType;
  if (script_type && !IsJsType(text.substr(0, end))) tag.element = Element::kNone;
  return {tag, end + (context.delim == Delim::kSpaceOrTagEnd ? 0 : 1)};
}

}  // namespace

Context Context::Failed(std::string message) {
  Context context{State::kError};
  context.error = std::move(message);
  return context;
}

std::string Context::ToString() const {
  constexpr std::array<std::string_view, 27> kStates = {
      "stateText",       "stateTag",       "stateAttrName", "stateAfterName",   "stateBeforeValue",
      "stateHTMLCmt",    "stateRCDATA",    "stateAttr",     "stateURL",         "stateSrcset",
      "stateJS",         "stateJSDqStr",   "stateJSSqStr",  "stateJSTmplLit",   "stateJSRegexp",
      "stateJSBlockCmt", "stateJSLineCmt", "stateCSS",      "stateCSSDqStr",    "stateCSSSqStr",
      "stateCSSDqURL",   "stateCSSSqURL",  "stateCSSURL",   "stateCSSBlockCmt", "stateCSSLineCmt",
      "stateError",      "stateDead"};
  constexpr std::array<std::string_view, 4> kDelims = {"delimNone", "delimDoubleQuote",
                                                       "delimSingleQuote", "delimSpaceOrTagEnd"};
  constexpr std::array<std::string_view, 4> kParts = {"urlPartNone", "urlPartPreQuery",
                                                      "urlPartQueryOrFrag", "urlPartUnknown"};
  constexpr std::array<std::string_view, 3> kJs = {"jsCtxRegexp", "jsCtxDivOp", "jsCtxUnknown"};
  constexpr std::array<std::string_view, 6> kAttrs = {"attrNone",  "attrScript", "attrScriptType",
                                                      "attrStyle", "attrURL",    "attrSrcset"};
  constexpr std::array<std::string_view, 5> kElements = {
      "elementNone", "elementScript", "elementStyle", "elementTextarea", "elementTitle"};
  return fmt::format("{{{} {} {} {} {} {} <nil>}}", kStates[static_cast<size_t>(state)],
                     kDelims[static_cast<size_t>(delim)], kParts[static_cast<size_t>(url_part)],
                     kJs[static_cast<size_t>(js)], kAttrs[static_cast<size_t>(attr)],
                     kElements[static_cast<size_t>(element)]);
}

std::string_view DelimEnds(Delim delim) {
  return delim == Delim::kDoubleQuote ? "\"" : delim == Delim::kSingleQuote ? "'" : " \t\n\f\r>";
}

bool IsComment(State state) {
  return state == State::kHtmlComment || state == State::kJsBlockComment ||
         state == State::kJsLineComment || state == State::kCssBlockComment ||
         state == State::kCssLineComment;
}

bool IsInTag(State state) {
  return state == State::kTag || state == State::kAttrName || state == State::kAfterName ||
         state == State::kBeforeValue || state == State::kAttr;
}

Context Nudge(Context context) {
  switch (context.state) {
    case State::kTag:
      context.state = State::kAttrName;
      break;
    case State::kBeforeValue:
      context.state = ValueState(context.attr);
      context.delim = Delim::kSpaceOrTagEnd;
      context.attr = Attr::kNone;
      break;
    case State::kAfterName:
      context.state = State::kAttrName;
      context.attr = Attr::kNone;
      break;
    default:
      break;
  }
  return context;
}

Step Transition(State state, const Context& context, std::string_view text) {
  switch (state) {
    case State::kText:
      return InText(context, text);
    case State::kTag:
      return InTag(context, text);
    case State::kAttrName:
      return InAttrName(context, text);
    case State::kAfterName:
      return AfterName(context, text);
    case State::kBeforeValue:
      return BeforeValue(context, text);
    case State::kHtmlComment: {
      size_t end = text.find("-->");
      if (end == std::string_view::npos) return {context, text.size()};
      return {Context(), end + 3};
    }
    case State::kRcdata: {
      size_t end = SpecialTagEnd(context, text);
      if (end == std::string_view::npos) return {context, text.size()};
      return {Context(), end};
    }
    case State::kUrl:
      return InUrl(context, text);
    case State::kAttr:
    case State::kSrcset:
    case State::kError:
    case State::kDead:
      return {context, text.size()};
    default:
      break;
  }
  return state < State::kCss ? JsTransition(state, context, text)
                             : CssTransition(state, context, text);
}

Step AfterText(const Context& context, std::string_view text) {
  if (context.delim != Delim::kNone) return InValue(context, text);
  size_t end = SpecialTagEnd(context, text);
  bool in_tag = IsInTag(context.state);
  if (end == std::string_view::npos || in_tag) return Transition(context.state, context, text);
  if (end == 0) return {Context(), 0};
  return Transition(context.state, context, text.substr(0, end));
}

ContentType AttributeType(std::string_view name) {
  constexpr std::array<std::string_view, 17> kUrls = {
      "action", "archive",    "background", "cite",   "classid",  "codebase",
      "data",   "formaction", "href",       "icon",   "longdesc", "manifest",
      "poster", "profile",    "src",        "usemap", "xmlns"};
  constexpr std::array<std::string_view, 19> kUnsafe = {
      "accept-charset", "async",      "challenge", "charset",     "crossorigin",
      "defer",          "enctype",    "form",      "formenctype", "formmethod",
      "formnovalidate", "http-equiv", "keytype",   "language",    "method",
      "novalidate",     "pattern",    "rel",       "sandbox"};
  if (name.starts_with("data-")) {
    name.remove_prefix(5);
  } else if (size_t colon = name.find(':'); colon != std::string_view::npos) {
    if (name.substr(0, colon) == "xmlns") return ContentType::kUrl;
    name.remove_prefix(colon + 1);
  }
  if (std::find(kUrls.begin(), kUrls.end(), name) != kUrls.end()) return ContentType::kUrl;
  if (name == "style") return ContentType::kCss;
  if (name == "srcset") return ContentType::kSrcset;
  if (name == "srcdoc") return ContentType::kPlain;  // HTML inside an attribute
  if (std::find(kUnsafe.begin(), kUnsafe.end(), name) != kUnsafe.end()) return ContentType::kUnsafe;
  if (name.starts_with("on")) return ContentType::kJs;
  for (std::string_view part : {"src", "uri", "url"}) {
    if (name.find(part) != std::string_view::npos) return ContentType::kUrl;
  }
  return ContentType::kPlain;
}

std::string Unescape(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEntities = {
      {{"quot", "\""}, {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"apos", "'"}}};
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
    if (end == std::string_view::npos || end - at > 10) {
      out += text[at++];
      continue;
    }
    std::string_view name = text.substr(at + 1, end - at - 1);
    auto entity = std::find_if(kEntities.begin(), kEntities.end(),
                               [&](const auto& known) { return known.first == name; });
    if (entity != kEntities.end()) {
      out += entity->second;
    } else if (name.size() > 1 && name[0] == '#') {
      bool hex = (name[1] | 0x20) == 'x';
      std::string digits(name.substr(hex ? 2 : 1));
      char* stop = nullptr;
      auto code = std::strtoul(digits.c_str(), &stop, hex ? 16 : 10);
      bool good = !digits.empty() && *stop == '\0' && code > 0 && code <= 0x10ffff;
      AppendUtf8(out, good ? static_cast<uint32_t>(code) : 0xfffd);
    } else {
      out += text.substr(at, end - at + 1);
    }
    at = end + 1;
  }
  return out;
}

}  // namespace watchfire::templates::html

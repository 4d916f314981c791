#pragma once
// Context: where in an HTML document the end of a literal text stands, as far as escaping needs to
// know: in text, in a tag, in what kind of attribute value, in a script or a style. Transitions
// read literal text and say where it leads. The states and rules are those of Go's html/template.
// Values and pure functions.

#include <cstdint>
#include <string>
#include <string_view>

namespace watchfire::templates::html {

enum class State : uint8_t {
  kText,
  kTag,
  kAttrName,
  kAfterName,
  kBeforeValue,
  kHtmlComment,
  kRcdata,
  kAttr,
  kUrl,
  kSrcset,
  kJs,
  kJsDoubleQuoted,
  kJsSingleQuoted,
  kJsTemplateLiteral,
  kJsRegexp,
  kJsBlockComment,
  kJsLineComment,
  kCss,
  kCssDoubleQuoted,
  kCssSingleQuoted,
  kCssDoubleQuotedUrl,
  kCssSingleQuotedUrl,
  kCssUrl,
  kCssBlockComment,
  kCssLineComment,
  kError,
  kDead  // behind break or continue
};
enum class Delim : uint8_t { kNone, kDoubleQuote, kSingleQuote, kSpaceOrTagEnd };
enum class UrlPart : uint8_t { kNone, kPreQuery, kQueryOrFragment, kUnknown };
enum class JsContext : uint8_t { kRegexp, kDivision, kUnknown };  // what a slash would start
enum class Attr : uint8_t { kNone, kScript, kScriptType, kStyle, kUrl, kSrcset };
enum class Element : uint8_t { kNone, kScript, kStyle, kTextarea, kTitle };

struct Context {
  State state = State::kText;
  Delim delim = Delim::kNone;
  UrlPart url_part = UrlPart::kNone;
  JsContext js = JsContext::kRegexp;
  Attr attr = Attr::kNone;
  Element element = Element::kNone;
  std::string error = {};  // of kError

  bool operator==(const Context&) const = default;
  // As upstream prints it in messages.
  std::string ToString() const;
  static Context Failed(std::string message);
};

struct Step {
  Context context;
  size_t read = 0;  // bytes of the text
};

// Reads some of `text`, which is not empty, from `context` on.
Step AfterText(const Context& context, std::string_view text);
// The same without looking for the end of an attribute value or special element.
Step Transition(State state, const Context& context, std::string_view text);
// Where an action stands: `<a {{.}}` means a name, `<a b={{.}}` a value without quotes.
Context Nudge(Context context);

bool IsComment(State state);
bool IsInTag(State state);
std::string_view DelimEnds(Delim delim);

enum class ContentType : uint8_t { kPlain, kCss, kJs, kUrl, kSrcset, kUnsafe };
// What an attribute's value is, by its name in lower case.
ContentType AttributeType(std::string_view name);

// The text of HTML with its entities resolved, as far as attribute values need it.
std::string Unescape(std::string_view text);

// Kept by script_transition.cc.
Step JsTransition(State state, Context context, std::string_view text);
Step CssTransition(State state, Context context, std::string_view text);

}  // namespace watchfire::templates::html

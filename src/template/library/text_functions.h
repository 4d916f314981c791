#pragma once
// Bodies of functions that both projects give their templates, and the helpers they are made of.
// The tables that name them are alert_functions.cc and rule_functions.cc. Pure, but for what they
// charge to the budget of a call.

#include <string>
#include <string_view>

#include "base/result.h"
#include "template/function.h"

namespace watchfire::templates {

Result<Value> ToUpperCall(Call& call);
Result<Value> ToLowerCall(Call& call);
Result<Value> MatchCall(Call& call);
Result<Value> ReReplaceAllCall(Call& call);
Result<Value> SafeHtmlCall(Call& call);
Result<Value> SafeUrlCall(Call& call);

// Alertmanager's title: words of Unicode text, the rest of each in lower case.
std::string TitleWords(std::string_view text);
// Go's strings.Title: the first letter of each word, the rest untouched.
std::string TitleFirstLetters(std::string_view text);

// Go's url.QueryUnescape; errors `invalid URL escape "%zz"`.
Result<std::string> UnescapeQuery(std::string_view text);

// encoding/base64 with the URL alphabet and padding.
std::string EncodeBase64Url(std::string_view bytes);
Result<std::string> DecodeBase64Url(std::string_view text);

}  // namespace watchfire::templates

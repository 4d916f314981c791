// The functions that Alertmanager adds to the language.

#include <fmt/core.h>

#include "base/text.h"
#include "template/json_text.h"
#include "template/library/alert_templates.h"
#include "template/library/humanize.h"
#include "template/library/text_functions.h"
#include "template/number.h"

namespace watchfire::templates {
namespace {

const AlertEnvironment& EnvironmentOf(const Call& call) {
  static const AlertEnvironment none;
  auto* environment = dynamic_cast<const AlertEnvironment*>(call.environment);
  return environment == nullptr ? none : *environment;
}

Result<Value> Charged(Call& call, std::string text) {
  TRY(call.budget.Charge(text.size()));
  return Value::Text(std::move(text));
}

bool IsUnicodeSpace(uint32_t code) {
  return (code >= 9 && code <= 13) || code == ' ' || code == 0x85 || code == 0xa0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
         code == 0x202f || code == 0x205f || code == 0x3000;
}

Result<Value> TrimSpaceCall(Call& call) {
  std::string_view text = call[0].text();
  size_t start = text.size();
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    Rune rune = RuneAt(text, at);
    if (!IsUnicodeSpace(rune.code)) {
      start = std::min(start, at);
      end = at + rune.size;
    }
    at += rune.size;
  }
  if (start >= end) return Value::View("");
  return Charged(call, std::string(text.substr(start, end - start)));
}

Result<Value> TitleCall(Call& call) {
  return Charged(call, TitleWords(call[0].text()));
}

// The elements of a list of texts.
Result<Value> JoinCall(Call& call) {
  const Value& list = call[1];
  std::string_view separator = call[0].text();
  if (!list.valid()) return Value::View("");
  if (list.kind() != Kind::kList) {
    return Error::Invalid("expected a list of strings; got {}", list.held_type_name());
  }
  std::string out;
  for (size_t i = 0; i < list.object().size(); ++i) {
    Value element = list.object().At(i);
    if (element.kind() != Kind::kString) {
      return Error::Invalid("expected a list of strings; element {} is {}", i,
                            element.held_type_name());
    }
    TRY(call.budget.Charge(element.text().size() + separator.size()));
    if (i > 0) out += separator;
    out += element.text();
  }
  return Value::Text(std::move(out));
}

Result<Value> UrlUnescapeCall(Call& call) {
  return Charged(call, TRY(UnescapeQuery(call[0].text())));
}

std::vector<Value> CopyOf(std::span<const Value> values) {
  return {values.begin(), values.end()};
}

Result<Value> StringSliceCall(Call& call) {
  TRY(call.budget.Charge(call.size() * sizeof(Value)));
  return Value::Make<List>(CopyOf(call.arguments), "[]string");
}

Result<Value> ListCall(Call& call) {
  TRY(call.budget.Charge(call.size() * sizeof(Value)));
  return Value::Make<List>(CopyOf(call.arguments));
}

Result<Value> AppendCall(Call& call) {
  const Value& list = call[0];
  if (list.valid() && list.kind() != Kind::kList) {
    return Error::Invalid("expected a list; got {}", list.held_type_name());
  }
  size_t size = list.valid() ? list.object().size() : 0;
  TRY(call.budget.Charge((size + call.size()) * sizeof(Value)));
  std::vector<Value> values;
  values.reserve(size + call.size());
  for (size_t i = 0; i < size; ++i) values.push_back(list.object().At(i).Unboxed());
  for (size_t i = 1; i < call.size(); ++i) values.push_back(call[i]);
  return Value::Make<List>(std::move(values));
}

Result<Value> DictCall(Call& call) {
  if (call.size() % 2 != 0) {
    return Error::Invalid("expected an even number of arguments; got {}", call.size());
  }
  TRY(call.budget.Charge(call.size() * sizeof(Value)));
  Map::Entries entries;
  for (size_t i = 0; i < call.size(); i += 2) {
    if (call[i].kind() != Kind::kString) {
      return Error::Invalid("expected a string for a key; got {}", call[i].held_type_name());
    }
    entries.emplace_back(std::string(call[i].text()), call[i + 1]);
  }
  return Value::Make<Map>(std::move(entries));
}

const GoTime& TimeOf(const Value& value) {
  return value.As<TimeObject>()->time();
}

Result<Value> DateCall(Call& call) {
  return Charged(call, FormatTime(TimeOf(call[1]), call[0].text()));
}

Result<Value> TzCall(Call& call) {
  GoTime time = TimeOf(call[1]);
  time.zone = TRY(EnvironmentOf(call).Zone(call[0].text()));
  return MakeTime(std::move(time));
}

GoTime Now(const Call& call) {
  const Clock* clock = EnvironmentOf(call).clock;
  return GoTime::OfMs((clock == nullptr ? Clock::System() : clock)->Now());
}

Result<Value> NowCall(Call& call) {
  GoTime now = Now(call);
  now.zone = TRY(EnvironmentOf(call).Zone("Local"));
  return MakeTime(std::move(now));
}

Result<Value> SinceCall(Call& call) {
  return Value::Int(Now(call).Since(TimeOf(call[0])), NumberType::kDuration);
}

Result<Value> HumanizeDurationCall(Call& call) {
  return Value::Text(HumanizeDuration(TRY(ConvertToFloat(call[0]))));
}

Result<Value> ToDateCall(Call& call) {
  auto time = ParseTime(call[0].text(), call[1].text());
  return MakeTime(time.ok() ? std::move(time).value() : GoTime());
}

Result<Value> MustToDateCall(Call& call) {
  return MakeTime(TRY(ParseTime(call[0].text(), call[1].text())));
}

Result<Value> ToJsonCall(Call& call) {
  return Value::Text(TRY(ToJsonText(call[0], call.budget)));
}

Result<Value> Base64EncodeCall(Call& call) {
  return Charged(call, EncodeBase64Url(call[0].text()));
}

Result<Value> Base64DecodeCall(Call& call) {
  return Charged(call, TRY(DecodeBase64Url(call[0].text())));
}

Result<Value> RouteLabelsCall(Call& call) {
  const AlertEnvironment& environment = EnvironmentOf(call);
  if (!environment.route_label) return Value::View("");
  return Charged(call, TRY(environment.route_label(call[0].text())));
}

}  // namespace

const FunctionTable& AlertFunctions() {
  constexpr std::string_view kString = "string";
  constexpr std::string_view kTime = "time.Time";
  static const FunctionTable table(
      Builtins(), {
                      {"toUpper", {kString}, false, ToUpperCall},
                      {"toLower", {kString}, false, ToLowerCall},
                      {"title", {kString}, false, TitleCall},
                      {"trimSpace", {kString}, false, TrimSpaceCall},
                      {"join", {kString, kAnyType}, false, JoinCall},
                      {"match", {kString, kString}, false, MatchCall},
                      {"reReplaceAll", {kString, kString, kString}, false, ReReplaceAllCall},
                      {"safeHtml", {kString}, false, SafeHtmlCall},
                      {"safeUrl", {kString}, false, SafeUrlCall},
                      {"urlUnescape", {kString}, false, UrlUnescapeCall},
                      {"stringSlice", {kString}, true, StringSliceCall},
                      {"list", {kAnyType}, true, ListCall},
                      {"append", {kAnyType, kAnyType}, true, AppendCall},
                      {"dict", {kAnyType}, true, DictCall},
                      {"date", {kString, kTime}, false, DateCall},
                      {"tz", {kString, kTime}, false, TzCall},
                      {"now", {}, false, NowCall},
                      {"since", {kTime}, false, SinceCall},
                      {"humanizeDuration", {kAnyType}, false, HumanizeDurationCall},
                      {"toDate", {kString, kString}, false, ToDateCall},
                      {"mustToDate", {kString, kString}, false, MustToDateCall},
                      {"toJson", {kAnyType}, false, ToJsonCall},
                      {"base64encode", {kString}, false, Base64EncodeCall},
                      {"base64decode", {kString}, false, Base64DecodeCall},
                      {"routeLabels", {kString}, false, RouteLabelsCall},
                  });
  return table;
}

}  // namespace watchfire::templates

// The functions that Prometheus adds to the language for rules.

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "model/duration.h"
#include "template/library/humanize.h"
#include "template/library/rule_values.h"
#include "template/library/text_functions.h"

namespace watchfire::templates {
namespace {

const RuleEnvironment& EnvironmentOf(const Call& call) {
  static const RuleEnvironment none;
  auto* environment = dynamic_cast<const RuleEnvironment*>(call.environment);
  return environment == nullptr ? none : *environment;
}

Result<Value> Charged(Call& call, std::string text) {
  TRY(call.budget.Charge(text.size()));
  return Value::Text(std::move(text));
}

Result<Value> QueryCall(Call& call) {
  const RuleEnvironment& environment = EnvironmentOf(call);
  if (!environment.query) return Error::Invalid("no queries here");
  auto samples = TRY(environment.query(call[0].text()));
  uint64_t bytes = 0;
  for (const QuerySample& sample : samples) bytes += 64 + sample.labels.size_bytes();
  TRY(call.budget.Charge(bytes));
  return QueryResultValue(std::move(samples));
}

Result<Value> FirstCall(Call& call) {
  if (!call[0].valid() || call[0].object().size() == 0) {
    return Error::Invalid("first() called on vector with no elements");
  }
  return call[0].object().At(0);
}

Result<const QuerySample*> SampleOf(const Value& value) {
  auto* sample = value.As<SampleObject>();
  if (sample == nullptr) {
    return Error::Invalid("runtime error: invalid memory address or nil pointer dereference");
  }
  return &sample->sample();
}

Result<Value> ValueCall(Call& call) {
  return NumberValue(TRY(SampleOf(call[0]))->value);
}

Result<Value> LabelCall(Call& call) {
  const QuerySample* sample = TRY(SampleOf(call[1]));
  return Charged(call, std::string(sample->labels.Get(call[0].text())));
}

Result<Value> StrvalueCall(Call& call) {
  const QuerySample* sample = TRY(SampleOf(call[0]));
  return Charged(call, std::string(sample->labels.Get("__value__")));
}

Result<Value> SortByLabelCall(Call& call) {
  if (!call[1].valid()) return call[1];
  std::vector<Value> samples;
  for (size_t i = 0; i < call[1].object().size(); ++i) {
    samples.push_back(call[1].object().At(i));
  }
  TRY(call.budget.Charge(samples.size() * sizeof(Value)));
  std::string_view label = call[0].text();
  auto value_of = [label](const Value& v) {
    return v.As<SampleObject>()->sample().labels.Get(label);
  };
  std::stable_sort(samples.begin(), samples.end(),
                   [&](const Value& a, const Value& b) { return value_of(a) < value_of(b); });
  return Value::Make<List>(std::move(samples), kQueryResultType, "[]*template.sample");
}

Result<Value> ArgsCall(Call& call) {
  Map::Entries entries;
  for (size_t i = 0; i < call.size(); ++i) entries.emplace_back(fmt::format("arg{}", i), call[i]);
  TRY(call.budget.Charge(call.size() * sizeof(Value)));
  return Value::Make<Map>(std::move(entries));
}

template <std::string (*Write)(double)>
Result<Value> Humanized(Call& call) {
  return Value::Text(Write(TRY(ConvertToFloat(call[0]))));
}

Result<Value> HumanizeTimestampCall(Call& call) {
  double v = TRY(ConvertToFloat(call[0]));
  return Value::Text(TRY(HumanizeTimestamp(v)));
}

Result<Value> ToTimeCall(Call& call) {
  double v = TRY(ConvertToFloat(call[0]));
  GoTime time = TRY(TimeOfSeconds(v));
  return Value::Make<TimeObject>(std::move(time), "*time.Time");
}

Result<Value> ToDurationCall(Call& call) {
  double v = TRY(ConvertToFloat(call[0]));
  return Value::Int(TRY(DurationOfSeconds(v)), NumberType::kDuration);
}

Result<Value> NowCall(Call& call) {
  return Value::Float(ToSeconds(EnvironmentOf(call).now));
}

Result<Value> ParseDurationCall(Call& call) {
  std::string_view text = call[0].text();
  bool negative = text.starts_with('-') && text.size() > 1;
  auto ms = model::ParseDurationMs(text.substr(negative ? 1 : 0));
  if (!ms.ok()) return ms.error();
  return Value::Float(ToSeconds(negative ? -*ms : *ms));
}

Result<Value> TitleCall(Call& call) {
  return Charged(call, TitleFirstLetters(call[0].text()));
}

struct HostPort {
  std::string_view host;
  std::string_view port;
};

// Go's net.SplitHostPort; nullopt where that fails.
std::optional<HostPort> SplitHostPort(std::string_view text) {
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  HostPort split{text.substr(0, colon), text.substr(colon + 1)};
  if (text.starts_with('[')) {
    size_t close = text.find(']');
    if (close == std::string_view::npos || close + 1 != colon) return std::nullopt;
    split.host = text.substr(1, close - 1);
  } else if (split.host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (split.host.find_first_of("[]") != std::string_view::npos ||
      split.port.find_first_of("[]") != std::string_view::npos) {
    return std::nullopt;
  }
  return split;
}

bool IsIpAddress(std::string_view host) {
  std::string text(host);
  in6_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

Result<Value> StripPortCall(Call& call) {
  auto split = SplitHostPort(call[0].text());
  return Charged(call, std::string(split ? split->host : call[0].text()));
}

Result<Value> StripDomainCall(Call& call) {
  auto split = SplitHostPort(call[0].text());
  std::string_view host = split ? split->host : call[0].text();
  if (IsIpAddress(host)) return call[0];
  std::string first(host.substr(0, host.find('.')));
  if (!split || split->port.empty()) return Charged(call, std::move(first));
  if (first.find(':') != std::string::npos) first = "[" + first + "]";
  return Charged(call, first + ":" + std::string(split->port));
}

template <int kTab>
Result<Value> GraphLinkCall(Call& call) {
  return Charged(call,
                 fmt::format("/graph?g0.expr={}&g0.tab={}", EscapeQuery(call[0].text()), kTab));
}

Result<Value> UrlQueryEscapeCall(Call& call) {
  return Charged(call, EscapeQuery(call[0].text()));
}

Result<Value> ExternalUrlCall(Call& call) {
  return Value::Text(EnvironmentOf(call).external_url);
}

Result<Value> PathPrefixCall(Call& call) {
  return Value::Text(EnvironmentOf(call).path_prefix);
}

std::vector<Function> QueryFunctions() {
  constexpr std::string_view kString = "string";
  return {
      {"query", {kString}, false, QueryCall},
      {"first", {kQueryResultType}, false, FirstCall},
      {"value", {kSampleType}, false, ValueCall},
      {"label", {kString, kSampleType}, false, LabelCall},
      {"strvalue", {kSampleType}, false, StrvalueCall},
      {"sortByLabel", {kString, kQueryResultType}, false, SortByLabelCall},
      {"args", {kAnyType}, true, ArgsCall},
      {"graphLink", {kString}, false, GraphLinkCall<0>},
      {"tableLink", {kString}, false, GraphLinkCall<1>},
      {"externalURL", {}, false, ExternalUrlCall},
      {"pathPrefix", {}, false, PathPrefixCall},
  };
}

}  // namespace

const FunctionTable& RuleFunctions() {
  constexpr std::string_view kString = "string";
  static const FunctionTable base(Builtins(), QueryFunctions());
  static const FunctionTable table(
      base, {
                {"humanize", {kAnyType}, false, Humanized<Humanize>},
                {"humanize1024", {kAnyType}, false, Humanized<Humanize1024>},
                {"humanizeDuration", {kAnyType}, false, Humanized<HumanizeDuration>},
                {"humanizePercentage", {kAnyType}, false, Humanized<HumanizePercentage>},
                {"humanizeTimestamp", {kAnyType}, false, HumanizeTimestampCall},
                {"toTime", {kAnyType}, false, ToTimeCall},
                {"toDuration", {kAnyType}, false, ToDurationCall},
                {"now", {}, false, NowCall},
                {"parseDuration", {kString}, false, ParseDurationCall},
                {"title", {kString}, false, TitleCall},
                {"toUpper", {kString}, false, ToUpperCall},
                {"toLower", {kString}, false, ToLowerCall},
                {"match", {kString, kString}, false, MatchCall},
                {"reReplaceAll", {kString, kString, kString}, false, ReReplaceAllCall},
                {"safeHtml", {kString}, false, SafeHtmlCall},
                {"stripPort", {kString}, false, StripPortCall},
                {"stripDomain", {kString}, false, StripDomainCall},
                {"urlQueryEscape", {kString}, false, UrlQueryEscapeCall},
            });
  return table;
}

}  // namespace watchfire::templates

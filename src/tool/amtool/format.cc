#include "tool/amtool/format.h"

#include <algorithm>

#include "alerting/alerts/alert.h"
#include "alerting/amconfig/matcher.h"
#include "base/text.h"
#include "template/library/go_time.h"
#include "tool/amtool/table_writer.h"

namespace watchfire::amtool {
namespace {

using codec::Json;

std::string JsonLine(const Json& value) {
  return value.ToString() + "\n";
}

const Json::Array& Elements(const Json& json) {
  static const Json::Array none;
  const Json::Array* elements = json.AsArray();
  return elements == nullptr ? none : *elements;
}

alerting::AlertTime TimeOf(const Json& object, std::string_view name) {
  return alerting::ParseAlertTime(TextOf(object, name)).value_or(alerting::AlertTime{});
}

// A line is what ends with a newline, so times are shown in the zone in which they came.
std::string Date(const Json& object, std::string_view name, const Style& style) {
  alerting::AlertTime time = TimeOf(object, name);
  templates::GoTime shown;
  if (!time.absent()) {
    shown = templates::GoTime::OfNanos(time.unix_ns);
    if (time.offset_s != 0) shown.zone = TimeZone::Fixed("", time.offset_s);
  }
  return templates::FormatTime(shown, style.date_format);
}

void SortByTime(Json::Array* elements, std::string_view name) {
  std::stable_sort(elements->begin(), elements->end(),
                   [&](const Json& a, const Json& b) { return TimeOf(a, name) < TimeOf(b, name); });
}

std::string MatcherText(const Json& matcher) {
  const Json* is_equal = matcher.Find("isEqual");
  const Json* is_regex = matcher.Find("isRegex");
  bool equal = is_equal == nullptr || is_equal->AsBool().value_or(true);
  bool regex = is_regex != nullptr && is_regex->AsBool().value_or(false);
  using amconfig::MatchType;
  MatchType type = regex ? (equal ? MatchType::kRegex : MatchType::kNotRegex)
                         : (equal ? MatchType::kEqual : MatchType::kNotEqual);
  std::string name = TextOf(matcher, "name");
  std::string value = TextOf(matcher, "value");
  Result<amconfig::Matcher> made = amconfig::Matcher::Make(type, name, value);
  // The server has taken it, so at worst it knows regular expressions that we do not.
  return made.ok() ? made->ToString() : fmt::format("{}{}{}", name, equal ? "=~" : "!~", value);
}

std::string MatchersText(const Json& silence, std::string_view between) {
  const Json* matchers = silence.Find("matchers");
  std::vector<std::string> texts;
  if (matchers != nullptr) {
    for (const Json& matcher : Elements(*matchers)) texts.push_back(MatcherText(matcher));
  }
  return Join(texts, between);
}

// `a="1" b="2"`, sorted.
std::string PairsText(const Json& object, std::string_view name) {
  const Json* pairs = object.Find(name);
  std::vector<std::string> texts;
  if (pairs != nullptr && pairs->AsObject() != nullptr) {
    for (const Json::Member& pair : *pairs->AsObject()) {
      const std::string* value = pair.value.AsString();
      texts.push_back(fmt::format("{}=\"{}\"", pair.name, value != nullptr ? *value : ""));
    }
  }
  std::sort(texts.begin(), texts.end());
  return Join(texts, " ");
}

std::string NestedText(const Json& object, std::string_view outer, std::string_view inner) {
  const Json* found = object.Find(outer);
  return found != nullptr ? TextOf(*found, inner) : std::string();
}

}  // namespace

std::string TextOf(const Json& object, std::string_view name) {
  const Json* found = object.Find(name);
  return found != nullptr && found->AsString() != nullptr ? *found->AsString() : std::string();
}

std::string FormatAlerts(Json alerts, const Style& style) {
  if (style.output == "json") return JsonLine(alerts);
  if (alerts.AsArray() != nullptr) SortByTime(alerts.AsArray(), "startsAt");
  bool extended = style.output == "extended";
  std::string text = extended ? "Labels\tAnnotations\tStarts At\tEnds At\tGenerator URL\tState\t\n"
                              : "Alertname\tStarts At\tSummary\tState\t\n";
  for (const Json& alert : Elements(alerts)) {
    std::string state = NestedText(alert, "status", "state");
    std::string start = Date(alert, "startsAt", style);
    if (extended) {
      text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t\n", PairsText(alert, "labels"),
                          PairsText(alert, "annotations"), start, Date(alert, "endsAt", style),
                          TextOf(alert, "generatorURL"), state);
    } else {
      text += fmt::format("{}\t{}\t{}\t{}\t\n", NestedText(alert, "labels", "alertname"), start,
                          NestedText(alert, "annotations", "summary"), state);
    }
  }
  return AlignTabs(text);
}

std::string FormatSilences(Json silences, const Style& style) {
  if (style.output == "json") return JsonLine(silences);
  if (silences.AsArray() != nullptr) SortByTime(silences.AsArray(), "endsAt");
  bool extended = style.output == "extended";
  std::string text = extended
                         ? "ID\tMatchers\tStarts At\tEnds At\tUpdated At\tCreated By\tComment\t\n"
                         : "ID\tMatchers\tEnds At\tCreated By\tComment\t\n";
  for (const Json& silence : Elements(silences)) {
    text += TextOf(silence, "id") + "\t";
    if (extended) {
      text += fmt::format("{{{}}}\t{}\t{}\t{}\t", MatchersText(silence, ","),
                          Date(silence, "startsAt", style), Date(silence, "endsAt", style),
                          Date(silence, "updatedAt", style));
    } else {
      text += fmt::format("{}\t{}\t", MatchersText(silence, " "), Date(silence, "endsAt", style));
    }
    text += fmt::format("{}\t{}\t\n", TextOf(silence, "createdBy"), TextOf(silence, "comment"));
  }
  return AlignTabs(text);
}

std::string FormatConfig(const Json& status, const Style& style) {
  if (style.output == "json") return JsonLine(status);
  std::string text = NestedText(status, "config", "original") + "\n";
  if (style.output != "extended") return text;
  for (const char* name :
       {"buildUser", "goVersion", "revision", "version", "branch", "buildDate"}) {
    text += fmt::format("{} {}\n", name, NestedText(status, "versionInfo", name));
  }
  return text + fmt::format("uptime {}\n", TextOf(status, "uptime"));
}

std::string FormatCluster(const Json& cluster, const Style& style) {
  if (style.output == "json") return JsonLine(cluster);
  std::string text = fmt::format("Cluster Status:\t{}\nNode Name:\t{}\n", TextOf(cluster, "status"),
                                 TextOf(cluster, "name"));
  if (style.output != "extended") return AlignTabs(text);
  text += "\nAddress\tName\n";
  const Json* peers = cluster.Find("peers");
  Json::Array sorted = peers != nullptr ? Elements(*peers) : Json::Array();
  std::stable_sort(sorted.begin(), sorted.end(), [](const Json& a, const Json& b) {
    return TextOf(a, "address") < TextOf(b, "address");
  });
  for (const Json& peer : sorted) {
    text += fmt::format("{}\t{}\t\n", TextOf(peer, "address"), TextOf(peer, "name"));
  }
  return AlignTabs(text);
}

}  // namespace watchfire::amtool

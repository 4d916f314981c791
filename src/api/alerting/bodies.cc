#include "api/alerting/bodies.h"

#include <algorithm>
#include <map>

#include "api/alerting/framework.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using codec::Json;

// The first thing that is wrong stays; what is read after it does not matter.
class Reader {
 public:
  // `name` is the body's name in messages.
  explicit Reader(std::string name) : name_(std::move(name)) {}

  bool ok() const { return !refused_.has_value(); }
  std::optional<net::Response> Take() { return std::move(refused_); }
  void Refuse(net::Response response) {
    if (!refused_) refused_ = std::move(response);
  }
  void Malformed(std::string_view why) {
    Refuse(FrameworkError(400,
                          fmt::format("parsing {} body from \"\" failed, because {}", name_, why)));
  }
  void WrongKind(const Json& json, std::string_view field, std::string_view type) {
    Malformed(fmt::format("json: cannot unmarshal {} into Go struct field {} of type {}",
                          json.KindName(), field, type));
  }
  void Missing(const std::string& place) {
    Refuse(FrameworkError(kRequired, place + " in body is required"));
  }

  // nullptr and null: not there.
  std::optional<std::string> Text(const Json* json, std::string_view field) {
    if (json == nullptr || json->is_null()) return std::nullopt;
    if (const std::string* text = json->AsString()) return *text;
    WrongKind(*json, field, "string");
    return std::nullopt;
  }
  std::optional<bool> Bool(const Json* json, std::string_view field) {
    if (json == nullptr || json->is_null()) return std::nullopt;
    std::optional<bool> value = json->AsBool();
    if (!value) WrongKind(*json, field, "bool");
    return value;
  }
  std::optional<alerting::AlertTime> Time(const Json* json) {
    if (json == nullptr || json->is_null()) return std::nullopt;
    const std::string* text = json->AsString();
    if (text == nullptr) {
      Malformed(
          fmt::format("json: cannot unmarshal {} into Go value of type string", json->KindName()));
      return std::nullopt;
    }
    if (text->empty()) return alerting::AlertTime{.unix_ns = 0, .offset_s = 0};
    std::optional<alerting::AlertTime> time = alerting::ParseAlertTime(*text);
    if (!time) {
      Malformed(fmt::format("parsing time {} as \"2006-01-02T15:04:05Z07:00\"", GoQuote(*text)));
    }
    return time;
  }
  std::map<std::string, std::string> Texts(const Json* json, std::string_view field) {
    std::map<std::string, std::string> all;
    if (json == nullptr || json->is_null()) return all;
    const Json::Object* members = json->AsObject();
    if (members == nullptr) {
      WrongKind(*json, field, "models.LabelSet");
      return all;
    }
    for (const Json::Member& member : *members) {
      all[member.name] = Text(&member.value, field).value_or("");
    }
    return all;
  }

 private:
  std::string name_;
  std::optional<net::Response> refused_;
};

bool IsThere(const Json* json) {
  return json != nullptr && !json->is_null();
}

alerting::Alert AlertOf(const Json& json, Reader& reader) {
  alerting::Alert alert;
  if (json.AsObject() == nullptr) {
    reader.Malformed(fmt::format("json: cannot unmarshal {} into Go value of type models.{}",
                                 json.KindName(), "PostableAlert"));
    return alert;
  }
  std::vector<model::LabelView> pairs;
  std::map<std::string, std::string> labels = reader.Texts(Member(json, "labels"), "Alert.labels");
  for (const auto& [name, value] : labels) pairs.push_back({name, value});
  alert.labels = model::Labels::FromPairs(std::move(pairs));
  std::map<std::string, std::string> annotations =
      reader.Texts(Member(json, "annotations"), "PostableAlert.annotations");
  alert.annotations.assign(annotations.begin(), annotations.end());
  alert.starts_at = reader.Time(Member(json, "startsAt")).value_or(alerting::AlertTime{});
  alert.ends_at = reader.Time(Member(json, "endsAt")).value_or(alerting::AlertTime{});
  alert.generator_url =
      reader.Text(Member(json, "generatorURL"), "Alert.generatorURL").value_or("");
  return alert;
}

void CheckAlert(const Json& json, const alerting::Alert& alert, const std::string& place,
                Reader& reader) {
  if (!alert.generator_url.empty() && !IsRequestUri(alert.generator_url)) {
    reader.Refuse(
        FrameworkError(kInvalidType, fmt::format("{}generatorURL in body must be of type uri: {}",
                                                 place, GoQuote(alert.generator_url))));
  }
  if (!IsThere(Member(json, "labels"))) reader.Missing(place + "labels");
}

// What a matcher of a silence says, and what it lacks.
struct MatcherParts {
  std::optional<bool> is_equal;
  std::optional<bool> is_regex;
  std::optional<std::string> name;
  std::optional<std::string> value;

  amconfig::MatchType type() const {
    bool equal = is_equal.value_or(true);
    if (*is_regex) return equal ? amconfig::MatchType::kRegex : amconfig::MatchType::kNotRegex;
    return equal ? amconfig::MatchType::kEqual : amconfig::MatchType::kNotEqual;
  }
};

std::vector<MatcherParts> MatchersOf(const Json* json, Reader& reader) {
  std::vector<MatcherParts> all;
  if (!IsThere(json)) return all;
  const Json::Array* elements = json->AsArray();
  if (elements == nullptr) {
    reader.WrongKind(*json, "Silence.matchers", "models.Matchers");
    return all;
  }
  for (const Json& element : *elements) {
    if (!element.is_null() && element.AsObject() == nullptr) {
      reader.WrongKind(element, "Silence.matchers", "models.Matcher");
      return all;
    }
    all.push_back({.is_equal = reader.Bool(Member(element, "isEqual"), "Matcher.isEqual"),
                   .is_regex = reader.Bool(Member(element, "isRegex"), "Matcher.isRegex"),
                   .name = reader.Text(Member(element, "name"), "Matcher.name"),
                   .value = reader.Text(Member(element, "value"), "Matcher.value")});
  }
  return all;
}

void CheckMatchers(const Json* json, const std::vector<MatcherParts>& all, Reader& reader) {
  if (!IsThere(json)) return reader.Missing("matchers");
  if (all.empty()) {
    return reader.Refuse(
        FrameworkError(kTooFewItems, "matchers in body should have at least 1 items"));
  }
  for (size_t i = 0; i < all.size(); ++i) {
    std::string place = fmt::format("matchers.{}.", i);
    if (!all[i].is_regex) reader.Missing(place + "isRegex");
    if (!all[i].name) reader.Missing(place + "name");
    if (!all[i].value) reader.Missing(place + "value");
  }
}

void MakeMatchers(const std::vector<MatcherParts>& all, PostedSilence* posted) {
  amconfig::Matchers made;
  for (size_t i = 0; i < all.size(); ++i) {
    Result<amconfig::Matcher> matcher =
        amconfig::Matcher::Make(all[i].type(), *all[i].name, *all[i].value);
    if (!matcher.ok()) {
      // Here upstream compiles the pattern as it is.
      Result<model::Regex> plain = model::Regex::Compile(*all[i].value);
      const Error& error = plain.ok() ? matcher.error() : plain.error();
      posted->bad_matcher = Error::Invalid(
          "invalid silence: invalid label matcher {} in set 0: invalid regular expression {}: {}",
          i, GoQuote(*all[i].value), error.message());
      return;
    }
    made.push_back(std::move(*matcher));
  }
  posted->silence.matcher_sets.push_back(std::move(made));
}

}  // namespace

Posted<std::vector<alerting::Alert>> ReadAlerts(const Json& body) {
  Posted<std::vector<alerting::Alert>> posted;
  if (body.is_null()) return posted;
  Reader reader("alerts");
  const Json::Array* elements = body.AsArray();
  if (elements == nullptr) {
    reader.Malformed(fmt::format("json: cannot unmarshal {} into Go value of type models.{}",
                                 body.KindName(), "PostableAlerts"));
  } else {
    posted.value.reserve(elements->size());
    for (size_t i = 0; i < elements->size() && reader.ok(); ++i) {
      posted.value.push_back(AlertOf((*elements)[i], reader));
    }
    // Only a body that could be read is looked at more closely.
    for (size_t i = 0; i < elements->size() && reader.ok(); ++i) {
      CheckAlert((*elements)[i], posted.value[i], fmt::format("{}.", i), reader);
    }
  }
  posted.refused = reader.Take();
  return posted;
}

Posted<alerting::Alert> ReadAlert(const Json& json, const std::string& name,
                                  const std::string& place) {
  Posted<alerting::Alert> posted;
  Reader reader(name);
  posted.value = AlertOf(json, reader);
  if (reader.ok()) CheckAlert(json, posted.value, place, reader);
  posted.refused = reader.Take();
  return posted;
}

Posted<PostedSilence> ReadSilence(const Json& body) {
  Posted<PostedSilence> posted;
  Reader reader("silence");
  if (body.AsObject() == nullptr && !body.is_null()) {
    reader.Malformed(fmt::format("json: cannot unmarshal {} into Go value of type models.{}",
                                 body.KindName(), "PostableSilence"));
  }
  alerting::Silence& silence = posted.value.silence;
  std::optional<std::string> comment = reader.Text(Member(body, "comment"), "Silence.comment");
  std::optional<std::string> creator = reader.Text(Member(body, "createdBy"), "Silence.createdBy");
  std::optional<alerting::AlertTime> end = reader.Time(Member(body, "endsAt"));
  std::optional<alerting::AlertTime> start = reader.Time(Member(body, "startsAt"));
  const Json* matchers = Member(body, "matchers");
  std::vector<MatcherParts> parts = MatchersOf(matchers, reader);
  silence.id = reader.Text(Member(body, "id"), "PostableSilence.id").value_or("");
  silence.annotations = reader.Texts(Member(body, "annotations"), "Silence.annotations");
  // In the order of names, as upstream's generated checks run.
  if (!comment) reader.Missing("comment");
  if (!creator) reader.Missing("createdBy");
  if (!end) reader.Missing("endsAt");
  CheckMatchers(matchers, parts, reader);
  if (!start) reader.Missing("startsAt");
  posted.refused = reader.Take();
  if (posted.refused) return posted;

  silence.comment = std::move(*comment);
  silence.created_by = std::move(*creator);
  // The year 1 stands for "not known": before all other times.
  silence.starts_at_ns = start->unix_ns;
  silence.ends_at_ns = end->unix_ns;
  MakeMatchers(parts, &posted.value);
  return posted;
}

}  // namespace watchfire::api

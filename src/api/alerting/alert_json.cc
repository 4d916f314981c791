#include "api/alerting/alert_json.h"

#include "alerting/routing/route_tree.h"

namespace watchfire::api {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

void WriteMatcher(codec::JsonWriter& out, const amconfig::Matcher& matcher) {
  out.BeginObject();
  out.Field("isEqual", matcher.is_equal());
  out.Field("isRegex", matcher.is_regex());
  out.Field("name", matcher.name());
  out.Field("value", matcher.value());
  out.EndObject();
}

std::string SilenceTime(int64_t ns) {
  return alerting::FormatMillis({.unix_ns = ns, .offset_s = 0});
}

}  // namespace

void WriteLabelSet(codec::JsonWriter& out, const model::Labels& labels) {
  out.BeginObject();
  for (const model::LabelView& label : labels) out.Key(label.name).String(label.value);
  out.EndObject();
}

void WriteNames(codec::JsonWriter& out, const std::vector<std::string>& names) {
  out.BeginArray();
  for (const std::string& name : names) out.String(name);
  out.EndArray();
}

void WriteReceiverNames(codec::JsonWriter& out, const std::vector<std::string>& names) {
  out.BeginArray();
  for (const std::string& name : names) out.BeginObject().Field("name", name).EndObject();
  out.EndArray();
}

void WriteAlertStatus(codec::JsonWriter& out, const alerting::Mutes& mutes,
                      const std::vector<std::string>& muted_by) {
  bool suppressed = !mutes.silenced_by.empty() || !mutes.inhibited_by.empty() || !muted_by.empty();
  out.BeginObject();
  WriteNames(out.Key("inhibitedBy"), mutes.inhibited_by);
  WriteNames(out.Key("mutedBy"), muted_by);
  WriteNames(out.Key("silencedBy"), mutes.silenced_by);
  out.Field("state", suppressed ? "suppressed" : "active");
  out.EndObject();
}

void WriteAlert(codec::JsonWriter& out, const alerting::Alert& alert,
                const std::vector<std::string>& receivers, const alerting::Mutes& mutes,
                const std::vector<std::string>& muted_by) {
  out.BeginObject();
  out.Key("annotations").BeginObject();
  for (const auto& [name, value] : alert.annotations) out.Field(name, value);
  out.EndObject();
  out.Field("endsAt", alerting::FormatMillis(alert.ends_at));
  out.Field("fingerprint", routing::FingerprintText(alert.fingerprint));
  WriteReceiverNames(out.Key("receivers"), receivers);
  out.Field("startsAt", alerting::FormatMillis(alert.starts_at));
  WriteAlertStatus(out.Key("status"), mutes, muted_by);
  out.Field("updatedAt", alerting::FormatMillis(alert.updated_at));
  if (!alert.generator_url.empty()) out.Field("generatorURL", alert.generator_url);
  WriteLabelSet(out.Key("labels"), alert.labels);
  out.EndObject();
}

Result<void> WriteSilence(codec::JsonWriter& out, const alerting::Silence& silence, TimeMs now) {
  if (silence.matcher_sets.size() != 1) {
    return Error::Internal("silence {} has {} sets of matchers", silence.id,
                           silence.matcher_sets.size());
  }
  out.BeginObject();
  out.Field("id", silence.id);
  out.Key("status").BeginObject();
  out.Field("state", alerting::SilenceStateText(silence.StateAt(now))).EndObject();
  out.Field("updatedAt", SilenceTime(silence.updated_at_ns));
  if (!silence.annotations.empty()) {
    out.Key("annotations").BeginObject();
    for (const auto& [name, value] : silence.annotations) out.Field(name, value);
    out.EndObject();
  }
  out.Field("comment", silence.comment);
  out.Field("createdBy", silence.created_by);
  out.Field("endsAt", SilenceTime(silence.ends_at_ns));
  out.Key("matchers").BeginArray();
  for (const amconfig::Matcher& matcher : silence.matcher_sets[0]) WriteMatcher(out, matcher);
  out.EndArray();
  out.Field("startsAt", SilenceTime(silence.starts_at_ns));
  out.EndObject();
  return {};
}

void WriteTime(codec::JsonWriter& out, std::string_view key, TimeMs time) {
  out.Key(key);
  if (time == 0) {
    out.Null();
  } else {
    out.String(FormatRfc3339(time));
  }
}

codec::JsonWriter& ArrayAnswer::Next() {
  if (out_.out().size() >= kPieceBytes) {
    pieces_.Append(out_.out());
    out_.out().clear();
  }
  return out_;
}

net::Response ArrayAnswer::Finish() {
  out_.EndArray();
  if (pieces_.empty()) return net::Response::Json(200, out_.Take() + "\n");
  pieces_.Append(out_.out());
  pieces_.Append("\n");
  net::Response response = net::Response::Json(200, {});
  response.tail = std::move(pieces_);
  return response;
}

}  // namespace watchfire::api

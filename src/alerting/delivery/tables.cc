#include "alerting/delivery/tables.h"

#include "base/text.h"
#include "codec/json.h"

namespace watchfire::alerting {

std::string_view OutcomeText(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDelivered:
      return "delivered";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kSkipped:
      return "skipped";
    case Outcome::kMuted:
      return "muted";
  }
  return "";
}

Result<Outcome> ParseOutcome(std::string_view text) {
  for (Outcome outcome :
       {Outcome::kDelivered, Outcome::kFailed, Outcome::kSkipped, Outcome::kMuted}) {
    if (OutcomeText(outcome) == text) return outcome;
  }
  return Error::Invalid("outcome must be delivered, failed, skipped or muted, not {}",
                        GoQuote(text));
}

std::string LabelsToJson(const model::Labels& labels) {
  codec::JsonWriter json;
  json.BeginObject();
  for (const model::LabelView& label : labels) json.Key(label.name).String(label.value);
  json.EndObject();
  return json.Take();
}

Result<model::Labels> LabelsFromJson(std::string_view json) {
  Result<codec::Json> parsed = codec::Json::Parse(json);
  const codec::Json::Object* object = parsed.ok() ? parsed->AsObject() : nullptr;
  if (object == nullptr) return Error::Corrupt("delivery log: damaged labels");
  std::vector<model::LabelView> pairs;
  for (const codec::Json::Member& member : *object) {
    const std::string* value = member.value.AsString();
    if (value == nullptr) return Error::Corrupt("delivery log: damaged labels");
    pairs.push_back({member.name, *value});
  }
  return model::Labels::FromPairs(std::move(pairs));
}

}  // namespace watchfire::alerting

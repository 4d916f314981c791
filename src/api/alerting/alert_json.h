#pragma once
// Alerts, silences and labels as the API writes them, members in upstream's order. Pure functions.

#include <span>
#include <string>
#include <vector>

#include "alerting/manager/alertmanager.h"
#include "alerting/silences/silences.h"
#include "base/clock.h"
#include "codec/json_writer.h"
#include "model/labels.h"
#include "net/http.h"

namespace watchfire::api {

void WriteLabelSet(codec::JsonWriter& out, const model::Labels& labels);
void WriteNames(codec::JsonWriter& out, const std::vector<std::string>& names);
// `[{"name":…},…]`.
void WriteReceiverNames(codec::JsonWriter& out, const std::vector<std::string>& names);
// {"inhibitedBy","mutedBy","silencedBy","state"}; anything that mutes makes it "suppressed".
void WriteAlertStatus(codec::JsonWriter& out, const alerting::Mutes& mutes,
                      const std::vector<std::string>& muted_by);
void WriteAlert(codec::JsonWriter& out, const alerting::Alert& alert,
                const std::vector<std::string>& receivers, const alerting::Mutes& mutes,
                const std::vector<std::string>& muted_by);
// Fails on a silence of several sets of matchers, which the API has no form for.
Result<void> WriteSilence(codec::JsonWriter& out, const alerting::Silence& silence, TimeMs now);
// A time or, for 0, null.
void WriteTime(codec::JsonWriter& out, std::string_view key, TimeMs time);

// An array of many elements, without one text that holds them all:
//   ArrayAnswer answer;
//   for (…) WriteAlert(answer.Next(), …);
//   return answer.Finish();
class ArrayAnswer {
 public:
  ArrayAnswer() { out_.BeginArray(); }
  codec::JsonWriter& Next();
  net::Response Finish();

 private:
  codec::JsonWriter out_;
  TextPieces pieces_;
};

}  // namespace watchfire::api

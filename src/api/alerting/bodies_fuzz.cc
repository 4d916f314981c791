// Bodies of POST /alerts and POST /silences: never crash, and refuse or read every one.
#include "api/alerting/bodies.h"
#include "api/alerting/framework.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire;
  net::Request request;
  request.method = "POST";
  request.body.assign(reinterpret_cast<const char*>(data), size);
  request.headers.Set("Content-Type", "application/json");
  api::JsonBody body = api::ReadJsonBody(request, "fuzz");
  if (body.refused) return 0;
  auto alerts = api::ReadAlerts(body.json);
  if (!alerts.refused) {
    for (alerting::Alert& alert : alerts.value) {
      alert.starts_at = alert.ends_at = alerting::AlertTime::OfMs(0);
      if (alerting::Validate(alert).ok()) alert.Seal();
    }
  }
  auto silence = api::ReadSilence(body.json);
  if (!silence.refused && !silence.value.bad_matcher) {
    WF_CHECK(silence.value.silence.matcher_sets.size() == 1);
  }
  return 0;
}

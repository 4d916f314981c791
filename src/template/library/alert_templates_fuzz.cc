// Any text as a field of a receiver, as text and as HTML, over a notification with every field. In
// HTML no value may open a tag of its own.

#include "base/check.h"
#include "template/library/alert_templates.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire::templates;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Limits limits;
  limits.steps = 20'000;
  limits.output_bytes = 1 << 16;
  limits.work_bytes = 1 << 20;
  limits.template_depth = 50;
  static const AlertTemplates templates = AlertTemplates::Load({}, limits).value();
  auto labels = std::make_shared<const NamesAndValues>(
      NamesAndValues{{"alertname", "<script>x</script>"}, {"b", "\"'&<img src=x>"}});
  NotificationData notification;
  notification.receiver = "r&<b>";
  notification.external_url = "javascript:alert(1)";
  notification.alerts.push_back(
      {false, labels, labels, GoTime::OfMs(1'700'000'000'123), {}, "javascript:alert(2)", "f"});
  notification.group_labels = *labels;
  notification.FindCommon();
  AlertEnvironment environment;
  for (Markup markup : {Markup::kText, Markup::kHtml}) {
    auto field = templates.Prepare(text, markup);
    if (!field.ok()) continue;
    auto out = field->Render(notification, environment);
    // The template may write such a tag itself, or trust a value.
    bool own = text.find("script") != std::string_view::npos ||
               text.find("safe") != std::string_view::npos || text.find('<') != text.npos ||
               text.find("urlUnescape") != text.npos || text.find("base64") != text.npos;
    if (markup == Markup::kHtml && out.ok() && !own) {
      WF_CHECK(out->find("<script") == std::string::npos);
    }
  }
  return 0;
}

#pragma once
// AlertTemplates: the templates of an Alertmanager configuration: our defaults under upstream's
// names, then the texts of the files it names. Receivers' fields are prepared over them, each once,
// and rendered for every notification.
//
//   AlertTemplates templates = TRY(AlertTemplates::Load(texts));
//   auto title = TRY(templates.Prepare(config.title, Markup::kText));
//   std::string text = TRY(title.Render(data, environment));
//
// Immutable after loading; any thread. HTML fields are escaped for the place where each value
// stands. Errors of a field come when it is prepared or rendered, in upstream's words.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "template/html/escaped_set.h"
#include "template/library/alert_data.h"
#include "template/template_set.h"

namespace watchfire::templates {

struct AlertEnvironment : TimeEnvironment {
  // The value of a label of the route, rendered; unset: none has any.
  std::function<Result<std::string>(std::string_view name)> route_label = nullptr;
};

// The language's functions and Alertmanager's.
const FunctionTable& AlertFunctions();

enum class Markup : uint8_t { kText, kHtml };

class AlertTemplates {
 public:
  // One field of a receiver. Shares the templates it was prepared over.
  class Field {
   public:
    Result<std::string> Render(const NotificationData& data,
                               const AlertEnvironment& environment) const;

   private:
    friend class AlertTemplates;
    std::string literal_;                     // the whole field, if it is no template
    std::shared_ptr<const TemplateSet> set_;  // null: literal
    std::shared_ptr<const html::EscapedSet> escaped_;
  };

  // In the order given; a later definition replaces an earlier one. Errors: `template: :3: …`.
  static Result<AlertTemplates> Load(const std::vector<std::string>& texts,
                                     const Limits& limits = {});

  Result<Field> Prepare(std::string_view text, Markup markup) const;
  // Both steps, for a text that is used once.
  Result<std::string> Render(std::string_view text, Markup markup, const NotificationData& data,
                             const AlertEnvironment& environment) const;
  const TemplateSet& set() const { return *set_; }

 private:
  explicit AlertTemplates(std::shared_ptr<const TemplateSet> set) : set_(std::move(set)) {}
  std::shared_ptr<const TemplateSet> set_;
};

// Our default templates, kept by default_templates.cc and default_email.cc.
std::string_view DefaultTemplates();
std::string_view DefaultEmailTemplates();

}  // namespace watchfire::templates

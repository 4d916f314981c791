#include "template/library/alert_templates.h"

#include "template/executor.h"

namespace watchfire::templates {

Result<AlertTemplates> AlertTemplates::Load(const std::vector<std::string>& texts,
                                            const Limits& limits) {
  auto set = std::make_shared<TemplateSet>(AlertFunctions(), limits);
  TRY(set->Parse("", DefaultTemplates()));
  TRY(set->Parse("", DefaultEmailTemplates()));
  for (const std::string& text : texts) TRY(set->Parse("", text));
  return AlertTemplates(std::move(set));
}

Result<AlertTemplates::Field> AlertTemplates::Prepare(std::string_view text, Markup markup) const {
  Field field;
  // Literal HTML is read as well: comments go, stray brackets are escaped.
  bool literal = text.find("{{") == std::string_view::npos;
  if (text.empty() || (literal && markup == Markup::kText)) {
    field.literal_ = text;
    return field;
  }
  auto set = std::make_shared<TemplateSet>(set_);
  TRY(set->Parse("", text));
  if (markup == Markup::kHtml) {
    field.escaped_ =
        std::make_shared<const html::EscapedSet>(TRY(html::EscapedSet::Make(*set, "")));
  }
  field.set_ = std::move(set);
  return field;
}

Result<std::string> AlertTemplates::Field::Render(const NotificationData& data,
                                                  const AlertEnvironment& environment) const {
  if (set_ == nullptr) return literal_;
  Execution execution{&set_->functions(), &environment, set_->limits(), MissingKey::kZero};
  const TemplateSource* source = set_.get();
  if (escaped_ != nullptr) source = escaped_.get();
  return Execute(*source, "", DataValue(data), execution);
}

Result<std::string> AlertTemplates::Render(std::string_view text, Markup markup,
                                           const NotificationData& data,
                                           const AlertEnvironment& environment) const {
  return TRY(Prepare(text, markup)).Render(data, environment);
}

}  // namespace watchfire::templates

#include "notify/parts/fields.h"

namespace watchfire::notify {

Result<std::string> Field::Render(const templates::NotificationData& data,
                                  const templates::AlertEnvironment& environment) const {
  if (!prepared_.ok()) return prepared_.error();
  return prepared_->Render(data, environment);
}

const Field& FieldSet::Text(std::string path, std::string_view text) {
  return Add(std::move(path), text, Markup::kText);
}

const Field& FieldSet::Html(std::string path, std::string_view text) {
  return Add(std::move(path), text, Markup::kHtml);
}

const Field& FieldSet::Add(std::string path, std::string_view text, Markup markup) {
  return fields_.emplace_back(std::move(path), templates_->Prepare(text, markup));
}

std::vector<std::string> FieldSet::Failures(const templates::NotificationData& data,
                                            const templates::AlertEnvironment& environment) const {
  std::vector<std::string> failures;
  for (const Field& field : fields_) {
    Result<std::string> text = field.Render(data, environment);
    if (!text.ok()) failures.push_back(field.path() + ": " + text.error().message());
  }
  return failures;
}

std::string Rendering::operator()(const Field& field) {
  if (error_) return {};
  return Keep(field.Render(data_, environment_));
}

std::string Rendering::Text(std::string_view text) {
  if (error_) return {};
  return Keep(templates_.Render(text, Markup::kText, data_, environment_));
}

void Rendering::Fail(Error error) {
  if (!error_) error_ = std::move(error);
}

std::string Rendering::Keep(Result<std::string> rendered) {
  if (rendered.ok()) return std::move(rendered).value();
  error_ = rendered.error();
  return {};
}

}  // namespace watchfire::notify

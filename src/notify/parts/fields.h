#pragma once
// Fields: the templates of one integration. FieldSet prepares each text of the configuration once
// and remembers under which key it stands, for Lint; Rendering renders them for one notification.
// As in upstream a template that does not parse is an error only when it is needed, and after the
// first error everything renders to nothing, so a notifier renders all it needs and looks at
// error() once.
//
//   const Field& title_ = fields().Text("title", config.title);
//   …
//   std::string title = delivery.render(title_);
//   if (delivery.render.error()) return delivery.Unrenderable();
//
// FieldSet is immutable once its notifier is built, and then any thread's. A Rendering is one
// call's.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "template/library/alert_templates.h"

namespace watchfire::notify {

using templates::Markup;

class Field {
 public:
  Field(std::string path, Result<templates::AlertTemplates::Field> prepared)
      : path_(std::move(path)), prepared_(std::move(prepared)) {}
  // The key in the configuration: "title", "fields[0].value", "details.firing".
  const std::string& path() const { return path_; }
  Result<std::string> Render(const templates::NotificationData& data,
                             const templates::AlertEnvironment& environment) const;

 private:
  std::string path_;
  Result<templates::AlertTemplates::Field> prepared_;
};

class FieldSet {
 public:
  explicit FieldSet(std::shared_ptr<const templates::AlertTemplates> templates)
      : templates_(std::move(templates)) {}

  // The reference is valid as long as the set.
  const Field& Text(std::string path, std::string_view text);
  const Field& Html(std::string path, std::string_view text);

  // `title: template: :1: …` for each field that does not render.
  std::vector<std::string> Failures(const templates::NotificationData& data,
                                    const templates::AlertEnvironment& environment) const;
  const templates::AlertTemplates& templates() const { return *templates_; }

 private:
  const Field& Add(std::string path, std::string_view text, Markup markup);
  std::shared_ptr<const templates::AlertTemplates> templates_;
  std::deque<Field> fields_;
};

class Rendering {
 public:
  // All must outlive it.
  Rendering(const templates::AlertTemplates& templates, const templates::NotificationData& data,
            const templates::AlertEnvironment& environment)
      : templates_(templates), data_(data), environment_(environment) {}

  std::string operator()(const Field& field);
  // Of a text that was not known before.
  std::string Text(std::string_view text);
  const std::optional<Error>& error() const { return error_; }
  void Fail(Error error);

 private:
  std::string Keep(Result<std::string> rendered);
  const templates::AlertTemplates& templates_;
  const templates::NotificationData& data_;
  const templates::AlertEnvironment& environment_;
  std::optional<Error> error_;
};

}  // namespace watchfire::notify

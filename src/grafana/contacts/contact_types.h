#pragma once
// The types of contact points: what each is called, which settings it has, which of them are
// secret. The one table that validation, the form in the pages (/api/alert-notifiers) and hiding
// of secrets are made from. Constant data.

#include <string_view>
#include <vector>

#include "codec/json_writer.h"

namespace watchfire::grafana {

struct ContactOption {
  std::string_view name;
  std::string_view label;
  std::string_view description = {};
  bool required = false;
  bool secure = false;
  // "input", "textarea", "checkbox", "select", "key_value_map", "subform".
  std::string_view element = "input";
  std::string_view placeholder = {};
  std::vector<std::string_view> choices = {};  // of a select
};

struct ContactType {
  std::string_view type;
  std::string_view name;
  std::string_view description;
  bool delivered = true;  // false: kept, but this server does not send to it
  std::vector<ContactOption> options;

  const ContactOption* Find(std::string_view option) const;
};

const std::vector<ContactType>& ContactTypes();
const ContactType* FindContactType(std::string_view type);  // nullptr: unknown
// All of them, as the pages' form wants them.
void WriteContactTypes(codec::JsonWriter& json);

}  // namespace watchfire::grafana

#include <algorithm>

#include "base/text.h"
#include "grafana/dashboards/dashboards.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr size_t kMaxSlug = 80;
constexpr int kMaxEnvelopes = 4;

// U+00C0 … U+00FF without their marks; 0: no letter.
constexpr char kLatin[] = "aaaaaaaceeeeiiiidnooooo\0ouuuuytsaaaaaaaceeeeiiiidnooooo\0ouuuuyty";
static_assert(sizeof(kLatin) == 65);

// The ASCII letter or digit that stands for the code point at `i`, 0 for none; moves `i` on.
char SlugLetter(std::string_view text, size_t& i) {
  auto c = static_cast<unsigned char>(text[i++]);
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return static_cast<char>(c);
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  if (c == 0xc3 && i < text.size()) {
    return kLatin[static_cast<unsigned char>(text[i++]) & 0x3f];
  }
  while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) ++i;
  return 0;
}

bool LooksLikeADashboard(const Json& document) {
  for (const char* key : {"title", "panels", "rows", "elements", "templating", "schemaVersion"}) {
    if (document.Find(key) != nullptr) return true;
  }
  return false;
}

bool IsResource(const Json& document) {
  const Json* kind = document.Find("kind");
  const Json* version = document.Find("apiVersion");
  if (kind != nullptr && kind->AsString() != nullptr) return *kind->AsString() == "Dashboard";
  return version != nullptr && version->AsString() != nullptr &&
         version->AsString()->find("dashboard") != std::string::npos;
}

// The spec of a resource, with the name of the resource as its uid.
Json TakeSpec(Json& document, Json& spec) {
  Json taken = std::move(spec);
  const Json* metadata = document.Find("metadata");
  const Json* name = metadata == nullptr ? nullptr : metadata->Find("name");
  const Json* uid = taken.Find("uid");
  bool has_uid = uid != nullptr && uid->AsString() != nullptr && !uid->AsString()->empty();
  if (!has_uid && name != nullptr && name->AsString() != nullptr) {
    taken.Set("uid", Json::OfString(*name->AsString()));
  }
  return taken;
}

std::string StringAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

// What stands in strings, and what is put there.
using Replacements = std::vector<std::pair<std::string, std::string>>;

void ReplaceIn(Json& value, const Replacements& replacements) {
  if (Json::Object* object = value.AsObject()) {
    for (Json::Member& member : *object) ReplaceIn(member.value, replacements);
  } else if (Json::Array* array = value.AsArray()) {
    for (Json& item : *array) ReplaceIn(item, replacements);
  } else if (const std::string* text = value.AsString()) {
    if (text->find("${") == std::string::npos) return;
    std::string replaced = *text;
    for (const auto& [from, to] : replacements) replaced = ReplaceAll(replaced, from, to);
    if (replaced != *text) value = Json::OfString(std::move(replaced));
  }
}

void Erase(Json& object, std::string_view key) {
  std::erase_if(*object.AsObject(), [&](const Json::Member& m) { return m.name == key; });
}

}  // namespace

std::string Slug(std::string_view title) {
  std::string slug;
  bool gap = false;
  for (size_t i = 0; i < title.size() && slug.size() < kMaxSlug;) {
    char letter = SlugLetter(title, i);
    if (letter == 0) {
      gap = true;
      continue;
    }
    if (gap && !slug.empty()) slug += '-';
    gap = false;
    slug += letter;
  }
  if (slug.size() > kMaxSlug) slug.resize(kMaxSlug);
  // Addresses have the slug as a segment of their own.
  return slug.empty() ? "dashboard" : slug;
}

Result<Json> Unwrap(Json document) {
  for (int i = 0; i < kMaxEnvelopes; ++i) {
    if (document.AsObject() == nullptr) {
      return Error::Invalid("expected a dashboard as a JSON object, not {}", document.KindName());
    }
    Json* inner = document.Find("dashboard");
    Json* spec = document.Find("spec");
    if (inner != nullptr && inner->AsObject() != nullptr && document.Find("panels") == nullptr) {
      Json taken = std::move(*inner);
      document = std::move(taken);
    } else if (spec != nullptr && spec->AsObject() != nullptr && IsResource(document)) {
      document = TakeSpec(document, *spec);
    } else {
      break;
    }
  }
  if (document.AsObject() == nullptr || !LooksLikeADashboard(document)) {
    return Error::Invalid("nothing here looks like a dashboard: no title, no panels");
  }
  return document;
}

void ResolveInputs(Json& dashboard, const std::vector<ChosenInput>& chosen,
                   std::string_view default_data_source) {
  if (dashboard.AsObject() == nullptr) return;
  Replacements replacements;
  const Json* inputs = dashboard.Find("__inputs");
  const Json::Array* list = inputs == nullptr ? nullptr : inputs->AsArray();
  for (const Json& input : list == nullptr ? Json::Array{} : *list) {
    std::string name = StringAt(input, "name");
    std::string value;
    if (StringAt(input, "type") == "constant") {
      value = StringAt(input, "value");
    } else if (StringAt(input, "pluginId") == "prometheus") {
      value = default_data_source;
    }
    for (const ChosenInput& choice : chosen) {
      if (choice.name == name) value = choice.value;
    }
    if (!name.empty() && !value.empty()) replacements.emplace_back("${" + name + "}", value);
  }
  Erase(dashboard, "__inputs");
  Erase(dashboard, "__requires");
  // Chosen ones that the file does not name: exports of old versions left the list out.
  for (const ChosenInput& choice : chosen) {
    if (!choice.name.empty()) replacements.emplace_back("${" + choice.name + "}", choice.value);
  }
  if (!replacements.empty()) ReplaceIn(dashboard, replacements);
}

}  // namespace watchfire::grafana

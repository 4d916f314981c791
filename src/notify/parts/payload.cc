#include "notify/parts/payload.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace watchfire::notify {
namespace {

using codec::Json;

constexpr int kMaxDepth = 40;
constexpr size_t kMaxInlineBytes = 4 << 20;

Json Tree(const yaml::Node& node, Rendering& render, int depth);

// What a plain scalar that is no text means.
Json Typed(const yaml::Node& node, Rendering& render) {
  if (auto v = yaml::AsBool(node)) return Json::OfBool(*v);
  if (auto v = yaml::AsInt(node)) return Json::OfInt(*v);
  if (auto v = yaml::AsUint(node)) return Json::OfUint(*v);
  if (auto v = yaml::AsDouble(node)) {
    if (std::isfinite(*v)) return Json::OfDouble(*v);
    std::string_view shown = std::isnan(*v) ? "NaN" : *v > 0 ? "+Inf" : "-Inf";
    render.Fail(Error::Invalid("json: unsupported value: {}", shown));
  }
  return {};
}

bool IsText(const yaml::Node& node) {
  return node.is_scalar() && !node.is_null() && node.TypeName() == "!!str";
}

Json Retype(const std::string& rendered, Rendering& render, int depth) {
  yaml::ParseOptions options;
  options.size_limit_bytes = kMaxInlineBytes;
  Result<yaml::Node> inner = yaml::Parse(rendered, options);
  if (!inner.ok() || IsText(*inner)) return Json::OfString(rendered);
  return Tree(*inner, render, depth + 1);
}

Json Tree(const yaml::Node& node, Rendering& render, int depth) {
  if (depth > kMaxDepth) {
    render.Fail(Error::Limit("payload is nested more than {} deep", kMaxDepth));
    return {};
  }
  switch (node.kind) {
    case yaml::Kind::kScalar: {
      if (node.is_null()) return {};
      if (!IsText(node)) return Typed(node, render);
      std::string rendered = render.Text(node.text);
      return render.error() ? Json() : Retype(rendered, render, depth);
    }
    case yaml::Kind::kSequence: {
      Json::Array items;
      for (const yaml::Node& item : node.items) items.push_back(Tree(item, render, depth + 1));
      return Json::OfArray(std::move(items));
    }
    case yaml::Kind::kMapping: {
      Json::Object members;
      for (const yaml::Entry& entry : node.entries) {
        members.push_back({render.Text(entry.key), Tree(entry.value, render, depth + 1)});
      }
      // Of keys that render alike the last holds.
      std::stable_sort(members.begin(), members.end(),
                       [](const auto& a, const auto& b) { return a.name < b.name; });
      Json::Object unique;
      for (Json::Member& member : members) {
        if (!unique.empty() && unique.back().name == member.name) unique.pop_back();
        unique.push_back(std::move(member));
      }
      return Json::OfObject(std::move(unique));
    }
  }
  return {};
}

}  // namespace

codec::Json RenderTree(const yaml::Node& tree, Rendering& render) {
  Json json = Tree(tree, render, 0);
  return render.error() ? Json() : json;
}

codec::Json RetypeText(const std::string& rendered, Rendering& render) {
  return Retype(rendered, render, 0);
}

void AddTreeFields(const yaml::Node& tree, const std::string& path, FieldSet& fields) {
  if (IsText(tree)) fields.Text(path, tree.text);
  for (size_t i = 0; i < tree.items.size(); ++i) {
    AddTreeFields(tree.items[i], fmt::format("{}[{}]", path, i), fields);
  }
  for (const yaml::Entry& entry : tree.entries) {
    if (entry.key.find("{{") != std::string::npos) fields.Text(path + " key", entry.key);
    AddTreeFields(entry.value, path + "." + entry.key, fields);
  }
}

}  // namespace watchfire::notify

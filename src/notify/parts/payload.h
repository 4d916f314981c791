#pragma once
// Trees of any shape that a receiver's configuration holds (webhook `payload`, PagerDuty
// `details`, Jira `fields`): every text and key in them is a template. As upstream does it, what a
// text renders to is read as YAML again: a number, a truth value, null, a list or a mapping takes
// the text's place, and its texts are templates once more. Pure but for the rendering.

#include <string>

#include "codec/json.h"
#include "codec/yaml.h"
#include "notify/parts/fields.h"

namespace watchfire::notify {

// Keys of mappings sorted; keys that are no texts are dropped. After an error of `render`: null.
codec::Json RenderTree(const yaml::Node& tree, Rendering& render);
// Registers all templates of the tree, so that Lint finds their mistakes: `path.key[0]`.
void AddTreeFields(const yaml::Node& tree, const std::string& path, FieldSet& fields);
// One text's value, as if it stood in a tree.
codec::Json RetypeText(const std::string& rendered, Rendering& render);

}  // namespace watchfire::notify

#pragma once
// Executes a template: walks its tree with the data as dot and writes the output. Errors are
// upstream's, with place and node: `template: name:1:12: executing "name" at <.Foo>: …`; output
// before an error is discarded.
//
// An EditedTree is a tree with notes of what to do differently at its numbered nodes: the HTML
// escaper's way to rewrite templates without copying them. Execution changes nothing but the
// output; a source may be executed on many threads at once.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "template/function.h"
#include "template/tree.h"
#include "template/value.h"

namespace watchfire::templates {

// Makes a value safe for the place where it is printed.
using Escaper = Result<Value> (*)(const Value& value, Budget& budget);

struct Edit {
  std::optional<std::string> text;           // instead of a text node's
  std::optional<std::string> template_name;  // instead of a template node's
  std::vector<Escaper> escapers;             // behind an action's pipeline
  // The pipeline ends in html or urlquery, which one of the escapers stands for.
  bool drop_last = false;
};

struct EditedTree {
  TreePtr tree;
  std::string name;         // as errors show it
  std::vector<Edit> edits;  // by number; empty: none at all
};

class TemplateSource {
 public:
  virtual ~TemplateSource() = default;
  // nullptr: not defined. Valid as long as the source.
  virtual const EditedTree* Find(std::string_view name) const = 0;
};

// What a map without the key gives.
enum class MissingKey : uint8_t { kInvalid, kZero, kError };

struct Execution {
  const FunctionTable* functions = nullptr;
  const Environment* environment = nullptr;  // for the functions' bodies
  Limits limits = {};
  MissingKey missing_key = MissingKey::kZero;
};

Result<std::string> Execute(const TemplateSource& source, std::string_view name, const Value& data,
                            const Execution& execution);

}  // namespace watchfire::templates

#pragma once
// EscapedSet: a set of templates whose actions are escaped for the places where they stand in an
// HTML document, as Go's html/template does it. Made from a TemplateSet by following the literal
// text from the root template through all branches and calls; a template that is called in several
// contexts exists once per context. Templates whose context cannot be known are errors, in
// upstream's words: `html/template:name:1:2: …`.
//
// Built on one thread, executed on any. Shares the trees, not the set it was made from.

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "template/executor.h"
#include "template/template_set.h"

namespace watchfire::templates::html {

class EscapedSet : public TemplateSource {
 public:
  static Result<EscapedSet> Make(const TemplateSource& source, std::string_view root);

  const EditedTree* Find(std::string_view name) const override;

 private:
  std::map<std::string, EditedTree, std::less<>> templates_;
};

}  // namespace watchfire::templates::html

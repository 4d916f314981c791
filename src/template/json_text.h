#pragma once
// Values as Go's encoding/json writes them: keys of maps sorted, fields of structs by their JSON
// names, and <, > and & escaped so that the text may stand in HTML. Pure.

#include <string>
#include <string_view>

#include "base/result.h"
#include "template/function.h"
#include "template/value.h"

namespace watchfire::templates {

// Charged to the budget. Errors are Go's (`json: unsupported value: NaN`).
Result<std::string> ToJsonText(const Value& value, Budget& budget);
void AppendJsonString(std::string* out, std::string_view text);

}  // namespace watchfire::templates

#pragma once
// grafana.ini as text: sections, keys and values with the lines they stand in. Knows no setting.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire::grafana {

struct IniEntry {
  std::string section;  // lower case; "" before the first
  std::string key;      // lower case
  std::string value;
  int64_t line = 0;
  // A `#` or `;` within the value ended it: what is behind is a comment, though perhaps not meant.
  bool cut = false;
};

// `name` is for messages: kInvalid `name:12: …`.
Result<std::vector<IniEntry>> ParseIni(std::string_view text, std::string_view name);

}  // namespace watchfire::grafana

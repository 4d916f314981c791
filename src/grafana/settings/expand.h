#pragma once
// Values that stand for other values: names of the environment, contents of files, other keys.

#include <functional>
#include <map>
#include <string>

#include "grafana/settings/settings.h"

namespace watchfire::grafana {

// `$__env{NAME}`, `$__file{/path}` and `${NAME}` of a value of grafana.ini; everything else stays,
// a lone `$` too.
Result<std::string> ExpandSetting(std::string_view text, const Environment& environment,
                                  FileSystem& files);

// `%(name)s`: other keys of the same section, or of none. kInvalid: in circles.
Result<std::string> Interpolate(std::string_view text,
                                const std::function<std::string(std::string_view name)>& value);

// A secret's file, without the white space at its end.
Result<std::string> ReadValueFile(const std::string& path, FileSystem& files);

}  // namespace watchfire::grafana

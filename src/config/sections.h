#pragma once
// The passes over configuration sections (fields.h) that serve files other than prometheus.yml:
// whoever describes his sections as this room does gets printing and the resolution of relative
// paths from here, and reading from reader.h. Pure functions.

#include <functional>
#include <string>

#include "config/fields.h"

namespace watchfire::config {

// The sections that `describe` visits as YAML, secrets hidden.
std::string PrintSections(const std::function<void(Fields&)>& describe);

// Makes relative paths in them relative to `directory`.
void ResolvePaths(const std::string& directory, const std::function<void(Fields&)>& describe);

}  // namespace watchfire::config

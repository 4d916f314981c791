#pragma once
// What the files of the command line share. Each group of commands adds itself to the parser and,
// when one of its commands was named, leaves in `chosen` what is to be done.

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace watchfire::tool {

// What the command that was named will do; unset until it is found.
struct Chosen {
  std::function<Result<void>()> run;
  std::string junit;  // of `test`: where its report goes
};

// A date of RFC 3339 or seconds since 1970.
Result<TimeMs> ParseTimeArgument(const std::string& text);

// query_command_line.cc
void AddQueryCommands(CLI::App& tools, Chosen* chosen);
void AddCheckCommands(CLI::App& tools, Chosen* chosen);
void AddTestCommands(CLI::App& tools, Chosen* chosen);

}  // namespace watchfire::tool

#pragma once
// The command line of amtool, read as the parser of upstream's tool reads it: commands within
// commands, of which one may be the default; flags before, between and behind arguments, short ones
// in a row (`-sa`), `--no-x` for what is on. Which commands there are is a table of the caller.
// Values; errors are upstream's words, kInvalid.

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire::amtool {

struct Flag {
  std::string_view name;
  char letter = 0;
  std::string_view value = {};  // how help names it; "": a switch
  std::string_view help = {};
  std::string_view otherwise = {};
  bool repeated = false;
  bool required = false;
  bool hidden = false;
  std::vector<std::string_view> choices = {};
};

class Invocation;

struct Command {
  std::string_view path;            // "silence add"
  bool is_default = false;          // of its group
  std::string_view arguments = {};  // how help names them; "": it takes none
  bool one_argument = false;
  std::string_view about = {};
  std::vector<Flag> flags = {};
  std::function<Result<int>(const Invocation&)> run = nullptr;
};

// What was asked for.
class Invocation {
 public:
  const Command* command = nullptr;  // null: nothing was named
  bool help = false;
  std::vector<std::string> words;      // the command as far as it was named
  std::vector<std::string> arguments;  // behind the command

  // The value of a flag, its default if it was not given.
  std::string Text(std::string_view name) const;
  bool On(std::string_view name) const { return Text(name) == "true"; }
  std::vector<std::string> All(std::string_view name) const;
  // On the command line or in a file of defaults.
  bool Given(std::string_view name) const { return values_.count(name) != 0; }

 private:
  friend class ArgumentReader;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> defaults_;
};

using Defaults = std::map<std::string, std::string, std::less<>>;

struct CommandTable {
  std::vector<Flag> flags;  // of all commands
  std::vector<Command> commands;
};

// `defaults`: values that stand for flags that are not given.
Result<Invocation> ParseArguments(const CommandTable& table, std::span<const std::string> arguments,
                                  const Defaults& defaults);

// What --help prints, for everything or for one command.
std::string HelpText(const CommandTable& table, const Invocation& asked, std::string_view program,
                     std::string_view about);

}  // namespace watchfire::amtool

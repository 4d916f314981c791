#include "tool/amtool/arguments.h"

#include <algorithm>

#include "base/text.h"

namespace watchfire::amtool {
namespace {

constexpr std::string_view kHelpFlag = "help";

bool IsSwitch(const Flag& flag) {
  return flag.value.empty();
}

// "silence" of "silence add"; "" for a command of the first level.
std::string_view GroupOf(std::string_view path) {
  size_t space = path.rfind(' ');
  return space == std::string_view::npos ? std::string_view{} : path.substr(0, space);
}

bool IsWithin(std::string_view path, std::string_view group) {
  return group.empty() || path == group ||
         (path.starts_with(group) && path.size() > group.size() && path[group.size()] == ' ');
}

std::string FlagHead(const Flag& flag) {
  std::string head = flag.letter != 0 ? fmt::format("  -{}, ", flag.letter) : "      ";
  head += fmt::format("--{}", flag.name);
  if (IsSwitch(flag)) return head;
  if (flag.otherwise.empty()) return head + fmt::format("={}", flag.value);
  bool plain = flag.otherwise.find(' ') == std::string_view::npos;
  return head + (plain ? fmt::format("={}", flag.otherwise) : "=" + GoQuote(flag.otherwise));
}

void AppendFlags(std::string& out, const std::vector<Flag>& flags) {
  constexpr size_t kColumn = 34;
  for (const Flag& flag : flags) {
    if (flag.hidden) continue;
    std::string head = FlagHead(flag);
    head.resize(std::max(head.size() + 2, kColumn), ' ');
    out += head + std::string(flag.help) + (flag.repeated ? " May be repeated." : "") + "\n";
  }
}

}  // namespace

std::string Invocation::Text(std::string_view name) const {
  auto given = values_.find(name);
  if (given != values_.end() && !given->second.empty()) return given->second.back();
  auto otherwise = defaults_.find(name);
  return otherwise != defaults_.end() ? otherwise->second : std::string();
}

std::vector<std::string> Invocation::All(std::string_view name) const {
  auto given = values_.find(name);
  return given != values_.end() ? given->second : std::vector<std::string>();
}

class ArgumentReader {
 public:
  ArgumentReader(const CommandTable& table, std::span<const std::string> arguments)
      : table_(table), arguments_(arguments) {}

  Result<Invocation> Run(const Defaults& defaults) {
    bool only_words = false;
    while (at_ < arguments_.size()) {
      const std::string& text = arguments_[at_++];
      if (only_words || text.size() < 2 || text[0] != '-') {
        TRY(Word(text));
      } else if (text == "--") {
        only_words = true;
      } else if (text[1] == '-') {
        TRY(LongFlag(std::string_view(text).substr(2)));
      } else {
        TRY(ShortFlags(std::string_view(text).substr(1)));
      }
    }
    if (made_.help || (group_.empty() && made_.command == nullptr)) return std::move(made_);
    TRY(Finish(defaults));
    return std::move(made_);
  }

 private:
  // Whether `path` is a command or a group of commands.
  const Command* Find(std::string_view path) const {
    for (const Command& command : table_.commands) {
      if (command.path == path) return &command;
    }
    return nullptr;
  }
  bool IsGroup(std::string_view path) const {
    return std::any_of(table_.commands.begin(), table_.commands.end(), [&](const Command& c) {
      return c.path.size() > path.size() && IsWithin(c.path, path);
    });
  }
  // What a group does when none of its commands is named; groups may be defaults, too.
  const Command* DefaultOf(std::string_view group) const {
    for (const Command& command : table_.commands) {
      if (command.is_default && GroupOf(command.path) == group) return &command;
    }
    return nullptr;
  }

  Result<void> Word(const std::string& word) {
    if (made_.command == nullptr) {
      if (group_.empty() && made_.words.empty() && word == kHelpFlag) {
        made_.help = true;
        return {};
      }
      std::string path = group_.empty() ? word : group_ + " " + word;
      const Command* command = Find(path);
      if (command != nullptr || IsGroup(path)) {
        made_.command = command;
        made_.words.push_back(word);
        group_ = std::move(path);
        return {};
      }
      if (made_.help) return Error::Invalid("unexpected {}", word);
      made_.command = group_.empty() ? nullptr : DefaultOf(group_);
      if (made_.command == nullptr) {
        return Error::Invalid("expected command but got {}", GoQuote(word));
      }
    }
    bool full = made_.command->arguments.empty() ||
                (made_.command->one_argument && !made_.arguments.empty());
    if (full) return Error::Invalid("unexpected {}", word);
    made_.arguments.push_back(word);
    return {};
  }

  // Of all commands that may still be meant.
  template <typename Same>
  const Flag* FindFlag(Same same) const {
    for (const Flag& flag : table_.flags) {
      if (same(flag)) return &flag;
    }
    for (const Command& command : table_.commands) {
      bool possible =
          made_.command != nullptr ? made_.command == &command : IsWithin(command.path, group_);
      if (!possible || (group_.empty() && made_.command == nullptr)) continue;
      for (const Flag& flag : command.flags) {
        if (same(flag)) return &flag;
      }
    }
    return nullptr;
  }

  Result<void> Set(const Flag& flag, std::string value) {
    if (flag.name == kHelpFlag) {
      made_.help = true;
      return {};
    }
    std::vector<std::string>& values = made_.values_[std::string(flag.name)];
    if (!values.empty() && !flag.repeated) {
      return Error::Invalid("flag '{}' cannot be repeated", flag.name);
    }
    TRY(CheckChoice(flag, value));
    values.push_back(std::move(value));
    return {};
  }

  static Result<void> CheckChoice(const Flag& flag, const std::string& value) {
    if (flag.choices.empty()) return {};
    if (std::find(flag.choices.begin(), flag.choices.end(), value) != flag.choices.end()) return {};
    std::vector<std::string> choices(flag.choices.begin(), flag.choices.end());
    return Error::Invalid("enum value must be one of {}, got '{}'", Join(choices, ","), value);
  }

  // The value behind a flag: the next argument, unless that is a flag.
  Result<std::string> NextValue(std::string_view shown) {
    bool there =
        at_ < arguments_.size() && (arguments_[at_].size() < 2 || arguments_[at_][0] != '-');
    if (!there) return Error::Invalid("expected argument for flag '{}'", shown);
    return arguments_[at_++];
  }

  Result<void> LongFlag(std::string_view text) {
    size_t equals = text.find('=');
    std::string name(text.substr(0, equals));
    const Flag* flag = FindFlag([&](const Flag& f) { return f.name == name; });
    if (flag == nullptr && name.starts_with("no-")) {
      flag = FindFlag([&](const Flag& f) { return f.name == name.substr(3) && IsSwitch(f); });
      if (flag != nullptr && equals == std::string_view::npos) return Set(*flag, "false");
      flag = nullptr;
    }
    if (flag == nullptr) return Error::Invalid("unknown long flag '--{}'", name);
    if (equals != std::string_view::npos) return Set(*flag, std::string(text.substr(equals + 1)));
    if (IsSwitch(*flag)) return Set(*flag, "true");
    return Set(*flag, TRY(NextValue("--" + name)));
  }

  Result<void> ShortFlags(std::string_view letters) {
    for (size_t i = 0; i < letters.size(); ++i) {
      const Flag* flag = FindFlag([&](const Flag& f) { return f.letter == letters[i]; });
      if (flag == nullptr) return Error::Invalid("unknown short flag '-{}'", letters[i]);
      if (IsSwitch(*flag)) {
        TRY(Set(*flag, "true"));
        continue;
      }
      std::string shown = fmt::format("-{}", letters[i]);
      std::string_view rest = letters.substr(i + 1);
      return Set(*flag, rest.empty() ? TRY(NextValue(shown)) : std::string(rest));
    }
    return {};
  }

  Result<void> Finish(const Defaults& defaults) {
    if (made_.command == nullptr) made_.command = DefaultOf(group_);
    if (made_.command == nullptr) {
      return Error::Invalid("must select a subcommand of '{}'", group_);
    }
    for (const std::vector<Flag>* flags : {&table_.flags, &made_.command->flags}) {
      for (const Flag& flag : *flags) TRY(SetDefault(flag, defaults));
    }
    return {};
  }

  Result<void> SetDefault(const Flag& flag, const Defaults& defaults) {
    std::string name(flag.name);
    if (!flag.otherwise.empty()) made_.defaults_[name] = flag.otherwise;
    if (made_.Given(name)) return {};
    auto found = defaults.find(name);
    if (found != defaults.end()) {
      TRY(CheckChoice(flag, found->second));
      made_.values_[name] = {found->second};
    } else if (flag.required) {
      return Error::Invalid("required flag --{} not provided", name);
    }
    return {};
  }

  const CommandTable& table_;
  std::span<const std::string> arguments_;
  size_t at_ = 0;
  std::string group_;  // the words of commands so far
  Invocation made_;
};

Result<Invocation> ParseArguments(const CommandTable& table, std::span<const std::string> arguments,
                                  const Defaults& defaults) {
  return ArgumentReader(table, arguments).Run(defaults);
}

std::string HelpText(const CommandTable& table, const Invocation& asked, std::string_view program,
                     std::string_view about) {
  std::string group = Join(asked.words, " ");
  const Command* command = nullptr;
  for (const Command& one : table.commands) {
    if (one.path == group) command = &one;
  }
  std::string out;
  if (command != nullptr) {
    out = fmt::format("usage: {} {} [<flags>]{}{}\n\n{}\n\nFlags:\n", program, group,
                      command->arguments.empty() ? "" : " ", command->arguments, command->about);
    AppendFlags(out, table.flags);
    AppendFlags(out, command->flags);
    return out + "\n";
  }
  out = fmt::format("usage: {} {}[<flags>] <command> [<args> ...]\n\n{}\n\nFlags:\n", program,
                    group.empty() ? "" : group + " ", about);
  AppendFlags(out, table.flags);
  out += "\nCommands:\n";
  for (const Command& one : table.commands) {
    if (!IsWithin(one.path, group)) continue;
    out += fmt::format("  {}{} {}\n      {}\n", one.path, one.is_default ? "*" : "", one.arguments,
                       one.about.substr(0, one.about.find('\n')));
  }
  return out + "\n";
}

}  // namespace watchfire::amtool

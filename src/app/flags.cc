#include "app/flags.h"

#include <CLI/CLI.hpp>

#include "base/check.h"
#include "base/file.h"
#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"

namespace watchfire::app {
namespace {

constexpr uint64_t kMaxArgumentFileBytes = 1 << 20;

Result<std::vector<std::string>> ExpandFiles(std::vector<std::string> arguments) {
  std::vector<std::string> out;
  for (std::string& argument : arguments) {
    if (argument.size() < 2 || argument[0] != '@') {
      out.push_back(std::move(argument));
      continue;
    }
    std::string text =
        TRY(FileSystem::Local()->ReadFile(argument.substr(1), kMaxArgumentFileBytes));
    for (std::string_view line : Split(text, '\n')) {
      line = TrimSpace(line);
      if (!line.empty() && line[0] != '#') out.emplace_back(line);
    }
  }
  return out;
}

// Checks one value and brings it into its printed form.
Result<std::string> Normalise(const FlagSpec& spec, const std::string& text) {
  auto named = [&](const Error& error) {
    return error.With("invalid value for flag '--{}'", spec.name);
  };
  switch (spec.kind) {
    case FlagKind::kInt:
      if (!ParseInt(text)) return named(Error::Invalid("{} is not a number", GoQuote(text)));
      return text;
    case FlagKind::kFloat:
      if (!ParseFloat(text)) return named(Error::Invalid("{} is not a number", GoQuote(text)));
      return text;
    case FlagKind::kDuration: {
      Result<int64_t> ms = model::ParseDurationMs(text);
      if (!ms.ok()) return named(ms.error());
      return model::FormatDuration(*ms);
    }
    case FlagKind::kSize: {
      Result<uint64_t> bytes = model::ParseSizeBytes(text);
      if (!bytes.ok()) return named(bytes.error());
      return model::FormatSizeBytes(*bytes);
    }
    default:
      return text;
  }
}

Error UnknownArgument(const std::string& argument, std::span<const FlagSpec> table) {
  if (argument.rfind("-", 0) != 0) return Error::Invalid("unexpected {}", argument);
  std::string name = argument.substr(0, argument.find('='));
  std::vector<std::string> known;
  for (const FlagSpec& spec : table) known.push_back("--" + std::string(spec.name));
  std::string nearest = Nearest(name, known);
  if (name.rfind("--", 0) != 0) return Error::Invalid("unknown short flag '{}'", name);
  if (nearest.empty()) return Error::Invalid("unknown long flag '{}'", name);
  return Error::Invalid("unknown long flag '{}', did you mean '{}'?", name, nearest);
}

// `--name=` sets an empty text, as `--name ""` does; CLI11 would miss the value.
std::vector<std::string> SplitEmptyValues(std::vector<std::string> arguments) {
  std::vector<std::string> split;
  for (std::string& argument : arguments) {
    bool empty = argument.starts_with("--") && argument.ends_with('=') &&
                 argument.find('=') + 1 == argument.size();
    if (empty) argument.pop_back();
    split.push_back(std::move(argument));
    if (empty) split.emplace_back();
  }
  return split;
}

// Holds what CLI11 writes into while it parses.
struct Slots {
  std::map<std::string, std::vector<std::string>> lists;
  std::map<std::string, bool> bools;
};

void Declare(CLI::App& app, Slots& slots, std::span<const FlagSpec> table) {
  for (const FlagSpec& spec : table) {
    std::string name(spec.name);
    if (spec.kind == FlagKind::kBool) {
      app.add_flag("--" + name + ",!--no-" + name, slots.bools[name])
          ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    } else {
      CLI::Option* option = app.add_option("--" + name, slots.lists[name]);
      option->type_size(1)->allow_extra_args(false);
      if (spec.kind == FlagKind::kList) {
        option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      } else {
        option->multi_option_policy(CLI::MultiOptionPolicy::Throw);
      }
    }
  }
}

}  // namespace

const FlagSpec& Flags::SpecOf(std::string_view name) const {
  for (const FlagSpec& spec : table_) {
    if (spec.name == name) return spec;
  }
  internal::CheckFailed("flag is in the table", __FILE__, __LINE__);
}

Result<Flags> Flags::Parse(std::vector<std::string> arguments, std::span<const FlagSpec> table) {
  arguments = SplitEmptyValues(TRY(ExpandFiles(std::move(arguments))));
  Flags flags;
  flags.table_ = table;
  Slots slots;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  app.add_flag("-h,--help,--help-long", flags.help_);
  app.add_flag("--version", flags.version_);
  Declare(app, slots, table);
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return Error::Invalid("{}", error.what());
  }
  if (flags.help_ || flags.version_) return flags;
  std::vector<std::string> unknown = app.remaining();
  if (!unknown.empty()) return UnknownArgument(unknown.front(), table);

  for (const FlagSpec& spec : table) {
    std::string name(spec.name);
    bool given = app.get_option("--" + name)->count() > 0;
    flags.set_[name] = given;
    std::vector<std::string>& values = flags.values_[name];
    if (spec.kind == FlagKind::kBool) {
      bool value = given ? slots.bools[name] : spec.initial == "true";
      values = {value ? "true" : "false"};
      continue;
    }
    if (given) values = slots.lists[name];
    if (!given && (spec.kind != FlagKind::kList || !spec.initial.empty())) {
      values = {std::string(spec.initial)};
    }
    for (std::string& value : values) value = TRY(Normalise(spec, value));
  }
  return flags;
}

const std::string& Flags::String(std::string_view name) const {
  WF_CHECK(SpecOf(name).kind != FlagKind::kList);
  return values_.find(name)->second.front();
}

bool Flags::Bool(std::string_view name) const {
  WF_CHECK(SpecOf(name).kind == FlagKind::kBool);
  return String(name) == "true";
}

int64_t Flags::Int(std::string_view name) const {
  WF_CHECK(SpecOf(name).kind == FlagKind::kInt);
  return ParseInt(String(name)).value_or(0);
}

int64_t Flags::DurationMs(std::string_view name) const {
  WF_CHECK(SpecOf(name).kind == FlagKind::kDuration);
  return model::ParseDurationMs(String(name)).value();
}

uint64_t Flags::SizeBytes(std::string_view name) const {
  WF_CHECK(SpecOf(name).kind == FlagKind::kSize);
  return model::ParseSizeBytes(String(name)).value();
}

const std::vector<std::string>& Flags::List(std::string_view name) const {
  WF_CHECK(SpecOf(name).kind == FlagKind::kList);
  return values_.find(name)->second;
}

bool Flags::IsSet(std::string_view name) const {
  return set_.find(name)->second;
}

std::vector<std::pair<std::string, std::string>> Flags::AsTexts() const {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [name, values] : values_) texts.emplace_back(name, Join(values, ","));
  return texts;
}

std::string HelpText(std::span<const FlagSpec> table) {
  std::string out =
      "usage: watchfire [<flags>]\n\n"
      "Scrapes, stores, queries and shows metrics; takes the flags, files and data of a\n"
      "Prometheus server.\n\nFlags:\n"
      "  -h, --[no-]help\n      Show this text.\n"
      "      --[no-]version\n      Show the version.\n";
  for (const FlagSpec& spec : table) {
    if (spec.hidden) continue;
    if (spec.kind == FlagKind::kBool) {
      out += fmt::format("      --[no-]{}\n", spec.name);
    } else if (spec.kind == FlagKind::kList) {
      out += fmt::format("      --{}={} ...\n", spec.name, spec.initial);
    } else {
      bool number = spec.kind == FlagKind::kInt || spec.kind == FlagKind::kFloat ||
                    spec.kind == FlagKind::kDuration;
      out += number ? fmt::format("      --{}={}\n", spec.name, spec.initial)
                    : fmt::format("      --{}=\"{}\"\n", spec.name, spec.initial);
    }
    std::string line = "     ";
    for (std::string_view word : Split(spec.help, ' ')) {
      if (line.size() + word.size() + 1 > 80) {
        out += line + "\n";
        line = "     ";
      }
      line.append(" ").append(word);
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace watchfire::app

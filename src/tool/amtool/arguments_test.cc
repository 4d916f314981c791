#include "tool/amtool/arguments.h"

#include <gtest/gtest.h>

namespace watchfire::amtool {
namespace {

CommandTable Table() {
  CommandTable table;
  table.flags = {{.name = "help", .letter = 'h'},
                 {.name = "output",
                  .letter = 'o',
                  .value = "FORM",
                  .otherwise = "simple",
                  .choices = {"simple", "json"}},
                 {.name = "check", .otherwise = "true"}};
  table.commands = {
      {.path = "alert query",
       .is_default = true,
       .arguments = "[<matchers>...]",
       .flags = {{.name = "silenced", .letter = 's'},
                 {.name = "active", .letter = 'a'},
                 {.name = "receiver", .letter = 'r', .value = "REGEX"}}},
      {.path = "alert add",
       .arguments = "[<labels>...]",
       .flags = {{.name = "annotation", .value = "A", .repeated = true}}},
      {.path = "config show", .is_default = true},
      {.path = "config routes show", .is_default = true},
      {.path = "config routes test", .arguments = "[<labels>...]"},
      {.path = "import", .arguments = "[<file>]", .one_argument = true},
      {.path = "template render", .flags = {{.name = "text", .value = "T", .required = true}}}};
  return table;
}

// The command, its arguments and flags in a line; or the error.
std::string Parsed(const std::vector<std::string>& arguments, const Defaults& defaults = {}) {
  CommandTable table = Table();
  Result<Invocation> asked = ParseArguments(table, arguments, defaults);
  if (!asked.ok()) return asked.error().message();
  std::string out = asked->help ? "help " : "";
  out += asked->command != nullptr ? std::string(asked->command->path) : "nothing";
  for (const std::string& argument : asked->arguments) out += " [" + argument + "]";
  for (const char* name : {"output", "check", "silenced", "active", "receiver", "text"}) {
    if (asked->Given(name)) out += fmt::format(" {}={}", name, asked->Text(name));
  }
  for (const std::string& value : asked->All("annotation")) out += " annotation=" + value;
  return out;
}

TEST(Arguments, AGroupWithoutACommandRunsItsDefault) {
  EXPECT_EQ(Parsed({"alert"}), "alert query");
  EXPECT_EQ(Parsed({"alert", "foo", "a=b"}), "alert query [foo] [a=b]");
  EXPECT_EQ(Parsed({"config"}), "config show");
  EXPECT_EQ(Parsed({"config", "routes"}), "config routes show");
  EXPECT_EQ(Parsed({"config", "routes", "test", "a=b"}), "config routes test [a=b]");
}

TEST(Arguments, FlagsStandAnywhereAndShortOnesInARow) {
  EXPECT_EQ(Parsed({"-o", "json", "alert", "-sa", "foo", "-rdb", "--check"}),
            "alert query [foo] output=json check=true silenced=true active=true receiver=db");
  EXPECT_EQ(Parsed({"alert", "add", "--annotation=a=b", "x", "--annotation", "c=d"}),
            "alert add [x] annotation=a=b annotation=c=d");
  EXPECT_EQ(Parsed({"--no-check", "alert", "--", "-s"}), "alert query [-s] check=false");
}

TEST(Arguments, DefaultsOfAFileStandForFlagsOfTheCommand) {
  EXPECT_EQ(Parsed({"alert"}, {{"output", "json"}, {"receiver", "db"}, {"text", "unused"}}),
            "alert query output=json receiver=db");
  EXPECT_EQ(Parsed({"alert", "-o", "simple"}, {{"output", "json"}}), "alert query output=simple");
  EXPECT_EQ(Parsed({"template", "render"}, {{"text", "x"}}), "template render text=x");
  EXPECT_EQ(Parsed({"alert"}, {{"output", "yaml"}}),
            "enum value must be one of simple,json, got 'yaml'");
}

TEST(Arguments, MistakesAreToldInUpstreamsWords) {
  EXPECT_EQ(Parsed({"--bogus"}), "unknown long flag '--bogus'");
  EXPECT_EQ(Parsed({"alert", "-x"}), "unknown short flag '-x'");
  EXPECT_EQ(Parsed({"bogus"}), "expected command but got \"bogus\"");
  EXPECT_EQ(Parsed({"config", "bogus"}), "unexpected bogus");
  EXPECT_EQ(Parsed({"import", "a", "b"}), "unexpected b");
  EXPECT_EQ(Parsed({"alert", "--receiver"}), "expected argument for flag '--receiver'");
  EXPECT_EQ(Parsed({"alert", "-o", "yaml"}), "enum value must be one of simple,json, got 'yaml'");
  EXPECT_EQ(Parsed({"alert", "-ojson", "-ojson"}), "flag 'output' cannot be repeated");
  EXPECT_EQ(Parsed({"template", "render"}), "required flag --text not provided");
  EXPECT_EQ(Parsed({"template"}), "must select a subcommand of 'template'");
  EXPECT_EQ(Parsed({"alert", "query", "--annotation=x"}), "unknown long flag '--annotation'");
}

TEST(Arguments, HelpNeedsNothingElse) {
  EXPECT_EQ(Parsed({}), "nothing");
  EXPECT_EQ(Parsed({"template", "render", "-h"}), "help template render");
  EXPECT_EQ(Parsed({"help", "alert", "add"}), "help alert add");
  CommandTable table = Table();
  std::vector<std::string> words = {"help", "alert", "add"};
  Invocation asked = ParseArguments(table, words, {}).value();
  std::string text = HelpText(table, asked, "amtool", "About.");
  EXPECT_NE(text.find("usage: amtool alert add [<flags>] [<labels>...]"), std::string::npos)
      << text;
  EXPECT_NE(text.find("--annotation=A"), std::string::npos) << text;
}

}  // namespace
}  // namespace watchfire::amtool

#include "tool/testing_tool.h"
#include "tool/tool.h"

namespace watchfire::tool {
namespace {

using CommandLineTest = testing::ToolTest;

// Exit code and what went to stdout and stderr.
struct Ran {
  int code;
  std::string out;
  std::string err;
};
Ran RunTool(std::vector<std::string> arguments) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  int code = Run(std::move(arguments));
  std::fflush(stdout);
  std::string out = ::testing::internal::GetCapturedStdout();
  return {code, std::move(out), ::testing::internal::GetCapturedStderr()};
}

TEST_F(CommandLineTest, WrongUsageIsTwoFailureOneAndDoneZero) {
  EXPECT_EQ(RunTool({}).code, 2);
  EXPECT_EQ(RunTool({"tsdb"}).code, 2);
  EXPECT_EQ(RunTool({"tsdb", "frob"}).code, 2);
  EXPECT_EQ(RunTool({"tsdb", "list", "--frob"}).code, 2);
  EXPECT_EQ(RunTool({"tsdb", "list", PathOf("missing")}).code, 1);
  EXPECT_EQ(RunTool({"tsdb", "list", directory_}).code, 0);
  EXPECT_EQ(RunTool({"--help"}).code, 0);
}

TEST_F(CommandLineTest, FailuresGoToStderrAlone) {
  Ran ran = RunTool({"tsdb", "dump", PathOf("missing")});
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, fmt::format("error: open directory {}: no such file or directory\n",
                                 PathOf("missing")));
}

TEST_F(CommandLineTest, ASelectorIsOneArgumentAndTheDirectoryFollows) {
  std::string text = Write("in", "a 1 1\nb 2 1\nc 3 1\n# EOF\n");
  std::string data = PathOf("data");
  ASSERT_EQ(
      RunTool({"tsdb", "create-blocks-from", "openmetrics", "-q", "--label", "s=1", text, data})
          .code,
      0);
  EXPECT_EQ(RunTool({"tsdb", "dump", "--match", "a", "--match=c", data}).out,
            "{__name__=\"a\", s=\"1\"} 1 1000\n{__name__=\"c\", s=\"1\"} 3 1000\n");
  EXPECT_EQ(
      RunTool({"tsdb", "--enable-feature=x", "dump", "--min-time", "-5", "--max-time=999", data})
          .out,
      "");
}

TEST_F(CommandLineTest, DurationsTimesAndLabelsAreChecked) {
  std::string text = Write("in", "# EOF\n");
  std::vector<std::string> import = {"tsdb", "create-blocks-from", "openmetrics", text, directory_};
  auto error_with = [&](const std::string& flag) {
    std::vector<std::string> arguments = import;
    arguments.push_back(flag);
    return RunTool(arguments).err;
  };
  EXPECT_EQ(error_with("--max-block-duration=abc"),
            "error: not a valid duration string: \"abc\"\n");
  EXPECT_EQ(error_with("--label=x"), "error: \"x\" is no label of the form name=value\n");
  EXPECT_EQ(error_with("--label==x"), "error: \"=x\" is no label of the form name=value\n");
  EXPECT_EQ(error_with("--label=x="), "");
  EXPECT_EQ(RunTool({"tsdb", "create-blocks-from", "rules", "--start=noon", text}).err,
            "error: cannot parse \"noon\" to a valid timestamp\n");
}

}  // namespace
}  // namespace watchfire::tool

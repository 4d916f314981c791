#include "tool/testing_tool.h"

namespace watchfire::tool {
namespace {

class ImportTest : public testing::ToolTest {
 protected:
  // What was printed, without the table.
  std::string Import(std::string_view text, uint64_t samples_in_memory = 1'000'000) {
    ImportOptions options;
    options.file = Write("input.om", text);
    options.directory = PathOf("data");
    options.samples_in_memory = samples_in_memory;
    options.labels = labels_;
    options.quiet = true;
    std::string printed = Printed([&](std::FILE* out) { return ImportOpenMetrics(options, out); });
    if (size_t at = printed.find(options.file); at != std::string::npos) {
      printed.replace(at, options.file.size(), "input.om");
    }
    return printed;
  }
  std::string Data() { return Dump(PathOf("data")); }

  std::vector<std::pair<std::string, std::string>> labels_;
};

// Three series over a day, each 10 min, by time; every third round in another order.
std::string ByTime() {
  std::string text = "# TYPE a counter\n";
  for (int i = 0; i < 144; ++i) {
    for (int s = 0; s < 3; ++s) {
      int series = i % 3 == 2 ? 2 - s : s;
      text += fmt::format("a_total{{s=\"{}\"}} {} {}\n", series, i * 10 + series, i * 600);
    }
    if (i % 7 == 0) text += fmt::format("sometimes 1 {}.5\n", i * 600);
  }
  return text + "# EOF\n";
}

TEST_F(ImportTest, OrderOfLinesDoesNotMatter) {
  ASSERT_EQ(Import(ByTime()), "");
  std::string expected;
  for (int s = 0; s < 3; ++s) {
    for (int i = 0; i < 144; ++i) {
      expected +=
          fmt::format("{{__name__=\"a_total\", s=\"{}\"}} {} {}\n", s, i * 10 + s, i * 600'000);
    }
  }
  for (int i = 0; i < 144; i += 7) {
    expected += fmt::format("{{__name__=\"sometimes\"}} 1 {}\n", i * 600'000 + 500);
  }
  EXPECT_EQ(Data(), expected);
}

TEST_F(ImportTest, WhatDoesNotFitIntoMemoryIsReadInSeveralPasses) {
  ASSERT_EQ(Import(ByTime()), "");
  std::string at_once = Data();
  for (uint64_t limit : {1, 40, 100, 452, 453}) {
    fs_.RemoveRecursively(PathOf("data")).value();
    ASSERT_EQ(Import(ByTime(), limit), "");
    EXPECT_EQ(Data(), at_once) << limit;
    EXPECT_EQ(fs_.ListDirectory(PathOf("data"))->size(), 12U) << limit;
  }
}

TEST_F(ImportTest, LabelsOfTheCommandLineAreOnEverySeries) {
  labels_ = {{"site", "b"}, {"x", "over"}};
  ASSERT_EQ(Import("a{x=\"1\"} 1 1\nb 2 2\n# EOF\n"), "");
  EXPECT_EQ(Data(),
            "{__name__=\"a\", site=\"b\", x=\"over\"} 1 1000\n"
            "{__name__=\"b\", site=\"b\", x=\"over\"} 2 2000\n");
}

TEST_F(ImportTest, BoundariesOfHistogramsAreInTheirFloatForm) {
  ASSERT_EQ(Import("# TYPE h histogram\nh_bucket{le=\"1\"} 1 1\nh_bucket{le=\"+Inf\"} 1 1\n"
                   "# TYPE g gauge\ng{le=\"1\"} 1 1\n# EOF\n"),
            "");
  EXPECT_EQ(Data(),
            "{__name__=\"g\", le=\"1\"} 1 1000\n{__name__=\"h_bucket\", le=\"+Inf\"} 1 1000\n"
            "{__name__=\"h_bucket\", le=\"1.0\"} 1 1000\n");
}

TEST_F(ImportTest, ErrorsNameFileAndLineAndLeaveNothing) {
  std::string good;
  for (int i = 0; i < 20; ++i) good += fmt::format("a 1 {}\n", i * 7200);
  struct Case {
    const char* tail;
    const char* error;
  };
  for (const Case& one : {
           Case{"a{x=\"1\"} 1\n# EOF\n",
                "line 21: expected timestamp for series a{x=\"1\"}, got none"},
           Case{"a 1 5", "line 21: data does not end with # EOF while parsing: \"a 1 5\""},
           Case{"a 1 5\n", "line 22: data does not end with # EOF while parsing: \"\""},
           Case{"a 1 5\n# EOF\nb 1 1\n",
                "line 23: unexpected data after # EOF while parsing: \"b 1 1\""},
           Case{"a one 5\n# EOF\n", "line 21: invalid value while parsing: \"a one 5\""},
           Case{"a 1 five\n# EOF\n", "line 21: invalid timestamp while parsing: \"a 1 five\""},
           Case{"# TYPE a thing\n# EOF\n",
                "line 21: invalid metric type \"thing\" while parsing: \"# TYPE a thing\""},
       }) {
    for (uint64_t limit : {3, 1000}) {
      EXPECT_EQ(Import(good + one.tail, limit), fmt::format("error: input.om: {}\n", one.error));
      EXPECT_FALSE(fs_.Exists(PathOf("data"))) << one.error;
    }
  }
}

TEST_F(ImportTest, WrongLabelsAreFoundBeforeAnythingIsWritten) {
  for (uint64_t limit : {1, 1000}) {
    std::string printed = Import("a 1 0\na 1 9000\na{x=1} 1 18000\n# EOF\n", limit);
    EXPECT_NE(printed.find("error: input.om: line 3: "), std::string::npos) << printed;
    EXPECT_FALSE(fs_.Exists(PathOf("data")));
  }
}

TEST_F(ImportTest, AContradictionInALaterPassLeavesNothing) {
  std::string text = "a 1 0\na 1 9000\na 1 18000\na 2 18000\n# EOF\n";
  EXPECT_EQ(Import(text, 1),
            "error: input.om: add sample: series {__name__=\"a\"}: duplicate sample for timestamp "
            "18000000; overrides not allowed: existing 1, new value 2\n");
  EXPECT_TRUE(Everything(PathOf("data")).empty());
}

TEST_F(ImportTest, NothingButTheEndMarkIsNoError) {
  EXPECT_EQ(Import("# EOF\n"), "");
  EXPECT_FALSE(fs_.Exists(PathOf("data")));
}

TEST_F(ImportTest, WhatIsDumpedAsTextCanBeImportedAgain) {
  ASSERT_EQ(
      Import("a{x=\"\\\"q\\\\\\n\"} 1.5 1.001\na{x=\"\\\"q\\\\\\n\"} NaN 2\nb -Inf -3\n# EOF\n"),
      "");
  std::string before = Data();
  std::string text = Dump(PathOf("data"), DumpFormat::kOpenMetrics);
  fs_.RemoveRecursively(PathOf("data")).value();
  ASSERT_EQ(Import(text), "");
  EXPECT_EQ(Data(), before);
}

}  // namespace
}  // namespace watchfire::tool

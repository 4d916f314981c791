#include "app/resident.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace watchfire::app {
namespace {

int64_t ResidentKibOfFiles() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssFile:")) return std::stoll(line.substr(8));
  }
  return -1;
}

TEST(ForgetStartupPages, LessOfTheProgramIsMappedAndItRunsOn) {
  int64_t before = ResidentKibOfFiles();
  if (before <= 0) GTEST_SKIP() << "this kernel does not tell memory of files";
  ForgetStartupPages();
  EXPECT_LT(ResidentKibOfFiles(), before);
}

}  // namespace
}  // namespace watchfire::app

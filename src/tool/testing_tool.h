#pragma once
// For the tests of the tools: a directory that goes away, the text that a command prints, and what
// a directory holds, byte for byte.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <functional>
#include <map>
#include <string>

#include "base/file.h"
#include "base/log.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool::testing {

class ToolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/wf_tool_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    CaptureLogs(&log_);  // what the database tells has no place in a test's output
  }
  void TearDown() override {
    CaptureLogs(nullptr);
    fs_.RemoveRecursively(directory_).value();
  }

  std::string PathOf(std::string_view name) const { return JoinPath(directory_, name); }
  std::string Write(std::string_view name, std::string_view content) {
    fs_.WriteFileAtomically(PathOf(name), content).value();
    return PathOf(name);
  }

  // Every file and directory below `directory`, with its content.
  std::map<std::string, std::string> Everything(const std::string& directory) {
    std::map<std::string, std::string> out;
    std::vector<DirEntry> entries = fs_.ListDirectory(directory).value();
    for (const DirEntry& entry : entries) {
      std::string path = JoinPath(directory, entry.name);
      if (entry.is_directory) {
        out[path] = "directory";
        out.merge(Everything(path));
      } else {
        out[path] = fs_.ReadFile(path).value();
      }
    }
    return out;
  }

  // What the command printed, with its error as a last line `error: …`.
  static std::string Printed(const std::function<Result<void>(std::FILE*)>& command) {
    char* text = nullptr;
    size_t size = 0;
    std::FILE* out = ::open_memstream(&text, &size);
    Result<void> done = command(out);
    std::fclose(out);
    std::string printed(text, size);
    std::free(text);
    if (!done) printed += "error: " + done.error().message() + "\n";
    return printed;
  }
  static std::string Dump(const std::string& directory, DumpFormat format = DumpFormat::kProm) {
    DumpOptions options;
    options.directory = directory;
    options.format = format;
    return Printed([&](std::FILE* out) { return DumpTsdb(options, out); });
  }
  static std::string Verify(const std::string& directory) {
    return Printed([&](std::FILE* out) { return VerifyTsdb({.directory = directory}, out); });
  }

  FileSystem& fs_ = *FileSystem::Local();
  std::string directory_;
  std::string log_;
};

}  // namespace watchfire::tool::testing

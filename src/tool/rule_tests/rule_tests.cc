#include "tool/rule_tests/rule_tests.h"

#include <stdlib.h>

#include "base/text.h"
#include "model/regex.h"
#include "tool/rule_tests/test_file.h"
#include "tool/rule_tests/test_run.h"

namespace watchfire::tool {
namespace {

// Goes when it is no longer needed, with all that lies in it.
class TemporaryDirectory {
 public:
  static Result<std::unique_ptr<TemporaryDirectory>> Make() {
    const char* root = getenv("TMPDIR");
    std::string path = JoinPath(root == nullptr ? "/tmp" : root, "watchfire-test-XXXXXX");
    if (mkdtemp(path.data()) == nullptr) return Error::Io("no temporary directory {}", path);
    return std::unique_ptr<TemporaryDirectory>(new TemporaryDirectory(path));
  }
  ~TemporaryDirectory() { static_cast<void>(FileSystem::Local()->RemoveRecursively(path_).ok()); }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

struct GroupResult {
  std::string name;
  std::vector<std::string> failures;
};
struct FileResult {
  std::string path;
  std::string unreadable;  // why the file itself is wrong
  std::vector<GroupResult> groups;
  std::vector<std::string> Failures() const {
    std::vector<std::string> all;
    if (!unreadable.empty()) all.push_back(unreadable);
    for (const GroupResult& group : groups) {
      all.insert(all.end(), group.failures.begin(), group.failures.end());
    }
    return all;
  }
};

Result<std::vector<model::Regex>> CompileAll(const std::vector<std::string>& patterns) {
  std::vector<model::Regex> out;
  // Unanchored, as upstream has them.
  for (const std::string& pattern : patterns) {
    out.push_back(TRY(model::Regex::Compile(".*(?:" + pattern + ").*")));
  }
  return out;
}

bool Wanted(const std::vector<model::Regex>& run, const std::string& name) {
  return run.empty() || std::any_of(run.begin(), run.end(),
                                    [&](const model::Regex& regex) { return regex.Matches(name); });
}

Result<FileResult> RunFile(const std::string& path, const std::vector<model::Regex>& run,
                           const RuleTestOptions& options, std::FILE* err) {
  FileResult result;
  result.path = path;
  Result<TestFile> file = LoadTestFile(path, *FileSystem::Local());
  if (!file.ok()) {
    result.unreadable = file.error().message();
    return result;
  }
  for (const std::string& pattern : file->unmatched) {
    std::fprintf(err, "  WARNING: no file match pattern %s\n", pattern.c_str());
  }
  auto directory = TRY(TemporaryDirectory::Make());
  for (size_t i = 0; i < file->tests.size(); ++i) {
    const TestGroup& group = file->tests[i];
    if (!Wanted(run, group.name)) continue;
    std::string own = JoinPath(directory->path(), std::to_string(i));
    result.groups.push_back(
        {group.name,
         RunTestGroup(*file, group, {options.parse, options.ignore_unknown_fields}, own)});
  }
  return result;
}

void Print(const FileResult& result, std::FILE* out, std::FILE* err) {
  std::vector<std::string> failures = result.Failures();
  if (failures.empty()) {
    std::fprintf(out, "  SUCCESS\n\n");
    return;
  }
  std::fflush(out);
  std::fprintf(err, "  FAILED:\n");
  for (const std::string& failure : failures) {
    std::fprintf(err, "%s\n", failure.c_str());
    std::fprintf(out, "\n");
  }
  std::fflush(err);
  std::fprintf(out, "\n");
}

std::string EscapeXml(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&#34;";
        break;
      default:
        out.push_back(static_cast<uint8_t>(c) < 32 && c != '\n' && c != '\t' ? ' ' : c);
    }
  }
  return out;
}

std::string JunitReport(const std::vector<FileResult>& results) {
  std::string out = "<testsuites>\n";
  for (const FileResult& file : results) {
    size_t failed = file.unreadable.empty() ? 0 : 1;
    for (const GroupResult& group : file.groups) failed += group.failures.empty() ? 0 : 1;
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
                       EscapeXml(file.path), file.groups.size(),
                       failed - (file.unreadable.empty() ? 0 : 1), file.unreadable.empty() ? 0 : 1);
    for (const GroupResult& group : file.groups) {
      out += fmt::format("    <testcase name=\"{}\">\n", EscapeXml(group.name));
      for (const std::string& failure : group.failures) {
        out +=
            fmt::format("      <failure message=\"\" type=\"\">{}</failure>\n", EscapeXml(failure));
      }
      out += "    </testcase>\n";
    }
    if (!file.unreadable.empty()) {
      out +=
          fmt::format("    <error message=\"\" type=\"\">{}</error>\n", EscapeXml(file.unreadable));
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace

Result<void> TestRules(const RuleTestOptions& options, std::FILE* out, std::FILE* err) {
  std::vector<model::Regex> run = TRY(CompileAll(options.run));
  std::vector<FileResult> results;
  bool failed = false;
  for (const std::string& path : options.files) {
    std::fprintf(out, "Unit Testing:  %s\n", path.c_str());
    results.push_back(TRY(RunFile(path, run, options, err)));
    Print(results.back(), out, err);
    failed |= !results.back().Failures().empty();
  }
  if (!options.junit.empty()) {
    TRY(FileSystem::Local()->WriteFileAtomically(options.junit, JunitReport(results)));
  }
  if (failed) return Error::Invalid("");
  return {};
}

}  // namespace watchfire::tool

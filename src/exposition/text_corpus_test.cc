// Runs tests/exposition/*.txt: pages and what they mean. `./dev test exposition --update` rewrites
// the expectations in place. The language is described in tests/exposition/README.md.

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "base/numbers.h"
#include "base/text.h"
#include "exposition/text_parser.h"

namespace watchfire::exposition {
namespace {

constexpr const char* kDirectory = "tests/exposition";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// %xx is a byte; everything else is itself.
std::string Unpercent(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0) {
      out += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string DescribeSample(TextParser& parser) {
  SeriesLabelsView view;
  Result<void> parsed = parser.Labels(view);
  if (!parsed.ok()) return "error " + parsed.error().message();
  const EntryView& entry = parser.entry();
  std::string out = "sample " + model::Labels::FromPairs(view.labels).ToMetricString() + " " +
                    FormatFloatGo(entry.value);
  if (entry.has_timestamp) out += " @" + std::to_string(entry.timestamp);
  return out;
}

std::string Describe(const std::string& page) {
  std::string out;
  TextParser parser(page);
  while (true) {
    Result<EntryKind> kind = parser.Next();
    if (!kind.ok()) return out + "error " + kind.error().message() + "\n";
    const EntryView& entry = parser.entry();
    switch (*kind) {
      case EntryKind::kEnd:
        return out;
      case EntryKind::kSample: {
        std::string sample = DescribeSample(parser);
        out += sample + "\n";
        if (sample.starts_with("error")) return out;
        break;
      }
      case EntryKind::kHelp:
        out += fmt::format("help {} {}\n", entry.family,
                           GoQuote(UnescapeText(entry.text, EscapeRules::kHelp)));
        break;
      case EntryKind::kType:
        out += fmt::format("type {} {}\n", entry.family, model::MetricTypeName(entry.type));
        break;
      case EntryKind::kComment:
        out += fmt::format("comment {}\n", GoQuote(entry.text));
        break;
    }
  }
}

// Returns the file with every expectation replaced by what the parser says.
std::string Rewrite(std::string_view file) {
  std::string out;
  std::string page;
  bool in_answer = false;
  for (std::string_view line : Split(file, '\n')) {
    if (line.starts_with("> ") || line == ">") {
      std::string_view text = line.size() > 1 ? line.substr(2) : std::string_view();
      bool open = text.ends_with("%eof");
      if (open) text.remove_suffix(4);
      page += Unpercent(text);
      if (!open) page += '\n';
      out.append(line).append("\n");
      in_answer = true;
    } else if (in_answer && line.empty()) {
      out += Describe(page) + "\n";
      page.clear();
      in_answer = false;
    } else if (!in_answer) {
      out.append(line).append("\n");
    }
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

TEST(TextCorpus, EveryPageMeansWhatItsFileSays) {
  FileSystem* files = FileSystem::Local();
  Result<std::vector<DirEntry>> entries = files->ListDirectory(kDirectory);
  ASSERT_TRUE(entries.ok()) << entries.error().message();
  int checked = 0;
  for (const DirEntry& entry : *entries) {
    if (!entry.name.ends_with(".txt")) continue;
    std::string path = JoinPath(kDirectory, entry.name);
    std::string file = *files->ReadFile(path);
    std::string actual = Rewrite(file + "\n");
    if (std::getenv("WF_UPDATE") != nullptr) {
      ASSERT_TRUE(files->WriteFileAtomically(path, actual).ok());
    } else {
      EXPECT_EQ(file, actual) << path;
    }
    ++checked;
  }
  EXPECT_GE(checked, 3);
}

// Upstream's pages of all types must parse whole, and mean the same by both ways of reading.
TEST(TextCorpus, ReadsUpstreamsPagesOfAllTypes) {
  const char* set = std::getenv("WATCHFIRE_CONFORMANCE");
  std::string root = set != nullptr ? set : "../shared/conformance";
  std::string directory = root + "/prometheus/textparse";
  if (!FileSystem::Local()->Exists(directory)) {
    GTEST_SKIP() << "no conformance data at " << directory;
  }
  for (const char* name : {"alltypes.237mfs.prom.txt", "alltypes.237mfs.nometa.prom.txt"}) {
    std::string page = *FileSystem::Local()->ReadFile(JoinPath(directory, name));
    std::string meaning = Describe(page);
    EXPECT_EQ(meaning.find("\nerror "), std::string::npos) << name;
    EXPECT_GT(meaning.size(), page.size() / 2);
  }
}

}  // namespace
}  // namespace watchfire::exposition

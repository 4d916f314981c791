#pragma once
// The commands under `watchfire tool tsdb`, apart from their command line (command_line.cc). Each
// prints to `out` and returns what the caller tells the user on failure. All but the imports leave
// the directory as it is.

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "tsdb/block/meta.h"

namespace watchfire::tool {

// Text for a person goes through here; a write that fails shows in ferror(out).
void Print(std::FILE* out, std::string_view text);

struct ListOptions {
  std::string directory = "data/";
  bool human_readable = false;
};
Result<void> ListTsdb(const ListOptions& options, std::FILE* out);

struct SizedMeta {
  block::BlockMeta meta;
  uint64_t bytes = 0;
};
// The table of `tsdb list`; `header`: with the line of names.
std::string BlockTable(const std::vector<SizedMeta>& blocks, bool human_readable, bool header);

struct AnalyzeOptions {
  std::string directory = "data/";
  std::string block;  // empty: the newest
  size_t limit = 20;
  bool extended = false;
  std::string match;  // a selector; empty: everything
};
Result<void> AnalyzeTsdb(const AnalyzeOptions& options, std::FILE* out);

enum class DumpFormat : uint8_t { kProm, kSeriesJson, kOpenMetrics };
struct DumpOptions {
  std::string directory = "data/";
  TimeMs mint = kMinTime;
  TimeMs maxt = kMaxTime;
  std::vector<std::string> selectors;  // empty: everything
  DumpFormat format = DumpFormat::kProm;
};
Result<void> DumpTsdb(const DumpOptions& options, std::FILE* out);

struct ImportOptions {
  std::string file;
  std::string directory = "data/";
  int64_t max_block_ms = 2 * 3600 * 1000;
  std::vector<std::pair<std::string, std::string>> labels;  // put on every series
  uint64_t samples_in_memory = 24'000'000;                  // 16 bytes each
  bool human_readable = false;
  bool quiet = false;
};
// All or nothing: on failure no block is left.
Result<void> ImportOpenMetrics(const ImportOptions& options, std::FILE* out);

struct BackfillOptions {
  std::vector<std::string> rule_files;
  std::string url = "http://localhost:9090";
  std::string directory = "data/";
  TimeMs start = 0;
  TimeMs end = 0;
  int64_t eval_interval_ms = 60'000;
  int64_t max_block_ms = 2 * 3600 * 1000;
  bool human_readable = false;
  bool quiet = false;
};
// On failure the ranges before the one that failed are there, and the error says where to go on.
Result<void> BackfillRules(const BackfillOptions& options, std::FILE* out);

struct VerifyOptions {
  std::string directory = "data/";
};
// kCorrupt when anything is not as it was written; every finding is printed.
Result<void> VerifyTsdb(const VerifyOptions& options, std::FILE* out);

}  // namespace watchfire::tool

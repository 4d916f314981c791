#pragma once
// Annotations: what a query wants to tell its user besides the answer. Texts are upstream's, kept
// without their position for removing duplicates (the leftmost position is shown). One object a
// query or shard, used by its thread only. How many are shown is the API's business.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "promql/parser/ast.h"

namespace watchfire::promql {

class Annotations {
 public:
  explicit Annotations(std::string query) : query_(std::move(query)) {}

  // `text` without "PromQL warning: ".
  void Warn(std::string text, PosRange pos);
  void Info(std::string text, PosRange pos);
  // Without prefix and position: about the answer as a whole.
  void WarnPlain(std::string text);

  // histogram_quantile's correction of buckets that shrink. All corrections of one metric become
  // one line that tells their extent.
  struct Monotonicity {
    std::string metric_name;
    PosRange pos;
    TimeMs t = 0;
    double min_bucket = 0;
    double max_bucket = 0;
    double max_diff = 0;
  };
  void ForcedMonotonicity(const Monotonicity& fix);

  // Adds what another part of the same query noted; that one is empty afterwards.
  void Absorb(Annotations& other);

  std::vector<std::string> TakeWarnings();
  std::vector<std::string> TakeInfos();

 private:
  struct Note {
    std::string text;
    PosRange pos;
    bool plain = false;
  };
  struct Correction {
    Monotonicity extent;
    TimeMs first = 0;
    TimeMs last = 0;
    int64_t samples = 0;
    size_t note = 0;  // index into infos_
  };
  std::vector<std::string> Render(std::vector<Note> notes, std::string_view prefix) const;
  static void Add(std::vector<Note>& notes, std::string text, PosRange pos);

  std::string query_;
  std::vector<Note> warnings_;
  std::vector<Note> infos_;
  std::vector<Correction> corrections_;
};

// ` for metric name "x"`, or nothing when there is no name.
std::string ForMetricName(std::string_view name);

}  // namespace watchfire::promql

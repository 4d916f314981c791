// Any bytes: the parser must end, stay inside them, and read the same page the same way when it
// knows the layout.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "exposition/text_parser.h"
#include "model/sample.h"

using namespace watchfire;
using namespace watchfire::exposition;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view page(reinterpret_cast<const char*>(data), size);
  PageLayoutBuilder builder;
  std::vector<double> values;
  TextParser parser(page);
  SeriesLabelsView labels;
  bool good = true;
  while (true) {
    Result<EntryKind> kind = parser.Next();
    good = kind.ok();
    if (!good || *kind == EntryKind::kEnd) break;
    const EntryView& entry = parser.entry();
    if (*kind != EntryKind::kSample) {
      builder.Add(PageLayout::LineKind::kMeta, entry.line);
      continue;
    }
    if (parser.Labels(labels).ok()) model::Labels::FromPairs(labels.labels).ToMetricString();
    builder.Add(
        entry.has_timestamp ? PageLayout::LineKind::kTimedSample : PageLayout::LineKind::kSample,
        entry.line);
    values.push_back(entry.value);
  }
  std::shared_ptr<const PageLayout> layout = builder.Finish();
  layout->Metadata();
  TextParser again(page);
  PageValues known;
  again.MatchKnown(*layout, 0, known);
  if (known.values.size() > values.size()) std::abort();
  for (size_t i = 0; i < known.values.size(); ++i) {
    if (!model::SameBits(known.values[i], values[i])) std::abort();
  }
  return 0;
}

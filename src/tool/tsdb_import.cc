// `tsdb create-blocks-from openmetrics`: a text file becomes blocks. The file is mapped and read
// once if its samples fit into memory, else once to count and then once for each group of ranges
// that fits.
#include <map>
#include <unordered_map>

#include "exposition/openmetrics_reader.h"
#include "exposition/text_parser.h"
#include "tool/block_import.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool {
namespace {

// 16 bytes each.
constexpr uint64_t kSamplesInMemory = 24'000'000;

class OpenMetricsImport {
 public:
  OpenMetricsImport(const ImportOptions& options, std::string_view text)
      : text_(text),
        range_ms_(CompatibleBlockMs(options.max_block_ms)),
        import_(options.directory, range_ms_) {}

  Result<void> Run(std::vector<SizedMeta>* made) {
    TRY(Read(kMinTime, kMaxTime));
    if (!too_many_) return import_.Write(made);
    // Groups of neighbouring ranges, each within the limit unless a single range is larger.
    auto next = samples_in_range_.begin();
    while (next != samples_in_range_.end()) {
      TimeMs from = next->first;
      uint64_t samples = 0;
      TimeMs to = from;
      do {
        samples += next->second;
        to = next->first + range_ms_;
        ++next;
      } while (next != samples_in_range_.end() && samples + next->second <= kSamplesInMemory);
      counting_ = false;
      TRY(Read(from, to));
      TRY(import_.Write(made));
    }
    return {};
  }

 private:
  // Takes the samples in [from, to); counts all of them at the first time.
  Result<void> Read(TimeMs from, TimeMs to) {
    exposition::OpenMetricsReader reader(text_);
    exposition::OpenMetricsSampleView sample;
    size_t series = 0;
    TimeMs range_start = 0;
    uint64_t* in_range = nullptr;
    while (TRY(reader.Next(&sample))) {
      if (!sample.has_timestamp) {
        return Error::Invalid("line {}: expected timestamp for series {}, got none",
                              reader.LineNumber(), sample.series);
      }
      if (counting_) {
        if (in_range == nullptr || sample.t < range_start || sample.t >= range_start + range_ms_) {
          range_start = RangeStart(sample.t, range_ms_);
          in_range = &samples_in_range_[range_start];
        }
        ++*in_range;
        if (too_many_) continue;
      }
      if (sample.t < from || sample.t >= to) continue;
      if (!sample.same_series || !has_series_) series = TRY(SeriesOf(sample, reader));
      import_.Add(series, sample.t, sample.value);
      has_series_ = true;
      if (counting_ && import_.num_samples() > kSamplesInMemory) {
        too_many_ = true;
        import_.ForgetSamples();
      }
    }
    has_series_ = false;
    return {};
  }

  Result<size_t> SeriesOf(const exposition::OpenMetricsSampleView& sample,
                          const exposition::OpenMetricsReader& reader) {
    auto [place, is_new] = by_text_.try_emplace(sample.series, 0);
    if (!is_new) return place->second;
    Result<void> parsed =
        exposition::ParseSeriesText(sample.series, model::MetricType::kUnknown, labels_);
    if (!parsed) return parsed.error().With("line {}", reader.LineNumber());
    place->second = import_.AddSeries(model::Labels::FromPairs(labels_.labels));
    return place->second;
  }

  std::string_view text_;
  const int64_t range_ms_;
  BlockImport import_;
  bool counting_ = true;
  bool too_many_ = false;
  bool has_series_ = false;  // the last sample's series was looked up
  std::map<TimeMs, uint64_t> samples_in_range_;
  std::unordered_map<std::string_view, size_t> by_text_;
  exposition::SeriesLabelsView labels_;
};

}  // namespace

Result<void> ImportOpenMetrics(const ImportOptions& options, std::FILE* out) {
  MappedFile file = TRY(FileSystem::Local()->Map(options.file));
  std::vector<SizedMeta> made;
  Result<void> done = OpenMetricsImport(options, file.bytes()).Run(&made);
  if (!options.quiet) Print(out, BlockTable(made, options.human_readable, true));
  return done;
}

}  // namespace watchfire::tool

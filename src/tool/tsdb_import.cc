// `tsdb create-blocks-from openmetrics`: a text file becomes blocks. The file is mapped and read
// once if its samples fit into memory, else once to check and count and then once for each group of
// ranges that fits.
#include <map>

#include "base/hash_map.h"
#include "exposition/openmetrics_reader.h"
#include "exposition/text_parser.h"
#include "tool/block_import.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool {
namespace {

class OpenMetricsImport {
 public:
  OpenMetricsImport(const ImportOptions& options, std::string_view text)
      : options_(options),
        text_(text),
        range_ms_(CompatibleBlockMs(options.max_block_ms)),
        import_(options.directory, range_ms_) {}

  Result<void> Run(std::vector<SizedMeta>* made) {
    TRY(Read(kMinTime, kMaxTime));
    counting_ = false;
    if (!too_many_) {
      TRY(import_.Write());
      return import_.Publish(made);
    }
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
      } while (next != samples_in_range_.end() &&
               samples + next->second <= options_.samples_in_memory);
      TRY(Read(from, to));
      TRY(import_.Write());
    }
    return import_.Publish(made);
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;

  // Takes the samples in [from, to); checks and counts all of them at the first time.
  Result<void> Read(TimeMs from, TimeMs to) {
    exposition::OpenMetricsReader reader(text_);
    exposition::OpenMetricsSampleView sample;
    size_t series = kNone;
    while (TRY(reader.Next(&sample))) {
      if (!sample.has_timestamp) {
        return Error::Invalid("line {}: expected timestamp for series {}, got none",
                              reader.LineNumber(), sample.series);
      }
      if (!sample.same_series) TRY(FindSeries(sample, &reader, &series));
      if (counting_) {
        Count(sample.t);
        if (too_many_) continue;
      }
      if (sample.t < from || sample.t >= to) continue;
      import_.Add(series, sample.t, sample.value);
    }
    return {};
  }

  void Count(TimeMs t) {
    if (in_range_ == nullptr || t < range_start_ || t >= range_start_ + range_ms_) {
      range_start_ = RangeStart(t, range_ms_);
      in_range_ = &samples_in_range_[range_start_];
    }
    ++*in_range_;
    if (!too_many_ && import_.num_samples() >= options_.samples_in_memory) {
      too_many_ = true;
      import_.ForgetSamples();
    }
  }

  // `series`: of the sample before, becomes that of `sample`.
  Result<void> FindSeries(const exposition::OpenMetricsSampleView& sample,
                          exposition::OpenMetricsReader* reader, size_t* series) {
    size_t found = sample.as_expected ? known_[*series].next : TRY(LookUp(sample, *reader));
    if (*series != kNone) known_[*series].next = found;
    // The newest place of the text: the guesses of a round walk through the round before.
    known_[found].text = sample.series;
    *series = found;
    size_t next = known_[found].next;
    reader->Expect(next == kNone ? std::string_view() : known_[next].text);
    return {};
  }

  Result<size_t> LookUp(const exposition::OpenMetricsSampleView& sample,
                        const exposition::OpenMetricsReader& reader) {
    auto [place, is_new] = by_text_.try_emplace(sample.series, known_.size());
    if (!is_new) return place->second;
    Result<void> parsed = exposition::ParseSeriesText(sample.series, sample.family_type, labels_);
    if (!parsed) return parsed.error().With("line {}", reader.LineNumber());
    model::Labels labels = model::Labels::FromPairs(labels_.labels);
    if (!options_.labels.empty()) {
      builder_.Reset(labels);
      for (const auto& [name, value] : options_.labels) builder_.Set(name, value);
      labels = builder_.Build();
    }
    known_.push_back({sample.series, kNone});
    return import_.AddSeries(std::move(labels));
  }

  // A series text, and the series that followed it the last time.
  struct Known {
    std::string_view text;
    size_t next;
  };

  const ImportOptions& options_;
  std::string_view text_;
  const int64_t range_ms_;
  BlockImport import_;
  bool counting_ = true;
  bool too_many_ = false;
  std::map<TimeMs, uint64_t> samples_in_range_;
  TimeMs range_start_ = 0;
  uint64_t* in_range_ = nullptr;
  HashMap<std::string_view, size_t, StringHash, StringEqual> by_text_;
  std::vector<Known> known_;  // by the number that the import has for the series
  exposition::SeriesLabelsView labels_;
  model::LabelsBuilder builder_;
};

}  // namespace

Result<void> ImportOpenMetrics(const ImportOptions& options, std::FILE* out) {
  MappedFile file = TRY(FileSystem::Local()->Map(options.file));
  std::vector<SizedMeta> made;
  Result<void> done = OpenMetricsImport(options, file.bytes()).Run(&made);
  if (!done) return done.error().With("{}", options.file);
  if (!options.quiet) Print(out, BlockTable(made, options.human_readable, true));
  return {};
}

}  // namespace watchfire::tool

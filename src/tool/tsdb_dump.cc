// Everything a data directory holds, blocks and log, as text.
#include "base/numbers.h"
#include "codec/json_writer.h"
#include "model/histogram_buckets.h"
#include "promql/parser/parser.h"
#include "tool/read_only_files.h"
#include "tool/tsdb_commands.h"
#include "tsdb/db/db.h"

namespace watchfire::tool {
namespace {

constexpr size_t kFlushBytes = 1 << 16;

class Dumper {
 public:
  Dumper(const DumpOptions& options, std::FILE* out) : options_(options), out_(out) {}

  Result<void> DumpSeries(storage::Series& series) {
    if (options_.format == DumpFormat::kSeriesJson) {
      DumpLabelsAsJson(series.labels());
    } else {
      DumpSamples(series);
    }
    return text_.size() < kFlushBytes ? Result<void>() : Flush();
  }

  Result<void> Finish() {
    if (options_.format == DumpFormat::kOpenMetrics) text_ += "# EOF\n";
    return Flush();
  }

 private:
  void DumpLabelsAsJson(const model::Labels& labels) {
    codec::JsonWriter json;
    json.BeginObject();
    for (const model::LabelView& label : labels) json.Field(label.name, label.value);
    json.EndObject();
    text_ += json.out();
    text_ += '\n';
  }

  // Floats and histograms of a series, by time.
  void DumpSamples(storage::Series& series) {
    bool open_metrics = options_.format == DumpFormat::kOpenMetrics;
    std::string prefix =
        (open_metrics ? series.labels().ToMetricString() : series.labels().ToString()) + " ";
    storage::Columns columns = series.Read(options_.mint, options_.maxt);
    auto histograms = series.ReadHistograms(options_.mint, options_.maxt);
    size_t next = 0;
    for (size_t i = 0; i < columns.t.size(); ++i) {
      while (next < histograms.size() && histograms[next].t < columns.t[i]) {
        DumpHistogram(prefix, histograms[next++]);
      }
      text_ += prefix;
      text_ += FormatFloatGo(columns.v[i]);
      DumpTime(columns.t[i]);
    }
    while (next < histograms.size()) DumpHistogram(prefix, histograms[next++]);
  }

  void DumpHistogram(const std::string& prefix, const storage::HistogramSample& sample) {
    // OpenMetrics has no text for them, and upstream leaves them out there, too.
    if (options_.format == DumpFormat::kOpenMetrics) return;
    text_ += prefix;
    text_ += model::ToString(sample.histogram);
    DumpTime(sample.t);
  }

  void DumpTime(TimeMs t) {
    if (options_.format == DumpFormat::kOpenMetrics) {
      fmt::format_to(std::back_inserter(text_), " {:.3f}\n", static_cast<double>(t) / 1000);
    } else {
      text_ += ' ';
      AppendInt(text_, t);
      text_ += '\n';
    }
  }

  Result<void> Flush() {
    Print(out_, text_);
    text_.clear();
    if (std::ferror(out_) != 0) return Error::Io("writing the dump failed");
    return {};
  }

  const DumpOptions& options_;
  std::FILE* out_;
  std::string text_;
};

}  // namespace

Result<void> DumpTsdb(const DumpOptions& options, std::FILE* out) {
  FileSystem& local = *FileSystem::Local();
  if (!local.Exists(options.directory)) {
    return Error::NotFound("open directory {}: no such file or directory", options.directory);
  }
  std::vector<model::Matchers> selectors;
  for (const std::string& text : options.selectors) {
    selectors.push_back(TRY(promql::ParseSelector(text)));
  }
  if (selectors.empty()) selectors.emplace_back();
  ReadOnlyFiles files(&local);
  tsdb::DbOptions db_options;
  db_options.path = options.directory;
  db_options.fs = &files;
  db_options.no_lockfile = true;
  db_options.background = false;
  std::unique_ptr<tsdb::Db> db = TRY(tsdb::Db::Open(db_options));
  {
    auto querier = TRY(db->NewQuerier(options.mint, options.maxt));
    Dumper dumper(options, out);
    for (const model::Matchers& matchers : selectors) {
      auto set = querier->Select(true, {}, matchers);
      while (set->Next()) TRY(dumper.DumpSeries(set->At()));
      TRY(set->status());
    }
    TRY(dumper.Finish());
  }
  return db->Close();
}

}  // namespace watchfire::tool

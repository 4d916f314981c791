#pragma once
// Blocks for tests, benchmarks and fuzz seeds of this room: written with BlockWriter from series
// given as values, and read back whole.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "model/labels.h"
#include "model/sample.h"
#include "tsdb/block/block.h"
#include "tsdb/block/block_writer.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::block::testing {

struct SeriesData {
  std::vector<TimeMs> times;
  std::vector<double> values;
  std::vector<chunk::OwnedChunk> more_chunks;  // behind the floats
};
using BlockData = std::map<model::Labels, SeriesData>;

inline constexpr TimeMs kStart = 1'700'000'000'000;
inline constexpr TimeMs kStep = 15'000;

// `count` samples every 15 s from `start` on, with values first, first + 1, …
inline SeriesData Counting(TimeMs start, int count, double first = 0) {
  SeriesData data;
  for (int i = 0; i < count; ++i) {
    data.times.push_back(start + i * kStep);
    data.values.push_back(first + i);
  }
  return data;
}

inline BlockMeta MetaOf(const BlockData& data) {
  BlockMeta meta;
  meta.ulid = Ulid::New(kStart);
  meta.sources = {meta.ulid};
  meta.mint = kMaxTime;
  meta.maxt = kMinTime;
  auto reach = [&](TimeMs t) {
    meta.mint = std::min(meta.mint, t);
    meta.maxt = std::max(meta.maxt, t + 1);
  };
  for (const auto& [labels, series] : data) {
    for (TimeMs t : series.times) reach(t);
    for (const chunk::OwnedChunk& chunk : series.more_chunks) {
      reach(chunk.mint);
      reach(chunk.maxt);
    }
  }
  return meta;
}

// Writes a block below `parent`; its directory.
inline Result<std::string> WriteBlock(FileSystem& fs, const std::string& parent,
                                      const BlockData& data,
                                      const chunk::ChunkLimits& limits = chunk::kUpstreamLimits) {
  std::set<std::string> texts;
  for (const auto& [labels, series] : data) {
    for (const model::LabelView& label : labels) {
      texts.emplace(label.name);
      texts.emplace(label.value);
    }
  }
  std::vector<std::string_view> symbols(texts.begin(), texts.end());
  BlockMeta meta = MetaOf(data);
  auto writer = TRY(BlockWriter::Create({.fs = &fs, .parent = parent}, meta, symbols));
  for (const auto& [labels, series] : data) {
    std::vector<chunk::OwnedChunk> chunks;
    chunk::EncodeFloats(series.times, series.values, limits, chunk::Encoding::kXor, &chunks);
    chunks.insert(chunks.end(), series.more_chunks.begin(), series.more_chunks.end());
    std::vector<chunk::ChunkView> views;
    for (const chunk::OwnedChunk& chunk : chunks) views.push_back(chunk.view());
    TRY(writer->Add(labels, views));
  }
  TRY(writer->Finish());
  return JoinPath(parent, meta.ulid.ToString());
}

// A selector's matchers, as "name op value": {"job", "=~", "a|b"}.
struct Condition {
  std::string_view name;
  std::string_view op;
  std::string_view value;
};
inline model::Matchers MatchersOf(const std::vector<Condition>& conditions) {
  model::Matchers out;
  for (const Condition& c : conditions) {
    model::MatchType type = c.op == "="    ? model::MatchType::kEqual
                            : c.op == "!=" ? model::MatchType::kNotEqual
                            : c.op == "=~" ? model::MatchType::kRegex
                                           : model::MatchType::kNotRegex;
    out.push_back(model::Matcher::Make(type, std::string(c.name), std::string(c.value)).value());
  }
  return out;
}

// What a querier shows, as text lines: `{labels} v@t v@t …`, histograms as `H(count)@t`; an error
// is the last line.
inline std::vector<std::string> Shown(storage::SeriesSet& set, TimeMs mint, TimeMs maxt) {
  std::vector<std::string> lines;
  while (set.Next()) {
    storage::Series& series = set.At();
    std::string line = series.labels().ToString();
    storage::Columns columns = series.Read(mint, maxt);
    WF_CHECK(columns.t.size() == columns.v.size());
    for (size_t i = 0; i < columns.t.size(); ++i) {
      line += fmt::format(" {}@{}", columns.v[i], columns.t[i] - kStart);
    }
    for (const storage::HistogramSample& sample : series.ReadHistograms(mint, maxt)) {
      line += fmt::format(" H({})@{}", sample.histogram.count, sample.t - kStart);
    }
    lines.push_back(std::move(line));
  }
  if (!set.status().ok()) lines.push_back("error: " + set.status().error().message());
  return lines;
}

inline std::vector<std::string> Query(Block& block, TimeMs mint, TimeMs maxt,
                                      const std::vector<Condition>& conditions) {
  auto querier = block.NewQuerier(mint, maxt);
  auto set = querier->Select(true, {}, MatchersOf(conditions));
  return Shown(*set, mint, maxt);
}

}  // namespace watchfire::block::testing

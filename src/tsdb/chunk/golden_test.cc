// tests/chunks: chunks that other programs made, and what is in them. Every chunk is read, and
// written again: the bytes must come back.

#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/chunk/test_text.h"

namespace watchfire::chunk {
namespace {

constexpr TimeMs kMin = std::numeric_limits<TimeMs>::min();
constexpr TimeMs kMax = std::numeric_limits<TimeMs>::max();
constexpr ChunkLimits kNoLimits{65535, 1 << 24, false};

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (char c : bytes) hex += fmt::format("{:02x}", static_cast<uint8_t>(c));
  return hex;
}

std::vector<std::string> FloatTexts(const ChunkView& chunk, OwnedChunk* again) {
  std::vector<TimeMs> times;
  std::vector<double> values;
  std::vector<TimeMs> starts;
  Result<void> result = DecodeFloats(chunk, kMin, kMax, &times, &values, &starts);
  if (!result.ok()) return {result.error().message()};
  std::vector<OwnedChunk> chunks;
  EncodeFloats(times, values, kNoLimits, chunk.encoding, &chunks, starts);
  *again = chunks.at(0);
  std::vector<std::string> texts;
  for (size_t i = 0; i < times.size(); ++i) {
    std::string text = fmt::format("{} {}", times[i], NumberText(values[i]));
    if (starts[i] != 0) text += fmt::format(" st={}", starts[i]);
    texts.push_back(text);
  }
  return texts;
}

std::vector<std::string> HistogramTexts(const ChunkView& chunk, OwnedChunk* again) {
  std::vector<HistogramPoint> points;
  Result<void> result = DecodeHistograms(chunk, kMin, kMax, &points);
  if (!result.ok()) return {result.error().message()};
  bool with_starts =
      chunk.encoding == Encoding::kHistogramSt || chunk.encoding == Encoding::kFloatHistogramSt;
  std::vector<OwnedChunk> chunks;
  EncodeHistograms(points, with_starts, &chunks, kNoLimits);
  *again = chunks.at(0);
  // What the flags know of the chunk before it cannot be known here.
  size_t flags = with_starts ? 0 : 2;
  again->data[flags] = static_cast<char>((again->data[flags] & 0x3f) | (chunk.data[flags] & 0xc0));
  std::vector<std::string> texts;
  for (const HistogramPoint& point : points) texts.push_back(PointText(point));
  return texts;
}

TEST(GoldenChunks, AreReadAndWrittenAsOthersDo) {
  std::ifstream file("tests/chunks/golden.txt");
  ASSERT_TRUE(file.is_open());
  std::string line;
  int cases = 0;
  int number = 0;
  ChunkView chunk;
  std::string data;
  std::vector<std::string> expected;
  auto check = [&] {
    if (data.empty()) return;
    ++cases;
    chunk.data = data;
    OwnedChunk again;
    std::vector<std::string> texts =
        HoldsFloats(chunk.encoding) ? FloatTexts(chunk, &again) : HistogramTexts(chunk, &again);
    EXPECT_EQ(texts, expected) << "before line " << number;
    // Where the bits fill their last byte, old releases of Prometheus leave an empty one behind it.
    if (data.size() == again.data.size() + 1 && data.back() == '\0') again.data.push_back('\0');
    EXPECT_EQ(ToHex(again.data), ToHex(data)) << "before line " << number;
    data.clear();
    expected.clear();
  };
  while (std::getline(file, line)) {
    ++number;
    if (line.starts_with("chunk ")) {
      check();
      chunk.encoding = static_cast<Encoding>(std::stoi(line.substr(6)));
    } else if (line.starts_with("hex ")) {
      data += FromHex(line.substr(4));
    } else if (!line.empty() && line[0] != '#') {
      expected.push_back(line);
    }
  }
  check();
  EXPECT_GE(cases, 10);
}

}  // namespace
}  // namespace watchfire::chunk

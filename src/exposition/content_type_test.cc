#include "exposition/content_type.h"

#include <gtest/gtest.h>

namespace watchfire::exposition {
namespace {

std::string ErrorOf(std::string_view header) {
  Result<ChosenFormat> format = ChooseFormat(header, "");
  return format.ok() ? "" : format.error().message();
}

TEST(ChooseFormat, LooksAtTheMediaTypeAlone) {
  EXPECT_EQ(ChooseFormat("text/plain; version=0.0.4; charset=utf-8", "")->format, Format::kText);
  EXPECT_EQ(ChooseFormat("Text/Plain", "")->format, Format::kText);
  EXPECT_EQ(ChooseFormat("text/plain;", "")->format, Format::kText);
  EXPECT_EQ(ChooseFormat("application/openmetrics-text; version=\"1.0.0\"", "")->format,
            Format::kOpenMetrics);
  EXPECT_EQ(ChooseFormat("application/vnd.google.protobuf;proto=x;encoding=delimited", "")->format,
            Format::kProtobuf);
}

TEST(ChooseFormat, RefusesWhatItCannotNameWithoutAFallback) {
  EXPECT_EQ(ErrorOf(""),
            "non-compliant scrape target sending blank Content-Type and no "
            "fallback_scrape_protocol specified for target");
  EXPECT_EQ(ErrorOf("text/html; charset=utf-8"),
            "received unsupported Content-Type \"text/html; charset=utf-8\" and no "
            "fallback_scrape_protocol specified for target");
  EXPECT_EQ(ErrorOf("text/plain; =x"),
            "cannot parse Content-Type \"text/plain; =x\" and no fallback_scrape_protocol for "
            "target");
  EXPECT_EQ(ErrorOf("text/plain; a=\"open").substr(0, 12), "cannot parse");
  EXPECT_EQ(ErrorOf("text/ plain").substr(0, 12), "cannot parse");
}

TEST(ChooseFormat, TakesTheFallbackAndSaysSo) {
  EXPECT_EQ(ChooseFormat("", "PrometheusText0.0.4")->warning, "");
  Result<ChosenFormat> format = ChooseFormat("text/html", "PrometheusText0.0.4");
  EXPECT_EQ(format->format, Format::kText);
  EXPECT_EQ(format->warning,
            "received unsupported Content-Type \"text/html\", using fallback_scrape_protocol "
            "\"PrometheusText0.0.4\"");
  EXPECT_EQ(ChooseFormat(";", "OpenMetricsText1.0.0")->format, Format::kOpenMetrics);
}

TEST(AcceptHeader, AsksForReadableFormatsOnlyInTheOrderOfTheJob) {
  EXPECT_EQ(AcceptHeader({"OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0",
                          "PrometheusText0.0.4"},
                         "allow-utf-8"),
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,"
            "*/*;q=0.4");
  EXPECT_EQ(AcceptHeader({"PrometheusProto"}, "underscores"),
            "text/plain;version=0.0.4;q=0.6,*/*;q=0.5");
}

TEST(NewParser, NamesTheFormatsThatAreMissing) {
  EXPECT_TRUE(NewParser(Format::kText, "a 1\n").ok());
  EXPECT_EQ(NewParser(Format::kOpenMetrics, "").error().code(), ErrorCode::kUnavailable);
  EXPECT_NE(NewParser(Format::kProtobuf, "").error().message().find("protobuf"), std::string::npos);
}

}  // namespace
}  // namespace watchfire::exposition

#include "codec/yaml.h"

#include <cmath>

namespace watchfire::yaml {
namespace {

Node MustParse(std::string_view text, const ParseOptions& options = {}) {
  Result<Node> node = Parse(text, options);
  EXPECT_TRUE(node.ok()) << (node.ok() ? "" : node.error().message());
  return node.ok() ? *node : Node();
}

std::string ErrorOf(std::string_view text, const ParseOptions& options = {}) {
  Result<Node> node = Parse(text, options);
  return node.ok() ? "no error" : node.error().message();
}

// Flow style, keys in order, scalars quoted where they were.
std::string Show(const Node& node) {
  std::string out;
  if (node.is_scalar()) return node.plain ? node.text : "\"" + node.text + "\"";
  for (const Node& item : node.items) out += (out.empty() ? "" : ", ") + Show(item);
  for (const Entry& entry : node.entries) {
    out += (out.empty() ? "" : ", ") + entry.key + ": " + Show(entry.value);
  }
  return node.is_sequence() ? "[" + out + "]" : "{" + out + "}";
}

std::string Place(const Node& node) {
  return fmt::format("{}:{}", node.line, node.column);
}

Node Scalar(std::string_view text) {
  Node node;
  node.text = text;
  return node;
}

TEST(Yaml, ReadsMappingsSequencesAndScalars) {
  Node root = MustParse("a: 1\nb:\n- x\n- \"y\"\nc: {d: e, f: [g]}\n");
  EXPECT_EQ(Show(root), "{a: 1, b: [x, \"y\"], c: {d: e, f: [g]}}");
}

TEST(Yaml, KeepsTheOrderOfKeys) {
  EXPECT_EQ(Show(MustParse("z: 1\na: 2\nm: 3\n")), "{z: 1, a: 2, m: 3}");
}

TEST(Yaml, KnowsLineAndColumnOfEveryNode) {
  Node root = MustParse("a: 1\nb:\n  - x\n  - \"y\"\nc: 'z'\n");
  EXPECT_EQ(Place(root.entries[0].value), "1:4");
  EXPECT_EQ(Place(root.entries[1].value.items[0]), "3:5");
  EXPECT_EQ(Place(root.entries[1].value.items[1]), "4:5");
  EXPECT_EQ(Place(root.entries[2].value), "5:4");
  EXPECT_EQ(root.entries[2].line, 5u);
  EXPECT_EQ(root.entries[2].column, 1u);
}

TEST(Yaml, PlacesBlockScalarsAtTheirIndicator) {
  Node root = MustParse("a:\n  b: |\n    one\n    two\n  c: >- # x | y\n\n    three\n    four\n");
  const Node& a = root.entries[0].value;
  EXPECT_EQ(Place(a.entries[0].value), "2:6");
  EXPECT_EQ(a.entries[0].value.text, "one\ntwo\n");
  EXPECT_EQ(Place(a.entries[1].value), "5:6");
  EXPECT_EQ(a.entries[1].value.text, "\nthree four");
}

TEST(Yaml, ReadsSingleQuotesInsideSingleQuotes) {
  EXPECT_EQ(MustParse("'it''s'").text, "it's");
  EXPECT_EQ(MustParse("'a''''b'").text, "a''b");
  EXPECT_EQ(MustParse("''''''").text, "''");
  EXPECT_EQ(MustParse("'x'''''' \n  y\n\n  z'").text, "x''' y\nz");
  EXPECT_EQ(Show(MustParse("['''a''''', '''''']")), "[\"'a''\", \"''\"]");
}

TEST(Yaml, ReadsEmptyBlockScalars) {
  EXPECT_EQ(Show(MustParse("a: |\nb: >-\nc: d\n")), "{a: \"\", b: \"\", c: d}");
}

TEST(Yaml, TreatsAnEmptyDocumentAsNull) {
  EXPECT_TRUE(MustParse("").is_null());
  EXPECT_TRUE(MustParse("# only a comment\n").is_null());
  EXPECT_TRUE(MustParse("---\n").is_null());
}

TEST(Yaml, StripsAByteOrderMark) {
  EXPECT_EQ(Show(MustParse("\xef\xbb\xbf"
                           "a: 1\n")),
            "{a: 1}");
}

TEST(Yaml, ReadsOnlyTheFirstDocumentAndSaysThatThereAreMore) {
  Result<Document> document = ParseDocument("a: 1\n---\nb: [broken\n");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(Show(document->root), "{a: 1}");
  EXPECT_TRUE(document->has_more);
  EXPECT_FALSE(ParseDocument("---\na: 1\n...\n")->has_more);
}

TEST(Yaml, ResolvesAliasesAsValuesAndKeys) {
  EXPECT_EQ(Show(MustParse("a: &x {k: [v]}\nb: *x\nc: &y z\n*y : 1\n")),
            "{a: {k: [v]}, b: {k: [v]}, c: z, z: 1}");
}

TEST(Yaml, RefusesAliasesWithoutAnchorAndAnchorsThatHoldThemselves) {
  EXPECT_EQ(ErrorOf("a: *nope\n"), "1:5: unknown anchor 'nope' referenced");
  EXPECT_EQ(ErrorOf("a: &x [*x]\n"), "1:9: anchor 'x' value contains itself");
}

TEST(Yaml, MergesMappingsUnderTheKeysThatAreThere) {
  EXPECT_EQ(Show(MustParse("base: &b {x: 1, y: 2}\nuse:\n  y: 3\n  <<: *b\n")),
            "{base: {x: 1, y: 2}, use: {y: 3, x: 1}}");
  EXPECT_EQ(Show(MustParse("p: &p {x: 1}\nq: &q {x: 2, z: 3}\nuse: {<<: [*p, *q]}\n")),
            "{p: {x: 1}, q: {x: 2, z: 3}, use: {x: 1, z: 3}}");
}

TEST(Yaml, RefusesToMergeAnythingElse) {
  EXPECT_EQ(ErrorOf("a:\n  <<: text\n"),
            "2:3: map merge requires map or sequence of maps as the value");
}

TEST(Yaml, TakesAQuotedMergeKeyAsAKey) {
  EXPECT_EQ(Show(MustParse("\"<<\": {a: 1}\n")), "{<<: {a: 1}}");
}

TEST(Yaml, RefusesDuplicateKeysUnlessTold) {
  EXPECT_EQ(ErrorOf("a: 1\nb: 2\na: 3\n"), "3:1: mapping key \"a\" already defined at line 1");
  EXPECT_EQ(Show(MustParse("a: 1\na: 3\n", {.allow_duplicate_keys = true})), "{a: 1, a: 3}");
}

TEST(Yaml, DecodesBinaryScalars) {
  EXPECT_EQ(MustParse("!!binary \"/w==\"\n").text, "\xff");
  EXPECT_EQ(MustParse("!!binary aGVsbG8=\n").text, "hello");
  EXPECT_EQ(ErrorOf("a: !!binary \"/w==$1\"\n"),
            "1:13: !!binary value contains invalid base64 data");
}

TEST(Yaml, NamesSourceLineAndColumnInErrors) {
  EXPECT_EQ(ErrorOf("a:\n\t- x\n", {.source = "dir/f.yml"}),
            "dir/f.yml:2:1: tab character may not be used as indentation");
  EXPECT_EQ(ErrorOf("a: b: c\n", {.source = "f"}),
            "f:1:5: invalid nested block mapping on the same line");
  EXPECT_EQ(ErrorOf("a:\n  b: 1\n c: 2\n"), "3:2: invalid indentation in mapping");
  EXPECT_EQ(ErrorOf("a: [1, 2\nb: 3\n"), "3:1: flow sequence without a closing bracket");
}

TEST(Yaml, RefusesBytesThatAreNotText) {
  EXPECT_EQ(ErrorOf("a: 1\nb: \"\xff\"\n", {.source = "f"}), "f:2:1: invalid UTF-8");
  EXPECT_EQ(ErrorOf("a: \x01\n"), "1:4: control characters are not allowed");
  EXPECT_EQ(ErrorOf(std::string_view("a: x\0y\n", 7)), "1:5: control characters are not allowed");
}

TEST(Yaml, RefusesKeysThatAreNotScalars) {
  EXPECT_EQ(ErrorOf("? [a, b]\n: c\n"), "1:3: a key must be a scalar");
}

TEST(Yaml, LimitsDepthInFlowBlockAndAliases) {
  EXPECT_EQ(ErrorOf(std::string(100'000, '[')), "1:65: nested deeper than 64 levels");
  std::string dashes;
  for (int i = 0; i < 70; ++i) dashes += "- ";
  EXPECT_EQ(ErrorOf(dashes), "1:129: nested deeper than 64 levels");
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i) chain += fmt::format("a{}: &a{} [*a{}]\n", i, i, i - 1);
  EXPECT_NE(ErrorOf(chain).find("nested deeper than 64 levels"), std::string::npos);
}

TEST(Yaml, LimitsWhatAliasesExpandTo) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'n'; ++c) {
    std::string items;
    for (int i = 0; i < 10; ++i) items += fmt::format("*{},", static_cast<char>(c - 1));
    bomb += fmt::format("{}: &{} [{}]\n", c, c, items);
  }
  EXPECT_NE(ErrorOf(bomb).find("excessive aliasing"), std::string::npos);

  std::string long_text = "a: &a " + std::string(1 << 20, 'x') + "\nb: [";
  for (int i = 0; i < 1000; ++i) long_text += "*a,";
  EXPECT_NE(ErrorOf(long_text + "]\n").find("excessive aliasing"), std::string::npos);
}

TEST(Yaml, LimitsTheSizeOfTheText) {
  EXPECT_EQ(ErrorOf("abcdef", {.source = "f", .size_limit_bytes = 5}), "f: larger than 5 bytes");
}

TEST(Yaml, ReadsJsonStrictlyWhenAsked) {
  ParseOptions json{.source = "f", .json = true};
  EXPECT_EQ(Show(MustParse(R"({"a": [1, true, null, "x\u00e9"]})", json)),
            "{a: [1, true, null, \"xé\"]}");
  EXPECT_NE(ErrorOf("{a: 1}", json), "no error");
  EXPECT_NE(ErrorOf(R"([1, 2,])", json), "no error");
  EXPECT_NE(ErrorOf(R"([1] trailing)", json), "no error");
  EXPECT_NE(ErrorOf("- a\n", json), "no error");
}

TEST(YamlScalar, ReadsBooleansOfYaml11) {
  for (const char* text :
       {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"}) {
    EXPECT_EQ(AsBool(Scalar(text)), true) << text;
  }
  for (const char* text : {"false", "False", "no", "NO", "off", "Off", "n", "N"}) {
    EXPECT_EQ(AsBool(Scalar(text)), false) << text;
  }
  for (const char* text : {"", "tRUE", "1", "yess", "oN", "yES"}) {
    EXPECT_EQ(AsBool(Scalar(text)), std::nullopt) << text;
  }
  EXPECT_EQ(AsBool(MustParse("\"true\"")), std::nullopt) << "quoted";
}

TEST(YamlScalar, ReadsIntegersAsGoDoes) {
  EXPECT_EQ(AsInt(Scalar("42")), 42);
  EXPECT_EQ(AsInt(Scalar("-42")), -42);
  EXPECT_EQ(AsInt(Scalar("+7")), 7);
  EXPECT_EQ(AsInt(Scalar("0x1F")), 31);
  EXPECT_EQ(AsInt(Scalar("0o17")), 15);
  EXPECT_EQ(AsInt(Scalar("017")), 15);
  EXPECT_EQ(AsInt(Scalar("0b101")), 5);
  EXPECT_EQ(AsInt(Scalar("1_000_000")), 1'000'000);
  EXPECT_EQ(AsInt(Scalar("1e3")), 1000);
  EXPECT_EQ(AsInt(Scalar("9223372036854775807")), INT64_MAX);
  EXPECT_EQ(AsInt(Scalar("-9223372036854775808")), INT64_MIN);
  for (const char* text :
       {"", "1.5", "9223372036854775808", "abc", "_1", "0x08z", "-", "0x", "1e30"}) {
    EXPECT_EQ(AsInt(Scalar(text)), std::nullopt) << text;
  }
  EXPECT_EQ(AsUint(Scalar("18446744073709551615")), UINT64_MAX);
  EXPECT_EQ(AsUint(Scalar("-1")), std::nullopt);
}

TEST(YamlScalar, ReadsFloats) {
  EXPECT_EQ(AsDouble(Scalar("1.5")), 1.5);
  EXPECT_EQ(AsDouble(Scalar("-1e-3")), -0.001);
  EXPECT_EQ(AsDouble(Scalar("7")), 7.0);
  EXPECT_EQ(AsDouble(Scalar("1.")), 1.0);
  EXPECT_EQ(AsDouble(Scalar(".5")), 0.5);
  EXPECT_EQ(AsDouble(Scalar(".inf")), HUGE_VAL);
  EXPECT_EQ(AsDouble(Scalar("-.Inf")), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(AsDouble(Scalar(".nan")).value_or(0)));
  for (const char* text : {"", ".", "inf", "nan", "1.2.3", "x"}) {
    EXPECT_EQ(AsDouble(Scalar(text)), std::nullopt) << text;
  }
}

TEST(YamlScalar, NamesTypesAsErrorMessagesDo) {
  auto type = [](std::string_view text) { return std::string(MustParse(text).TypeName()); };
  EXPECT_EQ(type("[a]"), "!!seq");
  EXPECT_EQ(type("{a: b}"), "!!map");
  EXPECT_EQ(type("~"), "!!null");
  EXPECT_EQ(type("on"), "!!bool");
  EXPECT_EQ(type("12"), "!!int");
  EXPECT_EQ(type("1e3"), "!!float");
  EXPECT_EQ(type("0xE"), "!!int");
  EXPECT_EQ(type("\"12\""), "!!str");
  EXPECT_EQ(type("!!str 12"), "!!str");
  EXPECT_EQ(type("15s"), "!!str");
}

TEST(YamlScalar, QuotesWhatWouldMeanSomethingElse) {
  EXPECT_EQ(QuoteScalar("plain text"), "plain text");
  EXPECT_EQ(QuoteScalar("localhost:9090"), "localhost:9090");
  EXPECT_EQ(QuoteScalar("${1}"), "${1}");
  EXPECT_EQ(QuoteScalar("(.*)some-[regex]"), "(.*)some-[regex]");
  EXPECT_EQ(QuoteScalar(""), "\"\"");
  EXPECT_EQ(QuoteScalar("true"), "\"true\"");
  EXPECT_EQ(QuoteScalar("123"), "\"123\"");
  EXPECT_EQ(QuoteScalar("12:30"), "\"12:30\"");
  EXPECT_EQ(QuoteScalar("2026-11-21"), "\"2026-11-21\"");
  EXPECT_EQ(QuoteScalar("null"), "\"null\"");
  EXPECT_EQ(QuoteScalar("a: b"), "'a: b'");
  EXPECT_EQ(QuoteScalar("it's #1"), "'it''s #1'");
  EXPECT_EQ(QuoteScalar("*star"), "'*star'");
  EXPECT_EQ(QuoteScalar(" lead"), "' lead'");
  EXPECT_EQ(QuoteScalar("two\nlines"), "\"two\\nlines\"");
  EXPECT_EQ(QuoteScalar("测試"), "测試");
  EXPECT_EQ(QuoteScalar("\xff"), "!!binary /w==");
  EXPECT_EQ(QuoteScalar("a,b"), "a,b");
  EXPECT_EQ(QuoteScalar("a,b", Context::kFlow), "'a,b'");
}

TEST(YamlScalar, QuotedTextsReadBackAsThemselves) {
  const std::string pieces[] = {"a",  ":",  " ", "#", "-", "?",   ",",    "[",   "]",
                                "{",  "}",  "&", "*", "!", "|",   ">",    "'",   "\"",
                                "%",  "@",  "`", "1", "0", ".",   "e",    "~",   "\n",
                                "\t", "\\", "é", "<", "=", "yes", "null", "\xff"};
  for (const std::string& first : pieces) {
    for (const std::string& second : pieces) {
      for (const std::string& third : pieces) {
        std::string text = first + second + third;
        Result<Node> block = Parse("k: " + QuoteScalar(text) + "\n");
        ASSERT_TRUE(block.ok()) << QuoteScalar(text) << ": " << block.error().message();
        const Node& value = block->entries[0].value;
        ASSERT_EQ(value.text, text) << QuoteScalar(text);
        ASSERT_TRUE(value.TypeName() == "!!str" || value.TypeName() == "!!binary") << text;
        Result<Node> flow = Parse("k: [" + QuoteScalar(text, Context::kFlow) + "]\n");
        ASSERT_TRUE(flow.ok()) << QuoteScalar(text, Context::kFlow);
        ASSERT_EQ(flow->entries[0].value.items.size(), 1u) << text;
        ASSERT_EQ(flow->entries[0].value.items[0].text, text);
      }
    }
  }
}

}  // namespace
}  // namespace watchfire::yaml

#include "codec/json_writer.h"

namespace watchfire::codec {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(JsonWriter, PutsCommasBetweenValuesAndMembers) {
  JsonWriter json;
  json.BeginObject().Field("a", 1).Key("b").BeginArray().Int(1).Null().Bool(true).EndArray();
  json.Key("c").BeginObject().EndObject().Field("d", "x").EndObject();
  EXPECT_EQ(json.Take(), R"({"a":1,"b":[1,null,true],"c":{},"d":"x"})");
}

TEST(JsonWriter, EscapesAsGoDoes) {
  EXPECT_EQ(Quoted("a\"b\\c\n\t\x01"), R"("a\"b\\c\n\t\u0001")");
  EXPECT_EQ(Quoted("<b>&"), R"("\u003cb\u003e\u0026")");
  EXPECT_EQ(Quoted("\u2028x\u2029"), R"("\u2028x\u2029")");
  EXPECT_EQ(Quoted("grün €"), "\"grün €\"");
  EXPECT_EQ(Quoted("\xff!"), R"("\ufffd!")");
  EXPECT_EQ(Quoted("\xe2\x82"), R"("\ufffd\ufffd")");
}

// Eight bytes are looked at together, so every special byte is tried at every place.
TEST(JsonWriter, FindsWhatNeedsAnEscapeAnywhere) {
  for (int special = 0; special < 256; ++special) {
    std::string one = Quoted(std::string(1, static_cast<char>(special)));
    one = one.substr(1, one.size() - 2);
    for (size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = static_cast<char>(special);
      std::string expected = "\"" + std::string(at, 'x') + one + std::string(19 - at, 'x') + "\"";
      ASSERT_EQ(Quoted(text), expected);
      std::string buffer(JsonStringRoom(text.size()), '\0');
      ASSERT_EQ(std::string(buffer.data(), WriteJsonString(buffer.data(), text)), expected);
    }
  }
  std::string worst(40, '\x01');
  std::string buffer(JsonStringRoom(worst.size()), '\0');
  EXPECT_EQ(WriteJsonString(buffer.data(), worst), buffer.data() + buffer.size());
}

TEST(JsonWriter, PrintsFloatsAsGoDoes) {
  JsonWriter json;
  json.BeginArray().Double(1).Double(0.5).Double(1e-7).Double(1e21).Double(1e20).EndArray();
  EXPECT_EQ(json.Take(), "[1,0.5,1e-07,1e+21,100000000000000000000]");
}

}  // namespace
}  // namespace watchfire::codec

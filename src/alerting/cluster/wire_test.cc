#include "alerting/cluster/wire.h"

#include "alerting/cluster/lzw.h"
#include "alerting/cluster/msgpack.h"

namespace watchfire::alerting {
namespace {

const Endpoint kHome{std::string("\x7f\0\0\x01", 4), 9094};

// The other side of DecodeLzw, as Go's compress/lzw writes it.
std::string EncodeLzw(std::string_view text) {
  std::map<std::string, uint32_t> codes;
  std::string out;
  uint64_t buffer = 0;
  uint32_t bits = 0;
  uint32_t width = 9;
  uint32_t next = 257;  // the last code in use, as Go counts
  auto put = [&](uint32_t code) {
    buffer |= static_cast<uint64_t>(code) << bits;
    bits += width;
    for (; bits >= 8; bits -= 8, buffer >>= 8) out.push_back(static_cast<char>(buffer));
  };
  auto code_of = [&](const std::string& s) {
    return s.size() == 1 ? static_cast<uint32_t>(static_cast<uint8_t>(s[0])) : codes[s];
  };
  put(256);
  std::string run;
  for (char c : text) {
    if (run.empty() || codes.contains(run + c)) {
      run.push_back(c);
      continue;
    }
    put(code_of(run));
    ++next;
    if (next == 1U << width && width < 12) ++width;
    if (next == 4095) {
      put(256);
      codes.clear();
      next = 257;
      width = 9;
    } else {
      codes[run + c] = next;
    }
    run = c;
  }
  if (!run.empty()) {
    put(code_of(run));
    ++next;
    if (next == 1U << width && width < 12) ++width;
  }
  put(257);
  if (bits > 0) out.push_back(static_cast<char>(buffer));
  return out;
}

TEST(Lzw, DecodesWhatThisEncoderOfTheFormatWrites) {
  std::vector<std::string> texts = {"", "a", "aaaaaaaaaaaaaaaaaaaaaaaa", "abababababab",
                                    "TOBEORNOTTOBEORTOBEORNOT"};
  std::string large;
  for (uint32_t i = 0; i < 60'000; ++i) {
    large.push_back(static_cast<char>((i * 2654435761U >> 20) % (i % 7 == 0 ? 251 : 9)));
  }
  texts.push_back(large);
  for (const std::string& text : texts) {
    auto decoded = DecodeLzw(EncodeLzw(text), 1 << 20);
    ASSERT_TRUE(decoded.ok()) << decoded.error().message();
    EXPECT_EQ(*decoded, text);
  }
}

TEST(Lzw, RefusesDamageAndBombs) {
  std::string packed = EncodeLzw(std::string(100'000, 'x'));
  EXPECT_EQ(DecodeLzw(packed, 1000).error().code(), ErrorCode::kLimit);
  EXPECT_FALSE(DecodeLzw(packed.substr(0, packed.size() / 2), 1 << 20).ok());
  EXPECT_FALSE(DecodeLzw(std::string("\xff\xff\xff", 3), 1 << 20).ok());
}

AliveMessage SomeNode(const std::string& name) {
  AliveMessage alive;
  alive.incarnation = 300;
  alive.node = name;
  alive.address = kHome;
  alive.meta = std::string(40, 'm');
  return alive;
}

TEST(Wire, MessagesComeBackAsTheyWere) {
  auto ping = DecodePing(EncodePing({70'000, "b", kHome, "a"}).substr(1));
  ASSERT_TRUE(ping.ok());
  EXPECT_EQ(ping->sequence, 70'000U);
  EXPECT_EQ(ping->node, "b");
  EXPECT_EQ(ping->source, kHome);
  EXPECT_EQ(ping->source_node, "a");

  auto alive = DecodeAlive(EncodeAlive(SomeNode("n")).substr(1));
  ASSERT_TRUE(alive.ok());
  EXPECT_EQ(alive->incarnation, 300U);
  EXPECT_EQ(alive->address, kHome);
  EXPECT_EQ(alive->versions, kOurVersions);

  PushPullMessage state;
  state.join = true;
  state.user_state = std::string(5000, '\x81');
  state.nodes = {{SomeNode("a"), NodeState::kAlive}, {SomeNode("b"), NodeState::kLeft}};
  auto decoded = DecodePushPull(EncodePushPull(state).substr(1));
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(decoded->join);
  EXPECT_EQ(decoded->user_state, state.user_state);
  ASSERT_EQ(decoded->nodes.size(), 2U);
  EXPECT_EQ(decoded->nodes[1].state, NodeState::kLeft);
}

TEST(Wire, EveryTruncatedStateAsksForMoreAndNeverCrashes) {
  PushPullMessage state;
  state.user_state = "records";
  state.nodes = {{SomeNode("a"), NodeState::kAlive}};
  std::string whole = EncodePushPull(state).substr(1);
  for (size_t size = 0; size < whole.size(); ++size) {
    auto decoded = DecodePushPull(std::string_view(whole).substr(0, size));
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.error().code(), ErrorCode::kUnavailable) << size;
  }
}

TEST(Wire, PacketsAreUnwrappedThroughLabelsChecksumsAndCompounds) {
  std::string compound = EncodeCompound({EncodeAck(1), EncodeNack(2)});
  std::string packet = AddLabel("prod", AddChecksum(compound));
  size_t damaged = 0;
  auto messages = Unwrap(packet, "prod", &damaged);
  ASSERT_TRUE(messages.ok());
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ((*messages)[1].type, MessageType::kNack);
  EXPECT_EQ(damaged, 0U);
  EXPECT_EQ(Unwrap(packet, "test", &damaged).error().code(), ErrorCode::kDenied);
  EXPECT_EQ(Unwrap(compound, "test", &damaged).error().code(), ErrorCode::kDenied);
}

TEST(Wire, ADamagedChecksumDropsThePacket) {
  std::string packet = AddChecksum(EncodeAck(1));
  packet.back() ^= 1;
  size_t damaged = 0;
  auto messages = Unwrap(packet, "", &damaged);
  ASSERT_TRUE(messages.ok());
  EXPECT_TRUE(messages->empty());
  EXPECT_EQ(damaged, 1U);
}

TEST(Wire, CompressedPacketsAreOpened) {
  msgpack::Writer writer;
  writer.Map(2).Field("Algo", 0).Field("Buf", EncodeLzw(EncodeAck(7)));
  std::string packet(1, static_cast<char>(MessageType::kCompress));
  packet += writer.Take();
  size_t damaged = 0;
  auto messages = Unwrap(packet, "", &damaged);
  ASSERT_TRUE(messages.ok());
  ASSERT_EQ(messages->size(), 1U);
  EXPECT_EQ(*DecodeSequence(messages->front().body), 7U);
}

TEST(Wire, HostileSizesAreRefused) {
  msgpack::Writer writer;
  writer.Map(3).Field("Nodes", 1ULL << 40).Field("UserStateLen", 1).FieldBool("Join", false);
  EXPECT_EQ(DecodePushPull(writer.Take()).error().code(), ErrorCode::kCorrupt);
  AliveMessage alive;
  alive.node = std::string(10'000, 'x');
  alive.address = {std::string("\x0a\0\0\1", 4), 9094};
  EXPECT_EQ(DecodeAlive(EncodeAlive(alive).substr(1)).error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace watchfire::alerting

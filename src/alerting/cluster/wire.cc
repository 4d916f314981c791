#include "alerting/cluster/wire.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "alerting/cluster/lzw.h"
#include "alerting/cluster/msgpack.h"
#include "base/text.h"

namespace watchfire::alerting {
namespace {

using msgpack::Reader;
using msgpack::Struct;
using msgpack::Writer;

constexpr size_t kMaxNodes = 10'000;
constexpr size_t kMaxUserState = 64 << 20;
constexpr size_t kMaxName = 512;  // and of what comes with it
constexpr size_t kMaxPacketText = 1 << 20;
constexpr int kMaxDepth = 8;  // of packets within packets

std::string Tagged(MessageType type, std::string body) {
  body.insert(body.begin(), static_cast<char>(type));
  return body;
}

// CRC-32 as in Ethernet and zip.
uint32_t Crc32(std::string_view bytes) {
  static const std::array<uint32_t, 256> kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t c = i;
      for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xedb88320U ^ (c >> 1) : c >> 1;
      table[i] = c;
    }
    return table;
  }();
  uint32_t crc = ~0U;
  for (char c : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(c)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

uint32_t ReadBigEndian(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

Result<Endpoint> ReadEndpoint(const Struct& from, const std::string& ip, const std::string& port) {
  Endpoint endpoint{from.Text(ip), static_cast<uint16_t>(from.Number(port))};
  size_t size = endpoint.ip.size();
  if (size != 0 && size != 4 && size != 16) return Error::Corrupt("an address of {} bytes", size);
  // Go's form of an IPv4 address within 16 bytes.
  static const std::string kMapped = std::string(10, '\0') + "\xff\xff";
  if (size == 16 && endpoint.ip.compare(0, 12, kMapped) == 0) endpoint.ip.erase(0, 12);
  return endpoint;
}

void WriteVersions(Writer& writer, const Versions& versions) {
  writer.Field("Vsn", std::string_view(reinterpret_cast<const char*>(versions.data()), 6));
}

Result<AliveMessage> ReadNode(const Struct& from, const std::string& name) {
  AliveMessage node;
  node.incarnation = static_cast<uint32_t>(from.Number("Incarnation"));
  node.node = from.Text(name);
  node.address = TRY(ReadEndpoint(from, "Addr", "Port"));
  node.meta = from.Text("Meta");
  const std::string& versions = from.Text("Vsn");
  for (size_t i = 0; i < std::min(versions.size(), node.versions.size()); ++i) {
    node.versions[i] = static_cast<uint8_t>(versions[i]);
  }
  if (node.node.empty()) return Error::Corrupt("a node without a name");
  if (std::max(node.node.size(), node.meta.size()) > kMaxName) {
    return Error::Corrupt("a node's name of {} bytes", node.node.size());
  }
  return node;
}

Result<std::string> Decompress(std::string_view body, size_t limit) {
  Struct wrapped = TRY(Reader(body).Read());
  if (wrapped.Number("Algo") != 0) {
    return Error::Corrupt("compression {} is not known", wrapped.Number("Algo"));
  }
  return DecodeLzw(wrapped.Text("Buf"), limit);
}

// Cuts a label off; kDenied if it is not `label`.
Result<std::string_view> CutLabel(std::string_view bytes, std::string_view label) {
  std::string_view found;
  if (!bytes.empty() && static_cast<MessageType>(bytes[0]) == MessageType::kHasLabel) {
    if (bytes.size() < 2) return Error::Unavailable("label ends too early");
    size_t size = static_cast<uint8_t>(bytes[1]);
    if (bytes.size() < 2 + size) return Error::Unavailable("label ends too early");
    found = bytes.substr(2, size);
    bytes.remove_prefix(2 + size);
  }
  if (found != label) return Error::Denied("label {} is not ours", GoQuote(found));
  return bytes;
}

class Unwrapper {
 public:
  explicit Unwrapper(size_t* damaged) : damaged_(damaged) {}
  std::vector<Message> messages;

  void Add(std::string_view packet, int depth) {
    if (packet.empty() || depth > kMaxDepth) {
      ++*damaged_;
      return;
    }
    auto type = static_cast<MessageType>(packet[0]);
    std::string_view body = packet.substr(1);
    switch (type) {
      case MessageType::kHasCrc:
        if (body.size() < 5 || ReadBigEndian(body, 0, 4) != Crc32(body.substr(4))) {
          ++*damaged_;
          return;
        }
        Add(body.substr(4), depth + 1);
        return;
      case MessageType::kCompress: {
        Result<std::string> text = Decompress(body, kMaxPacketText);
        if (text.ok()) {
          Add(*text, depth + 1);
        } else {
          ++*damaged_;
        }
        return;
      }
      case MessageType::kCompound:
        AddParts(body, depth);
        return;
      default:
        messages.push_back({type, std::string(body)});
    }
  }

 private:
  void AddParts(std::string_view body, int depth) {
    size_t count = body.empty() ? 0 : static_cast<uint8_t>(body[0]);
    size_t at = 1 + 2 * count;
    if (count == 0 || body.size() < at) {
      ++*damaged_;
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      size_t size = ReadBigEndian(body, 1 + 2 * i, 2);
      if (body.size() - at < size) {
        ++*damaged_;
        return;
      }
      Add(body.substr(at, size), depth + 1);
      at += size;
    }
  }

  size_t* damaged_;
};

}  // namespace

std::string Endpoint::ToString() const {
  char text[INET6_ADDRSTRLEN] = {};
  bool v6 = ip.size() == 16;
  inet_ntop(v6 ? AF_INET6 : AF_INET, ip.data(), text, sizeof text);
  return v6 ? fmt::format("[{}]:{}", text, port) : fmt::format("{}:{}", text, port);
}

std::string EncodePing(const PingMessage& message) {
  Writer writer;
  writer.Map(5)
      .Field("SeqNo", message.sequence)
      .Field("Node", message.node)
      .Field("SourceAddr", message.source.ip)
      .Field("SourcePort", message.source.port)
      .Field("SourceNode", message.source_node);
  return Tagged(MessageType::kPing, writer.Take());
}

std::string EncodeIndirectPing(const IndirectPingMessage& message) {
  Writer writer;
  writer.Map(8)
      .Field("SeqNo", message.sequence)
      .Field("Target", message.target.ip)
      .Field("Port", message.target.port)
      .Field("Node", message.node)
      .FieldBool("Nack", message.nack)
      .Field("SourceAddr", message.source.ip)
      .Field("SourcePort", message.source.port)
      .Field("SourceNode", message.source_node);
  return Tagged(MessageType::kIndirectPing, writer.Take());
}

std::string EncodeAck(uint32_t sequence) {
  Writer writer;
  writer.Map(2).Field("SeqNo", sequence).Field("Payload", "");
  return Tagged(MessageType::kAck, writer.Take());
}

std::string EncodeNack(uint32_t sequence) {
  Writer writer;
  writer.Map(1).Field("SeqNo", sequence);
  return Tagged(MessageType::kNack, writer.Take());
}

std::string EncodeAlive(const AliveMessage& message) {
  Writer writer;
  writer.Map(6)
      .Field("Incarnation", message.incarnation)
      .Field("Node", message.node)
      .Field("Addr", message.address.ip)
      .Field("Port", message.address.port)
      .Field("Meta", message.meta);
  WriteVersions(writer, message.versions);
  return Tagged(MessageType::kAlive, writer.Take());
}

std::string EncodeAccusation(MessageType type, const AccusationMessage& message) {
  Writer writer;
  writer.Map(3)
      .Field("Incarnation", message.incarnation)
      .Field("Node", message.node)
      .Field("From", message.from);
  return Tagged(type, writer.Take());
}

std::string EncodePushPull(const PushPullMessage& message) {
  Writer writer;
  writer.Map(3)
      .Field("Nodes", message.nodes.size())
      .Field("UserStateLen", message.user_state.size())
      .FieldBool("Join", message.join);
  for (const NodeRecord& node : message.nodes) {
    writer.Map(7)
        .Field("Name", node.alive.node)
        .Field("Addr", node.alive.address.ip)
        .Field("Port", node.alive.address.port)
        .Field("Meta", node.alive.meta)
        .Field("Incarnation", node.alive.incarnation)
        .Field("State", static_cast<uint64_t>(node.state));
    WriteVersions(writer, node.alive.versions);
  }
  return Tagged(MessageType::kPushPull, writer.Take() + message.user_state);
}

std::string EncodeUserStream(std::string_view payload) {
  Writer writer;
  writer.Map(1).Field("UserMsgLen", payload.size());
  return Tagged(MessageType::kUser, writer.Take()) + std::string(payload);
}

std::string EncodeCompound(const std::vector<std::string>& messages) {
  std::string packet(1, static_cast<char>(MessageType::kCompound));
  packet.push_back(static_cast<char>(messages.size()));
  for (const std::string& message : messages) {
    packet.push_back(static_cast<char>(message.size() >> 8));
    packet.push_back(static_cast<char>(message.size()));
  }
  for (const std::string& message : messages) packet += message;
  return packet;
}

std::string AddChecksum(std::string_view packet) {
  std::string out(1, static_cast<char>(MessageType::kHasCrc));
  uint32_t crc = Crc32(packet);
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(crc >> shift));
  return out.append(packet);
}

std::string AddLabel(std::string_view label, std::string_view packet) {
  if (label.empty()) return std::string(packet);
  std::string out(1, static_cast<char>(MessageType::kHasLabel));
  out.push_back(static_cast<char>(label.size()));
  return out.append(label).append(packet);
}

Result<PingMessage> DecodePing(std::string_view body) {
  Struct from = TRY(Reader(body).Read());
  return PingMessage{static_cast<uint32_t>(from.Number("SeqNo")), from.Text("Node"),
                     TRY(ReadEndpoint(from, "SourceAddr", "SourcePort")), from.Text("SourceNode")};
}

Result<IndirectPingMessage> DecodeIndirectPing(std::string_view body) {
  Struct from = TRY(Reader(body).Read());
  IndirectPingMessage message;
  message.sequence = static_cast<uint32_t>(from.Number("SeqNo"));
  message.target = TRY(ReadEndpoint(from, "Target", "Port"));
  message.node = from.Text("Node");
  message.nack = from.Bool("Nack");
  message.source = TRY(ReadEndpoint(from, "SourceAddr", "SourcePort"));
  message.source_node = from.Text("SourceNode");
  if (message.target.ip.empty()) return Error::Corrupt("an indirect ping without a target");
  return message;
}

Result<uint32_t> DecodeSequence(std::string_view body) {
  Struct from = TRY(Reader(body).Read());
  return static_cast<uint32_t>(from.Number("SeqNo"));
}

Result<AliveMessage> DecodeAlive(std::string_view body) {
  Struct from = TRY(Reader(body).Read());
  return ReadNode(from, "Node");
}

Result<AccusationMessage> DecodeAccusation(std::string_view body) {
  Struct from = TRY(Reader(body).Read());
  return AccusationMessage{static_cast<uint32_t>(from.Number("Incarnation")), from.Text("Node"),
                           from.Text("From")};
}

Result<PushPullMessage> DecodePushPull(std::string_view body) {
  Reader reader(body);
  Struct header = TRY(reader.Read());
  PushPullMessage message;
  message.join = header.Bool("Join");
  uint64_t nodes = header.Number("Nodes");
  uint64_t state_size = header.Number("UserStateLen");
  if (nodes > kMaxNodes) return Error::Corrupt("a cluster of {} nodes", nodes);
  if (state_size > kMaxUserState) return Error::Corrupt("a state of {} bytes", state_size);
  for (uint64_t i = 0; i < nodes; ++i) {
    Struct from = TRY(reader.Read());
    uint64_t state = from.Number("State");
    if (state > static_cast<uint64_t>(NodeState::kLeft)) {
      return Error::Corrupt("node state {} is not known", state);
    }
    message.nodes.push_back({TRY(ReadNode(from, "Name")), static_cast<NodeState>(state)});
  }
  if (body.size() - reader.position() < state_size) {
    return Error::Unavailable("state ends too early");
  }
  message.user_state = body.substr(reader.position(), state_size);
  return message;
}

Result<std::string> DecodeUserStream(std::string_view body) {
  Reader reader(body);
  Struct header = TRY(reader.Read());
  uint64_t size = header.Number("UserMsgLen");
  if (size > kMaxUserState) return Error::Corrupt("a message of {} bytes", size);
  if (body.size() - reader.position() < size) return Error::Unavailable("message ends too early");
  return std::string(body.substr(reader.position(), size));
}

Result<std::vector<Message>> Unwrap(std::string_view packet, std::string_view label,
                                    size_t* damaged) {
  Result<std::string_view> inner = CutLabel(packet, label);
  if (!inner.ok()) {
    return inner.error().code() == ErrorCode::kDenied ? inner.error() : Error::Corrupt("bad label");
  }
  Unwrapper unwrapper(damaged);
  unwrapper.Add(*inner, 0);
  return std::move(unwrapper.messages);
}

Result<Message> UnwrapStream(std::string_view bytes, std::string_view label) {
  if (bytes.empty()) return Error::Unavailable("nothing has come yet");
  bytes = TRY(CutLabel(bytes, label));
  if (bytes.empty()) return Error::Unavailable("nothing has come yet");
  auto type = static_cast<MessageType>(bytes[0]);
  if (type != MessageType::kCompress) return Message{type, std::string(bytes.substr(1))};
  std::string text = TRY(Decompress(bytes.substr(1), kMaxUserState));
  if (text.empty()) return Error::Corrupt("an empty stream");
  return Message{static_cast<MessageType>(text[0]), text.substr(1), true};
}

}  // namespace watchfire::alerting

#pragma once
// The messages of a cluster, as memberlist (the library in Alertmanager) writes them: a byte for
// the type, then a MessagePack map; packets may hold several, carry a checksum, or be compressed.
// Formats: docs/format/cluster.md. Pure; hostile bytes are errors.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire::alerting {

enum class MessageType : uint8_t {
  kPing = 0,
  kIndirectPing = 1,
  kAck = 2,
  kSuspect = 3,
  kAlive = 4,
  kDead = 5,
  kPushPull = 6,
  kCompound = 7,
  kUser = 8,
  kCompress = 9,
  kEncrypt = 10,
  kNack = 11,
  kHasCrc = 12,
  kError = 13,
  kHasLabel = 244,
};

// An address in network order: 4 or 16 bytes.
struct Endpoint {
  std::string ip;
  uint16_t port = 0;
  std::string ToString() const;  // "10.0.0.1:9094", "[::1]:9094"
  bool operator==(const Endpoint&) const = default;
};

struct PingMessage {
  uint32_t sequence = 0;
  std::string node;  // who is meant
  Endpoint source;   // may be empty
  std::string source_node;
};
struct IndirectPingMessage {
  uint32_t sequence = 0;
  Endpoint target;
  std::string node;
  bool nack = false;  // an answer is wanted too if the target is silent
  Endpoint source;
  std::string source_node;
};

enum class NodeState : uint8_t { kAlive = 0, kSuspect = 1, kDead = 2, kLeft = 3 };
// Ranges of protocol versions: of the cluster and of its user, each lowest, highest, spoken.
using Versions = std::array<uint8_t, 6>;
inline constexpr Versions kOurVersions = {1, 5, 2, 0, 0, 0};

struct AliveMessage {
  uint32_t incarnation = 0;
  std::string node;
  Endpoint address;
  std::string meta;
  Versions versions = kOurVersions;
};
// Suspect and dead: `from` says so of `node`. A node that says so of itself leaves.
struct AccusationMessage {
  uint32_t incarnation = 0;
  std::string node;
  std::string from;
};

struct NodeRecord {
  AliveMessage alive;
  NodeState state = NodeState::kAlive;
};
// What two members tell each other over a stream: all they know.
struct PushPullMessage {
  std::vector<NodeRecord> nodes;
  std::string user_state;
  bool join = false;
};

std::string EncodePing(const PingMessage& message);
std::string EncodeIndirectPing(const IndirectPingMessage& message);
std::string EncodeAck(uint32_t sequence);
std::string EncodeNack(uint32_t sequence);
std::string EncodeAlive(const AliveMessage& message);
std::string EncodeAccusation(MessageType type, const AccusationMessage& message);
std::string EncodePushPull(const PushPullMessage& message);
// Over a stream.
std::string EncodeUserStream(std::string_view payload);
// One packet of several messages; at most 255.
std::string EncodeCompound(const std::vector<std::string>& messages);
std::string AddChecksum(std::string_view packet);
// "" adds nothing.
std::string AddLabel(std::string_view label, std::string_view packet);

// The body behind the type.
Result<PingMessage> DecodePing(std::string_view body);
Result<IndirectPingMessage> DecodeIndirectPing(std::string_view body);
Result<uint32_t> DecodeSequence(std::string_view body);  // of ack and nack
Result<AliveMessage> DecodeAlive(std::string_view body);
Result<AccusationMessage> DecodeAccusation(std::string_view body);
// kUnavailable: more bytes are needed.
Result<PushPullMessage> DecodePushPull(std::string_view body);
Result<std::string> DecodeUserStream(std::string_view body);

struct Message {
  MessageType type = MessageType::kPing;
  std::string body;
  bool whole = false;  // it was compressed, so nothing more of it can come
};
// The messages of a packet, unwrapped. Parts that are damaged are left out; `damaged` counts them.
// kDenied: the label is another one.
Result<std::vector<Message>> Unwrap(std::string_view packet, std::string_view label,
                                    size_t* damaged);
// The one message of a stream, as far as it has come. kUnavailable: more bytes are needed.
Result<Message> UnwrapStream(std::string_view bytes, std::string_view label);

}  // namespace watchfire::alerting

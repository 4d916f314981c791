#pragma once
// YAML documents as a tree of plain values that know where they stood. The only door to libfyaml.
//
// Parse() reads the first document of a text. Anchors, aliases and merge keys (`<<`) are resolved,
// so a Node tree has none; `!!binary` scalars are decoded. Scalars keep their text: what a plain
// `yes` or `0x10` means is decided by who asks (AsBool, AsInt, …), with the rules of YAML 1.1 as
// Go's decoders apply them, because configuration files were written for those.
//
// Input is hostile: size, depth and the number of nodes after expanding aliases are limited.
// Errors are `line:column: what is wrong` (or `source:line:column: …` with a source name).
// Plain values, no threads; Parse is a pure function.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire::yaml {

enum class Kind : uint8_t { kScalar, kSequence, kMapping };

struct Entry;

struct Node {
  Kind kind = Kind::kScalar;
  bool plain = true;  // a scalar without quotes, as opposed to '…', "…", | and >
  uint32_t line = 0;  // both count from 1; 0 when made by hand
  uint32_t column = 0;
  std::string tag;   // as written and resolved ("tag:yaml.org,2002:str"); usually empty
  std::string text;  // of a scalar
  std::vector<Node> items;
  std::vector<Entry> entries;  // in document order

  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_mapping() const { return kind == Kind::kMapping; }
  // Nothing after the colon, `~` or `null`.
  bool is_null() const;
  // The value of a key, or nullptr. Only for mappings; linear.
  const Node* Find(std::string_view key) const;
  // "!!str", "!!int", "!!seq", …: the type as error messages name it.
  std::string_view TypeName() const;

  // Structure and text alone, not the place.
  bool operator==(const Node& other) const;
};

struct Entry {
  std::string key;
  uint32_t line = 0;
  uint32_t column = 0;
  Node value;
  bool operator==(const Entry& other) const { return key == other.key && value == other.value; }
};

struct ParseOptions {
  // Named in errors, may be empty.
  std::string source = {};
  // Keep both; the caller reports them. Otherwise an error.
  bool allow_duplicate_keys = false;
  // Accept JSON alone.
  bool json = false;
  size_t size_limit_bytes = 64 << 20;
  size_t depth_limit = 64;
  // Counted after aliases are expanded.
  size_t node_limit = 2'000'000;
};

struct Document {
  Node root;              // null when the text holds no document
  bool has_more = false;  // further documents follow and were not read
};

Result<Document> ParseDocument(std::string_view text, const ParseOptions& options = {});
// The root of the first document.
Result<Node> Parse(std::string_view text, const ParseOptions& options = {});

// What a scalar means. nullopt: the node is not of that type.
// true/false, yes/no, on/off, y/n in the three usual spellings; only when plain.
std::optional<bool> AsBool(const Node& node);
// Decimal, 0x, 0o, 0b, leading-zero octal, with `_` between digits; a float that is whole.
std::optional<int64_t> AsInt(const Node& node);
std::optional<uint64_t> AsUint(const Node& node);
std::optional<double> AsDouble(const Node& node);

// What QuoteScalar writes into: between block indentation, or inside `[…]` and `{…}`.
enum class Context : uint8_t { kBlock, kFlow };

// The text of a scalar as it must be written to read back as the same string: plain where
// possible, quoted where YAML would see something else in it. Never contains a newline.
std::string QuoteScalar(std::string_view text, Context context = Context::kBlock);

}  // namespace watchfire::yaml

#include "alerting/silences/silence_record.h"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "codec/records.h"

namespace watchfire::alerting {
namespace {

using amconfig::Matcher;
using amconfig::Matchers;
using amconfig::MatchType;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;
using protozero::tag_and_type;

constexpr auto kBytes = pbf_wire_type::length_delimited;
constexpr auto kVarint = pbf_wire_type::varint;

std::string_view View(protozero::data_view view) {
  return {view.data(), view.size()};
}

// Numbers of the wire.
int WireType(MatchType type) {
  switch (type) {
    case MatchType::kEqual:
      return 0;
    case MatchType::kRegex:
      return 1;
    case MatchType::kNotEqual:
      return 2;
    case MatchType::kNotRegex:
      return 3;
  }
  return 0;
}

constexpr MatchType kTypes[] = {MatchType::kEqual, MatchType::kRegex, MatchType::kNotEqual,
                                MatchType::kNotRegex};

void WriteTime(pbf_writer& out, uint32_t tag, int64_t ns) {
  if (ns != 0) out.add_message(tag, EncodeTimestamp(ns));
}

void WriteText(pbf_writer& out, uint32_t tag, const std::string& text) {
  if (!text.empty()) out.add_string(tag, text);
}

void WriteMatchers(pbf_writer& out, uint32_t tag, const Matchers& matchers) {
  for (const Matcher& matcher : matchers) {
    pbf_writer message(out, tag);
    if (matcher.type() != MatchType::kEqual) message.add_enum(1, WireType(matcher.type()));
    WriteText(message, 2, matcher.name());
    WriteText(message, 3, matcher.value());
  }
}

void WriteSets(pbf_writer& out, uint32_t tag, const std::vector<Matchers>& sets) {
  for (const Matchers& set : sets) {
    pbf_writer message(out, tag);
    WriteMatchers(message, 1, set);
  }
}

void WriteSilence(pbf_writer& out, const Silence& silence, bool for_old_readers) {
  WriteText(out, 1, silence.id);
  if (for_old_readers && !silence.matcher_sets.empty()) {
    WriteMatchers(out, 2, silence.matcher_sets[0]);
  }
  WriteTime(out, 3, silence.starts_at_ns);
  WriteTime(out, 4, silence.ends_at_ns);
  WriteTime(out, 5, silence.updated_at_ns);
  WriteText(out, 8, silence.created_by);
  WriteText(out, 9, silence.comment);
  for (const auto& [key, value] : silence.annotations) {
    pbf_writer entry(out, 10);
    WriteText(entry, 1, key);
    WriteText(entry, 2, value);
  }
  WriteSets(out, 11, silence.matcher_sets);
  WriteSets(out, 12, silence.receiver_matcher_sets);
}

Result<Matcher> ReadMatcher(pbf_reader message) {
  int32_t type = 0;
  std::string name;
  std::string value;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kVarint):
        type = message.get_enum();
        break;
      case tag_and_type(2, kBytes):
        name = message.get_string();
        break;
      case tag_and_type(3, kBytes):
        value = message.get_string();
        break;
      default:
        message.skip();
    }
  }
  if (type < 0 || type >= static_cast<int32_t>(std::size(kTypes))) {
    return Error::Invalid("unknown matcher type {}", type);
  }
  return Matcher::Make(kTypes[type], std::move(name), std::move(value));
}

Result<Matchers> ReadSet(pbf_reader message) {
  Matchers set;
  while (message.next()) {
    if (message.tag_and_type() == tag_and_type(1, kBytes)) {
      set.push_back(TRY(ReadMatcher(message.get_message())));
    } else {
      message.skip();
    }
  }
  return set;
}

void ReadAnnotation(pbf_reader message, std::map<std::string, std::string>& into) {
  std::string key;
  std::string value;
  while (message.next()) {
    if (message.tag_and_type() == tag_and_type(1, kBytes)) {
      key = message.get_string();
    } else if (message.tag_and_type() == tag_and_type(2, kBytes)) {
      value = message.get_string();
    } else {
      message.skip();
    }
  }
  into[key] = std::move(value);
}

// The first of the comments of very old silences.
void ReadOldComment(pbf_reader message, Silence& silence) {
  while (message.next()) {
    if (message.tag_and_type() == tag_and_type(1, kBytes)) {
      silence.created_by = message.get_string();
    } else if (message.tag_and_type() == tag_and_type(2, kBytes)) {
      silence.comment = message.get_string();
    } else {
      message.skip();
    }
  }
}

Result<Silence> ReadSilence(pbf_reader message) {
  Silence silence;
  Silence old_comment;
  bool has_old_comment = false;
  Matchers first_set;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kBytes):
        silence.id = message.get_string();
        break;
      case tag_and_type(2, kBytes):
        first_set.push_back(TRY(ReadMatcher(message.get_message())));
        break;
      case tag_and_type(3, kBytes):
        silence.starts_at_ns = TRY(DecodeTimestamp(View(message.get_view())));
        break;
      case tag_and_type(4, kBytes):
        silence.ends_at_ns = TRY(DecodeTimestamp(View(message.get_view())));
        break;
      case tag_and_type(5, kBytes):
        silence.updated_at_ns = TRY(DecodeTimestamp(View(message.get_view())));
        break;
      case tag_and_type(7, kBytes):
        if (has_old_comment) {
          message.skip();
        } else {
          ReadOldComment(message.get_message(), old_comment);
        }
        has_old_comment = true;
        break;
      case tag_and_type(8, kBytes):
        silence.created_by = message.get_string();
        break;
      case tag_and_type(9, kBytes):
        silence.comment = message.get_string();
        break;
      case tag_and_type(10, kBytes):
        ReadAnnotation(message.get_message(), silence.annotations);
        break;
      case tag_and_type(11, kBytes):
        silence.matcher_sets.push_back(TRY(ReadSet(message.get_message())));
        break;
      case tag_and_type(12, kBytes):
        silence.receiver_matcher_sets.push_back(TRY(ReadSet(message.get_message())));
        break;
      default:
        message.skip();
    }
  }
  if (silence.matcher_sets.empty() && !first_set.empty()) {
    silence.matcher_sets.push_back(std::move(first_set));
  }
  if (has_old_comment) {
    silence.created_by = std::move(old_comment.created_by);
    silence.comment = std::move(old_comment.comment);
  }
  return silence;
}

}  // namespace

std::string EncodeSilence(const SilenceRecord& record, bool for_old_readers) {
  std::string out;
  pbf_writer mesh(out);
  {
    pbf_writer message(mesh, 1);
    WriteSilence(message, record.silence, for_old_readers);
  }
  WriteTime(mesh, 2, record.expires_at_ns);
  return out;
}

Result<SilenceRecord> DecodeSilence(std::string_view bytes) {
  SilenceRecord record;
  bool has_silence = false;
  try {
    pbf_reader mesh(bytes.data(), bytes.size());
    while (mesh.next()) {
      switch (mesh.tag_and_type()) {
        case tag_and_type(1, kBytes):
          record.silence = TRY(ReadSilence(mesh.get_message()));
          has_silence = true;
          break;
        case tag_and_type(2, kBytes):
          record.expires_at_ns = TRY(DecodeTimestamp(View(mesh.get_view())));
          break;
        default:
          mesh.skip();
      }
    }
  } catch (const protozero::exception& damage) {
    return Error::Corrupt("not a silence: {}", damage.what());
  }
  if (!has_silence || record.silence.id.empty()) return Error::Corrupt("not a silence: no id");
  return record;
}

}  // namespace watchfire::alerting

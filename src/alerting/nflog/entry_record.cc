#include "alerting/nflog/entry_record.h"

#include <algorithm>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "codec/records.h"

namespace watchfire::alerting {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;
using protozero::tag_and_type;

constexpr auto kBytes = pbf_wire_type::length_delimited;
constexpr auto kVarint = pbf_wire_type::varint;
constexpr auto kFixed64 = pbf_wire_type::fixed64;

std::string_view View(protozero::data_view view) {
  return {view.data(), view.size()};
}

void WriteTime(pbf_writer& out, uint32_t tag, int64_t ns) {
  if (ns != 0) out.add_message(tag, EncodeTimestamp(ns));
}

void WriteText(pbf_writer& out, uint32_t tag, const std::string& text) {
  if (!text.empty()) out.add_string(tag, text);
}

void WriteData(pbf_writer& out, const ReceiverData& data) {
  for (const auto& [key, value] : data) {
    pbf_writer item(out, 8);
    WriteText(item, 1, key);
    pbf_writer message(item, 2);
    // One of three; which one it is shows even if it is empty or zero.
    if (const auto* text = std::get_if<std::string>(&value)) message.add_string(1, *text);
    if (const auto* number = std::get_if<int64_t>(&value)) message.add_int64(2, *number);
    if (const auto* real = std::get_if<double>(&value)) message.add_double(3, *real);
  }
}

void ReadReceiver(pbf_reader message, NflogKey& key) {
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kBytes):
        key.receiver = message.get_string();
        break;
      case tag_and_type(2, kBytes):
        key.integration = message.get_string();
        break;
      case tag_and_type(3, kVarint):
        key.index = message.get_uint32();
        break;
      default:
        message.skip();
    }
  }
}

ReceiverData::mapped_type ReadValue(pbf_reader message) {
  ReceiverData::mapped_type value;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kBytes):
        value = message.get_string();
        break;
      case tag_and_type(2, kVarint):
        value = message.get_int64();
        break;
      case tag_and_type(3, kFixed64):
        value = message.get_double();
        break;
      default:
        message.skip();
    }
  }
  return value;
}

void ReadItem(pbf_reader message, ReceiverData& into) {
  std::string key;
  ReceiverData::mapped_type value;
  while (message.next()) {
    if (message.tag_and_type() == tag_and_type(1, kBytes)) {
      key = message.get_string();
    } else if (message.tag_and_type() == tag_and_type(2, kBytes)) {
      value = ReadValue(message.get_message());
    } else {
      message.skip();
    }
  }
  into[key] = std::move(value);
}

// Writers pack the numbers of a list; a reader must take them one by one too.
bool ReadHashes(pbf_reader& message, uint32_t tag, std::vector<uint64_t>& into) {
  if (message.tag_and_type() == tag_and_type(tag, kBytes)) {
    for (uint64_t hash : message.get_packed_uint64()) into.push_back(hash);
    return true;
  }
  if (message.tag_and_type() != tag_and_type(tag, kVarint)) return false;
  into.push_back(message.get_uint64());
  return true;
}

// Whether there is a receiver in it.
Result<bool> ReadEntry(pbf_reader message, EntryRecord& record) {
  bool has_receiver = false;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(1, kBytes):
        record.key.group_key = message.get_string();
        break;
      case tag_and_type(2, kBytes):
        ReadReceiver(message.get_message(), record.key);
        has_receiver = true;
        break;
      case tag_and_type(5, kBytes):
        record.entry.timestamp_ns = TRY(DecodeTimestamp(View(message.get_view())));
        break;
      case tag_and_type(8, kBytes):
        ReadItem(message.get_message(), record.entry.data);
        break;
      default:
        if (!ReadHashes(message, 6, record.entry.firing) &&
            !ReadHashes(message, 7, record.entry.resolved)) {
          message.skip();
        }
    }
  }
  std::sort(record.entry.firing.begin(), record.entry.firing.end());
  std::sort(record.entry.resolved.begin(), record.entry.resolved.end());
  return has_receiver;
}

}  // namespace

std::string EncodeEntry(const NflogKey& key, const NflogEntry& entry) {
  std::string out;
  pbf_writer mesh(out);
  {
    pbf_writer message(mesh, 1);
    WriteText(message, 1, key.group_key);
    // Written even if it is empty, which a nested writer would leave out.
    std::string receiver_bytes;
    pbf_writer receiver(receiver_bytes);
    WriteText(receiver, 1, key.receiver);
    WriteText(receiver, 2, key.integration);
    if (key.index != 0) receiver.add_uint32(3, key.index);
    message.add_message(2, receiver_bytes);
    WriteTime(message, 5, entry.timestamp_ns);
    message.add_packed_uint64(6, entry.firing.begin(), entry.firing.end());
    message.add_packed_uint64(7, entry.resolved.begin(), entry.resolved.end());
    WriteData(message, entry.data);
  }
  WriteTime(mesh, 2, entry.expires_at_ns);
  return out;
}

Result<EntryRecord> DecodeEntry(std::string_view bytes) {
  EntryRecord record;
  bool has_receiver = false;
  try {
    pbf_reader mesh(bytes.data(), bytes.size());
    while (mesh.next()) {
      switch (mesh.tag_and_type()) {
        case tag_and_type(1, kBytes):
          has_receiver = TRY(ReadEntry(mesh.get_message(), record));
          break;
        case tag_and_type(2, kBytes):
          record.entry.expires_at_ns = TRY(DecodeTimestamp(View(mesh.get_view())));
          break;
        default:
          mesh.skip();
      }
    }
  } catch (const protozero::exception& damage) {
    return Error::Corrupt("not a notification: {}", damage.what());
  }
  if (!has_receiver) return Error::Corrupt("not a notification: no receiver");
  return record;
}

}  // namespace watchfire::alerting

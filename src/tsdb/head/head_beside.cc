#include "tsdb/head/head.h"

// What is kept beside the samples: exemplars and metadata.

namespace watchfire::head {

// Upstream's order: metadata, samples, exemplars; the series before all of them are Log's.
std::vector<wal::PreparedRecord> Head::EncodeWhole(const Transaction& transaction) const {
  std::vector<wal::PreparedRecord> records;
  ByteWriter bytes;
  if (!transaction.metadata.empty()) {
    std::vector<wal::MetadataRecord> metadata = transaction.metadata;
    for (wal::MetadataRecord& one : metadata) one.ref = WalRef(static_cast<SeriesId>(one.ref));
    wal::EncodeMetadata(metadata, &bytes);
    records.push_back(wal::Prepare(options_.compression, bytes.view()));
  }
  std::vector<wal::PreparedRecord> samples = Encode(transaction);
  std::move(samples.begin(), samples.end(), std::back_inserter(records));
  if (!transaction.exemplars.empty()) {
    std::vector<wal::ExemplarRecord> exemplars = transaction.exemplars;
    for (wal::ExemplarRecord& one : exemplars) one.ref = WalRef(static_cast<SeriesId>(one.ref));
    bytes.clear();
    wal::EncodeExemplars(exemplars, &bytes);
    records.push_back(wal::Prepare(options_.compression, bytes.view()));
  }
  return records;
}

void Head::AddExemplars(std::span<const wal::ExemplarRecord> exemplars) {
  for (const wal::ExemplarRecord& one : exemplars) {
    exemplars_.Add(index_.LabelsOf(static_cast<SeriesId>(one.ref)), one.exemplar,
                   out_of_order_.window_ms());
  }
}

void Head::AddMetadata(std::span<const wal::MetadataRecord> metadata) {
  if (!options_.metadata_records) return;
  for (const wal::MetadataRecord& one : metadata) {
    metadata_.Set(static_cast<SeriesId>(one.ref), one.metadata);
  }
}

std::optional<model::Metadata> Head::MetadataOf(const model::Labels& labels) const {
  std::optional<SeriesId> id = index_.Find(labels);
  return id ? metadata_.Get(*id) : std::nullopt;
}

}  // namespace watchfire::head

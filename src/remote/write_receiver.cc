#include "remote/write_receiver.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "codec/compress.h"

namespace watchfire::remote {
namespace {

constexpr uint64_t kMaxDecodedBytes = 32 << 20;
constexpr int64_t kMaxAheadMs = 10 * 60 * 1000;
constexpr std::string_view kMediaType = "application/x-protobuf";
constexpr std::string_view kSnappy = "snappy";
// One for each request that is likely to run at the same time; a larger one is not kept.
constexpr size_t kIdleScratches = 8;
constexpr size_t kKeptScratchBytes = 8 << 20;

constexpr WriteProtocol kProtocols[] = {WriteProtocol::kV1, WriteProtocol::kV2};

std::string NamesOf(std::span<const WriteProtocol> protocols) {
  std::string text;
  for (WriteProtocol protocol : protocols) {
    if (!text.empty()) text += ", ";
    text += MessageName(protocol);
  }
  return text;
}

Result<WriteProtocol> ProtocolNamed(std::string_view name) {
  for (WriteProtocol protocol : kProtocols) {
    if (MessageName(protocol) == name) return protocol;
  }
  return Error::Invalid("unknown type for remote write protobuf message {}, supported: {}", name,
                        NamesOf(kProtocols));
}

WriteAnswer Refusal(int status, std::string text) {
  WF_LOG(kWarn, "Remote write request is refused", {"component", "web"}, {"status", status},
         {"err", text});
  WriteAnswer answer;
  answer.status = status;
  answer.text = std::move(text);
  return answer;
}

}  // namespace

std::string_view MessageName(WriteProtocol protocol) {
  return protocol == WriteProtocol::kV1 ? "prometheus.WriteRequest"
                                        : "io.prometheus.write.v2.Request";
}

Result<std::vector<WriteProtocol>> ParseAcceptedMessages(const std::vector<std::string>& values) {
  std::vector<WriteProtocol> accepted;
  for (const std::string& value : values) {
    for (std::string_view name : Split(value, ',')) {
      WriteProtocol protocol = TRY(ProtocolNamed(name));
      bool known = std::find(accepted.begin(), accepted.end(), protocol) != accepted.end();
      if (!known) accepted.push_back(protocol);
    }
  }
  return accepted;
}

// Everything a request needs memory for.
struct WriteReceiver::Scratch {
  std::span<char> Buffer(size_t size) {
    if (size > capacity) {
      buffer = std::make_unique_for_overwrite<char[]>(size);
      capacity = size;
    }
    return {buffer.get(), size};
  }
  size_t bytes() const { return capacity + request.CapacityBytes() + rows.CapacityBytes(); }

  std::unique_ptr<char[]> buffer;
  size_t capacity = 0;
  WriteRequestView request;
  RowBatch rows;
};

struct WriteReceiver::Metrics {
  explicit Metrics(client::Registry& registry)
      : invalid_labels(registry.AddCounter(
            "prometheus_api_remote_write_invalid_labels_samples_total",
            "The total number of received remote write samples and histogram samples which were "
            "rejected due to invalid labels.")),
        without_metadata(registry.AddCounter(
            "prometheus_api_remote_write_without_metadata_appended_samples_total",
            "The total number of received remote write samples (and histogram samples) which were "
            "ingested without corresponding metadata.")),
        samples(registry.AddCounter("prometheus_remote_storage_samples_in_total",
                                    "Samples in to remote storage, compare to samples out for "
                                    "queue managers.")),
        exemplars(registry.AddCounter("prometheus_remote_storage_exemplars_in_total",
                                      "Exemplars in to remote storage, compare to exemplars out "
                                      "for queue managers.")),
        histograms(registry.AddCounter("prometheus_remote_storage_histograms_in_total",
                                       "HistogramSamples in to remote storage, compare to "
                                       "histograms out for queue managers.")) {}

  client::Counter& invalid_labels;
  client::Counter& without_metadata;
  client::Counter& samples;
  client::Counter& exemplars;
  client::Counter& histograms;
};

WriteReceiver::WriteReceiver(WriteReceiverOptions options)
    : options_(std::move(options)), metrics_(std::make_unique<Metrics>(*options_.registry)) {
  options_.registry->AddCallback("watchfire_remote_write_cached_series",
                                 "Series whose label bytes the remote write receiver remembers.",
                                 client::MetricKind::kGauge,
                                 [this] { return static_cast<double>(cache_.entries()); });
  options_.registry->AddCallback(
      "watchfire_remote_write_cache_bytes", "Memory of the receiver's table of series.",
      client::MetricKind::kGauge, [this] { return static_cast<double>(cache_.bytes()); });
}
WriteReceiver::~WriteReceiver() = default;

Result<WriteProtocol> WriteReceiver::ProtocolOf(std::string_view content_type) const {
  // The oldest senders name none.
  if (content_type.empty()) content_type = kMediaType;
  content_type = TrimSpace(content_type);
  std::vector<std::string_view> parts = Split(content_type, ';');
  if (parts[0] != kMediaType) {
    return Error::Invalid("expected {} as the first (media) part, got {} content-type", kMediaType,
                          content_type);
  }
  WriteProtocol protocol = WriteProtocol::kV1;
  for (size_t i = 1; i < parts.size(); ++i) {
    std::vector<std::string_view> pair = Split(parts[i], '=');
    if (pair.size() != 2) {
      return Error::Invalid(
          "as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected parameters to be "
          "key-values, got {} in {} content-type",
          parts[i], content_type);
    }
    if (pair[0] != "proto") continue;
    Result<WriteProtocol> named = ProtocolNamed(pair[1]);
    if (!named.ok()) {
      return Error::Invalid("got {} content type; {}", content_type, named.error().message());
    }
    protocol = *named;
    break;
  }
  const auto& accepted = options_.accepted;
  if (std::find(accepted.begin(), accepted.end(), protocol) == accepted.end()) {
    return Error::Invalid("{} protobuf message is not accepted by this server; only accepts {}",
                          MessageName(protocol), NamesOf(accepted));
  }
  return protocol;
}

WriteAnswer WriteReceiver::Write(std::string_view content_type, std::string_view content_encoding,
                                 std::string_view body) {
  if (!content_encoding.empty() && content_encoding != kSnappy) {
    return Refusal(415, fmt::format("{} encoding (compression) is not accepted by this server; "
                                    "only {} is acceptable",
                                    content_encoding, kSnappy));
  }
  Result<uint64_t> size = codec::SnappyDecompressedSize(body);
  if (!size.ok()) return Refusal(400, size.error().message());
  if (*size > kMaxDecodedBytes) {
    return Refusal(400, fmt::format("decoded size exceeds the {} bytes limit", kMaxDecodedBytes));
  }
  std::unique_ptr<Scratch> scratch = Borrow();
  std::span<char> message = scratch->Buffer(*size);
  Result<void> decoded = codec::SnappyDecompressTo(body, message);
  Result<WriteProtocol> protocol = ProtocolOf(content_type);
  WriteAnswer answer;
  if (!decoded.ok()) {
    answer = Refusal(400, decoded.error().message());
  } else if (!protocol.ok()) {
    answer = Refusal(415, protocol.error().message());
  } else {
    answer = Store(*protocol, {message.data(), message.size()}, *scratch);
  }
  Return(std::move(scratch));
  return answer;
}

WriteAnswer WriteReceiver::Store(WriteProtocol protocol, std::string_view message,
                                 Scratch& scratch) {
  Result<void> parsed = scratch.request.Parse(protocol, message);
  if (!parsed.ok()) {
    WriteAnswer answer = Refusal(400, parsed.error().message());
    answer.has_counts = protocol == WriteProtocol::kV2;
    return answer;
  }
  TimeMs now = options_.clock->Now();
  std::unique_ptr<storage::Appender> appender = options_.storage()->NewAppender();
  SeriesCache::Lease lease(cache_, now);
  WriteTransaction transaction(scratch.request, *appender, lease, scratch.rows, now + kMaxAheadMs);
  transaction.Run();
  return Finish(transaction, *appender, protocol);
}

WriteAnswer WriteReceiver::Finish(const WriteTransaction& transaction, storage::Appender& appender,
                                  WriteProtocol protocol) {
  bool v1 = protocol == WriteProtocol::kV1;
  WriteAnswer answer;
  if (const auto& failure = transaction.failure()) {
    appender.Rollback();
    answer = Refusal(failure->code() == ErrorCode::kCorrupt ? 400 : 500, failure->message());
  } else if (v1 && transaction.refused()) {
    appender.Rollback();
    return Refusal(400, transaction.RefusalText());
  } else if (Result<void> committed = appender.Commit(); !committed.ok()) {
    answer = Refusal(500, committed.error().message());
  } else {
    if (transaction.refused()) answer = Refusal(400, transaction.RefusalText());
    answer.counts = transaction.counts();
    metrics_->samples.Increment(static_cast<double>(answer.counts.samples));
    metrics_->histograms.Increment(static_cast<double>(answer.counts.histograms));
    metrics_->exemplars.Increment(static_cast<double>(answer.counts.exemplars));
    if (v1) {
      metrics_->without_metadata.Increment(
          static_cast<double>(answer.counts.samples + answer.counts.histograms));
    }
  }
  if (transaction.invalid_labels() > 0) {
    metrics_->invalid_labels.Increment(static_cast<double>(transaction.invalid_labels()));
    if (v1) {
      WF_LOG(kWarn, "Series with invalid metric names or labels are dropped", {"component", "web"},
             {"series", transaction.invalid_labels()}, {"one", transaction.invalid_example()});
    }
  }
  answer.has_counts = !v1;
  return answer;
}

std::unique_ptr<WriteReceiver::Scratch> WriteReceiver::Borrow() {
  {
    MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Scratch> scratch = std::move(idle_.back());
      idle_.pop_back();
      return scratch;
    }
  }
  return std::make_unique<Scratch>();
}

void WriteReceiver::Return(std::unique_ptr<Scratch> scratch) {
  if (scratch->bytes() > kKeptScratchBytes) return;
  MutexLock lock(mutex_);
  if (idle_.size() < kIdleScratches) idle_.push_back(std::move(scratch));
}

}  // namespace watchfire::remote

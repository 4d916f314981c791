// The table itself. Order is that of --help.
#include "app/flags.h"

namespace watchfire::app {
namespace {

using enum FlagKind;
constexpr bool kHidden = true;

constexpr FlagSpec kFlags[] = {
    {"config.file", kString, "prometheus.yml", "Configuration file path."},
    {"config.auto-reload", kBool, "false",
     "Reload when the configuration or a file it names has changed."},
    {"config.auto-reload-interval", kDuration, "30s", "How often to look for such a change."},
    {"web.listen-address", kList, "0.0.0.0:9090", "Address to listen on; may be repeated."},
    {"web.config.file", kString, "", "File that switches on TLS or authentication."},
    {"web.read-timeout", kDuration, "5m",
     "Longest time to read a request, and to keep an idle "
     "connection."},
    {"web.max-connections", kInt, "512", "Most simultaneous connections, over all listeners."},
    {"web.max-notifications-subscribers", kInt, "16", "Most subscribers of live notifications."},
    {"web.external-url", kString, "",
     "URL under which the server is reachable from outside, for links; its path becomes the route "
     "prefix."},
    {"web.route-prefix", kString, "",
     "Prefix of all routes. Default: the path of the external URL."},
    {"web.user-assets", kString, "", "Directory that is served at /user."},
    {"web.enable-lifecycle", kBool, "false", "Allow reload and shutdown by HTTP request."},
    {"web.enable-admin-api", kBool, "false", "Allow administration of the storage by HTTP."},
    {"web.enable-remote-write-receiver", kBool, "false", "Accept remote write requests."},
    {"web.enable-otlp-receiver", kBool, "false", "Accept OTLP metrics."},
    {"web.remote-write-receiver.accepted-protobuf-messages", kList,
     "prometheus.WriteRequest,io.prometheus.write.v2.Request",
     "Messages that the remote write receiver accepts."},
    {"web.console.templates", kString, "consoles", "Directory of console templates."},
    {"web.console.libraries", kString, "console_libraries", "Directory of console libraries."},
    {"web.page-title", kString, "Prometheus Time Series Collection and Processing Server",
     "Document title of the pages."},
    {"web.cors.origin", kString, ".*", "Regex of origins that may read answers; anchored."},
    {"storage.tsdb.path", kString, "data/", "Directory of the stored samples."},
    {"storage.tsdb.retention.time", kDuration, "0s",
     "How long samples are kept; 15d if neither time nor size is set."},
    {"storage.tsdb.retention.size", kSize, "0B", "How many bytes of samples are kept."},
    {"storage.tsdb.no-lockfile", kBool, "false", "Do not lock the data directory."},
    {"storage.tsdb.head-chunks-write-queue-size", kInt, "0", "Accepted; not used.", kHidden},
    {"storage.tsdb.delay-compact-file.path", kString, "", "Accepted; not used yet.", kHidden},
    {"storage.tsdb.min-block-duration", kDuration, "2h", "Time range of the newest blocks.",
     kHidden},
    {"storage.tsdb.max-block-duration", kDuration, "0s", "Longest time range of a block.", kHidden},
    {"storage.tsdb.max-block-chunk-segment-size", kSize, "0B", "Largest chunk segment file.",
     kHidden},
    {"storage.tsdb.wal-segment-size", kSize, "0B", "Size of a segment of the write-ahead log.",
     kHidden},
    {"storage.tsdb.allow-overlapping-compaction", kBool, "true", "Accepted.", kHidden},
    {"storage.tsdb.wal-compression", kBool, "true", "Compress the write-ahead log.", kHidden},
    {"storage.tsdb.wal-compression-type", kString, "auto",
     "snappy, zstd, or auto: what the log has, zstd for a new one.", kHidden},
    {"storage.tsdb.samples-per-chunk", kInt, "120", "Samples per chunk aimed at.", kHidden},
    {"storage.tsdb.delayed-compaction.max-percent", kInt, "10", "Accepted.", kHidden},
    {"storage.tsdb.block-reload-interval", kDuration, "1m", "How often blocks are looked for.",
     kHidden},
    {"storage.remote.flush-deadline", kDuration, "1m", "How long to flush samples on shutdown."},
    {"storage.remote.read-sample-limit", kInt, "50000000", "Most samples a remote read returns."},
    {"storage.remote.read-concurrent-limit", kInt, "10", "Most concurrent remote reads."},
    {"storage.remote.read-max-bytes-in-frame", kInt, "1048576",
     "Most bytes in a frame of a streamed remote read."},
    {"rules.alert.for-outage-tolerance", kDuration, "1h",
     "Longest outage over which the `for` state of alerts is restored."},
    {"rules.alert.for-grace-period", kDuration, "10m",
     "Least time between an alert and its restored `for` state."},
    {"rules.alert.resend-delay", kDuration, "1m", "Least time before an alert is sent again."},
    {"rules.max-concurrent-evals", kInt, "4", "Most rules evaluated at the same time."},
    {"alertmanager.notification-queue-capacity", kInt, "10000",
     "Capacity of the queue of pending notifications."},
    {"alertmanager.notification-batch-size", kInt, "256", "Most notifications in a batch."},
    {"alertmanager.drain-notification-queue-on-shutdown", kBool, "true",
     "Send what is pending before shutting down."},
    {"query.lookback-delta", kDuration, "5m", "How far back a query looks for a sample."},
    {"query.timeout", kDuration, "2m", "Longest time of a query."},
    {"query.max-concurrency", kInt, "20", "Most queries evaluated at the same time."},
    {"query.max-samples", kInt, "50000000", "Most samples that a query may hold in memory."},
    {"scrape.adjust-timestamps", kBool, "true", "Align timestamps with the schedule.", kHidden},
    {"scrape.timestamp-tolerance", kDuration, "10ms",
     "How far a scrape may be off its schedule and still be stamped with it.", kHidden},
    {"scrape.discovery-reload-interval", kDuration, "5s", "Least time between target updates.",
     kHidden},
    {"agent", kBool, "false", "Run as an agent; not supported.", kHidden},
    {"auto-gomaxprocs", kBool, "true", "Accepted; means something to Go programs only.", kHidden},
    {"auto-gomemlimit", kBool, "true", "Accepted; means something to Go programs only.", kHidden},
    {"auto-gomemlimit.ratio", kFloat, "0.9", "Accepted; means something to Go programs only.",
     kHidden},
    {"enable-feature", kList, "", "Feature names to switch on, separated by commas."},
    {"log.level", kString, "info", "Lines to log: debug, info, warn, error."},
    {"log.format", kString, "logfmt", "Form of log lines: logfmt or json."},
};

}  // namespace

std::span<const FlagSpec> AllFlags() {
  return kFlags;
}

}  // namespace watchfire::app

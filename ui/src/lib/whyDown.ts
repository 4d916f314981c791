// A scrape error in plain words: what it means and where to look. The server's own words always
// stand beside it.

const HINTS: readonly (readonly [RegExp, (m: RegExpExecArray) => string])[] = [
  [
    /connection refused/i,
    () => 'Nothing listens on that port. The process may be stopped or bound to another address.',
  ],
  [
    /no such host|name or service not known|could not resolve|couldn't resolve/i,
    () => 'The host name does not resolve. Check the name and the DNS of this machine.',
  ],
  [
    /context deadline exceeded|timed? ?out|timeout/i,
    () => 'The target did not answer within the scrape timeout.',
  ],
  [/no route to host|network is unreachable/i, () => 'There is no network path to the target.'],
  [
    /connection reset|\bEOF\b|broken pipe/i,
    () => 'The target closed the connection before it had answered.',
  ],
  [
    /HTTP status (401)/i,
    () => 'The target asks for credentials, and those configured were not accepted.',
  ],
  [/HTTP status (403)/i, () => 'The target refuses access with the credentials configured.'],
  [/HTTP status (404)/i, () => 'The target answers, but not on this path. Check metrics_path.'],
  [
    /HTTP status (5\d\d)/i,
    (m) => `The target answers with an error of its own (${m[1] ?? '5xx'}).`,
  ],
  [/HTTP status (\d+)/i, (m) => `The target answers with HTTP ${m[1] ?? ''} instead of metrics.`],
  [
    /x509|certificate|tls:/i,
    () => 'The TLS certificate or handshake was not accepted. Check tls_config.',
  ],
  [/body.{0,10}size|too large/i, () => 'The answer is larger than body_size_limit allows.'],
  [
    /sample.?limit|label.?limit|limit exceeded/i,
    () => 'The target exposes more than the limits of its scrape job allow.',
  ],
  [
    /server gave HTTP response to HTTPS|malformed HTTP/i,
    () => 'The target does not speak the configured scheme. Check scheme: http or https.',
  ],
  [
    /parse|expected|invalid|unsupported|content.?type/i,
    () => 'The answer is not in a metrics format that can be read.',
  ],
];

export function whyDown(error: string): string | null {
  for (const [pattern, say] of HINTS) {
    const match = pattern.exec(error);
    if (match !== null) return say(match);
  }
  return null;
}

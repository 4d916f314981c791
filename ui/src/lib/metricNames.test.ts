import { describe, expect, it } from 'vitest';
import { metricNames, unitOf } from './metricNames';

describe('metric names', () => {
  it('are found whatever stands around them', () => {
    expect(
      metricNames(
        'sum by (job, le) (rate(http_requests_total{job="up"}[5m])) / ignoring(x) group_left(y) up',
      ),
    ).toEqual(['http_requests_total', 'up']);
    expect(metricNames('a:b:c offset 5m and on () d # e\n or f')).toEqual(['a:b:c', 'd', 'f']);
    expect(metricNames('1e5 + 0x1F + Inf')).toEqual([]);
  });
});

describe('units', () => {
  it.each([
    ['node_memory_MemAvailable_bytes', 'bytes'],
    ['rate(node_network_receive_bytes_total[5m])', 'bytes/s'],
    ['sum by (device) (irate(node_disk_read_bytes_total[1m]))', 'bytes/s'],
    ['scrape_duration_seconds', 'seconds'],
    ['histogram_quantile(0.9, sum by (le) (rate(request_duration_seconds_bucket[5m])))', 'seconds'],
    ['max_over_time(node_hwmon_temp_celsius[1h])', 'celsius'],
    ['a_bytes - b_bytes', 'bytes'],
  ])('are certain for %s', (expr, unit) => expect(unitOf(expr)).toBe(unit));
  it.each([
    'rate(node_cpu_seconds_total[5m])',
    'a_bytes / b_bytes',
    'a_bytes * 8',
    'count(a_bytes)',
    'a_bytes > 5',
    'a_bytes + b_seconds',
    'request_duration_seconds_count',
    'request_duration_seconds_bucket',
    'process_start_time_seconds',
    'up',
    '1 + 1',
  ])('are left open for %s', (expr) => expect(unitOf(expr)).toBe('none'));
});

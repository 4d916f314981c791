import { describe, expect, it } from 'vitest';
import { decodePanels, encodePanels, NEW_PANEL, type PanelState } from './panelUrl';

describe('addresses written elsewhere', () => {
  it('of an alert’s generatorURL open the table', () => {
    const [panel] = decodePanels('?g0.expr=up+%3D%3D+0&g0.tab=1');
    expect(panel).toEqual({ ...NEW_PANEL, expr: 'up == 0', tab: 'table' });
  });
  it('of Prometheus 2 and 3 mean what they meant there', () => {
    const [first, second] = decodePanels(
      'g0.expr=rate(http_requests_total%7Bjob%3D%22api%22%7D%5B5m%5D)&g0.tab=graph&g0.range_input=1d12h' +
        '&g0.end_input=2026-11-21%2003:40:24&g0.step_input=30&g0.display_mode=stacked&g0.show_exemplars=0' +
        '&g1.expr=up&g1.tab=0&g1.stacked=1&g1.moment_input=2026-11-21 03:00:00&g1.res_density=high',
    );
    expect(first).toEqual({
      expr: 'rate(http_requests_total{job="api"}[5m])',
      tab: 'graph',
      rangeMs: 36 * 3_600_000,
      endMs: Date.UTC(2026, 10, 21, 3, 40, 24),
      momentMs: null,
      resolution: { kind: 'fixed', stepMs: 30_000 },
      stacked: true,
      explain: false,
    });
    expect(second?.momentMs).toBe(Date.UTC(2026, 10, 21, 3));
    expect(second?.resolution).toEqual({ kind: 'auto', density: 'high' });
    expect(second?.stacked).toBe(true);
  });
  it('show the table where they do not say, as Prometheus does', () => {
    expect(decodePanels('g0.expr=up')[0]?.tab).toBe('table');
  });
  it('keep their order whatever the order of the parameters', () => {
    const exprs = decodePanels('g10.expr=c&g2.expr=b&g0.expr=a').map((panel) => panel.expr);
    expect(exprs).toEqual(['a', 'b', 'c']);
  });
  it('with nonsense in them fall back, parameter by parameter', () => {
    const [panel] = decodePanels(
      'g0.expr=up&g0.range_input=soon&g0.end_input=later&g0.step_input=-1',
    );
    expect(panel).toEqual({ ...NEW_PANEL, expr: 'up', tab: 'table' });
  });
  it('cannot ask for panels without end', () => {
    const many = Array.from({ length: 500 }, (_, i) => `g${i}.expr=up`).join('&');
    expect(decodePanels(many).length).toBe(64);
  });
});

it('what is written is read back the same', () => {
  const panels: PanelState[] = [
    { ...NEW_PANEL, expr: 'sum by (a) (rate(x{b=~"c+&d#e%"}[5m])) / 2\n+ 1' },
    {
      expr: 'ünicode{"a.b"="ß"}',
      tab: 'table',
      rangeMs: 5_400_000,
      endMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      momentMs: Date.UTC(2025, 11, 31, 23, 59, 59),
      resolution: { kind: 'fixed', stepMs: 1500 },
      stacked: true,
      explain: true,
    },
    { ...NEW_PANEL, expr: '', resolution: { kind: 'auto', density: 'low' } },
  ];
  expect(decodePanels(encodePanels(panels))).toEqual(panels);
});

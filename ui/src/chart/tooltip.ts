// The box of values beside the pointer. Plain DOM, one rebuild per animation frame at most.

import { formatDateTime } from '../lib/time';
import { formatValue, type Unit } from '../lib/units';
import type { ChartSeries } from './lineChart';
import styles from './chart.module.css';

export type TooltipMode = 'all' | 'nearest';

const MAX_ROWS = 14;
const ROW_PX = 18;

export interface TooltipContent {
  readonly timeMs: number;
  readonly index: number;
  readonly nearest: number | null;
  readonly visible: readonly number[];
}

export class ChartTooltip {
  private readonly box = document.createElement('div');

  constructor(private readonly host: HTMLElement) {
    this.box.className = styles['tooltip'] ?? '';
    this.box.hidden = true;
    this.box.setAttribute('aria-hidden', 'true');
    host.append(this.box);
  }

  hide(): void {
    this.box.hidden = true;
  }

  show(
    content: TooltipContent,
    series: readonly ChartSeries[],
    unit: Unit,
    mode: TooltipMode,
    at: { left: number; top: number },
  ): void {
    const rows = content.visible
      .filter((i) => mode === 'all' || i === content.nearest)
      .flatMap((i) => {
        const value = series[i]?.values[content.index];
        return value == null ? [] : [{ i, value }];
      })
      .sort((a, b) => b.value - a.value);
    if (rows.length === 0) {
      this.hide();
      return;
    }
    const fitting = Math.max(3, Math.floor((this.host.clientHeight - 64) / ROW_PX));
    let shown = rows.slice(0, Math.min(MAX_ROWS, fitting));
    const nearest = rows.find(({ i }) => i === content.nearest);
    if (nearest !== undefined && !shown.includes(nearest)) shown = [...shown.slice(0, -1), nearest];
    this.box.replaceChildren(element('div', 'tooltipTime', formatDateTime(content.timeMs)));
    for (const { i, value } of shown) {
      const one = series[i];
      if (one === undefined) continue;
      const row = element('div', 'tooltipRow');
      if (i === content.nearest && rows.length > 1) row.dataset['nearest'] = '';
      const swatch = element('span', 'swatch');
      swatch.style.background = one.colour;
      row.append(
        swatch,
        element('span', 'tooltipLabel', one.label),
        element('span', 'tooltipValue', formatValue(value, unit)),
      );
      this.box.append(row);
    }
    if (rows.length > shown.length) {
      this.box.append(element('div', 'tooltipMore', `and ${rows.length - shown.length} more`));
    }
    this.box.hidden = false;
    this.place(at);
  }

  private place(at: { left: number; top: number }): void {
    const gap = 14;
    const { clientWidth, clientHeight } = this.host;
    const { offsetWidth, offsetHeight } = this.box;
    const right = at.left + gap;
    const left = right + offsetWidth > clientWidth ? at.left - gap - offsetWidth : right;
    const top = Math.min(at.top + gap, clientHeight - offsetHeight);
    const x = Math.max(0, Math.min(left, clientWidth - offsetWidth));
    this.box.style.transform = `translate(${Math.round(x)}px, ${Math.round(Math.max(0, top))}px)`;
  }

  destroy(): void {
    this.box.remove();
  }
}

function element(tag: string, name: string, content = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = styles[name] ?? '';
  made.textContent = content;
  return made;
}

import { describe, expect, it } from 'vitest';
import { contrast, inkOn, legible } from './colour';
import { safeUrl } from './links';
import { choiceAt, flagAt, numberAt, textsAt, withDefaults } from './options';
import { sparkPaths } from './spark';
import { tileGrid } from './tiles';

describe('addresses', () => {
  it('of the web, of mail and of this server are followed', () => {
    for (const url of [
      'https://a.net/x?y=1:2',
      'http://a',
      'mailto:a@b.c',
      '/d/x',
      'd/x',
      '#top',
      '?a=b:c',
    ]) {
      expect(safeUrl(url)).toBe(url);
    }
  });

  it('that could run something are not', () => {
    for (const url of [
      'javascript:alert(1)',
      ' JavaScript:alert(1)',
      'java\tscript:alert(1)',
      '\u0001javascript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      '',
    ]) {
      expect(safeUrl(url)).toBeNull();
    }
  });
});

describe('options from anywhere', () => {
  const options = { legend: { calcs: ['max', 3, null], width: '120' }, mode: 'fixed', on: 'yes' };
  it('give the fallback where they make no sense', () => {
    expect(choiceAt(options, 'mode', ['value', 'none'], 'value')).toBe('value');
    expect(flagAt(options, 'on', true)).toBe(true);
    expect(numberAt(options, 'legend.width')).toBe(120);
    expect(numberAt(options, 'legend.calcs')).toBeUndefined();
    expect(textsAt(options, 'legend.calcs')).toEqual(['max']);
    expect(textsAt(options, 'mode.deep.er')).toEqual([]);
  });

  it('lie on the defaults, lists as a whole', () => {
    const merged = withDefaults({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, e: null });
    expect(merged).toEqual({ a: { b: 1, c: [3] }, d: 1, e: null });
  });
});

describe('colours', () => {
  it('get ink that is read on them', () => {
    for (const ground of ['#F2495C', '#73BF69', '#FADE2A', '#1F60C4', '#000000', '#ffffff']) {
      expect(contrast(ground, inkOn(ground))).toBeGreaterThanOrEqual(4);
    }
  });

  it('are made readable on the panel and left alone where they are', () => {
    expect(contrast(legible('#FADE2A', '#ffffff'), '#ffffff')).toBeGreaterThanOrEqual(3);
    expect(legible('#FADE2A', '#1b1a18')).toBe('#FADE2A');
  });
});

describe('tiles', () => {
  const wish = { flow: 'auto', aspect: 2.2, minWidth: 70, minHeight: 34, gap: 8 } as const;
  it('fill a wide panel side by side and a tall one one above another', () => {
    expect(tileGrid(3, 1600, 200, wish).columns).toBe(3);
    expect(tileGrid(3, 200, 600, wish).columns).toBe(1);
  });

  it('leave no empty place where they need not', () => {
    expect(tileGrid(3, 1600, 600, wish).columns).toBe(3);
    expect(tileGrid(4, 600, 180, wish).columns % 2).toBe(0);
  });

  it('keep to rows or columns where told, and scroll when they must', () => {
    expect(tileGrid(3, 900, 300, { ...wish, flow: 'rows' }).columns).toBe(1);
    expect(tileGrid(3, 300, 900, { ...wish, flow: 'columns' }).columns).toBe(3);
    expect(tileGrid(60, 160, 90, wish).scrolls).toBe(true);
    expect(tileGrid(4, 160, 90, wish).scrolls).toBe(false);
  });
});

describe('sparklines', () => {
  const box = { width: 100, height: 20, pad: 0 };
  it('break at gaps', () => {
    const { line } = sparkPaths([1, 2, null, 4], undefined, box);
    expect(line.match(/M/g)).toHaveLength(2);
  });

  it('stay inside of their box and hold few points', () => {
    const values = Array.from({ length: 50_000 }, (_, i) => Math.sin(i / 100) * i);
    const { line } = sparkPaths(values, undefined, box);
    const numbers = line
      .split(/[ML]/)
      .slice(1)
      .map((one) => one.split(' ').map(Number));
    expect(numbers.length).toBeLessThanOrEqual(200);
    for (const [x = -1, y = -1] of numbers) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(100);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(20);
    }
  });

  it('are nothing without data', () => {
    expect(sparkPaths([null, null], undefined, box)).toEqual({ line: '', area: '' });
  });
});

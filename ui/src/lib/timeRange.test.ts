import { describe, expect, it } from 'vitest';
import { NEW_PANEL } from './panelUrl';
import { autoStep, neighbourRange, rangeWords, windowOf } from './timeRange';

describe('the automatic step', () => {
  it('is round and never under a second', () => {
    expect(autoStep(60_000, 'medium')).toBe(1000);
    expect(autoStep(3_600_000, 'medium')).toBe(15_000);
    expect(autoStep(86_400_000, 'medium')).toBe(300_000);
    expect(autoStep(3_600_000, 'high')).toBe(5000);
    expect(autoStep(3_600_000, 'low')).toBe(30_000);
  });
  it('never asks for more points than the server gives', () => {
    for (let range = 1000; range < 20 * 365 * 86_400_000; range *= 1.7) {
      expect(range / autoStep(range, 'high')).toBeLessThanOrEqual(11_000);
    }
  });
});

describe('the window', () => {
  it('that ends now lies on multiples of the step and covers the range', () => {
    const now = 1_800_000_007_345;
    const { startMs, endMs, stepMs } = windowOf({ ...NEW_PANEL, rangeMs: 3_600_000 }, now);
    expect(stepMs).toBe(15_000);
    expect(startMs % stepMs).toBe(0);
    expect(endMs % stepMs).toBe(0);
    expect(endMs).toBeLessThanOrEqual(now);
    expect(now - endMs).toBeLessThan(stepMs);
    expect(windowOf({ ...NEW_PANEL, rangeMs: 3_600_000 }, now + 1000)).toEqual({
      startMs,
      endMs,
      stepMs,
    });
  });
  it('with an end of its own is taken to the letter', () => {
    const panel = { ...NEW_PANEL, rangeMs: 61_000, endMs: 1_800_000_007_000 };
    expect(windowOf(panel, 0)).toEqual({
      startMs: 1_799_999_946_000,
      endMs: panel.endMs,
      stepMs: 1000,
    });
  });
});

it('minus and plus walk along the presets and beyond them', () => {
  expect(neighbourRange(3_600_000, 1)).toBe(3 * 3_600_000);
  expect(neighbourRange(3_600_000, -1)).toBe(1_800_000);
  expect(neighbourRange(4_000_000, -1)).toBe(3_600_000);
  expect(neighbourRange(60_000, -1)).toBe(30_000);
  expect(neighbourRange(1000, -1)).toBe(1000);
  expect(neighbourRange(90 * 86_400_000, 1)).toBe(180 * 86_400_000);
});

it('ranges are spoken of in words', () => {
  expect(rangeWords(3_600_000)).toBe('1 hour');
  expect(rangeWords(5_400_000)).toBe('90 minutes');
  expect(rangeWords(7 * 86_400_000)).toBe('7 days');
});

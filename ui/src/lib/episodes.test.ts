import { describe, expect, it } from 'vitest';
import { axisTicks, barPieces } from './episodes';

describe('bars of episodes', () => {
  it('show waiting and firing, and what goes on to the end', () => {
    expect(
      barPieces(
        [
          { pendingAt: 10, firedAt: 20, endedAt: 30 },
          { pendingAt: 80, firedAt: null, endedAt: null },
        ],
        0,
        100,
      ),
    ).toEqual([
      { kind: 'pending', left: 10, width: 10 },
      { kind: 'firing', left: 20, width: 10 },
      { kind: 'pending', left: 80, width: 20 },
    ]);
  });
  it('are cut at the edges and never too thin to see', () => {
    const [piece] = barPieces([{ pendingAt: -50, firedAt: -50, endedAt: 50 }], 0, 100);
    expect(piece).toEqual({ kind: 'firing', left: 0, width: 50 });
    const [thin] = barPieces([{ pendingAt: 100, firedAt: 100, endedAt: 100 }], 0, 100);
    expect((thin?.left ?? 0) + (thin?.width ?? 0)).toBeLessThanOrEqual(100);
    expect(thin?.width).toBeGreaterThan(0);
  });
  it('stand over round moments', () => {
    const start = Date.UTC(2026, 10, 21, 3, 17);
    const ticks = axisTicks(start, start + 3_600_000, 6);
    expect(ticks.map((ms) => new Date(ms).getUTCMinutes())).toEqual([20, 30, 40, 50, 0, 10]);
  });
});

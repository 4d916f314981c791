import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../frame';
import type { JsonObject } from '../../model';
import { asJson, isObject } from '../../model/json';
import { displayName } from '../names';
import { framesOf, plainly } from '../testFrames';
import golden from './golden.json';
import { loadRare, transformFrames } from './index';

const context = { interpolate: (text: string) => text, timezone: 'utc' };
const inputs = new Map(
  Object.entries(golden.inputs).map(([name, frames]) => [name, framesOf(frames)]),
);

function shown(frames: readonly Frame[]) {
  return frames.map((frame) => ({
    refId: frame.refId,
    length: frame.length,
    fields: frame.fields.map((field) => [
      displayName(field, frame),
      field.type,
      plainly(field.values),
    ]),
  }));
}

function asOptions(value: unknown): JsonObject {
  const json = asJson(value);
  return isObject(json) ? json : {};
}

// Where we differ on purpose: joining on times listed each row of both sides twice, and joining by a
// field that no frame has left nothing at all to look at.
const BETTER_HERE = new Set([
  'joinByField {"byField":"Time","mode":"outerTabular"}',
  'joinByField {"byField":"none"}',
]);

describe('transformations give what Grafana gives', () => {
  beforeAll(loadRare);
  it.each(
    golden.cases
      .filter(({ id, options }) => !BETTER_HERE.has(`${id} ${JSON.stringify(options)}`))
      .map((one, i) => ({ ...one, title: `${i} ${one.id} of ${one.input}` })),
  )('$title', ({ input, id, options, output }) => {
    const frames = inputs.get(input) ?? [];
    const before = JSON.stringify(frames);
    const after = transformFrames(
      frames,
      [{ id, options: asOptions(options), disabled: false }],
      context,
    );
    expect(shown(after)).toEqual(
      output.map(({ length, fields, ...rest }) => ({
        refId: 'refId' in rest ? rest.refId : undefined,
        length,
        fields,
      })),
    );
    expect(JSON.stringify(frames), 'what went in is as it was').toBe(before);
  });
});

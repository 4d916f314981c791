// The field engine over every panel of the dashboards that people have: nothing may throw, and every
// value must come out as text.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame, ShownField } from '../frame';
import type { Json, JsonObject, Target, Transformation } from '../model';
import { fieldDefaults, override } from '../model/fieldConfig';
import { asJson, isList, isObject, object, objects, text } from '../model/json';
import { applyFieldConfig, rangeOf } from './apply';
import { joinByTime } from './join';
import { calcValues, fieldValues, reduceOptionsOf } from './reduceOptions';
import { REDUCERS } from './reducers';
import { shapeTargets } from './shape';
import { series } from './testFrames';
import { loadRare, transformerInfo, transformFrames } from './transform';
import { isKnownUnit } from './units/format';

const folder = join(
  process.env['WATCHFIRE_CONFORMANCE'] ?? '../../shared/conformance',
  'dashboards',
);
const present = existsSync(folder);

function panelsIn(json: Json | undefined, found: JsonObject[]): JsonObject[] {
  if (isList(json)) for (const item of json) panelsIn(item, found);
  if (!isObject(json)) return found;
  if (isObject(json['fieldConfig'])) found.push(json);
  for (const value of Object.values(json)) panelsIn(value, found);
  return found;
}

function readPanels(): JsonObject[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      try {
        return panelsIn(asJson(JSON.parse(readFileSync(join(folder, file), 'utf8'))), []);
      } catch {
        return [];
      }
    });
}

const T = Array.from({ length: 20 }, (_, i) => 1_700_000_000_000 + i * 15_000);

/** Two series for each query, by the labels that dashboards mostly have. */
function answers(targets: readonly Pick<Target, 'refId' | 'format'>[]): Frame[] {
  return targets.flatMap(({ refId }, k) =>
    ['a', 'b'].map((pod, i) =>
      series(
        refId,
        { pod, namespace: 'n', instance: `${pod}:9100`, job: 'node' },
        T,
        T.map((_, at) => (at === 3 ? null : Math.sin(at + i) * 10 ** (k % 7))),
      ),
    ),
  );
}

function targetsOf(panel: JsonObject): Pick<Target, 'refId' | 'format'>[] {
  return objects(panel['targets']).map((target, i) => {
    const format = text(target['format']);
    return {
      refId: text(target['refId'], String.fromCharCode(65 + (i % 26))),
      format: format === 'table' || format === 'heatmap' ? format : 'time_series',
    };
  });
}

const transformationsOf = (panel: JsonObject): Transformation[] =>
  objects(panel['transformations']).map((one) => ({
    id: text(one['id']),
    options: object(one['options']),
    disabled: one['disabled'] === true,
  }));

/** Has a name, a colour, ends, and a text for whatever may come. */
function isWhole(field: ShownField, length: number): boolean {
  const { min, max } = rangeOf(field);
  const values = [...field.values.slice(0, 4), null, NaN, 'text', true];
  return (
    field.values.length === length &&
    field.displayName.length > 0 &&
    field.color !== '' &&
    Number.isFinite(min) &&
    Number.isFinite(max) &&
    values.every((value) => {
      const { text: words, color, percent } = field.display(value);
      return typeof words === 'string' && color !== '' && typeof percent === 'number';
    })
  );
}

describe.skipIf(!present)('panels of the conformance dashboards', () => {
  const panels = present ? readPanels() : [];
  const context = { theme: 'dark' as const, timezone: 'utc', interpolate: (word: string) => word };
  beforeAll(loadRare);

  it('are there', () => {
    expect(panels.length).toBeGreaterThan(1000);
  });

  it('use transformations that are known', () => {
    const ids = new Set(panels.flatMap(transformationsOf).map(({ id }) => id));
    expect([...ids].filter((id) => transformerInfo(id) === undefined)).toEqual([]);
  });

  it('show every value', () => {
    const units = new Map<string, number>();
    const bad: string[] = [];
    const calcs = [...REDUCERS.map(({ id }) => id), 'p95'];
    for (const panel of panels) {
      const raw = object(panel['fieldConfig']);
      const fieldConfig = {
        defaults: fieldDefaults(object(raw['defaults'])),
        overrides: objects(raw['overrides']).map(override),
      };
      const targets = targetsOf(panel);
      const shaped = shapeTargets(answers(targets), targets);
      const frames = transformFrames(shaped, transformationsOf(panel), context);
      const notices = frames.flatMap(({ meta }) => meta?.notices ?? []);
      bad.push(...notices.map((notice) => notice.text).filter((word) => word.includes('failed')));
      const shown = applyFieldConfig(frames, fieldConfig, context);
      joinByTime(shown);
      for (const { fields, length } of shown) {
        for (const field of fields) {
          const unit = field.config.unit ?? '';
          units.set(unit, (units.get(unit) ?? 0) + 1);
          if (!isWhole(field, length)) bad.push(`${text(panel['title'])}: ${field.displayName}`);
        }
      }
      const field = shown[0]?.fields[1];
      if (field !== undefined) calcValues(field, calcs, context);
      const options = reduceOptionsOf(object(panel['options']));
      const values = fieldValues(shown, options, { ...context, fieldConfig, sparkline: true });
      expect(values.length).toBeGreaterThan(0);
      for (const { links } of values) links();
    }
    expect(bad).toEqual([]);
    // Whatever is no unit of ours is a sign somebody made up, not an id that we forgot.
    const free = [...units.keys()].filter((unit) => unit !== '' && !isKnownUnit(unit));
    expect(
      free.filter((unit) => /^(dateTime|currency[A-Z]|dt[a-z]+s$|.*bytes$)/.test(unit)),
    ).toEqual([]);
  }, 60_000);
});

if (!present) process.stdout.write('No conformance dashboards here: their panels are not tried.\n');

// Answers in the shape that a query asks for: a table of all its series, or the rows of a heatmap.
// Whatever is neither comes through as it is.

import type { Field, FieldValue, Frame } from '../frame';
import type { Target } from '../model';
import { joinByTime } from './join';
import { groupBy } from './values';

export { joinByTime };

const isSeries = ({ fields }: Frame) =>
  fields.length === 2 && fields[0]?.type === 'time' && fields[1]?.type === 'number';

interface Series {
  readonly time: Field;
  readonly value: Field;
}

function seriesOf(frame: Frame): Series[] {
  const [time, value] = frame.fields;
  return isSeries(frame) && time !== undefined && value !== undefined ? [{ time, value }] : [];
}

/** In the order in which the series bring them, each series' own sorted. */
function labelNames(series: readonly Series[]): string[] {
  const names = new Set<string>();
  for (const { value } of series) {
    for (const name of Object.keys(value.labels ?? {}).sort()) names.add(name);
  }
  return [...names];
}

/** Rows of all series by time; of one time in the order of the series. */
function rowOrder(series: readonly Series[]): { readonly of: number; readonly row: number }[] {
  const rows = series.flatMap(({ time }, of) =>
    time.values.map((at, row) => ({ of, row, at: Number(at) })),
  );
  return rows.sort((a, b) => a.at - b.at);
}

function withoutSourceName({ config }: Field): Field['config'] {
  const plain = { ...config };
  Reflect.deleteProperty(plain, 'displayNameFromDS');
  return plain;
}

function toTable(frames: readonly Frame[], valueName: string): Frame[] {
  const series = frames.flatMap(seriesOf);
  const [first] = series;
  const [frame] = frames;
  if (first === undefined || frame === undefined) return [...frames];
  const rows = rowOrder(series);
  const column = (of: (series: Series, row: number) => FieldValue) =>
    rows.map(({ of: index, row }) => {
      const from = series[index];
      return from === undefined ? null : of(from, row);
    });
  const labels = labelNames(series).map((name): Field => ({
    name,
    type: 'string',
    values: column(({ value }) => value.labels?.[name] ?? ''),
    config: { filterable: true, custom: {} },
  }));
  const { refId, meta } = frame;
  return [
    {
      ...(refId === undefined ? {} : { refId }),
      meta: { ...meta, type: 'table' },
      fields: [
        { ...first.time, values: column(({ time }, row) => time.values[row] ?? null) },
        ...labels,
        {
          name: valueName,
          type: 'number',
          values: column(({ value }, row) => value.values[row] ?? null),
          config: withoutSourceName(first.value),
        },
      ],
      length: rows.length,
    },
    ...frames.slice(1).filter((other) => !isSeries(other) && other.fields.length > 0),
  ];
}

/** What is lost in subtracting; a bucket with less has nothing in it. */
const NOTHING = 1e-9;

const bound = (field: Field) => {
  const le = field.labels?.['le'] ?? field.name;
  return /^\+?inf$/i.test(le) ? Infinity : Number(le);
};

function groupKey({ labels = {} }: Field): string {
  const others = Object.entries(labels).filter(([name]) => name !== 'le');
  return JSON.stringify(others.sort());
}

/** Counts of what is at most a bound, made counts of what is between two bounds. */
function deaccumulate(columns: readonly (readonly (FieldValue | undefined)[])[]): FieldValue[][] {
  return columns.map((column, i) => {
    const below = columns[i - 1];
    return column
      .map((value) => value ?? 0)
      .map((value, row) => {
        const count = Number(value) - Number(below?.[row] ?? 0);
        return count > NOTHING ? count : 0;
      });
  });
}

function toHeatmap(frames: readonly Frame[]): Frame[] {
  const [frame] = frames;
  const buckets = frames.filter(
    (one) => isSeries(one) && one.fields[1]?.labels?.['le'] !== undefined,
  );
  if (frame === undefined || buckets.length === 0) return [...frames];
  const { times, columns } = joinByTime(buckets);
  const groups = groupBy(columns, ({ field }) => groupKey(field));
  const fields = [...groups.values()].flatMap((group): Field[] => {
    const sorted = group.toSorted((a, b) => (bound(a.field) < bound(b.field) ? -1 : 1));
    const counts = deaccumulate(sorted.map(({ values }) => values));
    return sorted.map(({ field }, i) => ({
      name: field.labels?.['le'] ?? field.name,
      type: 'number',
      values: counts[i] ?? [],
      ...(field.labels === undefined ? {} : { labels: field.labels }),
      config: withoutSourceName(field),
    }));
  });
  const time = buckets[0]?.fields[0];
  if (time === undefined) return [...frames];
  const { refId, meta } = frame;
  return [
    {
      ...(refId === undefined ? {} : { refId }),
      meta: { ...meta, type: 'heatmap-rows' },
      fields: [{ ...time, values: times }, ...fields],
      length: times.length,
    },
  ];
}

/** Frames of queries without a word on format, and those that no target asked for, stay. */
export function shapeTargets(
  frames: readonly Frame[],
  targets: readonly Pick<Target, 'refId' | 'format'>[],
): Frame[] {
  const formats = new Map(targets.map(({ refId, format }) => [refId, format]));
  const byRef = groupBy(frames, ({ refId = '' }) => refId);
  const tables = [...byRef.keys()].filter((refId) => formats.get(refId) === 'table');
  return [...byRef].flatMap(([refId, own]) => {
    switch (formats.get(refId)) {
      case 'table':
        return toTable(own, tables.length > 1 ? `Value #${refId}` : 'Value');
      case 'heatmap':
        return toHeatmap(own);
      default:
        return own;
    }
  });
}

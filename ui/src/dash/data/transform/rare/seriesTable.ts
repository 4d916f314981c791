// Series as rows of a table, and back: one with a small line in each row, one frame for all series
// and one for each.

import type { Field, FieldValue, Frame } from '../../../frame';
import { object, text } from '../../../model/json';
import { joinByTime } from '../../join';
import { reduceOne } from '../../reducers';
import { groupBy, toText } from '../../values';
import { makeTrend } from '../../trend';
import { groupRows } from '../groups';
import {
  makeField,
  timeFieldOf,
  unnamed,
  withFields,
  withNotice,
  withRows,
  type Transform,
} from '../types';

/** A row for each series of a query: its labels, and the series itself as "Trend #A". */
export const timeSeriesTable: Transform = (frames, options) => {
  const byRef = groupBy(frames, ({ refId = '' }) => refId);
  return [...byRef].flatMap(([refId, own]): Frame[] => {
    const rule = object(options[refId]);
    const stat = text(rule['stat'], 'lastNotNull');
    const rows = own.flatMap((frame) => {
      const time = timeFieldOf(frame);
      if (time === undefined) return [];
      return frame.fields
        .filter((field) => field !== time && field.type === 'number')
        .map((field) => ({ frame, time, field }));
    });
    if (rows.length === 0) return own;
    const names = [...new Set(rows.flatMap(({ field }) => Object.keys(field.labels ?? {}).sort()))];
    const labels = names.map((name) =>
      makeField(
        name,
        'string',
        rows.map(({ field }) => field.labels?.[name] ?? ''),
      ),
    );
    const trends = rows.map(({ frame, time, field }) =>
      makeTrend(withFields(frame, [time, field]), reduceOne(field, stat)),
    );
    const trend = makeField(refId === '' ? 'Trend' : `Trend #${refId}`, 'other', trends);
    const unit = rows[0]?.field.config.unit;
    const config = unit === undefined ? trend.config : { ...trend.config, unit };
    const meta = own[0]?.meta;
    return [
      {
        ...(refId === '' ? {} : { refId }),
        ...(meta === undefined ? {} : { meta: { ...meta, type: 'table' } }),
        fields: [...labels, { ...trend, config }],
        length: rows.length,
      },
    ];
  });
};

/** Time and a number, and the texts that tell one series of a long table from another. */
function fromLong(frame: Frame): Frame[] {
  const time = timeFieldOf(frame);
  const texts = frame.fields.filter(({ type }) => type === 'string' || type === 'boolean');
  const numbers = frame.fields.filter(({ type }) => type === 'number');
  if (time === undefined || numbers.length === 0) return [];
  const groups =
    texts.length === 0 ? [frame] : groupRows(frame, texts).map((rows) => withRows(frame, rows));
  return groups.flatMap((part) =>
    numbers.map((number): Frame => {
      const at = (field: Field) => part.fields[frame.fields.indexOf(field)] ?? field;
      const own = Object.fromEntries(
        texts.map((field) => [field.name, toText(at(field).values[0])]),
      );
      const value = at(number);
      const labels = { ...value.labels, ...own };
      return {
        ...withFields(part, [at(time), { ...value, labels }]),
        meta: { ...frame.meta, type: 'timeseries-multi' },
      };
    }),
  );
}

/** All series in one frame, on all their times. */
function toWide(frames: readonly Frame[]): readonly Frame[] {
  const split = frames.flatMap(fromLong);
  const { times, columns } = joinByTime(split);
  const [first] = split;
  const time = first === undefined ? undefined : timeFieldOf(first);
  if (first === undefined || time === undefined) return frames;
  const fields = columns.map(({ field, values }) => ({
    ...field,
    values: values.map((value) => value ?? null),
  }));
  const wide = withFields(first, [{ ...time, values: times }, ...fields], times.length);
  return [{ ...wide, meta: { ...first.meta, type: 'timeseries-wide' } }];
}

/** One table of time, labels and value. */
function toLong(frames: readonly Frame[]): readonly Frame[] {
  const rows = frames.flatMap(fromLong).flatMap((frame) => {
    const [time, value] = frame.fields;
    if (time === undefined || value === undefined) return [];
    return time.values.map((at, i) => ({ at, value, number: value.values[i] ?? null }));
  });
  const [first] = rows;
  if (first === undefined) return frames;
  rows.sort((a, b) => Number(a.at) - Number(b.at));
  const names = [...new Set(rows.flatMap(({ value }) => Object.keys(value.labels ?? {})))];
  const column = (of: (row: (typeof rows)[number]) => FieldValue) => rows.map(of);
  return [
    {
      fields: [
        makeField(
          'time',
          'time',
          column(({ at }) => at),
        ),
        ...names.map((name) =>
          makeField(
            name,
            'string',
            column(({ value }) => value.labels?.[name] ?? ''),
          ),
        ),
        {
          name: first.value.name,
          type: 'number',
          values: column(({ number }) => number),
          config: unnamed(first.value.config, 'displayName', 'displayNameFromDS'),
        },
      ],
      length: rows.length,
      meta: { type: 'timeseries-long' },
    },
  ];
}

export const prepareTimeSeries: Transform = (frames, options) => {
  const withTime = frames.filter((frame) => timeFieldOf(frame) !== undefined);
  if (withTime.length === 0) return withNotice(frames, 'There are no series to prepare.');
  switch (text(options['format'], 'multi')) {
    case 'wide':
      return toWide(withTime);
    case 'long':
      return toLong(withTime);
    default:
      return withTime.flatMap(fromLong);
  }
};

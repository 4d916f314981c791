// Ready fields for tests of the panels.

import type {
  DisplayValue,
  FieldConfig,
  FieldType,
  FieldValue,
  ShownField,
  ShownFrame,
} from '../dash/frame';

export function shownField(
  name: string,
  type: FieldType,
  values: readonly FieldValue[],
  config: Partial<FieldConfig> = {},
): ShownField {
  const display = (value: FieldValue): DisplayValue => ({
    text: value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value),
    prefix: '',
    suffix: config.unit ?? '',
    numeric: typeof value === 'number' ? value : NaN,
    percent: 0,
    color: '#123456',
  });
  return {
    name,
    type,
    values,
    config: { custom: {}, ...config },
    displayName: config.displayName ?? name,
    color: '#abcdef',
    display,
  };
}

export function shownFrame(...fields: readonly ShownField[]): ShownFrame {
  return { fields, length: fields[0]?.values.length ?? 0 };
}

export function seriesFrame(
  name: string,
  times: readonly number[],
  values: readonly FieldValue[],
  config: Partial<FieldConfig> = {},
  interval?: number,
): ShownFrame {
  const time = shownField('Time', 'time', times, interval === undefined ? {} : { interval });
  return shownFrame(time, shownField(name, 'number', values, config));
}

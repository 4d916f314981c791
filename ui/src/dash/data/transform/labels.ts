// Labels of series as columns, or as a table of their own.

import type { Field, Frame } from '../../frame';
import { text, texts } from '../../model/json';
import { displayName } from '../names';
import { makeField, unnamed, withFields, type Transform } from './types';

/** One column a label and value; the series may take its name from one of them. */
function asColumns(frame: Frame, keep: readonly string[], valueLabel: string): Frame {
  const values = new Map<string, Set<string>>();
  const bare = frame.fields.map((field): Field => {
    const { labels } = field;
    if (labels === undefined) return field;
    for (const [name, value] of Object.entries(labels)) {
      if (name === valueLabel || (keep.length > 0 && !keep.includes(name))) continue;
      const known = values.get(name) ?? new Set();
      values.set(name, known.add(value));
    }
    const isKept = keep.length === 0 || keep.includes(valueLabel);
    const { type, values: column } = field;
    return {
      name: (isKept ? labels[valueLabel] : undefined) ?? field.name,
      type,
      values: column,
      config: unnamed(field.config, 'displayName', 'displayNameFromDS'),
    };
  });
  const columns = [...values].flatMap(([name, each]) =>
    [...each].map((value) =>
      makeField(name, 'string', new Array<string>(frame.length).fill(value)),
    ),
  );
  return withFields(frame, [...bare, ...columns]);
}

export const labelsToFields: Transform = (frames, options) => {
  const keep = texts(options['keepLabels']);
  if (options['mode'] !== 'rows') {
    return frames.map((frame) => asColumns(frame, keep, text(options['valueLabel'])));
  }
  return frames.flatMap((frame) =>
    frame.fields.flatMap((field): Frame[] => {
      const { labels } = field;
      if (labels === undefined) return [];
      const names = keep.length > 0 ? keep : Object.keys(labels);
      if (names.length === 0) return [];
      const fields = [
        makeField('label', 'string', names),
        makeField(
          'value',
          'string',
          names.map((name) => labels[name] ?? null),
        ),
      ];
      const name = displayName(field, frame, frames);
      return [{ ...withFields(frame, fields, names.length), name }];
    }),
  );
};

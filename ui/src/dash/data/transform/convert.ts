// Columns of one type made another: numbers out of texts, texts out of times, and texts rewritten.

import type { Field, FieldValue } from '../../frame';
import { number, objects, text } from '../../model/json';
import { fieldMatcher } from '../matchers';
import { displayName } from '../names';
import { formatDate } from '../units/date';
import { toText } from '../values';
import { parseDate } from './parseDate';
import { withFields, type Transform } from './types';

function toNumberField(field: Field): Field {
  const values = field.values.map((value): FieldValue => {
    if (value === null || value === '') return null;
    const number = Number(typeof value === 'string' ? value.replaceAll(',', '') : value);
    return Number.isFinite(number) ? number : null;
  });
  return { ...field, type: 'number', values };
}

function toTextField(field: Field, format: string, zone: string, joinWith: string): Field {
  const values = field.values.map((value): FieldValue => {
    if (value === null) return null;
    if (field.type === 'time' && typeof value === 'number') {
      return formatDate(value, format === '' ? 'YYYY-MM-DD HH:mm:ss' : format, zone);
    }
    if (joinWith !== '' && Array.isArray(value)) return value.map(String).join(joinWith);
    return toText(value);
  });
  return { ...field, type: 'string', values };
}

/** Numbers are milliseconds already, or seconds where the format says so. */
function toTimeField(field: Field, format: string, zone: string): Field {
  if (field.type === 'time' && typeof field.values[0] === 'number') return field;
  const values = field.values.map((value): FieldValue => {
    if (typeof value === 'number') return format === 'X' ? value * 1000 : value;
    if (typeof value !== 'string' || value === '') return null;
    return parseDate(value, format, zone);
  });
  return { ...field, type: 'time', values };
}

function parseJson(value: FieldValue): FieldValue {
  if (typeof value !== 'string') return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}

interface Conversion {
  readonly type: string;
  readonly format: string;
  readonly zone: string;
  readonly joinWith: string;
}

function convert(field: Field, { type, format, zone, joinWith }: Conversion): Field {
  switch (type) {
    case 'number':
      return toNumberField(field);
    case 'string':
      return toTextField(field, format, zone, joinWith);
    case 'time':
      return toTimeField(field, format, zone);
    case 'boolean':
      return { ...field, type, values: field.values.map(Boolean) };
    case 'other':
      return { ...field, type, values: field.values.map(parseJson) };
    default:
      return field;
  }
}

export const convertFieldType: Transform = (frames, options, { timezone }) =>
  objects(options['conversions']).reduce<ReturnType<Transform>>((before, rule) => {
    const target = text(rule['targetField']);
    if (target === '') return before;
    const fits = fieldMatcher({ id: 'byName', options: target });
    const conversion = {
      type: text(rule['destinationType']),
      format: text(rule['dateFormat']),
      zone: text(rule['timezone'], timezone),
      joinWith: text(rule['joinWith']),
    };
    return before.map((frame) =>
      withFields(
        frame,
        frame.fields.map((field) =>
          fits(field, frame, before) ? convert(field, conversion) : field,
        ),
      ),
    );
  }, frames);

export const formatTime: Transform = (frames, options, { timezone }) => {
  const name = text(options['timeField']);
  const format = text(options['outputFormat']);
  const zone = text(options['timezone'], timezone);
  return frames.map((frame) =>
    withFields(
      frame,
      frame.fields.map((field) =>
        displayName(field, frame, frames) === name ? toTextField(field, format, zone, '') : field,
      ),
    ),
  );
};

const words = (value: string) =>
  value.split(' ').map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());

function rewrite(value: string, how: string, from: number | undefined, to: number | undefined) {
  switch (how) {
    case 'Upper Case':
      return value.toUpperCase();
    case 'Lower Case':
      return value.toLowerCase();
    case 'Sentence Case':
      return value.charAt(0).toUpperCase() + value.slice(1);
    case 'Title Case':
      return words(value).join(' ');
    case 'Pascal Case':
      return words(value).join('');
    case 'Camel Case': {
      const joined = words(value).join('');
      return joined.charAt(0).toLowerCase() + joined.slice(1);
    }
    case 'Snake Case':
      return value.toLowerCase().replaceAll(' ', '_');
    case 'Kebab Case':
      return value.toLowerCase().replaceAll(' ', '-');
    case 'Trim':
      return value.trim();
    case 'Substring':
      return value.substring(from ?? 0, to);
    default:
      return value;
  }
}

export const formatString: Transform = (frames, options) => {
  const fits = fieldMatcher({ id: 'byName', options: text(options['stringField']) });
  const how = text(options['outputFormat'], 'Upper Case');
  const [from, to] = [number(options['substringStart']), number(options['substringEnd'])];
  return frames.map((frame) =>
    withFields(
      frame,
      frame.fields.map((field): Field => {
        if (!fits(field, frame, frames)) return field;
        const values = field.values.map((value) =>
          value === null ? null : rewrite(toText(value), how, from, to),
        );
        return { ...field, type: 'string', values };
      }),
    ),
  );
};

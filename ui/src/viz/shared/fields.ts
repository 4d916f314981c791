// Small questions about fields that several kinds of panels ask.

import type { DisplayValue, FieldValue, ShownField, ShownFrame } from '../../dash/frame';
import { flagAt } from './options';

export const isHidden = (field: ShownField, from: 'viz' | 'legend' | 'tooltip'): boolean =>
  flagAt(field.config.custom, `hideFrom.${from}`) ||
  (from === 'viz' && flagAt(field.config.custom, 'hidden'));

export const timeField = (frame: ShownFrame): ShownField | undefined =>
  frame.fields.find((field) => field.type === 'time');

export function toNumber(value: FieldValue | undefined): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export const shownText = ({ prefix, text, suffix }: DisplayValue): string =>
  `${prefix}${text}${suffix}`;

export const isEmpty = (frames: readonly ShownFrame[]): boolean =>
  frames.every((frame) => frame.length === 0);

/** What the panel says where there is no data: the person's own word if there is one. */
export function noDataText(noValue: string | undefined): string {
  return noValue !== undefined && noValue !== '' ? noValue : 'No data';
}

/** All fields that hold figures, with their frames. */
export function numberFields(
  frames: readonly ShownFrame[],
): readonly { frame: ShownFrame; field: ShownField }[] {
  return frames.flatMap((frame) =>
    frame.fields
      .filter((field) => field.type === 'number' || field.type === 'boolean')
      .map((field) => ({ frame, field })),
  );
}

/** A number without a tail of digits. */
export const noDigits = (value: number): string => String(Number(value.toPrecision(4)));

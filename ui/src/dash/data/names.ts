// What a field is called in legends, columns and overrides.

import type { Field, Frame, FrameLabels } from '../frame';

type Named = Pick<Field, 'name' | 'type' | 'labels' | 'config'>;
type NamedFrame = Pick<Frame, 'name' | 'refId' | 'meta'> & { readonly fields: readonly Named[] };

const VALUE = 'Value';

/** What all frames together say about their names; asked of the same list again and again. */
interface Together {
  readonly frameNamesDiffer: boolean;
  /** The one label that all series have and no other; undefined: several, or none. */
  readonly singleLabel: string | undefined;
}

const together = new WeakMap<readonly NamedFrame[], Together>();

function singleLabelOf(frames: readonly NamedFrame[]): string | undefined {
  let single: string | undefined;
  for (const { fields } of frames) {
    for (const { labels } of fields) {
      for (const name in labels) {
        if (single !== undefined && name !== single) return undefined;
        single = name;
      }
    }
  }
  return single;
}

function lookAt(frames: readonly NamedFrame[]): Together {
  const known = together.get(frames);
  if (known !== undefined) return known;
  const first = frames[0]?.name;
  const made = {
    frameNamesDiffer: frames.some(({ name }) => name !== first),
    singleLabel: singleLabelOf(frames),
  };
  together.set(frames, made);
  return made;
}

export function formatLabels(labels: FrameLabels | undefined): string {
  const names = Object.keys(labels ?? {}).sort();
  if (names.length === 0) return '';
  return `{${names.map((name) => `${name}="${labels?.[name] ?? ''}"`).join(', ')}}`;
}

/** Two columns of one name get numbers: "cpu 1", "cpu 2". */
function uniqueName(field: Named, frame: NamedFrame): string {
  let before = 0;
  let same = 0;
  let seen = false;
  for (const other of frame.fields) {
    if (other === field) seen = true;
    else if (other.name === field.name) {
      same++;
      if (!seen) before++;
    }
  }
  return same === 0 ? field.name : `${field.name} ${before + 1}`;
}

function labelPart(labels: FrameLabels | undefined, single: string | undefined): string {
  if (labels === undefined) return '';
  return single === undefined ? formatLabels(labels) : (labels[single] ?? '');
}

/** `frames`: all of the panel; without them the frame is taken to be alone. */
export function displayName(
  field: Named,
  frame: NamedFrame,
  frames: readonly NamedFrame[] = [frame],
): string {
  const { displayName: given, displayNameFromDS: fromSource } = field.config;
  if (given !== undefined && given !== '') return given;
  if (fromSource !== undefined && fromSource !== '') return fromSource;
  if (field.type === 'time' && field.labels === undefined) return field.name;
  const { frameNamesDiffer, singleLabel } = lookAt(frames);
  const frameName = frame.name ?? '';
  const labels = labelPart(field.labels, singleLabel);
  const parts = [
    frameNamesDiffer ? frameName : '',
    field.name === VALUE ? '' : field.name,
    labels,
  ].filter((part) => part !== '');
  if (field.name === VALUE && labels === '' && !frameNamesDiffer && frameName !== '') {
    parts.push(frameName);
  }
  const name = parts.length > 0 ? parts.join(' ') : field.name === '' ? VALUE : field.name;
  return name === field.name ? uniqueName(field, frame) : name;
}

/** Of a table as a whole. */
export function frameName(frame: NamedFrame, index: number): string {
  if (frame.name !== undefined && frame.name !== '') return frame.name;
  const values = frame.fields.filter(({ type }) => type !== 'time');
  const [only] = values;
  if (only !== undefined && values.length === 1) return displayName(only, frame);
  return `Series (${frame.refId ?? String(index)})`;
}

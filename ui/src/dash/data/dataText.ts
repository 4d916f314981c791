// `${__field.labels.pod}`, `${__value.raw}`, `${__data.fields.Host}`: words in titles and links that
// stand for the data itself. Variables are filled in before by whoever has them; what they leave
// unknown comes here.

import type { DisplayValue, FieldValue, Frame, ShownField } from '../frame';
import { formatValues } from '../variables/formats';
import { formatLabels, frameName } from './names';
import { toText } from './values';

type SomeField = Pick<ShownField, 'name' | 'type' | 'labels' | 'values' | 'config'> &
  Partial<Pick<ShownField, 'displayName' | 'display'>>;

export interface DataScope {
  readonly frame: Omit<Frame, 'fields'> & { readonly fields: readonly SomeField[] };
  readonly frameIndex: number;
  readonly field: SomeField;
  /** As it is shown so far; of titles that name themselves. */
  readonly fieldName: string;
  /** Of one row; without it what belongs to a row stays as it is written. */
  readonly row?: number;
  /** What was computed of the field, in place of a row. */
  readonly value?: { readonly raw: FieldValue; readonly shown?: DisplayValue };
  readonly calc?: string;
  readonly timezone: string;
}

export type Interpolate = (
  text: string,
  format?: string,
  scoped?: Readonly<Record<string, string>>,
) => string;

const REFERENCE =
  /\$\{(__(?:series|field|value|data|calc|name|cell)[^:}]*)(?::([^}]+))?\}|\[\[(__(?:series|field|value|data|calc|name|cell)[^:\]]*)(?::(\w+))?\]\]|\$(__(?:field_name|series_name|cell_\d+|cell|calc|name|value|field|series))\b/g;

const shownText = ({ prefix, text, suffix }: DisplayValue) => prefix + text + suffix;

/** `labels.a`, `labels["a b"]`, `[0]`, `fields.Host.text`. */
const pathOf = (text: string): string[] =>
  Array.from(
    text.matchAll(/([^.[\]]+)|\[["']([^"']*)["']\]|\[(\d+)\]/g),
    ([, plain, quoted, index]) => plain ?? quoted ?? index ?? '',
  );

function valueAt(scope: DataScope, field: SomeField): FieldValue | undefined {
  return scope.row === undefined ? undefined : field.values[scope.row];
}

function timeAt(scope: DataScope): string | undefined {
  const time = scope.frame.fields.find(({ type }) => type === 'time');
  const at = time === undefined ? undefined : valueAt(scope, time);
  return at === undefined ? undefined : toText(at);
}

/** One facet of a value: as shown, as number, as it is. */
function facet(
  raw: FieldValue | undefined,
  shown: DisplayValue | undefined,
  which: string,
): string | undefined {
  if (raw === undefined) return undefined;
  switch (which) {
    case 'raw':
      return toText(raw);
    case 'numeric':
      return String(shown?.numeric ?? Number(toText(raw)));
    default:
      return shown === undefined ? toText(raw) : shownText(shown);
  }
}

function valueWord(scope: DataScope, which: string): string | undefined {
  if (which === 'time') return timeAt(scope);
  if (which === 'calc') return scope.calc;
  const raw = scope.value === undefined ? valueAt(scope, scope.field) : scope.value.raw;
  if (raw === undefined) return undefined;
  return facet(raw, scope.value?.shown ?? scope.field.display?.(raw), which);
}

const isCalled = (name: string) => (field: SomeField) =>
  field.displayName === name || field.name === name;

function dataWord(scope: DataScope, [what, name = '', which = 'text']: string[]) {
  if (what === 'refId') return scope.frame.refId;
  if (what !== 'fields') return undefined;
  const { fields } = scope.frame;
  const field = fields.find(isCalled(name)) ?? fields[Number(name)];
  if (field === undefined) return undefined;
  const raw = valueAt(scope, field);
  return raw === undefined ? undefined : facet(raw, field.display?.(raw), which);
}

function fieldWord({ field, fieldName }: DataScope, [what, name]: string[]) {
  if (what !== 'labels') return what === undefined || /name/i.test(what) ? fieldName : undefined;
  return name === undefined ? formatLabels(field.labels) : (field.labels?.[name] ?? '');
}

function wordOf(reference: string, scope: DataScope): string | undefined {
  const [root = '', ...rest] = pathOf(reference);
  switch (root) {
    case '__series':
    case '__series_name':
    case '__name':
      return frameName(scope.frame, scope.frameIndex);
    case '__field':
    case '__field_name':
      return fieldWord(scope, rest);
    case '__value':
      return valueWord(scope, rest[0] ?? 'text');
    case '__data':
      return dataWord(scope, rest);
    case '__calc':
      return scope.calc;
    case '__cell':
      return valueWord(scope, 'text');
    default: {
      const column = /^__cell_(\d+)$/.exec(root)?.[1];
      return column === undefined ? undefined : dataWord(scope, ['fields', column, ...rest]);
    }
  }
}

/** `format` is for references that name none, "percentencode" in addresses. */
export function fillData(text: string, scope: DataScope, format = 'raw'): string {
  if (!text.includes('__')) return text;
  return text.replace(
    REFERENCE,
    (
      written: string,
      braced: string | undefined,
      bracedFormat: string | undefined,
      square: string | undefined,
      squareFormat: string | undefined,
      bare: string | undefined,
    ) => {
      const name = braced ?? square ?? bare ?? '';
      const word = wordOf(name, scope);
      if (word === undefined) return written;
      const { timezone } = scope;
      const input = { name, values: [word], texts: [word], list: false, timezone };
      return formatValues(input, bracedFormat ?? squareFormat ?? format);
    },
  );
}

export interface ShownLink {
  readonly title: string;
  readonly href: string;
  readonly targetBlank: boolean;
}

/** Only these may be followed from a page; anything else would run in it. */
const SAFE_ADDRESS = /^(https?:|mailto:|tel:|ftp:|[/#?.]|[^:]*$|[^:/?#]*[/?#])/i;

/** In the query of an address a value must not end its parameter; before it, it may be a path. */
function addressOf(url: string, scope: DataScope, interpolate: Interpolate): string {
  const at = url.indexOf('?');
  const path = at === -1 ? url : url.slice(0, at);
  const query = at === -1 ? '' : url.slice(at);
  return (
    fillData(interpolate(path, 'uriencode'), scope, 'uriencode') +
    fillData(interpolate(query, 'uriencode'), scope, 'percentencode')
  );
}

/** The field's links for a row or a computed value, with everything filled in. */
export function fieldLinks(scope: DataScope, interpolate: Interpolate): ShownLink[] {
  return (scope.field.config.links ?? []).flatMap((link): ShownLink[] => {
    const url = link.url.replaceAll('\n', '').trim();
    const href = addressOf(url, scope, interpolate);
    if (href === '' || !SAFE_ADDRESS.test(href)) return [];
    const title = fillData(interpolate(link.title), scope);
    return [{ title: title === '' ? href : title, href, targetBlank: link.targetBlank }];
  });
}

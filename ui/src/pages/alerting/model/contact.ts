// The form of a contact point, made from what the server says its type has.

import type { ContactOption, ContactPoint, ContactType } from '../../../api/grafana/contacts';
import type { Json, JsonObject } from '../../../dash/model';
import { asJson, flag, isObject, object, text } from '../../../dash/model/json';

/** What the server shows in place of a secret, and what keeps it. */
export const REDACTED = '[REDACTED]';

export interface ContactDraft {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  /** As typed; "true" of a checkbox; JSON of what has parts. */
  readonly values: Readonly<Record<string, string>>;
  readonly disableResolve: boolean;
  /** Settings that the form does not know, kept. */
  readonly rest: JsonObject;
}

/** Those that most people need stand before the others. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  slack: ['url', 'recipient', 'token'],
  webhook: ['url'],
  email: ['addresses'],
};

export function isMain(type: ContactType, option: ContactOption): boolean {
  return option.required || (FIRST[type.type] ?? []).includes(option.propertyName);
}

const isStructured = (option: ContactOption): boolean =>
  option.element === 'key_value_map' || option.element === 'subform';

function shown(option: ContactOption, value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (option.element === 'checkbox') return flag(value) || value === 'true' ? 'true' : '';
  if (isStructured(option)) return isObject(value) ? JSON.stringify(value, null, 2) : text(value);
  return isObject(value) ? JSON.stringify(value) : text(value);
}

export function contactDraft(point: ContactPoint | null, types: readonly ContactType[]) {
  const type = types.find((one) => one.type === (point?.type ?? 'telegram')) ?? types[0];
  const settings = object(asJson(point?.settings));
  const options = type?.options ?? [];
  const known = new Set(options.map((one) => one.propertyName));
  const draft: ContactDraft = {
    uid: point?.uid ?? '',
    name: point?.name ?? '',
    type: type?.type ?? '',
    values: Object.fromEntries(
      options.map((one) => [one.propertyName, shown(one, settings[one.propertyName])]),
    ),
    disableResolve: point?.disableResolveMessage ?? false,
    rest: Object.fromEntries(Object.entries(settings).filter(([key]) => !known.has(key))),
  };
  return draft;
}

function stored(option: ContactOption, word: string): Json | undefined {
  if (option.element === 'checkbox') return word === 'true' ? true : undefined;
  if (word === '') return undefined;
  if (!isStructured(option)) return word;
  try {
    return asJson(JSON.parse(word));
  } catch {
    return undefined;
  }
}

export function contactBody(draft: ContactDraft, type: ContactType | undefined) {
  const settings = Object.fromEntries(
    (type?.options ?? []).flatMap((one): [string, Json][] => {
      const value = stored(one, draft.values[one.propertyName] ?? '');
      return value === undefined ? [] : [[one.propertyName, value]];
    }),
  );
  return {
    uid: draft.uid,
    name: draft.name.trim(),
    type: draft.type,
    settings: { ...draft.rest, ...settings },
    disableResolveMessage: draft.disableResolve,
  };
}

export function contactProblems(
  draft: ContactDraft,
  type: ContactType | undefined,
): Readonly<Record<string, string>> {
  const wrong: Record<string, string> = {};
  if (draft.name.trim() === '') wrong['name'] = 'A name is needed';
  for (const option of type?.options ?? []) {
    const word = (draft.values[option.propertyName] ?? '').trim();
    if (option.required && word === '') wrong[option.propertyName] = `${option.label} is needed`;
    if (!isStructured(option) || word === '') continue;
    try {
      if (!isObject(asJson(JSON.parse(word)))) wrong[option.propertyName] = 'An object: { … }';
    } catch {
      wrong[option.propertyName] = 'This is no JSON';
    }
  }
  const { url, token, recipient } = draft.values;
  if (draft.type === 'slack' && (url ?? '') === '' && (token ?? '') === '') {
    wrong['url'] = 'The webhook’s address, or a token and a recipient';
  }
  if (draft.type === 'slack' && (token ?? '') !== '' && (recipient ?? '') === '') {
    wrong['recipient'] = 'With a token, the channel is needed';
  }
  return wrong;
}

/** One line of where it goes, without secrets. */
export function whereTo(point: ContactPoint): string {
  const settings = object(asJson(point.settings));
  for (const key of ['addresses', 'chatid', 'recipient', 'url', 'topic', 'room_id', 'api_url']) {
    const word = text(settings[key]);
    if (word !== '' && word !== REDACTED) return word;
  }
  return '';
}

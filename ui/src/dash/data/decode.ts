// Small readings of JSON that overrides and transformations share.

import type { Json } from '../model';
import { isList, list, text } from '../model/json';

/** Text, and numbers as text; anything else is not there. */
export const textOf = (json: Json | undefined): string | undefined =>
  typeof json === 'string' || typeof json === 'number' ? text(json) : undefined;

export const namesOf = (json: Json | undefined): string[] =>
  list(json).flatMap((name) => textOf(name) ?? []);

/** One name or a list of them. */
export const oneOrMore = (json: Json | undefined): string[] =>
  isList(json) ? namesOf(json) : [textOf(json) ?? ''];

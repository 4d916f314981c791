// JSON that a person writes: an object, or where it is wrong, by line and column. Browsers' own
// messages differ and some name no place, so the place is found here.

import { cloneJson, isDraft, type Draft } from '../../../dash/model/json';

export type ReadJson =
  | { readonly ok: true; readonly value: Draft }
  | { readonly ok: false; readonly message: string; readonly offset: number };

class Wrong extends Error {
  constructor(
    readonly words: string,
    readonly offset: number,
  ) {
    super(words);
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- which JSON does not allow within strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;
const DEEPEST = 200;

/** Walks over the text and stops where it is no JSON. */
class Walk {
  private at = 0;

  constructor(private readonly text: string) {}

  all(): void {
    this.value(0);
    this.skip(SPACE);
    if (this.at < this.text.length) this.wrong('Nothing may follow the end');
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return false;
    this.at += match[0].length;
    return true;
  }

  private wrong(words: string): never {
    throw new Wrong(words, this.at);
  }

  private take(char: string): boolean {
    this.skip(SPACE);
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private value(depth: number): void {
    if (depth > DEEPEST) this.wrong('Nested too deep');
    if (this.take('{')) this.object(depth);
    else if (this.take('[')) this.list(depth);
    else if (!this.skip(STRING) && !this.skip(NUMBER) && !this.skip(WORD)) {
      const end = this.at >= this.text.length;
      this.wrong(end ? 'The text ends too early' : 'A value is expected');
    }
  }

  private object(depth: number): void {
    if (this.take('}')) return;
    do {
      this.skip(SPACE);
      if (!this.skip(STRING)) this.wrong('A key in double quotes is expected');
      if (!this.take(':')) this.wrong('“:” is expected');
      this.value(depth + 1);
    } while (this.take(','));
    if (!this.take('}')) this.wrong('“,” or “}” is expected');
  }

  private list(depth: number): void {
    if (this.take(']')) return;
    do this.value(depth + 1);
    while (this.take(','));
    if (!this.take(']')) this.wrong('“,” or “]” is expected');
  }
}

/** "line 3, column 14" */
export function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}

export function readJson(text: string): ReadJson {
  try {
    new Walk(text).all();
    const parsed: unknown = JSON.parse(text);
    const value = cloneJson(parsed);
    if (isDraft(value)) return { ok: true, value };
    return { ok: false, message: 'An object is expected: {…}', offset: 0 };
  } catch (error) {
    const offset = error instanceof Wrong ? error.offset : 0;
    const words = error instanceof Wrong ? error.words : 'This is no JSON';
    return { ok: false, message: `${words}: ${placeOf(text, offset)}`, offset };
  }
}

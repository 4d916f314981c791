// Where in the expression the server's words point.

import { offsetsFromBytes } from './utf8';

export interface ErrorPosition {
  /** From 1; columns count characters. */
  readonly line: number;
  readonly column: number;
  /** Offsets into the expression of the word that is marked. */
  readonly from: number;
  readonly to: number;
}

export function errorPosition(message: string, expr: string): ErrorPosition | null {
  const match = /(?:^|[\s(])(\d+):(\d+)(?:: |\)|$)/.exec(message);
  return match === null ? null : placeAt(expr, Number(match[1]), Number(match[2]));
}

/** The word at a line and column of the server, which count from 1 and columns in bytes. */
export function placeAt(expr: string, line: number, columnInBytes: number): ErrorPosition | null {
  const lines = expr.split('\n');
  const text = lines[line - 1];
  if (text === undefined || columnInBytes < 1) return null;
  const bytes = new TextEncoder().encode(text).length;
  if (columnInBytes > bytes + 1) return null;
  const column = offsetsFromBytes(text)(columnInBytes - 1) + 1;
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const from = Math.min(before + column - 1, Math.max(0, expr.length - 1));
  const word = /^[\p{L}\p{N}_:]+|^\S/u.exec(expr.slice(from))?.[0].length ?? 1;
  return { line, column, from, to: Math.min(expr.length, from + word) };
}

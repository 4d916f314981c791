// Where in the expression the server's error points.

export interface ErrorPosition {
  /** From 1, as the server counts them; columns count characters. */
  readonly line: number;
  readonly column: number;
  /** Offsets into the expression of the word that is marked. */
  readonly from: number;
  readonly to: number;
}

export function errorPosition(message: string, expr: string): ErrorPosition | null {
  const match = /(?:^|[\s(])(\d+):(\d+)(?:: |\)|$)/.exec(message);
  if (match === null) return null;
  const line = Number(match[1]);
  const column = Number(match[2]);
  const lines = expr.split('\n');
  const text = lines[line - 1];
  if (text === undefined || column < 1 || column > text.length + 1) return null;
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const from = Math.min(before + column - 1, Math.max(0, expr.length - 1));
  const word = /^[\w:]+|^\S/.exec(expr.slice(from))?.[0].length ?? 1;
  return { line, column, from, to: Math.min(expr.length, from + word) };
}

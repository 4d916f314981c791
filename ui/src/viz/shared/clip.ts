import { textWidth } from './measure';

/** Cut with an ellipsis where it would be wider than its room. */
export function clipText(text: string, room: number, font: string): string {
  if (textWidth(text, font) * 12 <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(`${text.slice(0, middle)}…`, font) * 12 <= room) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, Math.max(1, low)).trimEnd()}…`;
}

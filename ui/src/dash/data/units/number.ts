// A plain number as text. Without a word on decimals three significant digits are shown, and whole
// numbers as they are.

/** More than a double holds; keeps a dashboard's typo from growing text without end. */
const MAX_DECIMALS = 20;

export function autoDecimals(value: number): number {
  if (value % 1 === 0) return 0;
  const magnitude = Math.floor(Math.log(Math.abs(value)) / Math.LN10);
  return Math.max(0, 2 - magnitude);
}

/** What cannot be rounded has one spelling everywhere. */
export function specialText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '∞' : '-∞';
}

export function toFixed(value: number, decimals?: number): string {
  if (!Number.isFinite(value)) return specialText(value);
  const digits = Math.min(decimals ?? autoDecimals(value), MAX_DECIMALS + 300);
  if (value === 0) return (0).toFixed(Math.max(0, Math.min(digits, MAX_DECIMALS)));
  const factor = 10 ** Math.max(0, digits);
  const scaled = value * factor;
  const text = String(Number.isFinite(scaled) ? Math.round(scaled) / factor : value);
  if (text.includes('e')) return text;
  const point = text.indexOf('.');
  const precision = point === -1 ? 0 : text.length - point - 1;
  const wanted = Math.min(digits, MAX_DECIMALS);
  if (precision >= wanted) return text;
  return (precision === 0 ? `${text}.` : text) + '0'.repeat(wanted - precision);
}

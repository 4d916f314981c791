// Numbers into words. At most four significant digits; whoever shows one puts `formatFull` on hover.

export type Unit = 'none' | 'bytes' | 'bytes/s' | 'seconds' | 'hertz' | 'celsius' | 'volts';

const SI: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];
const IEC: readonly (readonly [number, string])[] = [
  [2 ** 50, 'PiB'],
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'B'],
];
const TIME: readonly (readonly [number, string])[] = [
  [86_400 * 365, 'y'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
];

interface Scale {
  divisor: number;
  suffix: string;
}

/** The scale a value of this size is best read in; one scale serves a whole axis. */
export function scaleFor(size: number, unit: Unit): Scale {
  const pick = (table: readonly (readonly [number, string])[]) =>
    table.find(([divisor]) => size >= divisor * 0.9995);
  switch (unit) {
    case 'bytes':
    case 'bytes/s': {
      const [divisor, name] = pick(IEC) ?? [1, 'B'];
      return { divisor, suffix: unit === 'bytes' ? ` ${name}` : ` ${name}/s` };
    }
    case 'seconds': {
      const [divisor, name] = size === 0 ? [1, 's'] : (pick(TIME) ?? [1e-9, 'ns']);
      return { divisor, suffix: ` ${name}` };
    }
    default: {
      // Four digits are read as they are: 7 815, not 7.815 k.
      const [divisor, name] = size < 9999.5 ? [1, ''] : (pick(SI) ?? [1, '']);
      const sign = { none: '', hertz: 'Hz', celsius: '°C', volts: 'V' }[unit];
      const suffix = name + sign;
      return { divisor, suffix: suffix === '' ? '' : ` ${suffix}` };
    }
  }
}

function special(value: number): string | null {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '−Inf';
  return null;
}

const minus = (text: string): string => text.replace('-', '−');

function digits(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-4) return minus(value.toExponential(2).replace(/\.?0+e/, 'e'));
  // Four significant digits, but never fewer than the whole part has.
  return size >= 1000 ? formatFull(Math.round(value)) : minus(String(Number(value.toPrecision(4))));
}

export function formatValue(value: number, unit: Unit = 'none'): string {
  const word = special(value);
  if (word !== null) return word;
  const { divisor, suffix } = scaleFor(Math.abs(value), unit);
  return digits(value / divisor) + suffix;
}

/** Every digit there is, thousands set apart by a thin space. */
export function formatFull(value: number): string {
  const word = special(value);
  if (word !== null) return word;
  const [whole = '', rest] = String(value).split('.');
  if (whole.includes('e')) return minus(String(value));
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
  return minus(rest === undefined ? grouped : `${grouped}.${rest}`);
}

/** Axis labels: one scale and one number of decimals for all of them. */
export function formatTicks(ticks: readonly number[], unit: Unit): string[] {
  const size = ticks.reduce((max, tick) => Math.max(max, Math.abs(tick)), 0);
  const { divisor, suffix } = scaleFor(size, unit);
  const [first = 0, second = first] = ticks;
  const gap = Math.abs(second - first) / divisor;
  if (size !== 0 && size / divisor < 1e-4) return ticks.map((tick) => formatValue(tick, unit));
  const decimals = gap === 0 ? 2 : Math.min(8, Math.max(0, decimalsOf(gap)));
  return ticks.map((tick) =>
    tick === 0 ? '0' : minus((tick / divisor).toFixed(decimals)) + suffix,
  );
}

function decimalsOf(gap: number): number {
  for (let n = 0; n < 8; n++) {
    const scaled = gap * 10 ** n;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * Math.max(1, scaled)) return n;
  }
  return Math.ceil(-Math.log10(gap)) + 1;
}

export function formatCount(n: number, one: string, many = `${one}s`): string {
  return `${formatFull(n)} ${n === 1 ? one : many}`;
}

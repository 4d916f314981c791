// Writes src/dash/data/units/golden.json: what the published package @grafana/data (Apache-2.0)
// makes of numbers, for our own tables to be measured against. The package is no dependency of
// ours; install it anywhere and name that folder:
//
//   npm install --prefix DIR --ignore-scripts @grafana/data@13.2.3
//   node scripts/goldenUnits.mjs DIR > src/dash/data/units/golden.json

import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.argv[2] ?? '.', 'package.json'));
globalThis.navigator ??= { language: 'en-US', languages: ['en-US'], userAgent: 'node' };
const { getValueFormat, getValueFormats } = require('@grafana/data');
const { version } = require('@grafana/data/package.json');

const VALUES = [
  0, 1, -1, 0.5, 2.005, 12.345, 99.95, 999.999, 1000, 1023.9, 1024, -1536, 3600, 86_399, 123_456,
  1.5e6, 1_048_576, 4.2e9, 7.7e13, 1e21, 0.000_123_4, 4.5e-8,
];
const WITH_DECIMALS = [
  [0, 2],
  [1.5, 0],
  [-1234.567, 1],
  [1_234_567, 3],
  [90_061, 4],
];
// They depend on the reader's language or on now.
const LEFT_OUT = /^(locale|dateTime.*(Local|Today|FromNow))/;
const CUSTOM = [
  'prefix:~',
  'suffix:rows',
  'si:mF',
  'si:µg',
  'si:flops',
  'si:kg',
  'count:x',
  'currency:Fr.',
  'bool:Open/Shut',
  'bool:Yes',
  'req/s',
  'rows/s',
  ':odd',
  'errps',
  'nobody:knows',
];
const TIMES = [0, 1_709_251_199_999, 1_711_846_800_000, 1_730_595_600_123, -86_400_001];
const ZONES = ['utc', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];
const FORMATS = [
  'YYYY-MM-DD HH:mm:ss',
  'D MMM YY',
  'dddd, MMMM Do YYYY, h:mm:ss A',
  'DDDD [day] Q wo',
  'x X SSS SS S',
  'GGGG-[W]WW-E',
  'gggg ww e',
  'kk:mm Z ZZ',
  'L LT',
  'LLLL LTS',
  '\\HH dd ddd d Mo',
];

const print = ({ prefix = '', text, suffix = '' }) => `${prefix}${text}${suffix}`;
const ids = getValueFormats().flatMap(({ submenu }) => submenu.map(({ value }) => value));
const units = {};
for (const id of [...ids, ...CUSTOM]) {
  if (LEFT_OUT.test(id)) continue;
  const format = getValueFormat(id);
  units[id] = [
    ...VALUES.map((value) => print(format(value, undefined, null, 'utc'))),
    ...WITH_DECIMALS.map(([value, decimals]) => print(format(value, decimals, null, 'utc'))),
  ];
}
const dates = {};
for (const zone of ZONES) {
  for (const format of FORMATS) {
    dates[`${zone} ${format}`] = TIMES.map((time) =>
      print(getValueFormat(`time:${format}`)(time, undefined, null, zone)),
    );
  }
}
const made = `scripts/goldenUnits.mjs with @grafana/data ${version}: input and output alone`;
const groups = getValueFormats().map(({ text, submenu }) => [text, submenu.length]);
const lines = (object) =>
  Object.entries(object)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(',\n');
process.stdout.write(
  `{"made":${JSON.stringify(made)},\n"values":${JSON.stringify(VALUES)},\n` +
    `"withDecimals":${JSON.stringify(WITH_DECIMALS)},\n"times":${JSON.stringify(TIMES)},\n` +
    `"groups":${JSON.stringify(groups)},\n"units":{\n${lines(units)}},\n"dates":{\n${lines(dates)}}}\n`,
);

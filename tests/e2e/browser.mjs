// Starts the system's Chromium through playwright-core, which lives among the UI's packages.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function options() {
  const { values } = parseArgs({
    options: {
      'base-url': { type: 'string', default: 'http://127.0.0.1:9090' },
      'alerting-url': { type: 'string', default: '' },
      'grafana-url': { type: 'string', default: '' },
      'anonymous-url': { type: 'string', default: '' },
      'webhook-url': { type: 'string', default: '' },
      dashboards: { type: 'string', default: '' },
      chromium: {
        type: 'string',
        default: process.env.CHROMIUM ?? '/usr/bin/chromium',
      },
      out: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
    },
  });
  const url = (name) => values[name].replace(/\/$/, '');
  return {
    ...values,
    baseUrl: url('base-url'),
    alertingUrl: url('alerting-url'),
    grafanaUrl: url('grafana-url'),
    anonymousUrl: url('anonymous-url'),
    webhookUrl: values['webhook-url'],
  };
}

export async function launch(executablePath) {
  return chromium.launch({ executablePath, args: FLAGS });
}

export function axeSource() {
  return require.resolve('axe-core/axe.min.js');
}

// A whole dashboard between its JSON (migrated and prepared) and the type.

import type { AnnotationQuery, Dashboard, DashboardLink, Json, JsonObject } from '../model';
import { cloneJson, flag, isObject, number, object, objects, patch, text, texts } from './json';
import type { Draft } from './json';
import { readPanel, writePanel } from './panel';
import { sourceRef, writeRef } from './sources';
import { readVariable, writeVariable } from './variable';

/** What we write. Newer files are read as they are. */
export const SCHEMA_VERSION = 42;

const REFRESH_INTERVALS = ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '2h', '1d'];

export function readAnnotation(raw: JsonObject): AnnotationQuery {
  return {
    name: text(raw['name']),
    enable: flag(raw['enable'], true),
    hide: flag(raw['hide']),
    iconColor: text(raw['iconColor'], 'rgba(0, 211, 255, 1)'),
    datasource: sourceRef(raw['datasource']),
    builtIn: raw['builtIn'] === 1 || raw['builtIn'] === true,
    raw,
  };
}

export function writeAnnotation(query: AnnotationQuery): Draft {
  const was = readAnnotation(query.raw);
  return patch(query.raw, [
    ['name', query.name, query.raw['name']],
    ['enable', query.enable, was.enable],
    ['hide', query.hide, was.hide],
    ['iconColor', query.iconColor, was.iconColor],
    ['datasource', query.datasource, was.datasource, () => cloneJson(writeRef(query.datasource))],
    ['builtIn', query.builtIn, was.builtIn, () => (query.builtIn ? 1 : 0)],
  ]);
}

export function readLink(raw: JsonObject): DashboardLink {
  return {
    type: raw['type'] === 'dashboards' ? 'dashboards' : 'link',
    title: text(raw['title']),
    url: text(raw['url']),
    tags: texts(raw['tags']),
    icon: text(raw['icon'], 'external link'),
    tooltip: text(raw['tooltip']),
    asDropdown: flag(raw['asDropdown']),
    includeVars: flag(raw['includeVars']),
    keepTime: flag(raw['keepTime']),
    targetBlank: flag(raw['targetBlank']),
    raw,
  };
}

function writeLink(link: DashboardLink): Draft {
  const raw = link.raw ?? {};
  const was = readLink(raw);
  return patch(raw, [
    ['type', link.type, raw['type']],
    ['title', link.title, raw['title']],
    ['url', link.url, was.url],
    ['tags', link.tags, was.tags],
    ['icon', link.icon, was.icon],
    ['tooltip', link.tooltip, was.tooltip],
    ['asDropdown', link.asDropdown, was.asDropdown],
    ['includeVars', link.includeVars, was.includeVars],
    ['keepTime', link.keepTime, was.keepTime],
    ['targetBlank', link.targetBlank, was.targetBlank],
  ]);
}

function timezone(raw: Json | undefined): string {
  const zone = text(raw);
  if (zone.toLowerCase() === 'utc') return 'utc';
  return zone === 'default' ? '' : zone;
}

function readTimepicker(raw: JsonObject): Dashboard['timepicker'] {
  const intervals = texts(raw['refresh_intervals']).filter((one) => one !== '');
  return {
    hidden: flag(raw['hidden']),
    refreshIntervals: intervals.length > 0 ? intervals : REFRESH_INTERVALS,
    nowDelay: text(raw['nowDelay']),
    quickRanges: objects(raw['quick_ranges']).map((one) => ({
      display: text(one['display']),
      from: text(one['from']),
      to: text(one['to']),
    })),
  };
}

function writeTimepicker(picker: Dashboard['timepicker'], raw: JsonObject): Draft {
  const was = readTimepicker(raw);
  return patch(raw, [
    ['hidden', picker.hidden, was.hidden],
    ['refresh_intervals', picker.refreshIntervals, was.refreshIntervals],
    ['nowDelay', picker.nowDelay, was.nowDelay],
    ['quick_ranges', picker.quickRanges, was.quickRanges],
  ]);
}

export function readDashboard(raw: JsonObject): Dashboard {
  const time = object(raw['time']);
  const tooltip = number(raw['graphTooltip']);
  return {
    id: number(raw['id']) ?? null,
    uid: text(raw['uid']),
    title: text(raw['title']),
    description: text(raw['description']),
    tags: texts(raw['tags']),
    editable: flag(raw['editable'], true),
    version: number(raw['version']) ?? 0,
    timezone: timezone(raw['timezone']),
    weekStart: text(raw['weekStart']),
    fiscalYearStartMonth: number(raw['fiscalYearStartMonth']) ?? 0,
    time: { from: text(time['from'], 'now-6h'), to: text(time['to'], 'now') },
    timepicker: readTimepicker(object(raw['timepicker'])),
    refresh: typeof raw['refresh'] === 'string' ? raw['refresh'] : '',
    graphTooltip: tooltip === 1 || tooltip === 2 ? tooltip : 0,
    liveNow: flag(raw['liveNow']),
    links: objects(raw['links']).map(readLink),
    annotations: objects(object(raw['annotations'])['list']).map(readAnnotation),
    variables: objects(object(raw['templating'])['list'])
      .filter((one) => text(one['name']) !== '')
      .map(readVariable),
    panels: objects(raw['panels']).map(readPanel),
    snapshot: isObject(raw['snapshot']) ? raw['snapshot'] : null,
    raw,
  };
}

function writeList(raw: Json | undefined, items: Draft[]): Draft {
  return patch(object(raw), [['list', items, undefined]]);
}

/** The dashboard as JSON at our schema; keys that nobody here knows stay where they were. */
export function writeDashboard(d: Dashboard): Draft {
  const { raw } = d;
  const was = readDashboard(raw);
  return patch(raw, [
    ['id', d.id, was.id],
    ['uid', d.uid, was.uid],
    ['title', d.title, was.title],
    ['description', d.description, was.description],
    ['tags', d.tags, was.tags],
    ['editable', d.editable, was.editable],
    ['version', d.version, was.version],
    ['timezone', d.timezone, was.timezone],
    ['weekStart', d.weekStart, was.weekStart],
    ['fiscalYearStartMonth', d.fiscalYearStartMonth, was.fiscalYearStartMonth],
    ['time', d.time, was.time],
    [
      'timepicker',
      d.timepicker,
      was.timepicker,
      () => writeTimepicker(d.timepicker, object(raw['timepicker'])),
    ],
    ['refresh', d.refresh, was.refresh],
    ['graphTooltip', d.graphTooltip, was.graphTooltip],
    ['liveNow', d.liveNow, was.liveNow],
    ['links', d.links, was.links, () => d.links.map(writeLink)],
    [
      'annotations',
      d.annotations,
      was.annotations,
      () => writeList(raw['annotations'], d.annotations.map(writeAnnotation)),
    ],
    [
      'templating',
      d.variables,
      was.variables,
      () => writeList(raw['templating'], d.variables.map(writeVariable)),
    ],
    ['panels', d.panels, was.panels, () => d.panels.map(writePanel)],
    ['snapshot', d.snapshot, was.snapshot],
    ['schemaVersion', SCHEMA_VERSION, raw['schemaVersion']],
  ]);
}

import {
  IconChartLine,
  IconListCheck,
  IconServer2,
  IconTargetArrow,
  type Icon,
} from '@tabler/icons-react';

export interface Place {
  readonly path: string;
  readonly name: string;
  /** Pressed after `g`. */
  readonly key: string;
  readonly icon: Icon;
  /** The rail entry it stands under, where that is not itself. */
  readonly under?: string;
  readonly words: string;
}

/** Every page there is; the rail, the palette, the keys and the titles are made from this. */
export const PLACES: readonly Place[] = [
  {
    path: '/query',
    name: 'Query',
    key: 'q',
    icon: IconChartLine,
    words: 'graph explore promql expression',
  },
  { path: '/rules', name: 'Rules', key: 'r', icon: IconListCheck, words: 'alerts recording' },
  {
    path: '/targets',
    name: 'Targets',
    key: 't',
    icon: IconTargetArrow,
    words: 'scrape pools up down',
  },
  {
    path: '/service-discovery',
    name: 'Service discovery',
    key: 'd',
    icon: IconTargetArrow,
    under: '/targets',
    words: 'dropped relabel',
  },
  {
    path: '/status',
    name: 'Server',
    key: 's',
    icon: IconServer2,
    words: 'status runtime build version health',
  },
  {
    path: '/config',
    name: 'Configuration',
    key: 'c',
    icon: IconServer2,
    under: '/status',
    words: 'yaml prometheus.yml',
  },
  {
    path: '/flags',
    name: 'Flags',
    key: 'f',
    icon: IconServer2,
    under: '/status',
    words: 'command line',
  },
  {
    path: '/tsdb-status',
    name: 'Storage',
    key: 'h',
    icon: IconServer2,
    under: '/status',
    words: 'tsdb head cardinality series',
  },
];

export const RAIL: readonly Place[] = PLACES.filter((place) => place.under === undefined);

export function placeOf(path: string): Place | undefined {
  return PLACES.find((place) => place.path === path);
}

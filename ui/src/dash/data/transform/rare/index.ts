// The transformations that few dashboards use, by id.

import type { Transform } from '../types';

export const RARE: Readonly<Record<string, Transform>> = {};

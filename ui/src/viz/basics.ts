// The two kinds that nearly every dashboard holds, in one piece.

import { plugin as stat } from './stat/index';
import { plugin as timeseries } from './timeseries/index';

export const basics = { timeseries, stat };

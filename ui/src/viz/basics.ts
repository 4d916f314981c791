// The five kinds that nearly every dashboard holds, in one piece.

import { plugin as bargauge } from './bargauge/index';
import { plugin as gauge } from './gauge/index';
import { placeholderFor } from './placeholder/index';
import { plugin as stat } from './stat/index';
import { plugin as table } from './table/index';
import { plugin as timeseries } from './timeseries/index';

export const basics = { timeseries, stat, gauge, bargauge, table };
export { placeholderFor };

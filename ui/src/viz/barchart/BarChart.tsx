import { useMemo, useRef } from 'react';
import { WithLegend } from '../legend/WithLegend';
import type { LegendItem } from '../legend/rows';
import { noDataText } from '../shared/fields';
import { choiceAt, numberAt, textsAt } from '../shared/options';
import { useSize } from '../shared/useSize';
import { useVizTheme } from '../shared/theme';
import { VizNotice } from '../shared/VizNotice';
import { legendValues } from '../timeseries/legendItems';
import type { VizProps } from '../types';
import { BarDrawing } from './BarDrawing';
import { barModel } from './model';
import styles from './barchart.module.css';

export function BarChart(props: VizProps) {
  const { frames, options, width, height, hidden, timezone, panel } = props;
  const theme = useVizTheme();
  const host = useRef<HTMLDivElement>(null);
  const size = useSize(host);
  const stacking = choiceAt(options, 'stacking', ['none', 'normal', 'percent'], 'none');
  const groupWidth = clampShare(numberAt(options, 'groupWidth') ?? 0.7);
  const barWidth = clampShare(numberAt(options, 'barWidth') ?? 0.97);
  const model = useMemo(
    () => barModel(frames, options, { stacking, groupWidth, barWidth, hidden, timezone }),
    [frames, options, stacking, groupWidth, barWidth, hidden, timezone],
  );
  if (model === null || model.series.length === 0) {
    return <VizNotice>{noDataText(panel.fieldConfig.defaults.noValue)}</VizNotice>;
  }
  const calcs = textsAt(options, 'legend.calcs');
  const items = model.series.map(({ name, colour, field }): LegendItem => ({
    name,
    colour,
    values: legendValues(field, calcs, { theme: theme.scheme, timezone }),
    shape: 'square',
  }));
  return (
    <WithLegend
      options={options}
      items={items}
      width={width}
      height={height}
      hidden={hidden}
      onHidden={props.onHidden}
    >
      <div ref={host} className={styles.place}>
        {size !== null && (
          <BarDrawing
            {...props}
            model={model}
            width={size.width}
            height={size.height}
            theme={theme}
          />
        )}
      </div>
    </WithLegend>
  );
}

const clampShare = (share: number): number => Math.max(0.05, Math.min(1, share));

import { useState } from 'react';
import { Select } from '../../parts/Select';
import { isEmpty, noDataText } from '../shared/fields';
import { numberAt } from '../shared/options';
import { VizNotice } from '../shared/VizNotice';
import type { VizProps } from '../types';
import { TableGrid } from './TableGrid';
import styles from './table.module.css';

const CHOICE_PX = 36;

export function Table(props: VizProps) {
  const { frames, options, height, panel } = props;
  const full = frames.filter((one) => one.fields.length > 0);
  const [chosen, setChosen] = useState<number | null>(null);
  const index = Math.min(chosen ?? numberAt(options, 'frameIndex') ?? 0, full.length - 1);
  const frame = full[Math.max(0, index)];
  if (frame === undefined || isEmpty(frames)) {
    return <VizNotice>{noDataText(panel.fieldConfig.defaults.noValue)}</VizNotice>;
  }
  const several = full.length > 1;
  return (
    <div className={styles.table}>
      <TableGrid {...props} key={index} frame={frame} height={height - (several ? CHOICE_PX : 0)} />
      {several && (
        <div className={styles.frames}>
          <Select
            label="Series"
            hideLabel
            value={String(Math.max(0, index))}
            onChange={(value) => setChosen(Number(value))}
            options={full.map((one, i) => ({
              value: String(i),
              name: frameName(
                one.name,
                one.refId,
                one.fields.find((f) => f.type === 'number')?.displayName,
                i,
              ),
            }))}
          />
        </div>
      )}
    </div>
  );
}

function frameName(
  name: string | undefined,
  refId: string | undefined,
  field: string | undefined,
  i: number,
): string {
  const found = [field, name, refId].find((one) => one !== undefined && one !== '');
  return found ?? `Series ${i + 1}`;
}

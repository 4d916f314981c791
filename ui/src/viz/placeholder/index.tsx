import { isEmpty, noDataText } from '../shared/fields';
import { VizNotice } from '../shared/VizNotice';
import { plugin as table } from '../table/index';
import { Table } from '../table/Table';
import type { VizPlugin, VizProps } from '../types';
import styles from './placeholder.module.css';

const NOTE_PX = 30;

/** A kind of panel that we do not draw: its data as a table, and what it is. Nothing is lost. */
function Placeholder(props: VizProps) {
  const { panel, frames, height } = props;
  const kind = panel.type === '' ? 'This kind of panel' : `“${panel.type}”`;
  return (
    <div className={styles.placeholder}>
      <p
        className={styles.note}
        role="note"
        title={`${kind} is not drawn here. Its settings are kept; these are its data.`}
      >
        {`${kind} is not drawn here: its data as a table.`}
      </p>
      <div className={styles.data}>
        {isEmpty(frames) ? (
          <VizNotice>{noDataText(panel.fieldConfig.defaults.noValue)}</VizNotice>
        ) : (
          <Table {...props} options={table.defaults} height={height - NOTE_PX} />
        )}
      </div>
    </div>
  );
}

export const placeholderFor = (type: string, name: string): VizPlugin => ({
  ...table,
  type,
  name,
  description: 'Shown as a table',
  Component: Placeholder,
  defaults: {},
  customDefaults: {},
  optionFields: [],
  customFields: [],
  suits: () => 0,
});

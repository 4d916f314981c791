import { allPanelsOf } from '../../../dash/model/layout';
import type { Panel } from '../../../dash/model';
import { flag, number } from '../../../dash/model/json';
import { Select } from '../../../parts/Select';
import { Switch } from '../options/Switch';
import type { DashboardSession } from '../../dashboard/session';
import { newTarget } from './targets';
import styles from './panel.module.css';

export interface SharedPanelQueryProps {
  session: DashboardSession;
  panel: Panel;
  onChange: (panel: Panel) => void;
}

/** Shows what another panel has asked for already. */
export function SharedPanelQuery({ session, panel, onChange }: SharedPanelQueryProps) {
  const others = allPanelsOf(session.state.dashboard).filter(
    ({ id, type }) => id !== panel.id && type !== 'row',
  );
  const target = panel.targets[0] ?? newTarget([], panel.datasource);
  const set = (change: { panelId?: number; withTransforms?: boolean }) =>
    onChange({
      ...panel,
      targets: [{ ...target, raw: { ...target.raw, refId: target.refId, ...change } }],
    });
  return (
    <div className={styles.query}>
      <div className={styles.fields}>
        <Select
          label="Panel"
          value={String(number(target.raw['panelId']) ?? '')}
          options={[
            { value: '', name: 'Choose a panel' },
            ...others.map(({ id, title }) => ({
              value: String(id),
              name: title === '' ? `Panel ${id}` : title,
            })),
          ]}
          onChange={(id) => set({ panelId: Number(id) })}
        />
        <Switch
          label="With its transformations"
          on={flag(target.raw['withTransforms'])}
          onChange={(withTransforms) => set({ withTransforms })}
        />
      </div>
    </div>
  );
}

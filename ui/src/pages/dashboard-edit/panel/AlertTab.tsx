import { IconBell, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { fetchAlertingOverview } from '../../../api/grafana/alerting';
import { settled } from '../../../api/grafana/client';
import type { Panel } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { EmptyState } from '../../../parts/EmptyState';
import { Loaded } from '../../../parts/Loaded';
import { StateBadge } from '../../../parts/StateBadge';
import type { DashboardSession } from '../../dashboard/session';
import { runMenu } from '../../dashboard/panelActions';
import { rulesOfPanel, stateTone } from './alertRules';
import styles from './panel.module.css';

export interface AlertTabProps {
  session: DashboardSession;
  panel: Panel;
  panelKey: string;
}

/** Rules that belong to this panel, and the way to a new one with its queries filled in. */
export function AlertTab({ session, panel, panelKey }: AlertTabProps) {
  const query = useQuery({
    queryKey: ['alerting-overview'],
    queryFn: async ({ signal }) => settled(await fetchAlertingOverview(signal)),
  });
  const saved = session.state.meta.version > 0 && session.state.saved === session.state.dashboard;
  const make = (
    <Button
      variant="default"
      leftSection={<IconPlus size={16} />}
      disabled={!saved}
      title={saved ? undefined : 'Save the dashboard first: the rule refers to it'}
      onClick={() => runMenu(session, panelKey, 'alert')}
    >
      New alert rule
    </Button>
  );
  return (
    <div className={styles.queries}>
      <Loaded query={query} what="the alert rules">
        {(all) => {
          const rules = rulesOfPanel(all, session.state.dashboard.uid, panel);
          if (rules.length === 0) {
            return (
              <EmptyState
                icon={<IconBell size={32} stroke={1.5} />}
                title="No alert rule belongs to this panel."
                action={make}
              >
                {saved
                  ? 'A rule takes over its queries; you say above or below what value it fires.'
                  : 'Save the dashboard first: the rule refers to it.'}
              </EmptyState>
            );
          }
          return (
            <>
              <ul className={styles.rules}>
                {rules.map((rule) => (
                  <li key={`${rule.uid} ${rule.name}`} className={styles.rule}>
                    <StateBadge tone={stateTone(rule.state)}>{rule.state}</StateBadge>
                    <b>{rule.name}</b>
                    <span className={styles.dim}>
                      {rule.sentence === '' ? rule.query : rule.sentence}
                    </span>
                  </li>
                ))}
              </ul>
              <div>{make}</div>
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

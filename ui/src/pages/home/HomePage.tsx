import { useQuery } from '@tanstack/react-query';
import { Link, Redirect } from 'wouter';
import { settled } from '../../api/grafana/client';
import { fetchHomeDashboard, searchDashboards } from '../../api/grafana/dashboards';
import { mayEdit } from '../../api/grafana/people';
import { isServed } from '../../api/served';
import { recentDashboards } from '../../lib/recentDashboards';
import { Card } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { useUser } from '../../parts/session';
import { DashboardLinks } from './DashboardLinks';
import { FiringCard } from './FiringCard';
import { FirstSteps } from './FirstSteps';
import { HealthLine } from './HealthLine';
import { TargetsCard } from './TargetsCard';
import styles from './home.module.css';

/** The first look: what is wrong, then the way to one's dashboards. */
export function HomePage() {
  const user = useUser();
  const home = useQuery({
    queryKey: ['home-dashboard'],
    queryFn: async ({ signal }) => settled(await fetchHomeDashboard(signal)),
    staleTime: 60_000,
  });
  const dashboards = useQuery({
    queryKey: ['search', 'home'],
    queryFn: async ({ signal }) =>
      settled(await searchDashboards({ type: 'dash-db', limit: 200 }, signal)),
  });
  const chosen = home.data?.redirectUri ?? null;
  if (chosen !== null && chosen.startsWith('/')) return <Redirect to={chosen} replace />;
  const all = dashboards.data ?? [];
  const known = new Set(all.map(({ uid }) => uid));
  const recent = recentDashboards().filter(({ uid }) => known.has(uid));
  const starred = all.filter(({ isStarred }) => isStarred);
  const others = all.filter(({ isStarred }) => !isStarred).slice(0, 12);

  return (
    <div className={page.page}>
      {isServed('/alerts') && (
        <div className={styles.columns}>
          <FiringCard />
          <TargetsCard />
        </div>
      )}
      <Loaded query={dashboards} what="the dashboards">
        {(found) =>
          found.length === 0 ? (
            <FirstSteps mayEdit={mayEdit(user)} />
          ) : (
            <div className={styles.columns}>
              {starred.length > 0 && (
                <Card title="Starred">
                  <DashboardLinks dashboards={starred} />
                </Card>
              )}
              {recent.length > 0 && (
                <Card title="Opened lately">
                  <DashboardLinks dashboards={recent} />
                </Card>
              )}
              {(starred.length === 0 || recent.length === 0) && (
                <Card title="Dashboards" aside={<Link href="/dashboards">All dashboards</Link>}>
                  <DashboardLinks dashboards={others} />
                </Card>
              )}
            </div>
          )
        }
      </Loaded>
      {isServed('/status') && <HealthLine />}
    </div>
  );
}

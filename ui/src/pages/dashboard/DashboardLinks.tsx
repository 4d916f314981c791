import {
  IconBolt,
  IconChevronDown,
  IconCloud,
  IconExternalLink,
  IconFileText,
  IconHelpCircle,
  IconInfoCircle,
  IconLayoutDashboard,
  type Icon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from 'wouter';
import { settled } from '../../api/grafana/client';
import { searchDashboards } from '../../api/grafana/dashboards';
import type { DashboardLink } from '../../dash/model';
import { interpolate } from '../../dash/variables/interpolate';
import { Dropdown } from '../../parts/Dropdown';
import { safeUrl } from '../../viz/shared/links';
import { carriedAlong, withParams } from './address';
import { AppLink } from './AppLink';
import { useSession, useSessionState } from './context';
import styles from './dashboard.module.css';

const ICONS: Readonly<Record<string, Icon>> = {
  'external link': IconExternalLink,
  dashboard: IconLayoutDashboard,
  question: IconHelpCircle,
  info: IconInfoCircle,
  bolt: IconBolt,
  doc: IconFileText,
  cloud: IconCloud,
};

export function DashboardLinks() {
  const links = useSessionState((state) => state.dashboard.links);
  return links.map((link, i) =>
    link.type === 'dashboards' ? (
      <TaggedDashboards key={i} link={link} />
    ) : (
      <OneLink key={i} link={link} />
    ),
  );
}

function useCarried(link: DashboardLink): URLSearchParams {
  const session = useSession();
  const raw = useSessionState((state) => state.raw);
  // Not looked at, but when it changes so do the values.
  useSessionState((state) => state.scope);
  return carriedAlong(useSearch(), link, raw, session.variables.params());
}

function OneLink({ link }: { link: DashboardLink }) {
  const scope = useSessionState((state) => state.scope);
  const carried = useCarried(link);
  const url = safeUrl(interpolate(link.url, scope, 'percentencode'));
  if (url === null) return null;
  const Sign = ICONS[link.icon] ?? IconExternalLink;
  return (
    <AppLink
      url={withParams(url, carried)}
      targetBlank={link.targetBlank}
      className={styles.chip}
      {...(link.tooltip === '' ? {} : { title: interpolate(link.tooltip, scope, 'text') })}
    >
      <Sign size={15} aria-hidden />
      {interpolate(link.title, scope, 'text')}
    </AppLink>
  );
}

const MOST = 100;

function TaggedDashboards({ link }: { link: DashboardLink }) {
  const own = useSessionState((state) => state.dashboard.uid);
  const scope = useSessionState((state) => state.scope);
  const carried = useCarried(link);
  const found = useQuery({
    queryKey: ['dashboards-by-tags', link.tags],
    queryFn: async ({ signal }) =>
      settled(await searchDashboards({ tags: link.tags, type: 'dash-db', limit: MOST }, signal)),
    staleTime: 60_000,
  });
  const others = (found.data ?? []).filter((hit) => hit.uid !== own);
  const items = others.map((hit) => ({
    uid: hit.uid,
    title: hit.title,
    url: withParams(hit.url === '' ? `/d/${hit.uid}` : hit.url, carried),
  }));
  if (!link.asDropdown) {
    return items.map((item) => (
      <AppLink key={item.uid} url={item.url} targetBlank={link.targetBlank} className={styles.chip}>
        <IconLayoutDashboard size={15} aria-hidden />
        {item.title}
      </AppLink>
    ));
  }
  const title = interpolate(link.title, scope, 'text');
  return (
    <Dropdown
      label={title === '' ? 'Dashboards' : title}
      kind="dialog"
      align="end"
      width={280}
      trigger={(trigger) => (
        <button {...trigger} type="button" className={styles.chip}>
          <IconLayoutDashboard size={15} aria-hidden />
          {title === '' ? 'Dashboards' : title}
          <IconChevronDown size={14} aria-hidden />
        </button>
      )}
    >
      <ul className={styles.linkMenu}>
        {items.map((item) => (
          <li key={item.uid}>
            <AppLink url={item.url} targetBlank={link.targetBlank} data-item>
              {item.title}
            </AppLink>
          </li>
        ))}
        {items.length === 0 && (
          <li className={styles.note}>
            {found.error !== null
              ? found.error.message
              : `No other dashboard is tagged ${link.tags.join(', ')}.`}
          </li>
        )}
      </ul>
    </Dropdown>
  );
}

import { lazy } from 'react';
import { Redirect, Route, Switch, useSearch } from 'wouter';
import { HOME, isServed } from '../api/served';
import { NotFound } from './NotFound';

// Each page arrives when it is first opened.
const QueryPage = lazy(async () => ({
  default: (await import('../pages/query/QueryPage')).QueryPage,
}));
const TargetsPage = lazy(async () => ({
  default: (await import('../pages/targets/TargetsPage')).TargetsPage,
}));
const DiscoveryPage = lazy(async () => ({
  default: (await import('../pages/targets/DiscoveryPage')).DiscoveryPage,
}));
const AlertsPage = lazy(async () => ({
  default: (await import('../pages/alerts/AlertsPage')).AlertsPage,
}));
const BacktestPage = lazy(async () => ({
  default: (await import('../pages/alerts/BacktestPage')).BacktestPage,
}));
const RulesPage = lazy(async () => ({
  default: (await import('../pages/rules/RulesPage')).RulesPage,
}));
const GroupsPage = lazy(async () => ({
  default: (await import('../pages/notifications/GroupsPage')).GroupsPage,
}));
const LogPage = lazy(async () => ({
  default: (await import('../pages/notifications/LogPage')).LogPage,
}));
const WhyPage = lazy(async () => ({
  default: (await import('../pages/notifications/WhyPage')).WhyPage,
}));
const ReceiversPage = lazy(async () => ({
  default: (await import('../pages/notifications/ReceiversPage')).ReceiversPage,
}));
const DryRunPage = lazy(async () => ({
  default: (await import('../pages/notifications/DryRunPage')).DryRunPage,
}));
const RoutingPage = lazy(async () => ({
  default: (await import('../pages/notifications/RoutingPage')).RoutingPage,
}));
const AlertingStatusPage = lazy(async () => ({
  default: (await import('../pages/notifications/AlertingStatusPage')).AlertingStatusPage,
}));
const SilencesPage = lazy(async () => ({
  default: (await import('../pages/silences/SilencesPage')).SilencesPage,
}));
const SilenceFormPage = lazy(async () => ({
  default: (await import('../pages/silences/SilenceFormPage')).SilenceFormPage,
}));
const SilencePage = lazy(async () => ({
  default: (await import('../pages/silences/SilencePage')).SilencePage,
}));
const StatusPage = lazy(async () => ({
  default: (await import('../pages/server/StatusPage')).StatusPage,
}));
const ConfigPage = lazy(async () => ({
  default: (await import('../pages/server/ConfigPage')).ConfigPage,
}));
const FlagsPage = lazy(async () => ({
  default: (await import('../pages/server/FlagsPage')).FlagsPage,
}));
const TsdbPage = lazy(async () => ({
  default: (await import('../pages/server/TsdbPage')).TsdbPage,
}));

const HomePage = lazy(async () => ({
  default: (await import('../pages/home/HomePage')).HomePage,
}));
const BrowsePage = lazy(async () => ({
  default: (await import('../pages/browse/BrowsePage')).BrowsePage,
}));
const TrashPage = lazy(async () => ({
  default: (await import('../pages/browse/TrashPage')).TrashPage,
}));
const ImportPage = lazy(async () => ({
  default: (await import('../pages/import/ImportPage')).ImportPage,
}));

const DataSourcesPage = lazy(async () => ({
  default: (await import('../pages/datasources/DataSourcesPage')).DataSourcesPage,
}));
const DataSourcePage = lazy(async () => ({
  default: (await import('../pages/datasources/DataSourcePage')).DataSourcePage,
}));

const UsersPage = lazy(async () => ({
  default: (await import('../pages/people/UsersPage')).UsersPage,
}));
const ServiceAccountsPage = lazy(async () => ({
  default: (await import('../pages/people/ServiceAccountsPage')).ServiceAccountsPage,
}));
const OrgPage = lazy(async () => ({
  default: (await import('../pages/people/OrgPage')).OrgPage,
}));
const ProfilePage = lazy(async () => ({
  default: (await import('../pages/people/ProfilePage')).ProfilePage,
}));

const RuleEditorPage = lazy(async () => ({
  default: (await import('../pages/alerting/RuleEditorPage')).RuleEditorPage,
}));
const RuleViewPage = lazy(async () => ({
  default: (await import('../pages/alerting/RuleViewPage')).RuleViewPage,
}));
const ContactsPage = lazy(async () => ({
  default: (await import('../pages/alerting/ContactsPage')).ContactsPage,
}));
const PoliciesPage = lazy(async () => ({
  default: (await import('../pages/alerting/PoliciesPage')).PoliciesPage,
}));
const TimingsPage = lazy(async () => ({
  default: (await import('../pages/alerting/TimingsPage')).TimingsPage,
}));
const TemplatesPage = lazy(async () => ({
  default: (await import('../pages/alerting/TemplatesPage')).TemplatesPage,
}));

const ExplorePage = lazy(async () => ({
  default: (await import('../pages/explore/ExplorePage')).ExplorePage,
}));

/** Begun before anything is drawn, where the address is that of a dashboard. */
export const loadDashboardPage = () => import('../pages/dashboard/DashboardPage');
const DashboardPage = lazy(async () => ({
  default: (await loadDashboardPage()).DashboardPage,
}));
const NewDashboardPage = lazy(async () => ({
  default: (await loadDashboardPage()).NewDashboardPage,
}));
const SnapshotsPage = lazy(async () => ({
  default: (await import('../pages/dashboard-edit/share/SnapshotsPage')).SnapshotsPage,
}));
const SoloPage = lazy(async () => ({
  default: (await loadDashboardPage()).SoloPage,
}));
const SnapshotPage = lazy(async () => ({
  default: (await loadDashboardPage()).SnapshotPage,
}));
const PublicPage = lazy(async () => ({
  default: (await loadDashboardPage()).PublicPage,
}));
const OldAddressPage = lazy(async () => ({
  default: (await loadDashboardPage()).OldAddressPage,
}));

export function Pages() {
  const search = useSearch();
  const suffix = search === '' ? '' : `?${search}`;
  return (
    <Switch>
      <Route path="/">
        {HOME === '/' ? <HomePage /> : <Redirect to={`${HOME}${suffix}`} replace />}
      </Route>
      <Route path="/dashboards" component={BrowsePage} />
      <Route path="/dashboards/trash" component={TrashPage} />
      <Route path="/dashboards/f/:uid/:slug?" component={BrowsePage} />
      <Route path="/dashboard/import" component={ImportPage} />
      <Route path="/dashboard/new" component={NewDashboardPage} />
      <Route path="/dashboard/snapshots" component={SnapshotsPage} />
      <Route path="/d/:uid/:slug?" component={DashboardPage} />
      <Route path="/d-solo/:uid/:slug?" component={SoloPage} />
      <Route path="/dashboard/snapshot/:key" component={SnapshotPage} />
      <Route path="/dashboard/db/:slug" component={OldAddressPage} />
      <Route path="/public-dashboards/:token" component={PublicPage} />
      <Route path="/datasources">{<Redirect to="/connections/datasources" replace />}</Route>
      <Route path="/datasources/edit/:uid" component={DataSourcePage} />
      <Route path="/connections/datasources" component={DataSourcesPage} />
      <Route path="/connections/datasources/new" component={DataSourcePage} />
      <Route path="/connections/datasources/edit/:uid" component={DataSourcePage} />
      <Route path="/org" component={OrgPage} />
      <Route path="/org/users" component={UsersPage} />
      <Route path="/org/serviceaccounts" component={ServiceAccountsPage} />
      <Route path="/admin/users">{<Redirect to="/org/users" replace />}</Route>
      <Route path="/profile" component={ProfilePage} />
      <Route path="/profile/password" component={ProfilePage} />
      <Route path="/explore" component={ExplorePage} />
      <Route path="/import/dashboard">{<Redirect to="/dashboard/import" replace />}</Route>
      <Route path="/graph">{<Redirect to={`/query${suffix}`} replace />}</Route>
      <Route path="/alerting/list">
        {isServed('/alerts') ? <Redirect to={`/alerts${suffix}`} replace /> : <AlertsPage />}
      </Route>
      <Route path="/alerting">{<Redirect to="/alerting/list" replace />}</Route>
      <Route path="/alerting/new" component={RuleEditorPage} />
      <Route path="/alerting/new/:kind">{<Redirect to={`/alerting/new${suffix}`} replace />}</Route>
      <Route path="/alerting/grafana/:uid/edit" component={RuleEditorPage} />
      <Route path="/alerting/grafana/:uid/view" component={RuleViewPage} />
      <Route path="/alerting/:uid/edit" component={RuleEditorPage} />
      <Route path="/alerting/notifications" component={ContactsPage} />
      <Route path="/alerting/routes" component={PoliciesPage} />
      <Route path="/alerting/mute-timings" component={TimingsPage} />
      <Route path="/alerting/templates" component={TemplatesPage} />
      <Route path="/alerting/silences" component={SilencesPage} />
      <Route path="/alerting/silences/new" component={SilenceFormPage} />
      <Route path="/alerting/silence/new">
        {<Redirect to={`/alerting/silences/new${suffix}`} replace />}
      </Route>
      <Route path="/alerting/silences/edit" component={SilenceFormPage} />
      <Route path="/alerting/silences/view" component={SilencePage} />
      <Route path="/alerting/groups" component={GroupsPage} />
      <Route path="/alerting/why" component={WhyPage} />
      <Route path="/query" component={QueryPage} />
      <Route path="/alerts" component={AlertsPage} />
      <Route path="/backtest" component={BacktestPage} />
      <Route path="/rules" component={RulesPage} />
      <Route path="/notifications" component={GroupsPage} />
      <Route path="/notifications/log" component={LogPage} />
      <Route path="/notifications/why" component={WhyPage} />
      <Route path="/receivers" component={ReceiversPage} />
      <Route path="/dry-run" component={DryRunPage} />
      <Route path="/routing" component={RoutingPage} />
      <Route path="/alerting-status" component={AlertingStatusPage} />
      <Route path="/silences" component={SilencesPage} />
      <Route path="/silences/new" component={SilenceFormPage} />
      <Route path="/silences/edit" component={SilenceFormPage} />
      <Route path="/silences/view" component={SilencePage} />
      <Route path="/targets" component={TargetsPage} />
      <Route path="/service-discovery" component={DiscoveryPage} />
      <Route path="/status" component={StatusPage} />
      <Route path="/config" component={ConfigPage} />
      <Route path="/flags" component={FlagsPage} />
      <Route path="/tsdb-status" component={TsdbPage} />
      <Route component={NotFound} />
    </Switch>
  );
}

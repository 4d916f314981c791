import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './style/tokens.css';
import './style/base.css';
import { App } from './app/App';
import { followHashRoutes } from './app/hashRoutes';
import { basePath } from './api/client';
import { askForDashboard, dashboardIn } from './api/grafana/early';
import { loadDashboardPage } from './app/Pages';
import { HAS_ACCOUNTS } from './parts/session';

followHashRoutes();
const uid = dashboardIn(window.location.pathname.slice(basePath().length));
if (uid !== null && HAS_ACCOUNTS) {
  askForDashboard(uid);
  void loadDashboardPage();
}
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

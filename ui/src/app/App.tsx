import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Route, Router, Switch } from 'wouter';
import { basePath } from '../api/client';
import { Shell } from './Shell';

const LoginPage = lazy(async () => ({
  default: (await import('../pages/login/LoginPage')).LoginPage,
}));

function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
    },
  });
}

export function App() {
  const [client] = useState(makeClient);
  return (
    <QueryClientProvider client={client}>
      <Router base={basePath().replace(/\/$/, '')}>
        <Switch>
          <Route path="/login">
            <Suspense fallback={null}>
              <LoginPage />
            </Suspense>
          </Route>
          <Route>
            <Shell />
          </Route>
        </Switch>
      </Router>
    </QueryClientProvider>
  );
}

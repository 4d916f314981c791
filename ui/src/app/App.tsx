import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Router } from 'wouter';
import { basePath } from '../api/client';
import { Shell } from './Shell';
import { theme } from './theme';

const colourScheme = localStorageColorSchemeManager({ key: 'watchfire.theme' });

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
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colourScheme}>
      <QueryClientProvider client={client}>
        <Router base={basePath().replace(/\/$/, '')}>
          <Shell />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  );
}

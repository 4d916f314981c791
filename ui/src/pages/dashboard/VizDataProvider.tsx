import type { ReactNode } from 'react';

export interface VizDataProviderProps {
  children: ReactNode;
}

export function VizDataProvider({ children }: VizDataProviderProps) {
  return children;
}

import { useEffect } from 'react';
import { useSearch } from 'wouter';
import { lendColourScheme } from '../../parts/colourScheme';

/** `theme=light` in the address holds as long as the page is open, and is not remembered. */
export function useThemeParam(): void {
  const theme = new URLSearchParams(useSearch()).get('theme');
  useEffect(() => {
    if (theme !== 'light' && theme !== 'dark') return;
    return lendColourScheme(theme);
  }, [theme]);
}

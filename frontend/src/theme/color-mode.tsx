import { createContext, useContext, useState, useSyncExternalStore, type ReactNode } from 'react';

import CssBaseline from '@mui/material/CssBaseline';
// Material's own provider adds 4 kB for CSS variables, which are not used here.
import ThemeProvider from '@mui/system/ThemeProvider';

import { readPreference, writePreference } from '@/lib/preferences';
import { darkTheme, lightTheme } from '@/theme/theme';

export const COLOR_MODES = ['system', 'light', 'dark'] as const;
export type ColorMode = (typeof COLOR_MODES)[number];

interface ColorModeChoice {
  mode: ColorMode;
  setMode: (mode: ColorMode) => void;
}

const ColorModeContext = createContext<ColorModeChoice>({
  mode: 'system',
  setMode: () => undefined,
});

/** Returns a hook that says whether a media query matches. */
function mediaHook(media: string) {
  const query = () => window.matchMedia(media);
  const watch = (notify: () => void) => {
    const watched = query();
    watched.addEventListener('change', notify);
    return () => watched.removeEventListener('change', notify);
  };
  return () => useSyncExternalStore(watch, () => query().matches);
}

const useIsDarkPreferred = mediaHook('(prefers-color-scheme: dark)');
const useIsPrinted = mediaHook('print');

/** Provides the light or dark theme: the user's choice, or the system's; paper is always light. */
export function ColorModeProvider({ children }: { children: ReactNode }) {
  const [mode, setModeState] = useState(() => readPreference('theme', COLOR_MODES, 'system'));
  const systemIsDark = useIsDarkPreferred();
  const isPrinted = useIsPrinted();
  const setMode = (chosen: ColorMode) => {
    writePreference('theme', chosen);
    setModeState(chosen);
  };
  const isDark = !isPrinted && (mode === 'dark' || (mode === 'system' && systemIsDark));
  return (
    <ColorModeContext value={{ mode, setMode }}>
      <ThemeProvider theme={isDark ? darkTheme : lightTheme}>
        <CssBaseline enableColorScheme />
        {children}
      </ThemeProvider>
    </ColorModeContext>
  );
}

export const useColorMode = () => useContext(ColorModeContext);

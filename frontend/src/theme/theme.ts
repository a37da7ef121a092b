import { createTheme, type Theme } from '@mui/material/styles';

import { dark, light, type Scheme } from '@/theme/palette';

declare module '@mui/material/styles' {
  interface Palette {
    scheme: Scheme;
  }
  interface PaletteOptions {
    scheme: Scheme;
  }
}

const FONT = '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
export const MONOSPACE = 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace';

const palette = (mode: 'light' | 'dark', scheme: Scheme) => ({
  mode,
  scheme,
  primary: { main: scheme.accent, contrastText: scheme.accentText },
  success: { main: scheme.good },
  warning: { main: scheme.warning },
  error: { main: scheme.bad },
  info: { main: scheme.accent },
  background: { default: scheme.background, paper: scheme.surface },
  text: { primary: scheme.text, secondary: scheme.textSoft },
  divider: scheme.border,
});

const typography = {
  fontFamily: FONT,
  fontSize: 14,
  h1: { fontSize: '1.375rem', fontWeight: 600, letterSpacing: '-0.015em', lineHeight: 1.3 },
  h2: { fontSize: '0.9375rem', fontWeight: 600, letterSpacing: '-0.005em', lineHeight: 1.4 },
  h3: { fontSize: '0.875rem', fontWeight: 600, lineHeight: 1.4 },
  body1: { fontSize: '0.875rem', lineHeight: 1.55 },
  body2: { fontSize: '0.8125rem', lineHeight: 1.5 },
  caption: { fontSize: '0.75rem', lineHeight: 1.4 },
  button: { fontSize: '0.8125rem', fontWeight: 550, textTransform: 'none' as const },
};

/** The shell, and controls: what can be done on a screen only. */
const NOT_PRINTED = 'header, nav, aside, [href="#content"], [data-not-pictured], [role=slider]';

const components = (scheme: Scheme): Theme['components'] => ({
  MuiCssBaseline: {
    styleOverrides: {
      html: { scrollbarGutter: 'stable' },
      body: { fontVariantNumeric: 'tabular-nums', fontFeatureSettings: '"cv05", "ss03"' },
      '::selection': { background: `${scheme.accent}40` },
      ':focus-visible': { outline: `2px solid ${scheme.accent}`, outlineOffset: 2 },
      '@media print': {
        '@page': { margin: '12mm' },
        // Colours of series and cells mean something.
        '*': { printColorAdjust: 'exact' },
        body: { background: 'none' },
        [NOT_PRINTED]: { display: 'none !important' },
        main: { margin: '0 !important', padding: '0 !important' },
        // A panel, a row and a title with what follows it are not torn apart.
        'section, tr': { breakInside: 'avoid' },
        'h1, h2, h3': { breakAfter: 'avoid' },
        // Drawings are as wide as the paper; what lies above them is for pointers.
        '[data-chart]': { height: 'auto !important' },
        '[data-chart] > * + *': { display: 'none !important' },
        '.chart-svg': { width: '100%', height: 'auto', maxHeight: '200mm' },
      },
      '@media (prefers-reduced-motion: reduce)': {
        '*, *::before, *::after': {
          animationDuration: '0.01ms !important',
          animationIterationCount: '1 !important',
          // Exactly 0: with a tiny duration, each nested element would start its change a frame
          // later.
          transitionDuration: '0s !important',
        },
      },
    },
  },
  MuiButtonBase: { defaultProps: { disableRipple: true } },
  MuiButton: {
    defaultProps: { disableElevation: true, size: 'small' },
    styleOverrides: {
      root: { minHeight: 32, borderRadius: 6, padding: '4px 12px', whiteSpace: 'nowrap' },
    },
    variants: [
      {
        props: { variant: 'outlined', color: 'primary' },
        style: {
          borderColor: scheme.border,
          color: scheme.text,
          background: scheme.surface,
          '&:hover': { borderColor: scheme.textSoft, background: scheme.raised },
        },
      },
    ],
  },
  MuiIconButton: { styleOverrides: { root: { borderRadius: 6, padding: 6 } } },
  MuiPaper: {
    defaultProps: { elevation: 0 },
    styleOverrides: { root: { backgroundImage: 'none' } },
  },
  MuiDialog: {
    styleOverrides: {
      paper: { border: `1px solid ${scheme.border}`, boxShadow: '0 16px 48px rgb(0 0 0 / 0.24)' },
    },
  },
  MuiDialogTitle: {
    styleOverrides: { root: { fontSize: '1rem', fontWeight: 600, padding: '20px 24px 8px' } },
  },
  MuiDialogActions: { styleOverrides: { root: { padding: '8px 24px 20px' } } },
  MuiMenu: {
    styleOverrides: {
      paper: { border: `1px solid ${scheme.border}`, boxShadow: '0 8px 24px rgb(0 0 0 / 0.14)' },
    },
  },
  MuiMenuItem: { styleOverrides: { root: { fontSize: '0.8125rem', minHeight: 32 } } },
  MuiTooltip: {
    defaultProps: { enterDelay: 300 },
    styleOverrides: {
      tooltip: { fontSize: '0.75rem', background: scheme.text, color: scheme.background },
    },
  },
  MuiTextField: { defaultProps: { size: 'small', fullWidth: true } },
  MuiOutlinedInput: {
    styleOverrides: {
      root: {
        borderRadius: 6,
        background: scheme.surface,
        fontSize: '0.8125rem',
        // Phones zoom in on inputs with smaller text.
        '@media (pointer: coarse)': { fontSize: '1rem' },
      },
      notchedOutline: { borderColor: scheme.border },
    },
  },
  // Aligns a small switch with the text above it.
  MuiFormControlLabel: { styleOverrides: { root: { marginLeft: -7 } } },
  MuiFormHelperText: { styleOverrides: { root: { marginLeft: 0 } } },
  MuiTabs: { styleOverrides: { root: { minHeight: 36 }, indicator: { height: 2 } } },
  MuiTab: {
    styleOverrides: {
      root: { minHeight: 36, minWidth: 0, padding: '6px 12px', fontSize: '0.8125rem' },
    },
  },
  MuiChip: { styleOverrides: { root: { borderRadius: 6, fontSize: '0.75rem', height: 26 } } },
  MuiAlert: {
    styleOverrides: {
      root: {
        borderRadius: 8,
        border: `1px solid ${scheme.border}`,
        padding: '4px 14px',
        background: scheme.raised,
        color: scheme.text,
      },
    },
  },
  MuiSkeleton: { defaultProps: { animation: 'wave' } },
});

function makeTheme(mode: 'light' | 'dark', scheme: Scheme): Theme {
  return createTheme({
    palette: palette(mode, scheme),
    typography,
    shape: { borderRadius: 8 },
    spacing: 8,
    components: components(scheme),
  });
}

export const lightTheme = makeTheme('light', light);
export const darkTheme = makeTheme('dark', dark);

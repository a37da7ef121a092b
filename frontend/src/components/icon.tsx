import Box from '@mui/material/Box';

/* Line icons on a 24-pixel grid; an icon library would be larger than the app. */
const PATHS = {
  activity: 'M3 12h4l3-7 4 14 3-7h4',
  add: 'M12 5v14M5 12h14',
  alert: 'M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.4v.1',
  arrowDown: 'M12 5v14M6.5 13.5 12 19l5.5-5.5',
  arrowUp: 'M12 19V5M6.5 10.5 12 5l5.5 5.5',
  bell: 'M5 17.5h14l-1.8-2.6V10.5a5.2 5.2 0 0 0-10.4 0v4.4L5 17.5ZM10 20.5h4',
  bug: 'M8 10a4 4 0 0 1 8 0v5a4 4 0 0 1-8 0ZM12 10v9M9.5 6.5 8 4M14.5 6.5 16 4M8 11 4 9M16 11l4-2M8 14.5H3.5M16 14.5h4.5M8.5 17 5 19.5M15.5 17l3.5 2.5',
  calendar: 'M4.5 6h15v14h-15zM4.5 10.5h15M8.5 3.5V8M15.5 3.5V8',
  chart: 'M4 4v16h16M8 15l4-5 3 3 4.5-6',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  chevron: 'm9.5 6 6 6-6 6',
  close: 'm6 6 12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  dot: 'M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z',
  download: 'M12 4v11M7 10.5l5 5 5-5M4.5 20h15',
  expand: 'm6 9.5 6 6 6-6',
  external: 'M10 5H5v14h14v-5M14 4.5h5.5V10M19 5l-8.5 8.5',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6Z',
  eyeOff:
    'M4 4l16 16M9.7 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.9 3.6M6 7.5A16 16 0 0 0 2.5 12S6 18.5 12 18.5c1.6 0 3-.4 4.2-1.1',
  filter: 'M4 6h16M7 12h10M10 18h4',
  help: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM9.3 9.5a2.7 2.7 0 1 1 4.2 2.3c-.9.6-1.5 1.1-1.5 2.2M12 17v.1',
  keyboard: 'M3 6.5h18v11H3zM7 10v.1M11 10v.1M15 10v.1M8 14h8',
  logout: 'M10 4H5v16h5M9.5 12H20M15.5 7.5 20 12l-4.5 4.5',
  merge: 'M4 5h3c5 0 4 7 9 7h4M4 19h3c5 0 4-7 9-7M16.5 8.5 20 12l-3.5 3.5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  monitor: 'M3.5 5h17v11h-17zM9 20h6M12 16v4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  overview: 'M4 4h7v7H4zM13.5 4h6.5v7h-6.5zM4 13.5h7V20H4zM13.5 13.5h6.5V20h-6.5z',
  pin: 'M9 3.5h6l-.8 6.5 3.3 3.5h-11l3.3-3.5ZM12 13.5v7',
  refresh: 'M19.5 8A8.5 8.5 0 1 0 20.5 12M20 3.5V8h-4.5',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.5 15.5 20.5 20.5',
  settings:
    'M4 7h9M17.5 7H20M4 17h3M11.5 17H20M15.2 4.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4ZM9.2 14.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4Z',
  share: 'M12 15V4M7.5 8 12 3.5 16.5 8M5 12v8.5h14V12',
  sort: 'M7 5v14M3.5 8.5 7 5l3.5 3.5M17 19V5M13.5 15.5 17 19l3.5-3.5',
  star: 'm12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9-4.3-4.1 5.9-.8Z',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9',
  trash: 'M4.5 6.5h15M9 6V3.5h6V6M6.5 6.5 7.5 20.5h9l1-14M10 10.5v6M14 10.5v6',
  user: 'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20.5c.5-4 3.5-6 7.5-6s7 2 7.5 6',
} as const;

export type IconName = keyof typeof PATHS;

interface IconProps {
  name: IconName;
  /** Pixels. */
  size?: number;
  /** A theme colour; the default is the text colour. */
  color?: string;
  isFilled?: boolean;
}

/** A decorative line icon; the surrounding control has the accessible name. */
export const Icon = ({ name, size = 18, color, isFilled = false }: IconProps) => (
  <Box
    component="svg"
    viewBox="0 0 24 24"
    aria-hidden
    sx={{ width: size, height: size, color, flexShrink: 0 }}
  >
    <path
      d={PATHS[name]}
      fill={isFilled ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </Box>
);

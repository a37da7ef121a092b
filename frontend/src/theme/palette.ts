/** The colours of a colour scheme. */
export interface Scheme {
  background: string;
  surface: string;
  raised: string;
  border: string;
  text: string;
  textSoft: string;
  accent: string;
  accentText: string;
  good: string;
  warning: string;
  bad: string;
  /**
   * Chart series: distinguishable with colour blindness, with a contrast of at least 3:1 to the
   * surface.
   */
  series: readonly string[];
  /** From low to high, for heat maps. */
  ramp: readonly string[];
}

export const light: Scheme = {
  background: '#fbfbfc',
  surface: '#ffffff',
  raised: '#f4f4f6',
  border: '#e4e4e9',
  text: '#18191d',
  textSoft: '#5d606b',
  accent: '#4f52c9',
  accentText: '#ffffff',
  good: '#18794e',
  warning: '#9a5b00',
  bad: '#c62a2f',
  series: ['#3d63dd', '#d9731a', '#0d8a72', '#7142a1', '#265f67', '#c074ae', '#4f93ec', '#9f3501'],
  ramp: ['#f1f2fb', '#d5d8f6', '#aeb3ec', '#8388df', '#5d61d1', '#3d40a8'],
};

export const dark: Scheme = {
  background: '#101114',
  surface: '#17181c',
  raised: '#1f2126',
  border: '#2b2d34',
  text: '#ececf0',
  textSoft: '#a2a5b0',
  accent: '#9ea3ff',
  accentText: '#12131a',
  good: '#4cc38a',
  warning: '#f1a10d',
  bad: '#ff8589',
  series: ['#7d9dff', '#f08c4a', '#3fc9a8', '#b37ebf', '#596edd', '#ea6171', '#86628f', '#b76006'],
  ramp: ['#1d1f2b', '#2a2d4d', '#3c4078', '#5459a8', '#757bd6', '#a3a8ff'],
};

/* Which events charts mark. */

/** How a marker looks: its shape, and which colour of the theme it has. */
export interface MarkerLook {
  shape: 'triangle' | 'diamond' | 'square' | 'better' | 'worse';
  tone: 'accent' | 'textSoft' | 'bad' | 'good';
}

interface MarkedType extends MarkerLook {
  /** Whether the event begins or ends a band, such as an outage; otherwise it is a moment. */
  band?: 'begins' | 'ends';
}

const OUTAGE: MarkerLook = { shape: 'square', tone: 'bad' };
const MAINTENANCE: MarkerLook = { shape: 'square', tone: 'textSoft' };

/** How the markers of versions look that are better or worse: diamonds with an arrow. */
export const JUDGED: Readonly<Partial<Record<string, MarkerLook>>> = {
  better: { shape: 'better', tone: 'good' },
  worse: { shape: 'worse', tone: 'bad' },
};

/** The types of events that charts mark; a type that is added here is marked on every time chart. */
export const MARKED_TYPES: Readonly<Record<string, MarkedType>> = {
  'app.deploy': { shape: 'triangle', tone: 'accent' },
  'app.version': { shape: 'diamond', tone: 'textSoft' },
  'app.outage.began': { ...OUTAGE, band: 'begins' },
  'app.outage.ended': { ...OUTAGE, band: 'ends' },
  'alert.fired': { shape: 'diamond', tone: 'bad' },
  'maintenance.began': { ...MAINTENANCE, band: 'begins' },
  'maintenance.ended': { ...MAINTENANCE, band: 'ends' },
};

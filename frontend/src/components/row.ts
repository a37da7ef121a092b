/** A row of a list with buttons below its text. */
export const row = {
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr)',
  gap: 1,
  py: 1.5,
  overflowWrap: 'anywhere',
  '&:not(:last-child)': { borderBottom: 1, borderColor: 'divider' },
} as const;

export const buttons = { display: 'flex', flexWrap: 'wrap', gap: 1 } as const;

import type { NewStatusPage } from '@/api/types';

/** A dashboard on a status page, as it is entered. */
export interface AppRow {
  dashboard_id: string;
  name: string;
  group: string;
}

/** Returns the groups of a page, in the order in which they are first named. */
export function groupsOf(rows: readonly AppRow[]): NonNullable<NewStatusPage['groups']> {
  const names = [...new Set(rows.map(({ group }) => group.trim()))];
  return names.map((name) => ({
    name,
    dashboards: rows
      .filter(({ group }) => group.trim() === name)
      .map(({ dashboard_id, name: shown }) => ({ dashboard_id, name: shown })),
  }));
}

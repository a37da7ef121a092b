import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { VersionsTab } from '@/features/dashboard/versions-tab';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { answerGet } from '@/testing/server';
import { answerStatistics } from '@/testing/statistics';

const dashboard = makeDashboard();
const VERSIONS = Array.from({ length: 41 }, (_, at) => `1.${at}`);

/** Version 1.7 began on the 8th day. */
const beganAt = (version = '') => {
  const day = VERSIONS.indexOf(version) + 1;
  return new Date(Date.UTC(2026, 0, day)).toISOString();
};

beforeEach(() => {
  answerGet('/dashboards', [dashboard]);
  answerStatistics({
    values: {
      total_visits: 10,
      median_execution_time: 12,
      first_call: ({ version }) => beganAt(version),
    },
    // The API puts those with most visits first.
    groups: { version: VERSIONS.toReversed(), endpoint: ['index'], group_by: ['ada'], ip: ['::1'] },
  });
});

async function panel(name: string) {
  renderPage(
    <VersionsTab />,
    `/dashboards/${dashboard.id}/versions?range=30d`,
    '/dashboards/:dashboardId/versions',
  );
  const found = within(await screen.findByRole('region', { name }));
  await userEvent.click(await found.findByRole('button', { name: `${name}: show as table` }));
  return found;
}

describe('execution time by version', () => {
  it('says which versions are drawn, and has them all in the table, the newest first', async () => {
    const boxes = await panel('Execution time by version');
    expect(boxes.getByText('The newest 12 of 41 versions; the table has them all')).toBeVisible();
    const names = boxes.getAllByRole('rowheader').map(({ textContent }) => textContent);
    expect(names).toEqual(VERSIONS.toReversed());
  });
});

import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { VersionsTab } from '@/features/dashboard/versions-tab';
import { formatPercent } from '@/lib/format';
import { giveSize } from '@/testing/drawing';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet } from '@/testing/server';
import { mockStatistics } from '@/testing/statistics';

const dashboard = makeDashboard();
const ENDPOINTS = Array.from({ length: 46 }, (_, at) => `page_${at}`);
const VERSIONS = Array.from({ length: 41 }, (_, at) => `1.${at}`);

/** Version 1.7 was first used on the 8th day. */
const beganAt = (version = '') => {
  const day = VERSIONS.indexOf(version) + 1;
  return new Date(Date.UTC(2026, 0, day, 12, 34, 56)).toISOString();
};

const chosen = (all: readonly string[], one?: string) =>
  all
    .map((name, place) => (one === undefined || name === one ? place : -1))
    .filter((at) => at >= 0);

/** The last endpoints and the first versions have the most requests, and pairs differ. */
const visitsOf = ({ endpoint, version }: { endpoint?: string; version?: string }) =>
  chosen(ENDPOINTS, endpoint)
    .flatMap((page) => chosen(VERSIONS, version).map((at) => page * (50 - at) + ((page + at) % 7)))
    .reduce((before, visits) => before + visits, 0);

let asked: URLSearchParams[];

beforeEach(() => {
  mockGet('/dashboards', [dashboard]);
  asked = mockStatistics({
    values: {
      total_visits: visitsOf,
      median_execution_time: 12,
      first_call: ({ version }) => beganAt(version),
    },
    groups: { version: VERSIONS, endpoint: ENDPOINTS, group_by: ['ada'], ip: ['192.0.2.1'] },
  });
});

/** Switches a panel to its table. */
async function panel(name: string) {
  renderPage(
    <VersionsTab />,
    `/dashboards/${dashboard.id}/versions?from=2026-01-01&to=2026-03-01`,
    '/dashboards/:dashboardId/versions',
  );
  const found = within(await screen.findByRole('region', { name }));
  await userEvent.click(await found.findByRole('button', { name: `${name}: show as table` }));
  return found;
}

describe('execution time by version', () => {
  it('filters by the version that is chosen', async () => {
    giveSize();
    const { router } = renderPage(
      <VersionsTab />,
      `/dashboards/${dashboard.id}/versions?from=2026-01-01&to=2026-03-01`,
      '/dashboards/:dashboardId/versions',
    );
    await userEvent.click(await screen.findByRole('button', { name: 'Filter by 1.40' }));
    expect(router.state.location.search).toContain('version=1.40');
  });

  it('states which versions are drawn, and lists all in the table, newest first', async () => {
    const boxes = await panel('Execution time by version');
    expect(
      boxes.getByText('The newest 12 of 41 versions; the table lists all of them'),
    ).toBeVisible();
    const names = boxes.getAllByRole('rowheader').map(({ textContent }) => textContent);
    expect(names).toEqual(VERSIONS.toReversed());
  });
});

const cells = (row: HTMLElement) =>
  within(row)
    .getAllByRole('cell')
    .map(({ textContent }) => textContent);

describe('version usage', () => {
  it('shows the newest versions and all older ones combined', async () => {
    const use = await panel('Version usage by endpoint');
    const names = use.getAllByRole('columnheader').map(({ textContent }) => textContent);
    expect(names).toEqual(['Endpoint', 'Older', ...VERSIONS.slice(-12)]);
  });

  it('shows the top endpoints and all others, as shares of the total', async () => {
    const use = await panel('Version usage by endpoint');
    const rows = use.getAllByRole('rowheader').map(({ textContent }) => textContent);
    expect(rows).toEqual([...ENDPOINTS.slice(-15).toReversed(), 'All others']);
    const newest = '1.40';
    const share =
      visitsOf({ endpoint: 'page_45', version: newest }) / visitsOf({ version: newest });
    const [, first] = use.getAllByRole('row');
    expect(first && cells(first).at(-1)).toBe(formatPercent(share));
    const whole = use
      .getAllByRole('row')
      .slice(1)
      .map((row) => parseFloat(cells(row).at(-1) ?? ''))
      .reduce((before, value) => before + value, 0);
    expect(whole).toBeCloseTo(100, 0);
  });

  it('is requested from the day the oldest of these versions began', async () => {
    await panel('Version usage by endpoint');
    const pairs = asked.filter((query) => query.get('breakdown') === 'endpoint,version');
    expect(pairs.map((query) => query.get('start_date'))).toEqual([
      beganAt(VERSIONS.at(-12)).replace('12:34:56', '00:00:00'),
    ]);
  });

  it('is requested per endpoint when there are too many pairs for one response', async () => {
    await panel('Version usage by endpoint');
    const apart = asked.filter((query) => query.get('breakdown') === 'version');
    expect(apart.filter((query) => query.has('endpoint'))).toHaveLength(15);
    expect(apart.filter((query) => query.has('group_by'))).toHaveLength(0);
  });
});

describe('the versions of a user', () => {
  it('are all included, so that no row is empty', async () => {
    const users = await panel('Versions by user');
    const [, first] = users.getAllByRole('row');
    const numbers = first ? cells(first).map((text) => Number(text.replaceAll(',', ''))) : [];
    expect(numbers).toHaveLength(13);
    expect(numbers.reduce((before, value) => before + value, 0)).toBe(visitsOf({}));
  });
});

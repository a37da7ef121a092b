import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { EndpointComparison, VersionInfo } from '@/api/types';
import { VersionsPanel } from '@/features/dashboard/versions-panel';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet } from '@/testing/server';

const { id } = makeDashboard();

const endpoint = (name: string, part: Partial<EndpointComparison> = {}): EndpointComparison => ({
  endpoint: name,
  verdict: 'same',
  latency: 'same',
  errors: 'same',
  visits: 500,
  against_visits: 400,
  p95: 45,
  against_p95: 45,
  p: 0.4,
  error_rate: 0.01,
  against_error_rate: 0.01,
  error_p: 1,
  ...part,
});

const VERSIONS: VersionInfo[] = [
  {
    name: '1.0',
    first_seen: '2026-11-20T10:00:00Z',
    last_seen: '2026-11-25T10:00:00Z',
    visits: 10,
    deploy: null,
    verdict: null,
  },
  {
    name: '1.1',
    first_seen: '2026-11-25T10:00:00Z',
    last_seen: '2026-11-30T10:00:00Z',
    visits: 10,
    deploy: { time: '2026-11-25T09:59:00Z', commit: '4f2a', url: 'https://ci.example/2' },
    verdict: {
      state: 'worse',
      after: 7_200,
      against: '1.0',
      against_since: '2026-11-24T10:00:00Z',
      endpoints: [
        endpoint('search', { verdict: 'worse', latency: 'worse', p95: 90 }),
        endpoint('a/b', { verdict: 'worse', errors: 'worse', error_rate: 0.04 }),
        endpoint('home'),
      ],
      endpoint_count: 5,
      checks: [
        { after: 1_800, state: 'same' },
        { after: 7_200, state: 'worse' },
        { after: 86_400, state: 'pending' },
      ],
    },
  },
];

function show(search = '') {
  mockGet(`/dashboards/${id}/versions`, { versions: VERSIONS });
  renderPage(
    <VersionsPanel dashboardId={id} />,
    `/dashboards/${id}/versions${search}`,
    '/dashboards/:dashboardId/versions',
  );
}

it('lists versions with their verdicts and reasons, the newest first', async () => {
  show();
  const rows = within(await screen.findByRole('list', { name: 'Versions' })).getAllByRole(
    'listitem',
  );
  expect(rows).toHaveLength(2);
  const [first, second] = rows as [HTMLElement, HTMLElement];
  expect(first).toHaveTextContent('search: p95 45 ms to 90 ms');
  expect(within(first).getByText('Worse')).toBeVisible();
  expect(within(first).getByRole('link', { name: '4f2a' })).toHaveAttribute(
    'href',
    'https://ci.example/2',
  );
  expect(within(first).getByRole('link', { name: 'Verdict on 1.1: Worse' })).toHaveAttribute(
    'href',
    `/dashboards/${id}/versions?judged=1.1`,
  );
  expect(within(second).queryByRole('link')).toBeNull();
});

it('shows the endpoints of the version that is chosen, with links to what explains them', async () => {
  show('?judged=1.1');
  const region = within(await screen.findByRole('region', { name: 'Verdict on 1.1' }));
  expect(region.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'After 30 min: Same',
    'After 2 h: Worse',
    'After 1 d: Pending',
  ]);
  const [, search, checkout] = region.getAllByRole('row');
  expect(search).toHaveTextContent('45 ms to 90 ms (+100%)');
  expect(checkout).toHaveTextContent('1% to 4% (+300%)');
  expect(region.getByRole('link', { name: 'search' })).toHaveAttribute(
    'href',
    `/dashboards/${id}/endpoints/search?range=all&version=1.1`,
  );
  expect(region.getByRole('link', { name: 'Exceptions of a/b in 1.1' })).toHaveAttribute(
    'href',
    `/dashboards/${id}/exceptions?range=all&endpoint=a%2Fb&version=1.1`,
  );
  expect(region.queryByRole('link', { name: 'Exceptions of search in 1.1' })).toBeNull();
  expect(region.getByText('The worst 3 of 5 endpoints')).toBeVisible();
  expect(region.getByRole('link', { name: 'Compare' })).toHaveAttribute(
    'href',
    `/dashboards/${id}/versions/compare?range=all&of=1.1&against=1.0`,
  );
});

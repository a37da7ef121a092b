import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { EndpointsTab } from '@/features/dashboard/endpoints-tab';
import { giveSize } from '@/testing/drawing';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost } from '@/testing/server';
import { mockStatistics } from '@/testing/statistics';

const dashboard = makeDashboard();
const ENDPOINTS = [
  { name: 'shop.index', enabled: true, hidden: false },
  { name: 'shop.cart', enabled: false, hidden: false },
  { name: 'health', enabled: true, hidden: true },
];

const KNOWN = `/dashboards/${dashboard.id}/endpoints`;

const MEASURED = {
  values: {
    total_visits: ({ endpoint }: { endpoint?: string }) => (endpoint ? 50 : 150),
    fastest_measured_execution_time: 1,
    fastest_quartile_execution_time: 8,
    median_execution_time: 12,
    slowest_quartile_execution_time: 20,
    ninetieth_percentile_execution_time: 40,
    'ninety-ninth_percentile_execution_time': 100,
    slowest_measured_execution_time: 200,
    average_execution_time: 15,
    total_execution_time: 750,
  },
  groups: { endpoint: ['shop.index', 'shop.cart', 'health'] },
  slices: ['2026-11-22'],
};

beforeEach(() => {
  giveSize(1600, 600);
  mockGet('/dashboards', [dashboard]);
  mockGet(KNOWN, { endpoints: ENDPOINTS, next_endpoint: null });
  mockStatistics(MEASURED);
});

async function renderEndpoints() {
  renderPage(
    <EndpointsTab />,
    `/dashboards/${dashboard.id}/endpoints?range=30d`,
    '/dashboards/:dashboardId/endpoints',
  );
  await screen.findByRole('link', { name: 'shop.index' });
}

const shown = () => screen.getAllByRole('link').map(({ textContent }) => textContent);

describe('endpoints', () => {
  it('link to their pages and keep the range', async () => {
    await renderEndpoints();
    expect(screen.getByRole('link', { name: 'shop.cart' })).toHaveAttribute(
      'href',
      `/dashboards/${dashboard.id}/endpoints/shop.cart?range=30d`,
    );
  });

  it('show figures with units', async () => {
    await renderEndpoints();
    const row = screen.getByRole('row', { name: /shop\.index/ });
    expect(within(row).getByText('12 ms')).toBeInTheDocument();
    expect(within(row).getByText('33.3%')).toBeInTheDocument();
  });

  it('are all listed, however many', async () => {
    const many = Array.from({ length: 26 }, (_, at) => `page_${at}`);
    const asked = mockStatistics({ ...MEASURED, groups: { endpoint: ['shop.index', ...many] } });
    await renderEndpoints();
    await userEvent.type(screen.getByLabelText('Search endpoints'), 'page_25');
    expect(within(screen.getByRole('row', { name: /page_25/ })).getByText('33.3%')).toBeVisible();
    const trends = asked.find((query) => query.has('timeslice'));
    expect(Number(trends?.get('top'))).toBeLessThan(200);
  });

  it('are compared by execution time', async () => {
    await renderEndpoints();
    const compared = screen.getByRole('region', { name: 'Execution time by endpoint' });
    expect(await within(compared).findByText(/shop\.cart: median 12 ms/)).toBeInTheDocument();
    const all = screen.getByRole('region', { name: 'Execution time percentiles' });
    expect(await within(all).findByText('150 requests, 750 ms in total')).toBeVisible();
  });

  it('are marked when not monitored', async () => {
    await renderEndpoints();
    expect(screen.getAllByText('not monitored')).toHaveLength(1);
    expect(screen.getByRole('row', { name: /shop\.cart/ })).toHaveTextContent('not monitored');
  });

  it('are found by part of their name', async () => {
    await renderEndpoints();
    await userEvent.type(screen.getByLabelText('Search endpoints'), 'CART');
    expect(shown()).toEqual(['shop.cart']);
  });

  it('are omitted when hidden, unless requested', async () => {
    await renderEndpoints();
    expect(shown()).not.toContain('health');
    await userEvent.click(screen.getByRole('switch', { name: 'Show hidden (1)' }));
    expect(shown()).toContain('health');
  });

  it('are hidden once saved', async () => {
    const path = `/dashboards/${dashboard.id}/endpoints/shop.cart/change_settings`;
    const sent = mockPost(path, {
      message: 'shop.cart is hidden.',
      endpoint: { name: 'shop.cart', enabled: true, hidden: true },
    });
    await renderEndpoints();
    const endpoints = ENDPOINTS.map((one) => ({
      ...one,
      hidden: one.name !== 'shop.index',
    }));
    mockGet(KNOWN, { endpoints, next_endpoint: null });
    await userEvent.click(screen.getByRole('button', { name: 'Hide shop.cart' }));
    expect(await screen.findByText('shop.cart is hidden.')).toBeVisible();
    expect(sent).toEqual([{ hidden: true }]);
    await waitFor(() => expect(shown()).not.toContain('shop.cart'));
    const group = screen.getByRole('group', { name: 'Endpoints' });
    await waitFor(() => expect(group).toContainElement(document.activeElement as HTMLElement));
  });
});

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
const LISTED = { pinned: false, merged_into: null };
const ENDPOINTS = [
  { name: 'shop.index', enabled: true, hidden: false, ...LISTED },
  { name: 'shop.cart', enabled: false, hidden: false, ...LISTED },
  { name: 'health', enabled: true, hidden: true, ...LISTED },
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
  mockGet(KNOWN, { endpoints: ENDPOINTS, next_endpoint: null, merged: [] });
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
    mockGet(KNOWN, { endpoints, next_endpoint: null, merged: [] });
    await userEvent.click(screen.getByRole('button', { name: 'Hide shop.cart' }));
    expect(await screen.findByText('shop.cart is hidden.')).toBeVisible();
    expect(sent).toEqual([{ hidden: true }]);
    await waitFor(() => expect(shown()).not.toContain('shop.cart'));
    const group = screen.getByRole('group', { name: 'Endpoints' });
    await waitFor(() => expect(group).toContainElement(document.activeElement as HTMLElement));
  });

  it('are pinned once saved', async () => {
    const path = `/dashboards/${dashboard.id}/endpoints/shop.index/change_settings`;
    const pinned = { ...ENDPOINTS[0], pinned: true };
    const sent = mockPost(path, { message: 'Endpoint pinned.', endpoint: pinned });
    await renderEndpoints();
    expect(shown()).toEqual(['shop.cart', 'shop.index']);
    const endpoints = ENDPOINTS.map((one) => (one.name === 'shop.index' ? pinned : one));
    mockGet(KNOWN, { endpoints, next_endpoint: null, merged: [] });
    await userEvent.click(screen.getByRole('button', { name: 'Pin shop.index' }));
    expect(await screen.findByText('Endpoint pinned.')).toBeVisible();
    expect(sent).toEqual([{ pinned: true }]);
    await waitFor(() => expect(shown()).toEqual(['shop.index', 'shop.cart']));
  });

  it('are grouped by blueprint, with the figures of all of its requests', async () => {
    await renderEndpoints();
    const asked = mockStatistics({
      ...MEASURED,
      groups: { endpoint: ['shop', ''] },
      values: { ...MEASURED.values, total_visits: 77, median_execution_time: 13 },
    });
    await userEvent.click(screen.getByRole('switch', { name: 'Group by blueprint' }));
    const shop = await screen.findByRole('button', { name: 'shop: 2 endpoints' });
    expect(asked.at(-1)?.get('endpoint_naming')).toBe('blueprint');
    expect(shop.closest('[role=row]')).toHaveTextContent('13 ms');
    expect(screen.queryByRole('link', { name: 'shop.cart' })).not.toBeInTheDocument();
    await userEvent.click(shop);
    expect(shown()).toEqual(['shop.cart', 'shop.index']);
    expect(screen.getByText(/Hidden endpoints still count/)).toBeVisible();
  });

  it('are merged by a rule after a preview of what it merges', async () => {
    const rules = `/dashboards/${dashboard.id}/merge_rules`;
    const old = { pattern: 'get_*', endpoints: 1, names: ['get_1'] };
    const rule = { pattern: 'shop.*', endpoints: 7, names: ['a', 'b', 'c', 'd', 'e', 'f'] };
    mockGet(rules, { rules: [old] });
    mockGet(`${rules}/preview`, rule);
    const sent = mockPost(rules, { message: 'Endpoints merged.', rules: [old, rule] });
    await renderEndpoints();
    await userEvent.click(screen.getByRole('button', { name: 'Merge endpoints' }));
    const dialog = await screen.findByRole('dialog', { name: 'Merge endpoints' });
    expect(await within(dialog).findByText('Merges 1 endpoint: get_1.')).toBeVisible();
    await userEvent.type(within(dialog).getByLabelText('Pattern'), 'shop.*');
    const preview = 'Merges 7 endpoints: a, b, c, d, e and 2 more.';
    expect(await within(dialog).findByText(preview)).toBeVisible();
    expect(sent).toEqual([]);
    await userEvent.click(within(dialog).getByRole('button', { name: 'Add rule' }));
    expect(await screen.findByText('Endpoints merged.')).toBeVisible();
    await userEvent.click(within(dialog).getByRole('button', { name: 'Remove get_*' }));
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(sent).toEqual([{ patterns: ['get_*', 'shop.*'] }, { patterns: [] }]);
  });
});

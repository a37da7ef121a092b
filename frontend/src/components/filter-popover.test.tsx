import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { FilterPopover } from '@/components/filter-popover';
import type { CallField } from '@/api/types';
import { renderPage } from '@/testing/render';
import { mockStatistics } from '@/testing/statistics';

const ADDRESSES = Array.from({ length: 300 }, (_, at) => `10.0.${at % 3}.${at}`);

/** Opens the list of the values of a filter and returns the chosen values. */
async function openValues(name: CallField, label: string): Promise<string[]> {
  const chosen: string[] = [];
  mockStatistics({
    values: { total_visits: 9 },
    groups: { ip: ADDRESSES, status_class: ['2xx'] },
  });
  renderPage(
    <FilterPopover
      anchor={document.body}
      dashboardId="1"
      names={[name]}
      view={{ range: { preset: '7d' }, zone: 'UTC' }}
      onChoose={(_, value) => chosen.push(value)}
      onClose={() => undefined}
    />,
  );
  await userEvent.click(await screen.findByRole('menuitem', { name: label }));
  await screen.findByRole('menu', { name: label });
  return chosen;
}

const search = (label: string, text: string) =>
  userEvent.type(screen.getByLabelText(`Search: ${label}`), text);

const offered = () => screen.queryAllByRole('menuitem').map(({ textContent }) => textContent);

describe('the values of a filter', () => {
  it('are limited to 100, with the number of the remaining ones', async () => {
    await openValues('ip', 'IP address');
    expect(offered()).toHaveLength(100);
    expect(screen.getByRole('status')).toHaveTextContent('200 more; type to narrow the list');
  });

  it('can all be found, however rare', async () => {
    const chosen = await openValues('ip', 'IP address');
    await search('IP address', '10.0.2.299');
    expect(offered()).toEqual(['10.0.2.2999']);
    await userEvent.click(screen.getByRole('menuitem'));
    expect(chosen).toEqual(['10.0.2.299']);
  });

  it('can be a value that is not listed', async () => {
    const chosen = await openValues('ip', 'IP address');
    await search('IP address', ' 192.0.2.9 ');
    expect(screen.getByRole('status')).toHaveTextContent('for “192.0.2.9”');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Use “192.0.2.9”' }));
    expect(chosen).toEqual(['192.0.2.9']);
  });

  it('are only the listed ones for a fixed set', async () => {
    await openValues('status_class', 'Status');
    await search('Status', '9');
    expect(offered()).toEqual([]);
    expect(screen.getByRole('status')).toHaveTextContent('No matches in this time range for “9”');
  });
});

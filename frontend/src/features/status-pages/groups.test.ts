import { expect, it } from 'vitest';

import { groupsOf } from '@/features/status-pages/groups';

it('keeps the order of groups and apps', () => {
  const rows = [
    { dashboard_id: '1', name: 'Shop', group: 'Web' },
    { dashboard_id: '2', name: 'Mail', group: 'Other ' },
    { dashboard_id: '3', name: 'Blog', group: ' Web' },
  ];
  expect(groupsOf(rows)).toEqual([
    {
      name: 'Web',
      dashboards: [
        { dashboard_id: '1', name: 'Shop' },
        { dashboard_id: '3', name: 'Blog' },
      ],
    },
    { name: 'Other', dashboards: [{ dashboard_id: '2', name: 'Mail' }] },
  ]);
});

import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { endpointOrderQuery, useEndpointOrder } from '@/api/statistics/history';
import { renderPage } from '@/testing/render';
import { mockStatistics } from '@/testing/statistics';

const Order = () => <p>Order: {useEndpointOrder('1').data?.join(' ')}</p>;

const answerEndpoints = (endpoints: readonly string[]) =>
  mockStatistics({
    values: { total_visits: ({ endpoint = '' }) => 100 - endpoints.indexOf(endpoint) },
    groups: { endpoint: endpoints },
  });

it('has every endpoint, most requests first', async () => {
  const many = Array.from({ length: 46 }, (_, at) => `page_${at}`);
  answerEndpoints(many);
  renderPage(<Order />);
  expect(await screen.findByText(`Order: ${many.join(' ')}`)).toBeVisible();
});

it('keeps the order of endpoints, and appends new ones', async () => {
  answerEndpoints(['index', 'cart']);
  const { queryClient } = renderPage(<Order />);
  await screen.findByText('Order: index cart');
  answerEndpoints(['about', 'cart', 'index']);
  await queryClient.refetchQueries(endpointOrderQuery('1'));
  expect(await screen.findByText('Order: index cart about')).toBeVisible();
});

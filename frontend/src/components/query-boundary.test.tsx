import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { describe, expect, it, vi } from 'vitest';

import { get } from '@/api/core/client';
import { QueryBoundary } from '@/components/query-boundary';
import { renderPage } from '@/testing/render';
import { mockGet, server } from '@/testing/server';

function Numbers({ range = 'a' }: { range?: string }) {
  const query = useQuery({
    queryKey: ['numbers', range],
    queryFn: () => get<number[]>('/numbers', { range }),
    placeholderData: keepPreviousData,
  });
  return (
    <QueryBoundary query={query} isEmpty={(numbers) => numbers.length === 0}>
      {(numbers) => `Sum ${numbers.reduce((sum, number) => sum + number, 0)}`}
    </QueryBoundary>
  );
}

describe('QueryBoundary', () => {
  it('shows a skeleton, then the data', async () => {
    mockGet('/numbers', [1, 2]);
    renderPage(<Numbers />);
    expect(screen.getByLabelText('Loading')).toBeVisible();
    expect(await screen.findByText('Sum 3')).toBeVisible();
  });

  it('shows the empty state', async () => {
    mockGet('/numbers', []);
    renderPage(<Numbers />);
    expect(await screen.findByText('No data in this time range')).toBeVisible();
  });

  it('shows the error and a retry button', async () => {
    mockGet('/numbers', { message: 'The date is wrong.' }, 400);
    renderPage(<Numbers />);
    expect(await screen.findByRole('alert')).toHaveTextContent('The date is wrong.');
    mockGet('/numbers', [4]);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Sum 4')).toBeVisible();
  });

  it('reports that the server is not responding', async () => {
    server.use(http.get('*/api/numbers', () => HttpResponse.error()));
    renderPage(<Numbers />);
    expect(await screen.findByRole('alert')).toHaveTextContent('PyDash is not responding');
  });

  it('keeps stale data when a refresh fails', async () => {
    mockGet('/numbers', [1, 2]);
    const { queryClient } = renderPage(<Numbers />);
    await screen.findByText('Sum 3');
    mockGet('/numbers', { message: 'Gone.' }, 500);
    await queryClient.refetchQueries();
    expect(screen.getByText('Sum 3')).toBeVisible();
    expect(await screen.findByText(/Refresh failed. Last updated/)).toBeVisible();
    mockGet('/numbers', [5]);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Sum 5')).toBeVisible();
    expect(screen.queryByText(/Refresh failed. Last updated/)).not.toBeInTheDocument();
  });

  it('keeps the rest of the page when rendering fails', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined); // React reports it as well
    mockGet('/numbers', null);
    renderPage(
      <>
        <p>The rest</p>
        <Numbers />
      </>,
    );
    expect(await screen.findByRole('alert')).toHaveTextContent('Something went wrong');
    expect(screen.getByText('The rest')).toBeVisible();
  });
});

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { describe, expect, it, vi } from 'vitest';

import { get } from '@/api/core/client';
import { Faces } from '@/components/faces';
import { renderPage } from '@/testing/render';
import { answerGet, server } from '@/testing/server';

function Numbers({ range = 'a' }: { range?: string }) {
  const query = useQuery({
    queryKey: ['numbers', range],
    queryFn: () => get<number[]>('/numbers', { range }),
    placeholderData: keepPreviousData,
  });
  return (
    <Faces query={query} isEmpty={(numbers) => numbers.length === 0}>
      {(numbers) => `Sum ${numbers.reduce((sum, number) => sum + number, 0)}`}
    </Faces>
  );
}

describe('what is loaded', () => {
  it('shows a skeleton, then the data', async () => {
    answerGet('/numbers', [1, 2]);
    renderPage(<Numbers />);
    expect(screen.getByLabelText('Loading')).toBeVisible();
    expect(await screen.findByText('Sum 3')).toBeVisible();
  });

  it('says when there is nothing', async () => {
    answerGet('/numbers', []);
    renderPage(<Numbers />);
    expect(await screen.findByText('Nothing in this time range')).toBeVisible();
  });

  it('is never blank on an error, but says what went wrong and tries again', async () => {
    answerGet('/numbers', { message: 'The date is wrong.' }, 400);
    renderPage(<Numbers />);
    expect(await screen.findByRole('alert')).toHaveTextContent('The date is wrong.');
    answerGet('/numbers', [4]);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Sum 4')).toBeVisible();
  });

  it('says that the server does not answer', async () => {
    server.use(http.get('*/api/numbers', () => HttpResponse.error()));
    renderPage(<Numbers />);
    expect(await screen.findByRole('alert')).toHaveTextContent('PyDash does not answer');
  });

  it('keeps what it has when a refresh fails', async () => {
    answerGet('/numbers', [1, 2]);
    const { queryClient } = renderPage(<Numbers />);
    await screen.findByText('Sum 3');
    answerGet('/numbers', { message: 'Gone.' }, 500);
    await queryClient.refetchQueries();
    expect(screen.getByText('Sum 3')).toBeVisible();
    expect(await screen.findByText(/Not refreshed since/)).toBeVisible();
    answerGet('/numbers', [5]);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Sum 5')).toBeVisible();
    expect(screen.queryByText(/Not refreshed since/)).not.toBeInTheDocument();
  });

  it('keeps the rest of the page when a part breaks', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined); // React reports it as well
    answerGet('/numbers', null);
    renderPage(
      <>
        <p>The rest</p>
        <Numbers />
      </>,
    );
    expect(await screen.findByRole('alert')).toHaveTextContent('This could not be shown');
    expect(screen.getByText('The rest')).toBeVisible();
  });
});

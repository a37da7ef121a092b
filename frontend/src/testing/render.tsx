import type { ReactNode } from 'react';

import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { createMemoryRouter, RouterProvider, type RouteObject } from 'react-router';

import { createQueryClient } from '@/api/core/query-client';
import { SnackbarProvider } from '@/components/snackbar';
import { ColorModeProvider } from '@/theme/color-mode';

/** The query client of the app without retries. */
function createTestClient() {
  const queryClient = createQueryClient();
  const defaults = queryClient.getDefaultOptions();
  queryClient.setDefaultOptions({ ...defaults, queries: { ...defaults.queries, retry: false } });
  return queryClient;
}

/** Renders routes at a URL with all providers of the app. */
export function renderRoutes(routes: RouteObject[], url = '/') {
  const router = createMemoryRouter(routes, { initialEntries: [url] });
  const queryClient = createTestClient();
  const view = render(
    <QueryClientProvider client={queryClient}>
      <ColorModeProvider>
        <SnackbarProvider>
          <RouterProvider router={router} />
        </SnackbarProvider>
      </ColorModeProvider>
    </QueryClientProvider>,
  );
  return { ...view, router, queryClient };
}

/** Renders a page at a URL; all other URLs show a placeholder. */
export function renderPage(page: ReactNode, url = '/', path = url.split('?')[0]) {
  return renderRoutes(
    [
      { path, element: page },
      { path: '*', element: <p>Elsewhere</p> },
    ],
    url,
  );
}

import '@fontsource-variable/inter';

import { StrictMode } from 'react';

import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';

import { userQuery } from '@/api/auth/user';
import { persistQueries } from '@/api/core/offline-queries';
import { createQueryClient, recoverWithServer } from '@/api/core/query-client';
import { followOtherWindows } from '@/api/core/windows';
import { NewVersion } from '@/app/new-version';
import { createRouter } from '@/app/router';
import { SnackbarProvider } from '@/components/snackbar';
import { isSharedPage } from '@/lib/paths';
import { ColorModeProvider } from '@/theme/color-mode';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root"');

const queryClient = createQueryClient();

// Requested while the code of the page is still loading; errors are shown where the data is used.
if (!isSharedPage(window.location.pathname)) {
  queryClient.query(userQuery()).catch(() => undefined);
}

persistQueries(queryClient);
recoverWithServer(queryClient);
followOtherWindows(queryClient);

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ColorModeProvider>
        <SnackbarProvider>
          <RouterProvider router={createRouter()} />
          <NewVersion />
        </SnackbarProvider>
      </ColorModeProvider>
    </QueryClientProvider>
  </StrictMode>,
);

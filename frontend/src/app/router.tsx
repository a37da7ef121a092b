import { createBrowserRouter, type RouteObject } from 'react-router';

import { DashboardCrumb } from '@/app/crumbs';
import { RequireUser } from '@/app/require-user';
import { NotFound, RouteError } from '@/app/route-error';
import type { RouteHandle } from '@/app/route-handle';
import { Shell } from '@/app/shell/shell';
import { Starting } from '@/app/starting';

const handle = (crumb: RouteHandle['crumb']): RouteHandle => ({ crumb });

/* Pages are loaded when they are first visited. */
const visitorRoutes: RouteObject[] = [
  {
    path: 'login',
    lazy: async () => ({ Component: (await import('@/features/auth/login-page')).LoginPage }),
  },
];

const dashboardRoutes: RouteObject[] = [];

const userRoutes: RouteObject[] = [
  {
    index: true,
    lazy: async () => ({
      Component: (await import('@/features/overview/overview-page')).OverviewPage,
    }),
  },
  {
    path: 'dashboards/:dashboardId',
    handle: handle(DashboardCrumb),
    children: dashboardRoutes,
  },
  { path: '*', Component: NotFound },
];

export const routes: RouteObject[] = [
  {
    ErrorBoundary: RouteError,
    HydrateFallback: Starting,
    children: [
      ...visitorRoutes,
      {
        Component: RequireUser,
        children: [
          {
            Component: Shell,
            handle: handle('Overview'),
            children: [{ ErrorBoundary: RouteError, children: userRoutes }],
          },
        ],
      },
    ],
  },
];

export const makeRouter = () => createBrowserRouter(routes);

import type { ComponentType } from 'react';

import { createBrowserRouter, type RouteObject } from 'react-router';

import { DashboardCrumb, EndpointCrumb, StatusPageCrumb } from '@/app/crumbs';
import { RequireUser } from '@/app/require-user';
import { RouteError } from '@/app/route-error';
import type { RouteHandle } from '@/app/route-handle';
import { Starting } from '@/app/starting';
import { ROOT } from '@/lib/root';

const crumb = (name: RouteHandle['crumb']): { handle: RouteHandle } => ({
  handle: { crumb: name },
});

/** A lazily loaded page. */
const page = (load: () => Promise<ComponentType>): Pick<RouteObject, 'lazy'> => ({
  lazy: async () => ({ Component: await load() }),
});

const visitorRoutes: RouteObject[] = [
  { path: 'login', ...page(() => import('@/features/auth/login-page').then((m) => m.LoginPage)) },
  {
    path: 'register',
    ...page(() => import('@/features/auth/register-page').then((m) => m.RegisterPage)),
  },
  {
    path: 'verify/:code',
    ...page(() => import('@/features/auth/verify-page').then((m) => m.VerifyPage)),
  },
  {
    path: 'consent/:code',
    ...page(() => import('@/features/auth/consent-page').then((m) => m.ConsentPage)),
  },
  {
    path: 'resend-verification',
    ...page(() =>
      import('@/features/auth/resend-verification-page').then((m) => m.ResendVerificationPage),
    ),
  },
  {
    path: 'forgot-password',
    ...page(() => import('@/features/auth/forgot-password-page').then((m) => m.ForgotPasswordPage)),
  },
  {
    path: 'reset-password/:code',
    ...page(() => import('@/features/auth/reset-password-page').then((m) => m.ResetPasswordPage)),
  },
];

const sharedRoute: RouteObject = {
  path: 'shared',
  ...page(() => import('@/features/shared/shared-page').then((m) => m.SharedPage)),
};

const contactRoute: RouteObject = {
  path: 'contact',
  ...page(() => import('@/features/auth/contact-page').then((m) => m.ContactPage)),
};

const dashboardTabs: RouteObject[] = [
  {
    index: true,
    ...page(() => import('@/features/dashboard/statistics-tab').then((m) => m.StatisticsTab)),
  },
  {
    path: 'endpoints',
    ...crumb('Endpoints'),
    ...page(() => import('@/features/dashboard/endpoints-tab').then((m) => m.EndpointsTab)),
  },
  {
    path: 'versions',
    ...crumb('Versions'),
    ...page(() => import('@/features/dashboard/versions-tab').then((m) => m.VersionsTab)),
  },
  {
    path: 'versions/compare',
    ...crumb('Compare versions'),
    ...page(() =>
      import('@/features/dashboard/compare-versions-tab').then((m) => m.CompareVersionsTab),
    ),
  },
  {
    path: 'trends',
    ...crumb('Trends'),
    ...page(() => import('@/features/dashboard/trends-tab').then((m) => m.TrendsTab)),
  },
  {
    path: 'compare',
    ...crumb('Compare'),
    ...page(() => import('@/features/dashboard/compare-tab').then((m) => m.CompareTab)),
  },
  {
    path: 'exceptions',
    ...crumb('Exceptions'),
    ...page(() => import('@/features/diagnosis/exceptions-tab').then((m) => m.ExceptionsTab)),
  },
  {
    path: 'slow-requests',
    ...crumb('Slow requests'),
    ...page(() => import('@/features/diagnosis/slow-requests-tab').then((m) => m.SlowRequestsTab)),
  },
  {
    path: 'profiles',
    ...crumb('Profiles'),
    ...page(() => import('@/features/diagnosis/profiles-tab').then((m) => m.ProfilesTab)),
  },
  {
    path: 'graphs',
    ...crumb('Graphs'),
    ...page(() => import('@/features/diagnosis/graphs-tab').then((m) => m.GraphsTab)),
  },
  {
    path: 'uptime',
    ...crumb('Uptime'),
    ...page(() => import('@/features/dashboard/uptime-tab').then((m) => m.UptimeTab)),
  },
  {
    path: 'activity',
    ...crumb('Activity'),
    ...page(() => import('@/features/dashboard/activity-tab').then((m) => m.ActivityTab)),
  },
  {
    path: 'usage',
    ...crumb('Usage'),
    ...page(() => import('@/features/dashboard/usage-tab').then((m) => m.UsageTab)),
  },
  {
    path: 'settings',
    ...crumb('Settings'),
    ...page(() => import('@/features/dashboard/settings-tab').then((m) => m.SettingsTab)),
  },
];

const dashboardRoutes: RouteObject[] = [
  {
    ...page(() => import('@/features/dashboard/dashboard-page').then((m) => m.DashboardPage)),
    children: dashboardTabs,
  },
  {
    path: 'endpoints/:endpointName',
    ...crumb(EndpointCrumb),
    ...page(() => import('@/features/endpoint/endpoint-page').then((m) => m.EndpointPage)),
  },
  {
    path: 'exceptions/:groupId',
    ...crumb('Exception'),
    ...page(() => import('@/features/diagnosis/exception-page').then((m) => m.ExceptionPage)),
  },
];

const userRoutes: RouteObject[] = [
  {
    index: true,
    ...page(() => import('@/features/overview/overview-page').then((m) => m.OverviewPage)),
  },
  { path: 'dashboards/:dashboardId', ...crumb(DashboardCrumb), children: dashboardRoutes },
  {
    path: 'activity',
    ...crumb('Activity'),
    ...page(() => import('@/features/activity/activity-page').then((m) => m.ActivityPage)),
  },
  {
    path: 'alerts/:tab?',
    ...crumb('Alerts'),
    ...page(() => import('@/features/alerts/alerts-page').then((m) => m.AlertsPage)),
  },
  {
    path: 'exceptions',
    ...crumb('Exceptions'),
    ...page(() => import('@/features/diagnosis/exceptions-page').then((m) => m.ExceptionsPage)),
  },
  {
    path: 'status-pages',
    ...crumb('Status pages'),
    children: [
      {
        index: true,
        ...page(() =>
          import('@/features/status-pages/status-pages-page').then((m) => m.StatusPagesPage),
        ),
      },
      {
        path: ':pageId',
        ...crumb(StatusPageCrumb),
        ...page(() =>
          import('@/features/status-pages/status-page-page').then((m) => m.StatusPagePage),
        ),
      },
    ],
  },
  {
    path: 'usage',
    ...crumb('Usage'),
    ...page(() => import('@/features/usage/usage-page').then((m) => m.UsagePage)),
  },
  {
    path: 'settings',
    ...crumb('Settings'),
    ...page(() => import('@/features/settings/settings-page').then((m) => m.SettingsPage)),
  },
  {
    path: 'system',
    ...crumb('System'),
    ...page(() => import('@/features/system/system-page').then((m) => m.SystemPage)),
  },
  {
    path: 'help',
    ...crumb('Help'),
    ...page(() => import('@/features/help/help-page').then((m) => m.HelpPage)),
  },
  { path: '*', ...page(() => import('@/app/not-found').then((m) => m.NotFound)) },
];

export const routes: RouteObject[] = [
  {
    ErrorBoundary: RouteError,
    HydrateFallback: Starting,
    children: [
      ...visitorRoutes,
      contactRoute,
      sharedRoute,
      {
        Component: RequireUser,
        children: [
          {
            ...crumb('Overview'),
            ...page(() => import('@/app/shell/shell').then((m) => m.Shell)),
            children: [{ ErrorBoundary: RouteError, children: userRoutes }],
          },
        ],
      },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes, { basename: ROOT });

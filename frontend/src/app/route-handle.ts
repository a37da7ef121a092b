import type { ComponentType } from 'react';

import type { UIMatch } from 'react-router';

export interface CrumbProps {
  params: UIMatch['params'];
}

/** What the shell knows about a route. */
export interface RouteHandle {
  /** The name in the breadcrumbs: a string, or a component that looks it up. */
  crumb?: string | ComponentType<CrumbProps>;
}

import type { ComponentType } from 'react';

import type { UIMatch } from 'react-router';

export interface CrumbProps {
  params: UIMatch['params'];
}

/** What a route tells the shell about itself. */
export interface RouteHandle {
  /** Its name among the breadcrumbs: a text, or a component where it must be looked up. */
  crumb?: string | ComponentType<CrumbProps>;
}

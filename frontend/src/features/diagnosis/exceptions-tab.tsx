import { useParams } from 'react-router';

import { FilterBar } from '@/components/filter-bar';
import { Exceptions } from '@/features/diagnosis/exceptions';
import { useView } from '@/hooks/use-view';

/** The exceptions of a dashboard. */
export function ExceptionsTab() {
  const { dashboardId = '' } = useParams();
  const { endpoint, version } = useView().view.filters;
  return (
    <Exceptions
      dashboardId={dashboardId}
      filterBar={
        <FilterBar
          dashboardId={dashboardId}
          names={['endpoint', 'version']}
          overTime={false}
          hasSearch
        />
      }
      filters={{ endpoint, version }}
    />
  );
}

import { useAlertHistory } from '@/api/alerts/alerts';
import { List } from '@/components/list';
import { Notice } from '@/components/notice';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { ShowMore } from '@/components/show-more';
import { AlertRow } from '@/features/alerts/alert-row';

/** All alerts, the latest first. */
export function HistoryTab() {
  const alerts = useAlertHistory();
  return (
    <Frame title="History">
      <QueryBoundary
        query={alerts}
        isEmpty={(all) => all.length === 0}
        empty={
          <Notice icon="calendar" title="No alerts yet">
            Each alert is listed here from its beginning on.
          </Notice>
        }
      >
        {(all) => (
          <>
            <List label="All alerts">
              {all.map((alert) => (
                <AlertRow key={alert.id} alert={alert} />
              ))}
            </List>
            <ShowMore query={alerts} />
          </>
        )}
      </QueryBoundary>
    </Frame>
  );
}

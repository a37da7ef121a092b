import Button from '@mui/material/Button';
import { Link } from 'react-router';

import { useActiveAlerts } from '@/api/alerts/alerts';
import { useRules } from '@/api/alerts/rules';
import type { Alert } from '@/api/types';
import { List } from '@/components/list';
import { Notice } from '@/components/notice';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { AlertRow } from '@/features/alerts/alert-row';
import { ALERTS } from '@/lib/paths';

const SEVERITIES = ['critical', 'warning', 'info'] as const;

/** What is graver comes first, then what is newer. */
export const byUrgency = (one: Alert, other: Alert): number =>
  SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity);

/** The alerts that are firing. */
export function FiringTab() {
  const alerts = useActiveAlerts();
  const rules = useRules().data;
  const byId = new Map(rules?.map((rule) => [rule.id, rule]));
  return (
    <Frame title="Firing now" subtitle="The most severe first">
      <QueryBoundary
        query={alerts}
        isEmpty={(all) => all.length === 0}
        empty={
          rules?.length === 0 ? (
            <Notice
              icon="bell"
              title="There are no rules yet"
              action={
                <Button variant="contained" component={Link} to={`${ALERTS}/rules`}>
                  Add rules
                </Button>
              }
            >
              A rule says what to watch: whether the app is down, its errors, its times.
            </Notice>
          ) : (
            <Notice icon="check" title="No alerts" />
          )
        }
      >
        {(all) => (
          <List label="Alerts">
            {all.toSorted(byUrgency).map((alert) => (
              <AlertRow key={alert.id} alert={alert} rule={byId.get(alert.rule.id)} />
            ))}
          </List>
        )}
      </QueryBoundary>
    </Frame>
  );
}

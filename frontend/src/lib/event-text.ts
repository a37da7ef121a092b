/* What events are called in the interface. */
import type { EventInfo } from '@/api/types';
import { formatSpan } from '@/lib/format';

type Values = Readonly<Record<string, EventInfo['traits'][number]['value']>>;

export const valuesOf = ({ traits }: EventInfo): Values =>
  Object.fromEntries(traits.map(({ name, value }) => [name, value]));

const text = (value: Values[string] | undefined, missing = 'unknown'): string =>
  value === undefined || value === null || value === '' ? missing : String(value);

const exception = ({ exception: type, function: place }: Values): string =>
  [text(type, 'exception'), place].filter(Boolean).join(' in ');

const inVersion = ({ version }: Values): string =>
  version === undefined ? '' : ` in version ${text(version)}`;

/** The title of each type of event that PyDash records, and its text. */
const TYPES: Readonly<Record<string, { name: string; text: (values: Values) => string }>> = {
  'app.added': { name: 'Dashboard added', text: () => 'Dashboard added' },
  'app.changed': {
    name: 'Settings changed',
    text: ({ settings }) => `Settings changed: ${text(settings)}`,
  },
  'app.deleted': {
    name: 'Dashboard deleted',
    text: ({ dashboard }) => `Dashboard ${text(dashboard)} deleted`,
  },
  'app.version': { name: 'New version', text: ({ version }) => `New version ${text(version)}` },
  'app.version.verdict': {
    name: 'Verdict on a version',
    text: ({ version, against, verdict, after, reason }) =>
      [
        `Version ${text(version)} is ${verdict === 'same' ? 'as good as' : `${text(verdict)} than`} ${text(against)}`,
        ...(typeof after === 'number' ? [` after ${formatSpan(after)}`] : []),
        ...(reason ? [`: ${text(reason)}`] : []),
      ].join(''),
  },
  'app.deploy': {
    name: 'Deploy',
    text: ({ version }) => (version === undefined ? 'Deploy' : `Deploy of ${text(version)}`),
  },
  'app.outage.began': { name: 'Outage began', text: () => 'Outage began' },
  'app.outage.ended': {
    name: 'Outage ended',
    text: ({ duration_ms: duration }) =>
      typeof duration === 'number'
        ? `Outage ended after ${formatSpan(duration / 1000)}`
        : 'Outage ended',
  },
  'app.fetch.failed': {
    name: 'Fetch failed',
    text: ({ reason }) => `Fetch failed: ${text(reason)}`,
  },
  'app.fetch.recovered': { name: 'Fetch recovered', text: () => 'Fetching works again' },
  'app.reset': {
    name: 'Database reset',
    text: () => 'The monitoring database of the app was reset or replaced',
  },
  'endpoint.added': {
    name: 'New endpoint',
    text: ({ endpoint }) => `New endpoint ${text(endpoint)}`,
  },
  'exception.new': {
    name: 'New exception',
    text: (values) => `New exception${inVersion(values)}: ${exception(values)}`,
  },
  'exception.regressed': {
    name: 'Exception regressed',
    text: (values) => `Raised again${inVersion(values)}: ${exception(values)}`,
  },
  'exception.resolved': {
    name: 'Exception resolved',
    text: (values) => `Resolved${inVersion(values)}: ${exception(values)}`,
  },
  'exception.ignored': {
    name: 'Exception ignored',
    text: (values) => `Ignored: ${exception(values)}`,
  },
  'exception.reopened': {
    name: 'Exception reopened',
    text: (values) => `No longer resolved or ignored: ${exception(values)}`,
  },
  'alert.pending': {
    name: 'Alert pending',
    text: ({ rule }) => `Condition met, not long enough yet: ${text(rule)}`,
  },
  'alert.fired': {
    name: 'Alert',
    text: ({ rule, reason }) => [`Alert: ${text(rule)}`, reason].filter(Boolean).join('. '),
  },
  'alert.resolved': { name: 'Alert resolved', text: ({ rule }) => `Resolved: ${text(rule)}` },
  'alert.acknowledged': {
    name: 'Alert acknowledged',
    text: ({ comment }) => ['Alert acknowledged', comment].filter(Boolean).join(': '),
  },
  'alert.notified': { name: 'Alert sent', text: () => 'Alert sent through a channel' },
  'alert.failed': {
    name: 'Alert not delivered',
    text: ({ error }) => `Alert not delivered: ${text(error)}`,
  },
  'maintenance.began': {
    name: 'Maintenance began',
    text: ({ maintenance }) => `Maintenance began: ${text(maintenance)}`,
  },
  'maintenance.ended': {
    name: 'Maintenance ended',
    text: ({ maintenance, duration_ms: duration }) =>
      typeof duration === 'number'
        ? `Maintenance: ${text(maintenance)}, ${formatSpan(duration / 1000)}`
        : `Maintenance ended: ${text(maintenance)}`,
  },
  'incident.opened': {
    name: 'Incident published',
    text: ({ incident, status_page: page }) => `Incident on ${text(page)}: ${text(incident)}`,
  },
  'incident.updated': {
    name: 'Incident updated',
    text: ({ incident, state }) => `Incident ${text(state).replace('_', '-')}: ${text(incident)}`,
  },
  'incident.resolved': {
    name: 'Incident resolved',
    text: ({ incident }) => `Incident resolved: ${text(incident)}`,
  },
  'user.registered': { name: 'Account created', text: () => 'Account created' },
  'user.verified': { name: 'Email verified', text: () => 'Email address verified' },
  'user.login': { name: 'Sign-in', text: () => 'Signed in' },
  'user.login.failed': {
    name: 'Failed sign-in',
    text: ({ count }) => (count === 1 ? 'Failed sign-in' : `${text(count)} failed sign-ins`),
  },
  'user.logout': { name: 'Sign-out', text: () => 'Signed out' },
  'user.password.changed': { name: 'Password changed', text: () => 'Password changed' },
  'user.mail.changed': { name: 'Email changed', text: () => 'Email address changed' },
  'user.deleted': { name: 'Account deleted', text: ({ user }) => `Account ${text(user)} deleted` },
  'token.created': {
    name: 'API token created',
    text: ({ token }) => `API token ${text(token)} created`,
  },
  'token.revoked': {
    name: 'API token revoked',
    text: ({ token }) => `API token ${text(token)} revoked`,
  },
  'share.created': {
    name: 'Read-only link created',
    text: ({ link, dashboard }) => `Read-only link ${text(link)} to ${text(dashboard)} created`,
  },
  'share.revoked': {
    name: 'Read-only link revoked',
    text: ({ link, dashboard }) => `Read-only link ${text(link)} to ${text(dashboard)} revoked`,
  },
  'session.ended': { name: 'Session ended', text: () => 'Session ended' },
  'usage.extracted': { name: 'Usage extracted', text: () => 'Daily usage extracted' },
  'backup.created': { name: 'Backup created', text: () => 'Backup created' },
  'backup.failed': {
    name: 'Backup failed',
    text: ({ reason }) => `Backup failed: ${text(reason)}`,
  },
  'system.started': {
    name: 'PyDash started',
    text: ({ version }) => `PyDash ${text(version)} started`,
  },
  'system.upgraded': {
    name: 'PyDash upgraded',
    text: ({ version }) => `PyDash upgraded to ${text(version)}`,
  },
  'system.upgrade_requested': { name: 'Upgrade requested', text: () => 'Upgrade requested' },
};

/** Returns the name of a type of event; types of scripts keep theirs. */
export const eventTypeName = (type: string): string => TYPES[type]?.name ?? type;

/** Returns what an event reports, in words. */
export const eventText = (event: EventInfo): string =>
  TYPES[event.event_type]?.text(valuesOf(event)) ?? event.event_type;

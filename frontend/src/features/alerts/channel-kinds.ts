/* The kinds of channels, and what each needs. A test compares the fields with those of the API. */
import type { ChannelKind } from '@/api/types';

export interface SettingField {
  name: string;
  label: string;
  hint?: string;
  placeholder?: string;
  /** Whether it is never shown again. */
  secret?: boolean;
  optional?: boolean;
  /** Offers these values instead of a text. */
  options?: readonly { value: string; name: string }[];
}

export interface KindInfo {
  name: string;
  /** What the other side is. */
  about: string;
  fields: readonly SettingField[];
}

const webhookUrl = (placeholder: string, hint?: string): SettingField => ({
  name: 'url',
  label: 'Webhook URL',
  placeholder,
  hint,
  secret: true,
});

const REGION: SettingField = {
  name: 'region',
  label: 'Region',
  optional: true,
  options: [
    { value: 'us', name: 'United States' },
    { value: 'eu', name: 'European Union' },
  ],
};

/** In the order in which they are offered. */
export const KINDS: Readonly<Record<ChannelKind, KindInfo>> = {
  mail: {
    name: 'Email',
    about: 'An email.',
    fields: [
      {
        name: 'address',
        label: 'Email address',
        hint: 'Unless it is that of your account, a mail asks the recipient for consent first.',
      },
    ],
  },
  webhook: {
    name: 'Webhook',
    about: 'Signed JSON to a server of yours.',
    fields: [
      { name: 'url', label: 'URL', placeholder: 'https://example.com/alerts' },
      {
        name: 'secret',
        label: 'Secret (optional)',
        hint: 'Signs each message, so that the server can check who sent it. At least 16 characters. Leave empty for a random one.',
        secret: true,
        optional: true,
      },
    ],
  },
  slack: {
    name: 'Slack',
    about: 'A message to a channel of Slack, through an incoming webhook.',
    fields: [webhookUrl('https://hooks.slack.com/services/…')],
  },
  discord: {
    name: 'Discord',
    about: 'A message to a channel of Discord. Create the webhook in its settings, Integrations.',
    fields: [webhookUrl('https://discord.com/api/webhooks/…')],
  },
  telegram: {
    name: 'Telegram',
    about: 'A message from a bot of Telegram.',
    fields: [
      { name: 'token', label: 'Token of the bot', hint: '@BotFather shows it.', secret: true },
      {
        name: 'chat_id',
        label: 'Chat ID',
        hint: 'A number, or @ and the name of a public channel. The bot must be a member.',
      },
    ],
  },
  teams: {
    name: 'Microsoft Teams',
    about: 'A card in Teams, through a workflow that starts when a webhook request is received.',
    fields: [webhookUrl('https://….logic.azure.com/…')],
  },
  google_chat: {
    name: 'Google Chat',
    about: 'A message to a space, through a webhook of its apps and integrations.',
    fields: [webhookUrl('https://chat.googleapis.com/v1/spaces/…')],
  },
  mattermost: {
    name: 'Mattermost',
    about: 'A message through an incoming webhook of your server.',
    fields: [webhookUrl('https://mattermost.example.com/hooks/…')],
  },
  matrix: {
    name: 'Matrix',
    about: 'A message to a room.',
    fields: [
      { name: 'homeserver', label: 'Homeserver', placeholder: 'https://matrix.example.org' },
      { name: 'token', label: 'Access token', secret: true },
      {
        name: 'room',
        label: 'Room ID',
        placeholder: '!abc:example.org',
        hint: 'The internal ID, which begins with an exclamation mark; the settings of the room show it.',
      },
    ],
  },
  ntfy: {
    name: 'ntfy',
    about: 'A push message to phones and desktops that subscribe to a topic.',
    fields: [
      { name: 'topic', label: 'Topic', hint: 'Whoever knows it can subscribe.' },
      {
        name: 'server',
        label: 'Server (optional)',
        placeholder: 'https://ntfy.sh',
        optional: true,
      },
      { name: 'token', label: 'Access token (optional)', secret: true, optional: true },
    ],
  },
  gotify: {
    name: 'Gotify',
    about: 'A push message through your Gotify server.',
    fields: [
      { name: 'url', label: 'Server', placeholder: 'https://gotify.example.com' },
      { name: 'token', label: 'Token of the application', secret: true },
    ],
  },
  pushover: {
    name: 'Pushover',
    about: 'A push message to a user or group.',
    fields: [
      { name: 'user', label: 'User or group key', secret: true },
      { name: 'token', label: 'API token of the application', secret: true },
    ],
  },
  pagerduty: {
    name: 'PagerDuty',
    about: 'Opens an incident, and resolves it.',
    fields: [
      {
        name: 'integration_key',
        label: 'Integration key',
        hint: 'Of an integration with the Events API v2.',
        secret: true,
      },
      REGION,
    ],
  },
  opsgenie: {
    name: 'Opsgenie',
    about: 'Opens an alert, and closes it.',
    fields: [
      { name: 'api_key', label: 'API key', hint: 'Of an API integration.', secret: true },
      REGION,
    ],
  },
  apprise: {
    name: 'Other service',
    about: 'Another service, as a URL of Apprise.',
    fields: [
      {
        name: 'url',
        label: 'URL',
        placeholder: 'pbul://ACCESS_TOKEN',
        hint: 'As the documentation of Apprise describes it, for services with a fixed host.',
        secret: true,
      },
    ],
  },
};

export const KIND_NAMES = Object.keys(KINDS) as ChannelKind[];

/** The values of a form: what a channel has, secrets as "••••", and nothing for all others. */
export const settingValues = (
  kind: ChannelKind,
  settings: Readonly<Record<string, unknown>> = {},
): Record<string, string> =>
  Object.fromEntries(
    KINDS[kind].fields.map(({ name, options }) => [
      name,
      typeof settings[name] === 'string' ? settings[name] : (options?.[0]?.value ?? ''),
    ]),
  );

/**
 * Returns the settings to send: those of the kind that are not empty.
 *
 * An optional secret that is emptied is null, which deletes it; the secret of a webhook cannot be.
 */
export function settingsToSend(
  kind: ChannelKind,
  values: Readonly<Record<string, string>>,
): Record<string, string | null> {
  const sent = KINDS[kind].fields.map(({ name, secret, optional }) => {
    const value = (values[name] ?? '').trim();
    if (value !== '') return [name, value];
    return [name, secret && optional && kind !== 'webhook' ? null : undefined];
  });
  return Object.fromEntries(sent.filter(([, value]) => value !== undefined)) as Record<
    string,
    string | null
  >;
}

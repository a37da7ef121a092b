import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { KIND_NAMES, KINDS, settingsToSend, settingValues } from '@/features/alerts/channel-kinds';

interface Schema {
  properties: Record<string, { writeOnly?: boolean }>;
  required?: string[];
}

interface Document {
  components: {
    schemas: {
      NewChannel: { properties: { kind: { enum: string[] }; settings: { anyOf: Schema[] } } };
    };
  };
}

const { kind, settings } = (JSON.parse(readFileSync('../docs/openapi.json', 'utf-8')) as Document)
  .components.schemas.NewChannel.properties;

it('offers all kinds of the API', () => {
  expect(KIND_NAMES.toSorted()).toEqual(kind.enum.toSorted());
});

describe.each(KIND_NAMES)('the form of %s', (name) => {
  // The API lists the settings in the order of the kinds.
  const schema = settings.anyOf[kind.enum.indexOf(name)];
  const { fields } = KINDS[name];

  it('has the fields of the API, and knows which are required and secret', () => {
    const known = fields.map((field) => [field.name, !field.optional, field.secret ?? false]);
    const expected = Object.entries(schema?.properties ?? {}).map(([field, { writeOnly }]) => [
      field,
      schema?.required?.includes(field) ?? false,
      writeOnly ?? false,
    ]);
    expect(known.toSorted()).toEqual(expected.toSorted());
  });
});

describe('the settings that are sent', () => {
  it('leave out what is empty', () => {
    const values = { server: ' ', topic: ' alerts ', token: 'tk_1' };
    expect(settingsToSend('ntfy', values)).toEqual({ topic: 'alerts', token: 'tk_1' });
  });

  it('keep a hidden secret, and delete an optional one that is emptied', () => {
    const shown = settingValues('ntfy', { server: 'https://n', topic: 'a', token: '••••' });
    expect(settingsToSend('ntfy', shown).token).toBe('••••');
    expect(settingsToSend('ntfy', { ...shown, token: '' }).token).toBeNull();
  });

  it('let the API choose the secret of a webhook', () => {
    expect(settingsToSend('webhook', { url: 'https://h', secret: '' })).toEqual({
      url: 'https://h',
    });
  });
});

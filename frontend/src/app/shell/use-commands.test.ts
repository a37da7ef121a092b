import { describe, expect, it } from 'vitest';

import { findCommands, type Command } from '@/app/shell/use-commands';

const command = (group: Command['group'], label: string, detail?: string): Command => ({
  id: `${label} ${detail}`,
  group,
  label,
  detail,
  icon: 'chart',
  run: () => undefined,
});

const labels = (commands: readonly Command[], typed: string) =>
  findCommands(commands, typed).map(({ label }) => label);

describe('the commands found', () => {
  it('contain every word, in the label, the detail or the group', () => {
    const commands = [
      command('Endpoints', 'cart.pay', 'Bookshop'),
      command('Endpoints', 'cart.pay', 'Warehouse'),
      command('Pages', 'Alerts'),
    ];
    expect(labels(commands, 'PAY book')).toEqual(['cart.pay']);
    expect(labels(commands, 'endpoints')).toEqual(['cart.pay', 'cart.pay']);
    expect(labels(commands, '')).toEqual(['Alerts', 'cart.pay', 'cart.pay']);
    expect(labels(commands, 'nothing')).toEqual([]);
  });

  it('begin with those that start with the text, at most ten of each group', () => {
    const many = Array.from({ length: 20 }, (_, number) =>
      command('Endpoints', `shop.item${number}`),
    );
    const found = labels([...many, command('Endpoints', 'item')], 'item');
    expect(found[0]).toBe('item');
    expect(found).toHaveLength(10);
  });
});

import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';

import type { StackFrame } from '@/api/types';
import { StackView, tracebackOf } from '@/features/diagnosis/stack-view';
import { renderPage } from '@/testing/render';

const frame = (name: string, own: boolean, source: string | null = null): StackFrame => ({
  file: `${name}.py`,
  line: 7,
  function: name,
  own,
  source,
});

const STACK = [
  frame('wsgi', false),
  frame('dispatch', false),
  frame('pay', true, '  charge(card)'),
  frame('send', false),
];

const shown = () => screen.getAllByRole('listitem').map(({ textContent: text }) => text);

test('frames of the app are open, and the others open on a click, in their place', async () => {
  renderPage(<StackView stack={STACK} />);
  expect(shown()).toEqual([
    '2 frames of packages',
    'pay pay.py:7charge(card)',
    '1 frame of a package',
  ]);
  await userEvent.click(screen.getByRole('button', { name: '1 frame of a package' }));
  expect(shown().at(-1)).toBe('send send.py:7, raised here');
  await userEvent.click(screen.getByRole('button', { name: '2 frames of packages' }));
  expect(shown().slice(1, 4)).toEqual([
    'wsgi wsgi.py:7',
    'dispatch dispatch.py:7',
    'pay pay.py:7charge(card)',
  ]);
});

test('a stack without frames of the app is open', () => {
  renderPage(<StackView stack={[frame('wsgi', false), frame('send', false)]} />);
  expect(shown()).toEqual(['wsgi wsgi.py:7', 'send send.py:7, raised here']);
});

test('a stack is copied as Python prints it', () => {
  expect(tracebackOf(STACK.slice(1, 3), 'KeyError: 1')).toBe(
    [
      'Traceback (most recent call last):',
      '  File "dispatch.py", line 7, in dispatch',
      '  File "pay.py", line 7, in pay',
      '    charge(card)',
      'KeyError: 1',
    ].join('\n'),
  );
});

import { screen } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { CodeBlock } from '@/components/code-block';
import { renderPage } from '@/testing/render';

async function copy(user: UserEvent) {
  renderPage(<CodeBlock label="the token" code="pydash_secret" />);
  await user.click(screen.getByRole('button', { name: 'Copy the token' }));
}

describe('copying', () => {
  it('copies the text to the clipboard', async () => {
    await copy(userEvent.setup());
    expect(await screen.findByText('Copied.')).toBeVisible();
    expect(await navigator.clipboard.readText()).toBe('pydash_secret');
  });

  it('explains what to do when the clipboard is unavailable, as without HTTPS', async () => {
    const user = userEvent.setup();
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
    await copy(user);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Select the text and copy it manually.',
    );
  });
});

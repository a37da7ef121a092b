import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { playSound, enableSounds } from '@/lib/sounds';

const started = vi.fn();

function activate(hasBeenActive: boolean) {
  vi.stubGlobal('navigator', { userActivation: { hasBeenActive } });
}

class Node_ {
  gain = { linearRampToValueAtTime: vi.fn(), exponentialRampToValueAtTime: vi.fn() };
  connect = (next: unknown) => next;
  start = started;
  stop = vi.fn();
}

class Context {
  currentTime = 0;
  destination = {};
}

describe('sounds', () => {
  beforeEach(() => {
    started.mockClear();
    vi.stubGlobal('AudioContext', Context);
    vi.stubGlobal('OscillatorNode', Node_);
    vi.stubGlobal('GainNode', Node_);
  });
  afterEach(() => {
    enableSounds(false);
    vi.unstubAllGlobals();
  });

  it('are off unless the user has enabled them', () => {
    activate(true);
    playSound('success');
    expect(started).not.toHaveBeenCalled();
  });

  it('wait for the first click', () => {
    enableSounds(true);
    activate(false);
    playSound('success');
    expect(started).not.toHaveBeenCalled();
  });

  it('play if enabled', () => {
    enableSounds(true);
    activate(true);
    playSound('success');
    expect(started).toHaveBeenCalledTimes(2);
  });
});

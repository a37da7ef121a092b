/* Short synthesized tones. They play only if the user has enabled sounds and has interacted with
   the page, which browsers require. */

type Sound = 'success' | 'error';

/** The notes of a sound: frequency in Hz and start time in seconds. */
const NOTES: Readonly<Record<Sound, readonly (readonly [number, number])[]>> = {
  success: [
    [659.25, 0],
    [987.77, 0.09],
  ],
  error: [
    [311.13, 0],
    [233.08, 0.12],
  ],
};

const LENGTH_S = 0.22;
const LOUDNESS = 0.06;

let wanted = false;
let context: AudioContext | undefined;

/** Applies the user's setting. */
export function enableSounds(value: boolean): void {
  wanted = value;
}

const hasClicked = () => navigator.userActivation.hasBeenActive;

function playNote(audio: AudioContext, frequency: number, delay: number): void {
  const start = audio.currentTime + delay;
  const tone = new OscillatorNode(audio, { type: 'sine', frequency });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH_S);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + LENGTH_S);
}

/** Plays a sound if sounds are enabled. */
export function playSound(sound: Sound): void {
  if (!wanted || !hasClicked()) return;
  context ??= new AudioContext();
  for (const [frequency, delay] of NOTES[sound]) playNote(context, frequency, delay);
}

/* All windows of a browser share one session, so each tells the others when it changes it. */

import type { QueryClient } from '@tanstack/react-query';

import { signedOutKey, userKey } from '@/api/core/session-keys';
import { ROOT } from '@/lib/root';

interface SessionChange {
  signedOut: boolean;
}

// Another PyDash may be served below another path of the same host.
const channel = new BroadcastChannel(`pydash ${ROOT}`);

/** Tells the other windows that the user has signed in or out here. */
export const announceSession = (change: SessionChange): void => channel.postMessage(change);

/** Asks for the user again whenever another window signs in or out. */
export function followOtherWindows(queryClient: QueryClient): void {
  channel.onmessage = ({ data }: MessageEvent<SessionChange>) => {
    queryClient.setQueryData(signedOutKey, data.signedOut);
    void queryClient.invalidateQueries({ queryKey: userKey });
  };
}

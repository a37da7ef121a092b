import { Frame } from '@/components/panel';
import { EventList } from '@/components/activity/event-list';

const OF_ACCOUNT = [{ field: 'user_id', op: 'exists', type: 'string', value: '' }];

/** What the user has done, sign-ins and changes of the account among it. */
export const SecurityLogSection = () => (
  <Frame title="Security log" subtitle="Sign-ins, and what was changed by your account">
    <EventList label="Security log" filter={{ conditions: OF_ACCOUNT }} />
  </Frame>
);

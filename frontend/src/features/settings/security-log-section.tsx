import { Frame } from '@/components/panel';
import { EventList } from '@/components/activity/event-list';

const OF_ACCOUNT = [{ field: 'user_id', op: 'exists', type: 'string', value: '' }];

/** The sign-ins and the changes of the account. */
export const SecurityLogSection = () => (
  <Frame title="Security log" subtitle="Sign-ins and changes of your account">
    <EventList label="Security log" filter={{ conditions: OF_ACCOUNT }} />
  </Frame>
);

import type { Dashboard, User } from '@/api/types';

export const alice: User = {
  id: '5f0c8d7e-0000-4000-8000-000000000001',
  name: 'alice',
  email: 'alice@example.com',
  pending_email: null,
  verified: true,
  admin: false,
  play_sounds: false,
  timezone: null,
};

/** Returns a healthy dashboard with overrides. */
export const makeDashboard = (part: Partial<Dashboard> = {}): Dashboard => ({
  id: '5f0c8d7e-0000-4000-8000-0000000000d1',
  name: 'Web shop',
  url: 'https://shop.example.com/dashboard',
  header_names: [],
  monitor_downtime: true,
  availability: 'up',
  ping_interval: null,
  failure: null,
  certificate_expires: null,
  in_maintenance: false,
  muted_until: null,
  muted_until_resolved: false,
  retention: null,
  state: 'fetched_endpoint_calls',
  error: null,
  http_status: 200,
  last_fetch_time: new Date().toISOString(),
  fmd_version: '5.1.0',
  default_token: false,
  set_aside: 0,
  notices: [],
  limits_reached: [],
  progress: null,
  downtime_percentage: 0.013,
  summary: {
    visits_today: 12345,
    p50: 12.34,
    p95: 1234,
    error_rate: 0.01,
    sparkline: Array.from({ length: 24 }, (_, hour) => hour),
  },
  ...part,
});

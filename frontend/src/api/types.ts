/* Short names for the shapes in the API's own description (schema.ts is generated from it). */
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type Message = Schemas['Message'];
export type User = Schemas['UserInfo'];
export type Dashboard = Schemas['DashboardInfo'];
export type DashboardDetails = Schemas['DashboardDetails'];
export type DashboardSettings = Schemas['DashboardSettings'];
export type EndpointInfo = Schemas['EndpointInfo'];
export type Probe = Schemas['Probe'];
export type ProbeStep = Schemas['ProbeStep'];
export type ApiToken = Schemas['TokenInfo'];
export type BrowserSession = Schemas['SessionInfo'];
export type BoxPlot = Schemas['BoxPlot'];
export type Heatmap = Schemas['Heatmap'];
export type Histogram = Schemas['Histogram'];
export type Downtime = Schemas['Downtime'];

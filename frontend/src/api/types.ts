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
export type Registration = Schemas['Registration'];
export type UserName = Schemas['UserName'];
export type MailAddress = Schemas['MailAddress'];
export type PasswordReset = Schemas['PasswordReset'];
export type PasswordChange = Schemas['PasswordChange'];
export type PasswordConfirmation = Schemas['PasswordConfirmation'];
export type Settings = Schemas['Settings'];
export type Sessions = Schemas['Sessions'];
export type Tokens = Schemas['Tokens'];
export type NewToken = Schemas['NewToken'];
export type TokenSecret = Schemas['TokenSecret'];
export type Connection = Schemas['Connection'];
export type NewDashboard = Schemas['NewDashboard'];
export type Credentials = Schemas['Credentials'];
export type ImportProgress = Schemas['ImportProgress'];

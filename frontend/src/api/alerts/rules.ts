import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';

import { alertsKey } from '@/api/alerts/alerts';
import { useChange } from '@/api/core/change';
import { dashboardPath, get, post } from '@/api/core/client';
import type {
  Message,
  Mute,
  NewRule,
  RuleMessage,
  RulePreview,
  RuleReplay,
  Rules,
  RuleSettings,
  RulesMessage,
  SuggestedRules,
} from '@/api/types';

const rulesKey = ['rules'] as const;
const REFRESH_MS = 15_000;

const rulePath = (id: string, action: string) => `/rules/${encodeURIComponent(id)}/${action}`;

const rulesQuery = (dashboardId?: string) =>
  queryOptions({
    queryKey: [...rulesKey, 'list', dashboardId],
    queryFn: async ({ signal }) =>
      (await get<Rules>('/rules', { dashboard_id: dashboardId }, signal)).rules,
    refetchInterval: REFRESH_MS,
  });

/** The rules of the account, or those that watch a dashboard, oldest first. */
export const useRules = (dashboardId?: string) => useQuery(rulesQuery(dashboardId));

/** Changes rules, and loads them and the alerts again. */
const useRuleMutation = <V, R>(mutationFn: (variables: V) => Promise<R>) =>
  useChange(mutationFn, rulesKey, alertsKey);

export const useCreateRule = () =>
  useRuleMutation((rule: NewRule) => post<RuleMessage>('/rules', rule));

/** Changes the given settings of a rule and leaves the others as they are. */
export const useChangeRule = (id: string) =>
  useRuleMutation((settings: Partial<RuleSettings>) =>
    post<RuleMessage>(rulePath(id, 'change_settings'), settings),
  );

/** Deletes a rule, which ends its alerts. */
export const useDeleteRule = (id: string) =>
  useRuleMutation(() => post<Message>(rulePath(id, 'delete')));

/** Sends no messages of a rule for some time, or sends them again. */
export const useMuteRule = (id: string) =>
  useRuleMutation((mute: Mute) => post<RuleMessage>(rulePath(id, 'mute'), mute));

/** Replays a rule over the past. */
export const usePreviewRule = () =>
  useMutation({ mutationFn: (rule: RulePreview) => post<RuleReplay>('/rules/preview', rule) });

/** The rules that are useful for most apps, and whether a dashboard has them. */
export const useSuggestedRules = (dashboardId: string) =>
  useQuery({
    queryKey: [...rulesKey, 'suggested', dashboardId],
    queryFn: async ({ signal }) => {
      const path = dashboardPath(dashboardId, 'rules', 'suggested');
      return (await get<SuggestedRules>(path, undefined, signal)).rules;
    },
  });

/** Adds the suggested rules that a dashboard does not have yet. */
export const useTakeSuggestedRules = (dashboardId: string) =>
  useRuleMutation((taken: { channels: string[] }) =>
    post<RulesMessage>(dashboardPath(dashboardId, 'rules', 'suggested'), taken),
  );

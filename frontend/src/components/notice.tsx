import type { ReactNode } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { messageOf } from '@/api/core/errors';
import { Icon, type IconName } from '@/components/icon';

interface NoticeProps {
  icon?: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  tone?: 'quiet' | 'error';
}

/** A short centred message: what happened and what to do next. */
export const Notice = ({ icon, title, children, action, tone = 'quiet' }: NoticeProps) => (
  <Box
    role={tone === 'error' ? 'alert' : undefined}
    sx={{
      minHeight: 'inherit',
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      justifyContent: 'center',
      gap: 1,
      px: 2,
      py: 4,
      textAlign: 'center',
    }}
  >
    {icon && (
      <Icon name={icon} size={24} color={tone === 'error' ? 'error.main' : 'text.secondary'} />
    )}
    <Typography sx={{ fontWeight: 550 }}>{title}</Typography>
    {children && (
      <Typography component="div" variant="body2" color="textSecondary" sx={{ maxWidth: 520 }}>
        {children}
      </Typography>
    )}
    {action && <Box sx={{ mt: 1 }}>{action}</Box>}
  </Box>
);

interface FailureProps {
  title?: string;
  error: unknown;
  retry: () => void;
}

/** An error with a retry button. */
export const Failure = ({ title = 'Failed to load', error, retry }: FailureProps) => (
  <Notice
    icon="alert"
    tone="error"
    title={title}
    action={
      <Button variant="outlined" startIcon={<Icon name="refresh" />} onClick={retry}>
        Try again
      </Button>
    }
  >
    {messageOf(error)}
  </Notice>
);

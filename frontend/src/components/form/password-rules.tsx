import Box from '@mui/material/Box';

import { Icon } from '@/components/icon';
import { PASSWORD_RULES } from '@/lib/password';

interface PasswordRulesProps {
  password: string;
  userName: string;
}

/** The password requirements, updated while typing. */
export const PasswordRules = ({ password, userName }: PasswordRulesProps) => (
  <Box
    component="ul"
    aria-label="Password requirements"
    sx={{ m: 0, mt: -1, p: 0, listStyle: 'none', fontSize: '0.75rem', color: 'text.secondary' }}
  >
    {PASSWORD_RULES.map(({ text, isMet }) => {
      const isSatisfied = isMet(password, userName);
      return (
        <Box
          component="li"
          key={text}
          sx={{ display: 'flex', alignItems: 'center', gap: 0.75, py: 0.25 }}
        >
          <Icon
            name={isSatisfied ? 'check' : 'dot'}
            size={14}
            color={isSatisfied ? 'success.main' : 'text.secondary'}
          />
          <span>
            {text}
            <Box component="span" sx={{ position: 'absolute', clipPath: 'inset(50%)' }}>
              {isSatisfied ? ' (met)' : ' (not met)'}
            </Box>
          </span>
        </Box>
      );
    })}
  </Box>
);

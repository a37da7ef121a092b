import { readdirSync } from 'node:fs';

import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/* The walls: shared (api, components, hooks, lib, theme) → features → app.
   Each arrow may be followed to the left only, and no feature knows another. */
const features = readdirSync(`${import.meta.dirname}/src/features`);
const shared = ['api', 'components', 'hooks', 'lib', 'testing', 'theme'];

const upward = { group: ['../*'], message: 'Import other folders through "@/…".' };
const app = { group: ['@/app/*'], message: 'Nothing below the app may import it.' };
const anyFeature = { group: ['@/features/*'], message: 'Shared code knows no feature.' };
const otherFeature = (own) => ({
  group: features.filter((name) => name !== own).map((name) => `@/features/${name}/*`),
  message: 'A feature knows no other feature; share through components, hooks or lib.',
});

const wall = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'src/api/schema.ts'] },
  js.configs.recommended,
  jsxA11y.flatConfigs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false } },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/only-throw-error': 'off',
    },
  },
  {
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules, 'no-console': 'error' },
  },
  { rules: { 'jsx-a11y/no-autofocus': 'off' } },
  wall(['src/**/*.{ts,tsx}'], [upward]),
  wall(
    shared.map((folder) => `src/${folder}/**/*.{ts,tsx}`),
    [upward, app, anyFeature],
  ),
  ...features.map((name) =>
    wall([`src/features/${name}/**/*.{ts,tsx}`], [upward, app, otherFeature(name)]),
  ),
);

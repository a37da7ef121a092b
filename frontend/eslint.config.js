import { readdirSync } from 'node:fs';

import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const SOURCE = `${import.meta.dirname}/src`;
const foldersIn = (folder) =>
  readdirSync(`${SOURCE}/${folder}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => (folder ? `${folder}/${entry.name}` : entry.name));

/* The layers of src/, bottom-up, and which folders each may import besides itself. The longest
   matching folder applies to a file; a folder that is not listed fails the configuration. */
const SHARED = ['lib', 'theme', 'api', 'hooks', 'components'];
const MAY_IMPORT = {
  lib: ['api/types'],
  theme: ['lib'],
  'api/core': ['api/types', 'lib'],
  'api/auth': ['api/types', 'api/core', 'lib'],
  'api/alerts': ['api/types', 'api/core', 'lib'],
  'api/status-pages': ['api/types', 'api/core', 'lib'],
  'api/account': ['api/types', 'api/core', 'lib'],
  'api/system': ['api/types', 'api/core', 'lib'],
  'api/events': ['api/types', 'api/core', 'lib'],
  'api/statistics': ['api/types', 'api/core', 'lib'],
  'api/dashboards': ['api/types', 'api/core', 'api/statistics', 'lib'],
  'api/diagnosis': ['api/types', 'api/core', 'api/statistics', 'lib'],
  'api/usage': ['api/types', 'api/core', 'api/statistics', 'lib'],
  hooks: ['lib', 'theme', 'api'],
  'components/charts': ['lib', 'theme'],
  components: ['lib', 'theme', 'api', 'hooks'],
  ...Object.fromEntries(foldersIn('features').map((feature) => [feature, SHARED])),
  app: [...SHARED, 'features'],
  testing: SHARED,
};

const listed = Object.keys(MAY_IMPORT);
const unlisted = [...foldersIn(''), ...foldersIn('api')].filter(
  (folder) => !listed.some((layer) => layer === folder || layer.startsWith(`${folder}/`)),
);
if (unlisted.length > 0) throw new Error(`No layer in eslint.config.js: ${unlisted.join(', ')}`);

const TEST_PACKAGES = ['vitest', 'msw', 'msw/*', '@testing-library/*', 'fake-indexeddb/*'];

/* Packages that only one layer may use: [package names, layers]. */
const PACKAGES = [
  [['@nivo/*'], ['components/charts']],
  [
    ['@mui/*', '@emotion/*', 'react-hook-form'],
    ['theme', 'hooks', 'components', 'components/charts', ...foldersIn('features'), 'app'],
  ],
];

/** The imports that no file in `folder` may have, with or without test helpers. */
function forbiddenImports(folder, { inTests }) {
  const allowed = [folder, ...MAY_IMPORT[folder], ...(inTests ? ['testing'] : [])];
  const patterns = [
    { regex: '^\\.', message: 'Import through "@/…".' },
    { regex: '^@/api/schema$', message: 'Import the short names from "@/api/types".' },
    {
      regex: `^@/(?!(${allowed.join('|')})(/|$))`,
      message: `${folder} may import: ${MAY_IMPORT[folder].join(', ') || 'no other folder'}.`,
    },
  ];
  for (const [group, layers] of PACKAGES) {
    if (!layers.includes(folder)) {
      patterns.push({ group, message: `Allowed in: ${layers.join(', ')}.` });
    }
  }
  if (!inTests) patterns.push({ group: TEST_PACKAGES, message: 'For tests only.' });
  return patterns;
}

const dynamicImports = (patterns) =>
  patterns
    .filter(({ regex }) => regex)
    .map(({ regex, message }) => ({
      selector: `ImportExpression > Literal.source[value=/${regex.replaceAll('/', '\\u002F')}/]`,
      message,
    }));

function boundary(folder, files, options) {
  const patterns = forbiddenImports(folder, options);
  return {
    files,
    rules: {
      'no-restricted-imports': ['error', { patterns }],
      'no-restricted-syntax': ['error', ...dynamicImports(patterns)],
    },
  };
}

/* Outer folders first: the last matching configuration wins. */
const boundaries = listed
  .toSorted((one, other) => one.length - other.length)
  .flatMap((folder) => [
    boundary(folder, [`src/${folder}/**/*.{ts,tsx}`], { inTests: folder === 'testing' }),
    boundary(folder, [`src/${folder}/**/*.test.{ts,tsx}`], { inTests: true }),
  ]);

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
    rules: {
      ...reactHooks.configs.recommended.rules,
      'no-console': 'error',
      'no-duplicate-imports': 'error',
      'jsx-a11y/no-autofocus': 'off',
    },
  },
  ...boundaries,
);

import eslint from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  globalIgnores(['**/dist', 'schema/operations/*.ts', 'clients/typescript/src/generated', 'bench/node_modules']),
  eslint.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Fastify hooks and handlers are async by signature.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      // A failed promise is cached and thrown on as it came.
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['src/settings/environment.ts', 'test/**', 'clients/**', 'examples/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in src/settings/environment.ts only.' },
      ],
    },
  },
  {
    files: ['src/**', 'datasources/**', 'resolvers/**', 'schema/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ObjectExpression > Property[kind=/^[gs]et$/]',
          message: 'V8 keeps an object literal with a getter until a full garbage collection: use a class.',
        },
      ],
    },
  },
  {
    // An operation written down in a test has no generated type; what it answers is compared as a whole.
    files: ['test/**', 'examples/**'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  // An emulator takes any JSON and compares it as text.
  { files: ['datasources/*/emulator/**'], rules: { '@typescript-eslint/no-base-to-string': 'off' } },
  // Its packages are installed by the folder itself, whose `npm test` checks the types.
  {
    files: ['**/*.js', '**/*.mjs', 'clients/**', 'examples/**', 'site/**'],
    extends: [tseslint.configs.disableTypeChecked],
  },
)

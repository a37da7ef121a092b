import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import react from '@vitejs/plugin-react';
import { VitePWA } from 'vite-plugin-pwa';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const OUT_DIR = fileURLToPath(new URL('../pydash_web/static', import.meta.url));
const backend = process.env.PYDASH_BACKEND ?? 'http://127.0.0.1:5000';

/** Writes compressed copies of the files, so that the server does not compress every response. */
const compress = (): Plugin => ({
  name: 'compress',
  apply: 'build',
  closeBundle: {
    order: 'post', // after the service worker was written
    sequential: true,
    handler() {
      for (const name of readdirSync(OUT_DIR, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|svg|webmanifest)$/.test(name)) continue;
        const content = readFileSync(join(OUT_DIR, name));
        writeFileSync(join(OUT_DIR, `${name}.gz`), gzipSync(content));
        writeFileSync(join(OUT_DIR, `${name}.br`), brotliCompressSync(content));
      }
    },
  },
});

export default defineConfig({
  base: './', // the server puts the path below which it serves PyDash into index.html
  plugins: [
    react(),
    VitePWA({
      registerType: 'prompt',
      injectRegister: false, // an inline script would break the content security policy
      manifest: {
        name: 'PyDash',
        short_name: 'PyDash',
        description: 'All your Flask monitoring dashboards in one place',
        display: 'standalone',
        background_color: '#fbfbfc',
        theme_color: '#fbfbfc',
        icons: [
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg}', '**/inter-latin-wght-*.woff2'],
        // PyDash may be below any path; below /dashboards/, these are names of endpoints.
        navigateFallbackDenylist: [
          /^(?:(?!\/dashboards\/).)*\/(?:api\/|exporter\/|s\/|subscriptions\/|(?:metrics|status|healthz|readyz)$)/,
        ],
      },
    }),
    compress(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: OUT_DIR,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    manifest: true,
    // Small files load slowly: what many pages share is in two instead of dozens.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'start', tags: ['$initial'] },
            { name: 'common', minShareCount: 8 },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/api': backend, '/exporter': backend, '/s/': backend, '/subscriptions/': backend },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    // The files share one jsdom and the modules, which halves the time; setup.ts cleans up.
    isolate: false,
    testTimeout: 20_000,
  },
});

/**
 * How the studio is built: one page and two module workers, every address relative, nothing from other hosts.
 * Leaves out tests (vitest has its own configuration).
 */
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** Vite's dev server needs inline scripts for hot reload; the built page keeps its content security policy. */
function relaxPolicyInDev(): Plugin {
  return {
    name: 'whetstone:relax-policy-in-dev',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
  };
}

/**
 * The page opens without a network after the first visit, the demo with it, and can be installed. A new version waits until every
 * tab of the old one is closed or the person reloads by its notice: a run in progress keeps the files it began with.
 */
const offline = () =>
  VitePWA({
    registerType: 'prompt',
    injectRegister: null,
    manifest: {
      name: 'Whetstone',
      short_name: 'Whetstone',
      description: 'Aligns language models in your browser: SFT, reward model and iterative DPO on WebGPU.',
      start_url: '.',
      display: 'standalone',
      background_color: '#f8f9fa',
      theme_color: '#099268',
      icons: [
        { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
        { src: 'icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
        { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
        { src: 'icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
      ],
    },
    workbox: {
      // All of one version, the demo's files too: a page never gets those of another.
      globPatterns: ['index.html', 'assets/*.{js,css}', '*.{svg,png}', 'demo/**/*.{json,jsonl,safetensors}'],
      // tfjs and the kernels in one worker.
      maximumFileSizeToCacheInBytes: 8_000_000,
    },
  });

export default defineConfig(({ command }) => {
  // A build is for people also when a test or another tool started it with an environment of its own.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    base: './',
    plugins: [react(), relaxPolicyInDev(), offline()],
    worker: { format: 'es' },
    build: {
      target: 'es2023',
      sourcemap: true,
      modulePreload: { polyfill: false },
      // tfjs alone is over Vite's default of 500 kB.
      chunkSizeWarningLimit: 4000,
      // Writing the service worker takes seconds, and is meant to.
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  };
});

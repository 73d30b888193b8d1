/**
 * How the studio is built: one page and two module workers, every address relative, nothing from other hosts.
 * Leaves out tests (vitest has its own configuration).
 */
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Vite's dev server needs inline scripts for hot reload; the built page keeps its content security policy. */
function relaxPolicyInDev(): Plugin {
  return {
    name: 'whetstone:relax-policy-in-dev',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
  };
}

export default defineConfig(({ command }) => {
  // A build is for people also when a test or another tool started it with an environment of its own.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    base: './',
    plugins: [react(), relaxPolicyInDev()],
    worker: { format: 'es' },
    build: {
      target: 'es2023',
      sourcemap: true,
      modulePreload: { polyfill: false },
      // tfjs alone is over Vite's default of 500 kB.
      chunkSizeWarningLimit: 4000,
    },
  };
});

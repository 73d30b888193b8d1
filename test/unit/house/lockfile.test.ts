/** `npm ci` must work from a fresh clone everywhere: the lockfile names every platform's builds, whatever mirror it was made with. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingEntries, platformOf } from '../../../scripts/complete-lockfile.mjs';

describe('lockfile', () => {
  it('lacks no optional package (else run `npm run lockfile`)', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    expect(Object.keys(missingEntries(lock.packages))).toEqual([]);
  });

  it('is completed with the platform that a name tells', () => {
    const optionalDependencies = {
      '@a/b-linux-arm-musleabihf': '1.2.3',
      '@a/b-win32-x64-msvc': '1.2.3',
      '@a/c-darwin-x64': '1.0.0',
    };
    const packages = {
      'node_modules/a': { version: '1.2.3', dev: true, optionalDependencies },
      'node_modules/@a/c-darwin-x64': { version: '1.0.0' },
    };
    expect(missingEntries(packages)).toEqual({
      'node_modules/@a/b-linux-arm-musleabihf': {
        ...{ version: '1.2.3', cpu: ['arm'], os: ['linux'], libc: ['musl'], dev: true, optional: true },
      },
      'node_modules/@a/b-win32-x64-msvc': { version: '1.2.3', cpu: ['x64'], os: ['win32'], dev: true, optional: true },
    });
  });

  it('is not completed by guesses', () => {
    expect(platformOf('fsevents')).toBeNull();
    const packages = { 'node_modules/a': { version: '1.0.0', optionalDependencies: { fsevents: '2.0.0' } } };
    expect(() => missingEntries(packages)).toThrow(/lacks fsevents@2\.0\.0/);
  });
});

/** Ends a browser as a crash would. Linux only, as the end-to-end tests are. */
import { readdirSync, readFileSync } from 'node:fs';

/** Kills the main process of the browser that has this profile, at once. The profile's path must be the test's own. */
export function killBrowser(profile: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let command = '';
    try {
      command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      continue; // it ended meanwhile
    }
    if (command.includes(`--user-data-dir=${profile}`) && !command.includes('--type='))
      process.kill(Number(pid), 'SIGKILL');
  }
}

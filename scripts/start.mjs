/** `npm start`: installs if needed, builds if needed, serves the studio on loopback and prints the address. `--port N` to choose. */
import { parseArgs } from 'node:util';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { distFolder } from './lib/paths.mjs';
import { serveFolder, studioPolicy } from './serve.mjs';

async function main() {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '4173' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port ${values.port}: expected 0 to 65535.`);
  ensureInstalled();
  ensureBuilt();
  const server = await serveFolder({ folder: distFolder, port, policy: studioPolicy });
  console.log(`Whetstone runs at ${server.address}\nOpen it in Chrome or Edge (WebGPU). Ctrl-C ends the server.`);
  const stop = () => void server.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});

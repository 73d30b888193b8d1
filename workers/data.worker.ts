/** Entry of the data worker (dedicated): parses, checks, hashes and stores files. All behaviour is in data-commands.ts. */
import { closeConnections } from '../src/hub/connections';
import type { DataCommands } from '../src/protocol/studio';
import { openStudioDatabase } from '../src/storage/database';
import { dataHandlers } from './data-commands';
import { serveCommands } from './serve-commands';

closeConnections();

// Commands may arrive at once, so they are served at once; each waits for the storage, or reports that there is none.
const database = openStudioDatabase();
database.catch(() => {});
serveCommands<DataCommands>(
  self,
  dataHandlers(database, (event, payload) => self.postMessage({ event, payload })),
);

/** Entry of the pair worker (dedicated): looks through pairs and keeps decisions about them. All behaviour is in pair-commands.ts. */
import { closeConnections } from '../src/hub/connections';
import type { PairCommands } from '../src/protocol/pairs';
import { openStudioDatabase } from '../src/storage/database';
import { pairHandlers } from './pair-commands';
import { serveCommands } from './serve-commands';

closeConnections();

const database = openStudioDatabase();
database.catch(() => {});
serveCommands<PairCommands>(self, pairHandlers(database));

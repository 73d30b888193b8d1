/** A run's name while it is being changed. */
import { useState } from 'react';
import type { RunState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';

/** The longest name in characters. */
export const longestName = 200;

/** `save` ends the change, and sends the name where it is another. */
export function useRename(run: RunState, onEnd: () => void) {
  const commands = useCommands();
  const [name, setName] = useState(run.name);
  const save = () => {
    onEnd();
    if (name.trim() !== run.name) void commands.attempt(() => commands.renameRun(run.id, name));
  };
  return { name, setName, save };
}

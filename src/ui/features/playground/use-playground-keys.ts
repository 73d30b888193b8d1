/** The playground's keys outside its fields: the last prompt again, of both or one, and edited. */
import { useHotkeys } from '@mantine/hooks';
import { useCommands, useStudio } from '../../app/studio-context';
import { once } from '../../primitives/key-button';
import { placesOf } from './turn-places';
import { useAskingAgain } from './use-asking-again';

export function usePlaygroundKeys(): void {
  const { attempt, regenerate } = useCommands();
  const last = useStudio((state) => state.turns.at(-1));
  const { canAskAgain, canRegenerate, again, edit } = useAskingAgain();
  const places = last ? placesOf(last) : [];
  const alone = (side: number) => {
    const place = places[side];
    if (place !== undefined) void attempt(() => regenerate(place));
  };
  useHotkeys(
    [
      ...(canAskAgain
        ? ([
            ['a', once(again)],
            ['e', once(edit)],
          ] as const)
        : []),
      ...(canRegenerate
        ? ([
            ['l', once(() => alone(0))],
            ['r', once(() => alone(1))],
          ] as const)
        : []),
    ].map(([key, work]): [string, (event: KeyboardEvent) => void] => [key, work]),
  );
}

/** Which run is asked, or which model of the library. Another choice begins a new conversation. */
import { Select } from '@mantine/core';
import { useEffect } from 'react';
import { useCommands, useStudio } from '../../app/studio-context';
import { firstModels, keyOf, sourceItems, sourceOf, type ListedSource } from './sources';

interface SourceChoiceProps {
  sources: readonly ListedSource[];
  /** undefined while none is chosen, or what was is gone. */
  chosen: ListedSource | undefined;
}

export function SourceChoice({ sources, chosen }: SourceChoiceProps) {
  const busy = useStudio((state) => state.askId !== null);
  const chooseSource = useStudio((state) => state.chooseSource);
  const { newConversation } = useCommands();
  const [first] = sources;
  useEffect(() => {
    if (!chosen && first) newConversation(() => chooseSource(sourceOf(first), firstModels(first)));
  }, [chosen, first, chooseSource, newConversation]);
  if (!chosen) return null;
  return (
    <Select
      label="Run or model"
      w={{ base: '100%', xs: 240 }}
      data={sourceItems(sources)}
      value={keyOf(chosen)}
      allowDeselect={false}
      disabled={busy}
      onChange={(key) => {
        const next = sources.find((one) => keyOf(one) === key);
        if (next) newConversation(() => chooseSource(sourceOf(next), firstModels(next)));
      }}
      data-testid="playground-source"
    />
  );
}

/** The base model: a Hugging Face folder of this computer, or a model of the Hub. */
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useStudio } from '../../app/studio-context';
import { FactList } from '../../primitives/fact-list';
import { formatBytes, formatCount, formatInteger } from '../../primitives/format';
import { DemoChoice } from './demo-choice';
import { HubCacheList } from './hub-cache';
import { HubPanel } from './hub-panel';
import { LibraryCard } from './library-card';

function ModelFacts() {
  const model = useStudio((state) => state.models.find(({ id }) => id === state.modelId));
  if (!model) return null;
  return (
    <FactList
      testId="model-facts"
      facts={[
        ['Architecture', model.architecture],
        ['Parameters', formatCount(model.parameters)],
        ['Weights', `${formatBytes(model.bytes)}, ${model.weightsDtype}`],
        ['Vocabulary', formatInteger(model.vocabSize)],
        ['Context', `${formatInteger(model.contextLength)} tokens`],
        ['Chat template', model.hasChatTemplate ? 'yes' : 'no'],
        ...(model.source
          ? [
              ['Licence', model.source.licence ?? 'not named'] as const,
              ['From', `${new URL(model.source.endpoint).host}, commit ${model.source.commit.slice(0, 7)}`] as const,
            ]
          : []),
      ]}
    />
  );
}

const sources = [
  { value: 'computer', label: 'This computer' },
  { value: 'hub', label: 'Hugging Face Hub' },
];

export function ModelCard() {
  const [source, setSource] = useState('computer');
  const items = useStudio((state) => state.models);
  const selected = useStudio((state) => state.modelId);
  const onSelect = useStudio((state) => state.selectModel);
  return (
    <LibraryCard
      kind="model"
      title="1. Model"
      items={items}
      selected={selected}
      onSelect={onSelect}
      placeholder="Choose a model"
      choice={
        <SegmentedControl
          size="xs"
          fullWidth
          data={sources}
          value={source}
          onChange={setSource}
          aria-label="Where the model comes from"
          data-testid="model-source"
        />
      }
      intake={source === 'hub' ? <HubPanel /> : undefined}
    >
      <DemoChoice kind="model" />
      <ModelFacts />
      {(source === 'hub' || items.some((model) => model.source !== null)) && <HubCacheList />}
    </LibraryCard>
  );
}

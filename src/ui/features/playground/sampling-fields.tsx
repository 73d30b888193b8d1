/** How responses are sampled; on a narrow window one line that opens, or the settings would be all that is seen of the page. */
import { Group, NumberInput } from '@mantine/core';
import type { PlaygroundSampling } from '../../../protocol/playground';
import { useStudio } from '../../app/studio-context';
import { Disclosure } from '../../primitives/disclosure';
import { useNarrow } from '../../primitives/use-narrow';
import { samplingSummary } from './sampling-summary';

interface Field {
  name: keyof PlaygroundSampling;
  label: string;
  help: string;
  min: number;
  max: number;
  step: number;
}

const fields: readonly Field[] = [
  { name: 'temperature', label: 'Temperature', help: '0 takes the likeliest token', min: 0, max: 5, step: 0.1 },
  { name: 'topP', label: 'Top-p', help: '1 = off', min: 0.01, max: 1, step: 0.05 },
  { name: 'topK', label: 'Top-k', help: '0 = off', min: 0, max: 1000, step: 10 },
  { name: 'repetitionPenalty', label: 'Repetition', help: '1 = no penalty', min: 0.1, max: 10, step: 0.05 },
  { name: 'maxNewTokens', label: 'Longest response', help: 'in tokens', min: 1, max: 2048, step: 16 },
  { name: 'seed', label: 'Seed', help: 'same seed, same response', min: 0, max: 4_294_967_295, step: 1 },
];

export function SamplingFields() {
  const summary = useStudio((state) => samplingSummary(state.playgroundSampling));
  const narrow = useNarrow();
  if (!narrow) return <Fields narrow={false} />;
  return (
    <Disclosure label={summary} testId="sampling-fold">
      <Fields narrow />
    </Disclosure>
  );
}

function Fields({ narrow }: { narrow: boolean }) {
  const sampling = useStudio((state) => state.playgroundSampling);
  const setSampling = useStudio((state) => state.setSampling);
  return (
    <Group gap="xs" align="flex-start" role="group" aria-label="Sampling" pt={narrow ? 'xs' : 0}>
      {fields.map(({ name, label, help, min, max, step }) => (
        <NumberInput
          key={name}
          size="xs"
          w={narrow ? 'calc(50% - 5px)' : name === 'maxNewTokens' ? 128 : 112}
          label={label}
          description={help}
          inputWrapperOrder={['label', 'input', 'description']}
          min={min}
          max={max}
          step={step}
          clampBehavior="strict"
          value={sampling[name]}
          onChange={(value) => typeof value === 'number' && setSampling({ [name]: value })}
        />
      ))}
    </Group>
  );
}

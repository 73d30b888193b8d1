/** The base model: a Hugging Face folder. */
import { useCommands, useStudio } from '../../app/studio-context';
import { FactList } from '../../primitives/fact-list';
import { formatBytes, formatCount, formatInteger } from '../../primitives/format';
import { DemoChoice } from './demo-choice';
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
      ]}
    />
  );
}

export function ModelCard() {
  const commands = useCommands();
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
      onImport={({ name, files }) => commands.importModel(name, files)}
      placeholder="Choose a model"
      hint="or drop a Hugging Face folder here: config.json, tokenizer.json, *.safetensors"
      folder
    >
      <DemoChoice kind="model" />
      <ModelFacts />
    </LibraryCard>
  );
}

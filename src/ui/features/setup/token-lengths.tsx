/** Lengths in tokens of the dataset with the chosen model, measured when asked for, and the share over the recipe's maximal length. */
import { Button, Group, Loader, Text } from '@mantine/core';
import { tokensKey } from '../../../store/data-import';
import { useCommands, useStudio } from '../../app/studio-context';
import { ErrorAlert } from '../../primitives/error-alert';
import { formatInteger, formatPercent } from '../../primitives/format';
import { LengthSection } from './length-histogram';

export function TokenLengths({ datasetId, records }: { datasetId: string; records: number }) {
  const commands = useCommands();
  const model = useStudio((state) => state.models.find(({ id }) => id === state.modelId));
  const maxLength = useStudio((state) => state.parsed.recipe?.maxLength);
  const tokens = useStudio((state) => state.tokens);
  if (!model || maxLength === undefined) {
    return (
      <Text size="xs" c="dimmed" mt={4}>
        Choose a model to measure the lengths in its tokens.
      </Text>
    );
  }
  const current = tokens?.key === tokensKey(datasetId, model.id, maxLength) ? tokens : null;
  if (current?.error)
    return <ErrorAlert title="The tokens cannot be counted" error={current.error} testId="tokens-error" />;
  if (current?.report) {
    const { sampled, overMaxLength, lengths } = current.report;
    const of = sampled < records ? `a sample of ${formatInteger(sampled)}` : `all ${formatInteger(sampled)}`;
    return (
      <LengthSection lengths={lengths} unit="tokens">
        {`With ${model.name}, of ${of}: ${formatPercent(overMaxLength)} are over the maximal length of ${formatInteger(maxLength)} tokens.`}
      </LengthSection>
    );
  }
  return (
    <Group gap="xs" mt={4}>
      <Button
        variant="default"
        size="compact-xs"
        disabled={current !== null}
        onClick={() => void commands.measureTokens(datasetId, model.id, maxLength)}
        data-testid="measure-tokens"
      >
        Count tokens with {model.name}
      </Button>
      {current !== null && <Loader size="xs" />}
    </Group>
  );
}

/** A button for every decision, each with its key. */
import { Group, Text } from '@mantine/core';
import type { PairDecision } from '../../../protocol/pair-review';
import { KeyButton } from '../../primitives/key-button';

interface DecisionKeysProps {
  decision: PairDecision | null;
  flagged: boolean;
  showTokens: boolean;
  onDecide: (decision: PairDecision) => void;
  onEdit: () => void;
  onFlag: () => void;
  onUndo: () => void;
  onTokens: () => void;
  showRatios: boolean;
  /** null while there are no two models to compare. */
  onRatios: (() => void) | null;
  /** Why the log-ratios have to wait; null where they have not. */
  ratiosWait: string | null;
}

const decisions: readonly { decision: PairDecision; label: string; hint: string }[] = [
  { decision: 'keep', label: 'Keep', hint: 'as it is, even where a filter dropped it' },
  { decision: 'flip', label: 'Flip', hint: 'the rejected response is the better one' },
  { decision: 'tie', label: 'Tie', hint: 'neither is better: left out of training' },
  { decision: 'drop', label: 'Drop', hint: 'unusable: left out of training' },
];

/** The decision that a key makes; null for other keys. */
export const decisionOfKey = (key: string): PairDecision | null => decisions[Number(key) - 1]?.decision ?? null;

export function DecisionKeys(props: DecisionKeysProps) {
  const {
    decision: current,
    flagged,
    showTokens,
    onDecide,
    onEdit,
    onFlag,
    onUndo,
    onTokens,
    showRatios,
    onRatios,
    ratiosWait,
  } = props;
  return (
    <Group gap="xs" role="group" aria-label="Decide">
      {decisions.map(({ decision, label, hint }, index) => (
        <KeyButton
          key={decision}
          hotkey={String(index + 1)}
          pressed={current === decision}
          title={hint}
          testId={`decide-${decision}`}
          onClick={() => onDecide(decision)}
        >
          {label}
        </KeyButton>
      ))}
      <KeyButton hotkey="e" testId="decide-edit" onClick={onEdit}>
        Edit
      </KeyButton>
      <KeyButton hotkey="f" pressed={flagged} testId="decide-flag" onClick={onFlag}>
        Flag
      </KeyButton>
      <KeyButton hotkey="u" testId="undo-review" onClick={onUndo}>
        Undo
      </KeyButton>
      <KeyButton hotkey="t" pressed={showTokens} testId="show-tokens" onClick={onTokens}>
        Tokens
      </KeyButton>
      {onRatios && (
        <KeyButton
          hotkey="l"
          pressed={showRatios}
          disabled={ratiosWait !== null}
          title="how much likelier training made each token"
          testId="show-ratios"
          onClick={onRatios}
        >
          Log-ratios
        </KeyButton>
      )}
      {onRatios && ratiosWait !== null && (
        <Text size="xs" c="dimmed" data-testid="ratios-wait">
          Log-ratios wait: {ratiosWait}.
        </Text>
      )}
    </Group>
  );
}

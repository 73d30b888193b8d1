/** A content hash, shortened; whole in its tooltip and on the clipboard. */
import { ActionIcon, Code, Group, Tooltip } from '@mantine/core';
import { CheckIcon, CopyIcon } from '../../primitives/icons';
import { useCopy } from '../../primitives/use-copy';

const SHORT_HASH = 10;

interface ContentHashProps {
  hash: string;
  /** Of what it is the hash, for the button's label: 'the dataset pairs'. */
  of: string;
}

export function ContentHash({ hash, of }: ContentHashProps) {
  const { copied, copy } = useCopy();
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex">
      <Tooltip label={hash}>
        <Code tabIndex={0}>{hash.slice(0, SHORT_HASH)}</Code>
      </Tooltip>
      <Tooltip label={copied ? 'Copied' : 'Copy the whole hash'}>
        <ActionIcon
          size={22}
          variant="subtle"
          color="gray"
          aria-label={copied ? `Copied the content hash of ${of}` : `Copy the content hash of ${of}`}
          onClick={() => copy(hash, 'content-hash.txt')}
          data-testid="copy-hash"
        >
          {copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

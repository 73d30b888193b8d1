/** What happened in this worker and earlier ones, newest first. */
import { ScrollArea, SegmentedControl, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { SystemEvent } from '../../../protocol/system';
import { Card } from './card';

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });

export function EventsCard({ events }: { events: readonly SystemEvent[] }) {
  const [shown, setShown] = useState<'all' | 'error'>('all');
  const rows = events.filter(({ level }) => shown === 'all' || level === shown).toReversed();
  return (
    <Card title="Events" about="The last 500, also of before a reload or a crash." testId="system-events">
      <SegmentedControl
        size="xs"
        mb="xs"
        value={shown}
        onChange={(value) => setShown(value === 'error' ? 'error' : 'all')}
        data={[
          { value: 'all', label: 'All' },
          { value: 'error', label: 'Errors' },
        ]}
      />
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {shown === 'error' ? 'No errors.' : 'Nothing yet.'}
        </Text>
      ) : (
        <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0, 'aria-label': 'Events' }}>
          <Table verticalSpacing={2} fz="sm" className="figures">
            <Table.Tbody>
              {rows.map(({ at, level, message }, i) => (
                <Table.Tr key={`${at} ${rows.length - i}`} data-testid="system-event">
                  <Table.Td w={160} c="dimmed" style={{ verticalAlign: 'top', whiteSpace: 'nowrap' }}>
                    {clock.format(at)}
                  </Table.Td>
                  <Table.Td className="verbatim" c={level === 'error' ? 'red' : undefined}>
                    {level === 'error' && <b>Error: </b>}
                    {message}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      )}
    </Card>
  );
}

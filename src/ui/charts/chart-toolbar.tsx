/** How all charts of a stage are drawn: smoothing, axes, earlier rounds, and the way back from a zoom. */
import { Button, Group, Paper, SegmentedControl, Slider, Switch, Text, Tooltip } from '@mantine/core';
import { memo } from 'react';
import { useStore } from 'zustand';
import type { ChartSettings } from './chart-settings';
import type { ChartView } from './chart-view';

interface ChartToolbarProps {
  settings: ChartSettings;
  onChange: (settings: ChartSettings) => void;
  view: ChartView;
  /** Whether the times of this stage's steps are known; null where curves can be laid over each other by their steps alone. */
  timed: boolean | null;
  /** Whether there are earlier rounds of this kind of stage. */
  hasEarlier: boolean;
}

const noTimes = 'This stage ran in a version that did not note the time of its steps.';

function Smoothing({ settings, onChange }: Pick<ChartToolbarProps, 'settings' | 'onChange'>) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" id="smoothing-label">
        Smoothing
      </Text>
      <Slider
        w={110}
        size="sm"
        min={0}
        max={0.99}
        step={0.01}
        value={settings.smoothing}
        onChange={(smoothing) => onChange({ ...settings, smoothing })}
        thumbProps={{ 'aria-labelledby': 'smoothing-label' }}
        label={null}
        data-testid="smoothing"
      />
      <Text size="sm" c="dimmed" className="figures" w={32}>
        {settings.smoothing.toFixed(2)}
      </Text>
    </Group>
  );
}

function ResetZoom({ view }: Pick<ChartToolbarProps, 'view'>) {
  const zoomed = useStore(view, ({ zoom }) => zoom !== null);
  return (
    <Button
      size="xs"
      variant="default"
      disabled={!zoomed}
      onClick={() => view.setState({ zoom: null })}
      data-testid="reset-zoom"
    >
      Reset zoom
    </Button>
  );
}

/** Renders for other props only, not with every point. */
export const ChartToolbar = memo(function ChartToolbar(props: ChartToolbarProps) {
  const { settings, onChange, view, timed, hasEarlier } = props;
  const axis = timed ? settings.axis : 'step';
  return (
    <Paper component="section" aria-label="How the charts are drawn" px="sm" py="xs">
      <Group gap="8px 24px">
        <Smoothing settings={settings} onChange={onChange} />
        <Switch
          size="xs"
          label="Logarithmic"
          checked={settings.logarithmic}
          onChange={(event) => onChange({ ...settings, logarithmic: event.currentTarget.checked })}
        />
        {hasEarlier && (
          <Switch
            size="xs"
            label="Earlier rounds"
            checked={settings.earlier}
            onChange={(event) => onChange({ ...settings, earlier: event.currentTarget.checked })}
          />
        )}
        {timed !== null && (
          <Tooltip label={noTimes} disabled={timed}>
            <SegmentedControl
              size="xs"
              aria-label="Horizontal axis"
              value={axis}
              disabled={!timed}
              onChange={(value) => onChange({ ...settings, axis: value === 'time' ? 'time' : 'step' })}
              data={[
                { value: 'step', label: 'Step' },
                { value: 'time', label: 'Time' },
              ]}
            />
          </Tooltip>
        )}
        <Group gap="sm" ml="auto">
          <Text size="xs" c="dimmed" visibleFrom="lg">
            Drag to zoom
          </Text>
          <ResetZoom view={view} />
        </Group>
      </Group>
    </Paper>
  );
});

/** The keyboard between the places: the skip button, keys that lead to pages, their list, and where the focus goes on a new page. */
import { Button, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { placeKeys } from './place-keys';
import { PlaceKeysTable } from './place-keys-table';
import { useStudio } from './studio-context';

/** The id of the part that changes from page to page. */
export const MAIN_ID = 'main';

const focusMain = () => document.getElementById(MAIN_ID)?.focus({ preventScroll: true });

/** First in the order of Tab, seen only then. */
export function SkipButton() {
  return (
    <Button size="xs" className="skip" onClick={focusMain} data-testid="skip">
      Skip to the page
    </Button>
  );
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
/** Closed ones may be in the document, unseen. */
const isCovered = () =>
  [...document.querySelectorAll('[role="dialog"], [role="listbox"], [role="menu"]')].some((one) =>
    one.checkVisibility({ visibilityProperty: true }),
  );

/** A new page is read from its beginning; the first page leaves the focus where the browser put it. */
function useFocusOnNewPage(): void {
  const place = useStudio(({ view }) => (view.page === 'run' ? `run ${view.runId}` : view.page));
  const before = useRef(place);
  useEffect(() => {
    if (before.current !== place && before.current !== 'start') focusMain();
    before.current = place;
  }, [place]);
}

export function PlaceKeys() {
  const go = useStudio((state) => state.go);
  const [opened, { open, close }] = useDisclosure(false);
  useFocusOnNewPage();
  useEffect(() => {
    const meaningOf = placeKeys();
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, ctrlKey, altKey, metaKey, target, timeStamp: at } = event;
      const taken = isTyping(target) || isCovered();
      const meaning = meaningOf({ key, modified: ctrlKey || altKey || metaKey, taken, at });
      if (meaning === null || meaning === 'wait') return;
      // A page's own keys must not hear the letter as well.
      event.preventDefault();
      event.stopPropagation();
      if (meaning === 'help') open();
      else go({ page: meaning.go });
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [go, open]);
  return (
    <Modal opened={opened} onClose={close} title="Keys" centered closeButtonProps={{ 'aria-label': 'Close' }}>
      <PlaceKeysTable />
      <Text size="sm" c="dimmed" mt="sm">
        The playground, pairs and charts have keys of their own, which stand beside them.
      </Text>
    </Modal>
  );
}

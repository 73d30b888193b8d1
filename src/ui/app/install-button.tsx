/** Installs the studio as an app, where the browser offers that and the person has not done it. */
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { InstallIcon } from '../primitives/icons';

/** Chromium's, which TypeScript's library does not know. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

const isOffer = (event: Event): event is InstallOffer => 'prompt' in event;

export function InstallButton() {
  const [offer, setOffer] = useState<InstallOffer | null>(null);
  useEffect(() => {
    const keep = (event: Event) => {
      if (!isOffer(event)) return;
      // The page's own button takes the place of the browser's hint.
      event.preventDefault();
      setOffer(event);
    };
    const forget = () => setOffer(null);
    window.addEventListener('beforeinstallprompt', keep);
    window.addEventListener('appinstalled', forget);
    return () => {
      window.removeEventListener('beforeinstallprompt', keep);
      window.removeEventListener('appinstalled', forget);
    };
  }, []);
  if (offer === null) return null;
  const install = () => {
    // An offer serves once; after a refusal the browser makes another when it sees fit.
    setOffer(null);
    void offer.prompt().catch(() => {});
  };
  return (
    <Button
      variant="default"
      size="xs"
      fullWidth
      leftSection={<InstallIcon size={16} />}
      onClick={install}
      data-testid="install"
    >
      Install the studio
    </Button>
  );
}

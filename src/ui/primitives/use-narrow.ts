/** Whether the window is as narrow as a phone's: tables become cards and axes turn their labels. */
import { useMediaQuery } from '@mantine/hooks';

export const useNarrow = (): boolean => useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });

/** Which keys lead where. */
import { KeysTable } from '../primitives/keys-table';
import { placeNames } from './place-names';

const rows = [
  ...placeNames.map(({ title, letter }) => ({ keys: ['g', letter], meaning: title })),
  { keys: ['?'], meaning: 'Shows these keys' },
];

export const PlaceKeysTable = () => <KeysTable label="Keys" rows={rows} />;

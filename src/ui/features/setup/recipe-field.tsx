/** One field of the recipe as the control that fits its kind, with its message when it is wrong. */
import { Select, Switch, TextInput } from '@mantine/core';
import { choicesOf, type RecipeField as Field } from '../../../store/recipe-draft';
import { useStudio } from '../../app/studio-context';
import { FieldChanged, FieldNotes } from './field-notes';
import { fieldTexts } from './recipe-fields';

/** The help stands below, so that the inputs of a row stand in one line. */
const order: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];

function Control({ field }: { field: Field }) {
  const value = useStudio((state) => state.draft[field]);
  const problem = useStudio((state) => state.parsed.problems[field]);
  const edit = useStudio((state) => state.editRecipe);
  const { label, choices } = fieldTexts[field];
  const common = {
    label,
    description: <FieldNotes field={field} />,
    error: problem,
    'data-testid': `recipe-${field}`,
  };
  const options = choicesOf(field);

  if (typeof value === 'boolean') {
    return <Switch {...common} checked={value} onChange={(event) => edit(field, event.currentTarget.checked)} mt={4} />;
  }
  if (options) {
    const data = options.map((option) => ({ value: option, label: choices?.[option] ?? option }));
    // A value that the schema does not know (from an imported file) stays visible together with its message.
    const unknown = options.includes(value) ? [] : [{ value, label: value }];
    return (
      <Select
        {...common}
        inputWrapperOrder={order}
        data={[...data, ...unknown]}
        value={value}
        allowDeselect={false}
        onChange={(choice) => choice !== null && edit(field, choice)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      inputWrapperOrder={order}
      value={value}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => edit(field, event.currentTarget.value)}
    />
  );
}

/** Characters of a choice that the narrowest column shows uncut. */
const columnCharacters = 24;

const hasLongChoice = (field: Field) =>
  Object.values(fieldTexts[field].choices ?? {}).some(({ length }) => length > columnCharacters);

export function RecipeField({ field }: { field: Field }) {
  return (
    <div style={{ gridColumn: hasLongChoice(field) ? '1 / -1' : undefined }}>
      <Control field={field} />
      <FieldChanged field={field} />
    </div>
  );
}

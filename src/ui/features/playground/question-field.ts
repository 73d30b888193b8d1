/** Which element the prompt is typed into. */

export const QUESTION_ID = 'playground-question';

/** From wherever an example or the last prompt was put into it. */
export const focusQuestion = () => document.getElementById(QUESTION_ID)?.focus();

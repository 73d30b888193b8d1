/** Finds text that the page cuts without a way to read the rest. Asserts nothing. */
import type { Page } from 'playwright-core';

/** Rows of the pairs' list are previews: a press opens the pair in full. */
const previews = '[data-testid^="pair-"]';

/** '<tag> testid: text' of each element whose text is wider or higher than it is, and neither scrolls nor has a title. */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate((opened) => {
    const hasText = (element: Element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '');
    /** Text of its children too: a badge's label. */
    const isShortened = (element: Element) =>
      getComputedStyle(element).textOverflow === 'ellipsis' && element.textContent?.trim() !== '';
    /** A pixel is rounding; what is only for screen readers is a pixel wide. */
    const isCut = (element: Element) => {
      const { overflowX, overflowY } = getComputedStyle(element);
      const { clientWidth, scrollWidth, clientHeight, scrollHeight } = element;
      if (clientWidth <= 1) return false;
      const clips = (overflow: string) => overflow === 'hidden' || overflow === 'clip';
      return (
        (clips(overflowX) && scrollWidth > clientWidth + 1) || (clips(overflowY) && scrollHeight > clientHeight + 4)
      );
    };
    return [...document.querySelectorAll<HTMLElement>('#root *')]
      .filter((element) => hasText(element) || isShortened(element))
      .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      .filter((element) => isCut(element) && element.closest(`[title], ${opened}`) === null)
      .map((element) => {
        const place = element.closest('[data-testid]')?.getAttribute('data-testid') ?? 'no test id';
        return `<${element.localName}> ${place}: ${element.textContent?.trim().slice(0, 60)}`;
      });
  }, previews);
}

/** Finds text that the page cuts without a way to read the rest. Asserts nothing. */
import type { Page } from 'playwright-core';

/** '<tag> testid: text' of each element whose text is wider or higher than it is, and neither scrolls nor has a title. */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const hasText = (element: Element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '');
    /** A pixel is rounding; what is only for screen readers is a pixel wide. */
    const isCut = (element: Element) => {
      const { overflowX, overflowY } = getComputedStyle(element);
      const { clientWidth, scrollWidth, clientHeight, scrollHeight } = element;
      if (clientWidth <= 1) return false;
      const clips = (overflow: string) => overflow === 'hidden' || overflow === 'clip';
      return (clips(overflowX) && scrollWidth > clientWidth + 1) || (clips(overflowY) && scrollHeight > clientHeight + 4);
    };
    return [...document.querySelectorAll<HTMLElement>('#root *')]
      .filter((element) => hasText(element) && element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      .filter((element) => isCut(element) && element.closest('[title]') === null)
      .map((element) => {
        const place = element.closest('[data-testid]')?.getAttribute('data-testid') ?? 'no test id';
        return `<${element.localName}> ${place}: ${element.textContent?.trim().slice(0, 60)}`;
      });
  });
}

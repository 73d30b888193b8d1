/** Keeps the newest answer in view while the person is at the end of the page, and leaves them alone when they have scrolled up. */
import { useReducedMotion } from '@mantine/hooks';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { followsAfterScroll, isAtEnd, type ScrollPlace } from './follow-end';

const place = (): ScrollPlace => ({
  top: window.scrollY,
  below: document.documentElement.scrollHeight - window.innerHeight - window.scrollY,
});
const toEnd = (behavior: ScrollBehavior) => window.scrollTo({ top: document.documentElement.scrollHeight, behavior });

interface FollowEnd {
  atEnd: boolean;
  goToEnd(): void;
}

/**
 * @param isFilled whether there is anything to follow; an empty page is read from its top
 * @param begun changes when the person asks something, which leads to the end wherever they are
 */
export function useFollowEnd(isFilled: boolean, begun: string | null): FollowEnd {
  const follows = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const reducedMotion = useReducedMotion();

  useEffect(() => {
    let before = place();
    const onScroll = () => {
      const now = place();
      follows.current = followsAfterScroll(follows.current, before, now);
      before = now;
      setAtEnd(isAtEnd(now));
    };
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => window.removeEventListener('scroll', onScroll);
  }, []);

  useEffect(() => {
    if (!isFilled) return;
    const observer = new ResizeObserver(() => {
      // At once: a smooth way would still be under way when the next tokens come.
      if (follows.current) toEnd('instant');
      setAtEnd(isAtEnd(place()));
    });
    // The field grows too, with what is typed.
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [isFilled]);

  useLayoutEffect(() => {
    if (begun === null) return;
    follows.current = true;
    toEnd('instant');
  }, [begun]);

  const goToEnd = () => {
    follows.current = true;
    toEnd(reducedMotion ? 'instant' : 'smooth');
  };
  return { atEnd, goToEnd };
}

/** The loop in one picture: data, SFT, reward model, and rounds of answering, judging and training. */
import { Box as Only } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './demo.module.css';

interface BoxProps {
  x: number;
  y: number;
  title: string;
  text: string;
  look?: 'box' | 'data' | 'round';
}

const WIDTH = 150;
const HEIGHT = 62;

function Box({ x, y, title, text, look = 'box' }: BoxProps) {
  return (
    <g transform={`translate(${x} ${y})`} className={classes[look]}>
      <rect width={WIDTH} height={HEIGHT} rx={9} />
      <text x={WIDTH / 2} y={26} textAnchor="middle" className={classes['boxTitle']}>
        {title}
      </text>
      <text x={WIDTH / 2} y={46} textAnchor="middle" className={classes['boxText']}>
        {text}
      </text>
    </g>
  );
}

/** Beside one another, or one below the other where the page is narrow. Both are in the page, so their heads have names of their own. */
type Layout = 'wide' | 'tall';

interface ArrowProps {
  layout: Layout;
  d: string;
  look?: 'plain' | 'strong';
}

/** An arrow along a path, its head at the path's end. */
function Arrow({ layout, d, look = 'plain' }: ArrowProps) {
  return <path d={d} className={classes[`${look}Arrow`]} markerEnd={`url(#${layout}-${look}-head)`} />;
}

function Head({ layout, look }: { layout: Layout; look: 'plain' | 'strong' }) {
  return (
    <marker
      id={`${layout}-${look}-head`}
      viewBox="0 0 8 8"
      refX={7}
      refY={4}
      markerWidth={9}
      markerHeight={9}
      markerUnits="userSpaceOnUse"
      orient="auto"
    >
      <path d="M0 0 8 4 0 8z" className={classes[`${look}Head`]} />
    </marker>
  );
}

function Picture({ layout, size, children }: { layout: Layout; size: string; children: ReactNode }) {
  return (
    <svg
      viewBox={`0 0 ${size}`}
      style={{ display: 'block', maxWidth: layout === 'tall' ? 400 : undefined, margin: '0 auto' }}
      width="100%"
      role="img"
      aria-label="Preference pairs teach the base model good answers (SFT) and a reward model to judge. Then, in rounds, the model writes answers, the reward model judges them, and DPO trains on the better and the worse one."
    >
      <defs>
        <Head layout={layout} look="plain" />
        <Head layout={layout} look="strong" />
      </defs>
      {children}
    </svg>
  );
}

function Wide() {
  const layout = 'wide';
  return (
    <Picture layout={layout} size="900 234">
      <rect x={366} y={90} width={530} height={140} rx={14} className={classes['loop']} />
      <Arrow layout={layout} d="M155 137H179" />
      <Arrow layout={layout} d="M334 137H376" />
      <Arrow layout={layout} d="M258 70V102" />
      <Arrow layout={layout} d="M334 37H631V102" />
      <Arrow layout={layout} d="M530 137H552" look="strong" />
      <Arrow layout={layout} d="M707 137H729" look="strong" />
      <Arrow layout={layout} d="M808 168V202Q808 212 798 212H464Q454 212 454 202V173" look="strong" />
      <Box x={4} y={106} title="Base model" text="writes, good and bad" />
      <Box x={183} y={6} title="Preference pairs" text="better and worse" look="data" />
      <Box x={183} y={106} title="SFT" text="copies good answers" />
      <Box x={379} y={106} title="1. Answer" text="several per question" look="round" />
      <Box x={556} y={106} title="2. Judge" text="by a reward model" look="round" />
      <Box x={733} y={106} title="3. Train (DPO)" text="better over worse" look="round" />
      <text x={631} y={198} textAnchor="middle" className={classes['loopText']}>
        round after round, it learns from its own answers
      </text>
    </Picture>
  );
}

function Tall() {
  const layout = 'tall';
  return (
    <Picture layout={layout} size="360 486">
      <rect x={2} y={190} width={356} height={294} rx={14} className={classes['loop']} />
      <Arrow layout={layout} d="M115 70V102" />
      <Arrow layout={layout} d="M115 168V202" />
      <Arrow layout={layout} d="M236 70V137H194" />
      <Arrow layout={layout} d="M316 70V337H194" />
      <Arrow layout={layout} d="M115 268V302" look="strong" />
      <Arrow layout={layout} d="M115 368V402" look="strong" />
      <Arrow layout={layout} d="M40 437H28Q18 437 18 427V247Q18 237 28 237H36" look="strong" />
      <Box x={40} y={6} title="Base model" text="writes, good and bad" />
      <Box x={205} y={6} title="Preference pairs" text="better and worse" look="data" />
      <Box x={40} y={106} title="SFT" text="copies good answers" />
      <Box x={40} y={206} title="1. Answer" text="several per question" look="round" />
      <Box x={40} y={306} title="2. Judge" text="by a reward model" look="round" />
      <Box x={40} y={406} title="3. Train (DPO)" text="better over worse" look="round" />
      <text x={276} y={418} textAnchor="middle" className={classes['loopText']}>
        <tspan x={276}>round after round,</tspan>
        <tspan x={276} dy={20}>
          it learns from
        </tspan>
        <tspan x={276} dy={20}>
          its own answers
        </tspan>
      </text>
    </Picture>
  );
}

export function LoopPicture() {
  return (
    <>
      <Only visibleFrom="sm">
        <Wide />
      </Only>
      <Only hiddenFrom="sm">
        <Tall />
      </Only>
    </>
  );
}

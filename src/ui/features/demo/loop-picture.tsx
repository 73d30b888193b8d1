/** The loop in one picture: data, SFT, reward model, and rounds of answering, judging and training. */
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

/** An arrow along a path, its head at the path's end. */
function Arrow({ d, look = 'plain' }: { d: string; look?: 'plain' | 'strong' }) {
  return <path d={d} className={classes[`${look}Arrow`]} markerEnd={`url(#${look}-head)`} />;
}

function Head({ look }: { look: 'plain' | 'strong' }) {
  return (
    <marker
      id={`${look}-head`}
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

export function LoopPicture() {
  return (
    <svg
      viewBox="0 0 900 234"
      style={{ display: 'block' }}
      width="100%"
      role="img"
      aria-label="Preference pairs teach the base model good answers (SFT) and a reward model to judge. Then, in rounds, the model writes answers, the reward model judges them, and DPO trains on the better and the worse one."
    >
      <defs>
        <Head look="plain" />
        <Head look="strong" />
      </defs>
      <rect x={366} y={90} width={530} height={140} rx={14} className={classes['loop']} />
      <Arrow d="M155 137H179" />
      <Arrow d="M334 137H376" />
      <Arrow d="M258 70V102" />
      <Arrow d="M334 37H631V102" />
      <Arrow d="M530 137H552" look="strong" />
      <Arrow d="M707 137H729" look="strong" />
      <Arrow d="M808 168V202Q808 212 798 212H464Q454 212 454 202V173" look="strong" />
      <Box x={4} y={106} title="Base model" text="writes, good and bad" />
      <Box x={183} y={6} title="Preference pairs" text="better and worse" look="data" />
      <Box x={183} y={106} title="SFT" text="copies good answers" />
      <Box x={379} y={106} title="1. Answer" text="several per question" look="round" />
      <Box x={556} y={106} title="2. Judge" text="by a reward model" look="round" />
      <Box x={733} y={106} title="3. Train (DPO)" text="better over worse" look="round" />
      <text x={631} y={198} textAnchor="middle" className={classes['loopText']}>
        round after round, it learns from its own answers
      </text>
    </svg>
  );
}

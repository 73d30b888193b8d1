/** The loop in one picture: data, SFT, reward model, and rounds of answering, judging and training. */
import classes from './demo.module.css';

interface BoxProps {
  x: number;
  y: number;
  title: string;
  text: string;
  look?: 'box' | 'data' | 'round';
}

const WIDTH = 156;
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
    <marker id={`${look}-head`} viewBox="0 0 8 8" refX={7} refY={4} markerWidth={7} markerHeight={7} orient="auto">
      <path d="M0 0 8 4 0 8z" className={classes[`${look}Head`]} />
    </marker>
  );
}

export function LoopPicture() {
  return (
    <svg
      viewBox="0 0 900 246"
      width="100%"
      role="img"
      aria-label="Preference pairs teach the base model good answers (SFT) and a reward model to judge. Then, in rounds, the model writes answers, the reward model judges them, and DPO trains on the better and the worse one."
    >
      <defs>
        <Head look="plain" />
        <Head look="strong" />
      </defs>
      <rect x={374} y={92} width={520} height={148} rx={14} className={classes['loop']} />
      <Arrow d="M162 139H186" />
      <Arrow d="M346 139H382" />
      <Arrow d="M268 70V104" />
      <Arrow d="M346 39H636V104" />
      <Arrow d="M542 139H554" look="strong" />
      <Arrow d="M714 139H726" look="strong" />
      <Arrow d="M808 170C808 226 464 226 464 174" look="strong" />
      <Box x={6} y={108} title="Base model" text="writes, good and bad" />
      <Box x={190} y={8} title="Preference pairs" text="better, worse answer" look="data" />
      <Box x={190} y={108} title="SFT" text="copies good answers" />
      <Box x={386} y={108} title="1. Answer" text="several per question" look="round" />
      <Box x={558} y={108} title="2. Judge" text="by the reward model" look="round" />
      <Box x={730} y={108} title="3. Train (DPO)" text="better over worse" look="round" />
      <text x={636} y={200} textAnchor="middle" className={classes['loopText']}>
        round after round, it learns from its own answers
      </text>
    </svg>
  );
}

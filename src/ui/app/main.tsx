/** Starts the page: the studio, its automation surface, and React. */
import '@mantine/core/styles.css';
import './page.css';
import { createRoot } from 'react-dom/client';
import { openStudio } from '../../store/studio';
import { App } from './app';
import { installAutomation } from './automation';
import { followLocation } from './hash-location';
import { keepForOffline } from './offline';

const studio = openStudio();
installAutomation(studio);
followLocation(studio.store);
keepForOffline(studio.store);

const root = document.getElementById('root');
if (!root) throw new Error('internal: index.html has no #root');
createRoot(root).render(<App studio={studio} />);

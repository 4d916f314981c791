import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './style/mantine.css';
import './style/tokens.css';
import './style/base.css';
import './style/controls.css';
import { App } from './app/App';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

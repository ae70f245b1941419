// Smart Forms' renderer on a page: fill(questionnaire, response) shows a form and its answers.
import {
  BaseRenderer,
  RendererThemeProvider,
  buildForm,
  destroyForm,
  getResponse,
  questionnaireStore,
  removeInternalIdsFromResponse,
  useRendererQueryClient,
} from '@aehrc/smart-forms-renderer';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';

// Every value set is in the form, so this address of nobody is never needed; the renderer's own
// default is a public server.
const terminologyServerUrl = 'http://127.0.0.1:9/fhir';

function Form() {
  return (
    <RendererThemeProvider>
      <QueryClientProvider client={useRendererQueryClient()}>
        <BaseRenderer />
      </QueryClientProvider>
    </RendererThemeProvider>
  );
}

let root = null;

/** Shows a form with the answers of a response, or without; returns when it has been drawn. */
window.fill = async (questionnaire, questionnaireResponse) => {
  root?.unmount();
  destroyForm();
  await buildForm({ questionnaire, questionnaireResponse, terminologyServerUrl });
  root = createRoot(document.getElementById('form'));
  root.render(<Form />);
  const drawn = () => document.querySelector('#form input') !== null;
  while (!drawn()) await new Promise((next) => setTimeout(next, 20));
  await new Promise((next) => setTimeout(next, 200)); // conditions are worked out after drawing
};

/** Returns the response as the renderer would send it. */
window.answers = () =>
  removeInternalIdsFromResponse(questionnaireStore.getState().sourceQuestionnaire, getResponse());

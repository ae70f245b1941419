// LHC-Forms on a page: open a form, load a response, and read the answers and the shown items.
const messagesOf = (error) => (Array.isArray(error) ? error.map(String).join('; ') : String(error));

/** Shows a form with the answers of a response, or without. Throws the messages of LHC-Forms. */
window.fill = async (questionnaire, response) => {
  const options = { fhirVersion: 'R4' };
  try {
    if (!response) return await LForms.Util.addFormToPage(questionnaire, 'form', options);
    const form = LForms.Util.convertFHIRQuestionnaireToLForms(questionnaire, 'R4');
    const filled = LForms.Util.mergeFHIRDataIntoLForms('QuestionnaireResponse', response, form, 'R4');
    return await LForms.Util.addFormToPage(filled, 'form', options);
  } catch (error) {
    throw new Error(messagesOf(error));
  }
};

/** Returns the response as LHC-Forms would send it. */
window.answers = () => LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4');

/** Returns the link ids of the items that can be seen. */
window.shown = () => {
  const items = [...document.querySelectorAll('#form [id^="item-"]')];
  const ids = items.filter((item) => item.checkVisibility()).map((item) => item.id);
  return [...new Set(ids.map((id) => id.slice('item-'.length).split('/')[0]))];
};

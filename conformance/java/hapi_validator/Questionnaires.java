package conformance;

import ca.uhn.fhir.context.FhirContext;
import java.util.HashMap;
import java.util.Map;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Questionnaire;

/** Definitions given beforehand, with Questionnaires, which HAPI's own class of the kind leaves out. */
final class Questionnaires extends PrePopulatedValidationSupport {
    private final Map<String, Questionnaire> byCanonical = new HashMap<>();

    Questionnaires(FhirContext context) {
        super(context);
    }

    void add(Questionnaire form) {
        byCanonical.put(form.getUrl(), form);
        byCanonical.put(form.getUrl() + "|" + form.getVersion(), form);
    }

    @Override
    public <T extends IBaseResource> T fetchResource(Class<T> kind, String canonical) {
        var form = byCanonical.get(canonical);
        if (form != null && kind != null && kind.isInstance(form)) {
            return kind.cast(form);
        }
        return super.fetchResource(kind, canonical);
    }
}

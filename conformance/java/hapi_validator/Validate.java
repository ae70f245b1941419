package conformance;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r4.model.Questionnaire;

/**
 * Validates R4 files offline. Arguments: files of Questionnaires that responses may answer. Standard
 * input: files to validate, one on a line. Standard output: messages, one JSON object on a line.
 */
public final class Validate {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Validate() {}

    public static void main(String[] forms) throws IOException {
        var context = FhirContext.forR4();
        var questionnaires = new Questionnaires(context);
        for (var form : forms) {
            var text = Files.readString(Path.of(form));
            questionnaires.add(context.newJsonParser().parseResource(Questionnaire.class, text));
        }
        var chain = new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                questionnaires,
                new InMemoryTerminologyServerValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context));
        var validator = context.newValidator().registerValidatorModule(new FhirInstanceValidator(chain));
        var files = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var file = files.readLine(); file != null; file = files.readLine()) {
            validate(validator, file);
        }
    }

    private static void validate(FhirValidator validator, String file) throws IOException {
        for (var message : validator.validateWithResult(Files.readString(Path.of(file))).getMessages()) {
            var line = new LinkedHashMap<String, String>();
            line.put("file", file);
            line.put("severity", message.getSeverity().getCode());
            line.put("place", message.getLocationString());
            line.put("code", message.getMessageId());
            line.put("text", message.getMessage());
            System.out.println(JSON.writeValueAsString(line));
        }
    }
}

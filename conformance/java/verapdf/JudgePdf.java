package conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

/**
 * Judges PDF files by the profile that is named first ("ua1", "3a"). Standard input: files, one on a
 * line. Standard output: the first failure of each rule, as one JSON object on a line.
 */
public final class JudgePdf {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JudgePdf() {}

    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        var flavour = PDFAFlavour.byFlavourId(arguments[0]);
        if (flavour == PDFAFlavour.NO_FLAVOUR) {
            throw new IllegalArgumentException("error: no profile is named " + arguments[0]);
        }
        var files = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var file = files.readLine(); file != null; file = files.readLine()) {
            judge(file, flavour);
        }
    }

    private static void judge(String file, PDFAFlavour flavour) throws Exception {
        var foundry = Foundries.defaultInstance();
        try (var stream = new FileInputStream(file);
                var parser = foundry.createParser(stream, flavour);
                var validator = foundry.createValidator(flavour, false)) {
            var result = validator.validate(parser);
            var told = new HashSet<String>();
            for (var failure : result.getTestAssertions()) {
                if (failure.getStatus() == TestAssertion.Status.FAILED
                        && told.add(failure.getRuleId().toString())) {
                    say(file, failure);
                }
            }
            if (!result.isCompliant() && told.isEmpty()) {
                throw new IllegalStateException("error: not compliant, and no rule says why: " + file);
            }
        }
    }

    private static void say(String file, TestAssertion failure) throws Exception {
        var rule = failure.getRuleId();
        var line = new LinkedHashMap<String, String>();
        line.put("file", file);
        line.put("severity", "error");
        line.put("place", failure.getLocation().getContext());
        line.put("code", rule.getClause() + "-" + rule.getTestNumber());
        line.put("text", rule.getClause() + "-" + rule.getTestNumber() + ": " + failure.getMessage());
        System.out.println(JSON.writeValueAsString(line));
    }
}

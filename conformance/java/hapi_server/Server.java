package conformance;

import ca.uhn.fhir.rest.server.RestfulServer;
import java.io.IOException;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * HAPI's JPA server on a free port of loopback, its data in memory. Prints "READY" and the port when
 * it serves, and ends when its standard input ends, so that it never outlives who started it.
 */
public final class Server {
    private Server() {}

    public static void main(String[] arguments) throws Exception {
        var watch = new Thread(Server::endWithInput);
        watch.setDaemon(true);
        watch.start();
        var context = new AnnotationConfigApplicationContext(ServerConfig.class);
        var server = new org.eclipse.jetty.server.Server();
        var connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        var handler = new ServletContextHandler("/");
        handler.addServlet(new ServletHolder(context.getBean(RestfulServer.class)), "/fhir/*");
        server.setHandler(handler);
        server.start();
        System.out.println("READY " + connector.getLocalPort());
        System.out.flush();
        server.join();
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                // what comes in means nothing, only its end does
            }
        } catch (IOException error) {
            // a broken pipe is an end too
        }
        Runtime.getRuntime().halt(0);
    }
}

package io.millrace.cli;

import io.millrace.ExitCode;
import io.millrace.StartupException;
import io.millrace.admin.AdminClient;
import io.millrace.admin.AdminClient.Answer;
import io.millrace.config.Durations;
import io.millrace.config.HostPort;
import io.millrace.config.Rates;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code millrace ctl VERB}: asks a running daemon over its admin address. */
@Command(
    name = "ctl",
    description = "Talks to a running daemon.",
    synopsisSubcommandLabel = "VERB",
    mixinStandardHelpOptions = true)
public final class CtlCommand implements Runnable {
  private static final int NOT_FOUND = 404;
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofHours(1);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--admin",
      paramLabel = "ADDRESS",
      scope = ScopeType.INHERIT,
      description =
          "The daemon's admin address: HOST:PORT, or https://HOST:PORT; else $"
              + CtlPeer.ADDRESS_VARIABLE
              + ", else "
              + CtlPeer.DEFAULT_ADDRESS
              + ".")
  private @Nullable String admin;

  @Option(
      names = "--config",
      paramLabel = "CONF",
      scope = ScopeType.INHERIT,
      description = "Take address, certificate and token from the daemon's configuration.")
  private @Nullable Path config;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print the daemon's answer as it comes.")
  private boolean json;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "A file with the daemon's token in its first line; else the admin.token-file of --config,"
              + " else none.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Certificates in PEM that a daemon with TLS is trusted by; else $"
              + CtlPeer.CA_VARIABLE
              + ", else the admin.tls.certificate of --config, else what Java trusts.")
  private @Nullable Path ca;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A certificate in PEM for a daemon with admin.tls.client-ca.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "The key of --cert in PEM, PKCS#8.")
  private @Nullable Path key;

  /** A request to the daemon. */
  @FunctionalInterface
  private interface Request {
    Answer send(AdminClient client) throws IOException;
  }

  /** Puts an answer into words. */
  @FunctionalInterface
  private interface Wording {
    String of(JsonView answer);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a verb is missing");
  }

  @Command(description = "Shows rings and streams.", mixinStandardHelpOptions = true)
  int status(
      @Option(
              names = "--watch",
              description =
                  "Goes on showing them, with rates: a screen on a terminal (Ctrl-C ends it), else"
                      + " lines.")
          boolean watch,
      @Option(
              names = "--interval",
              paramLabel = "DURATION",
              defaultValue = "1 s",
              description = "With --watch: from one look to the next (${DEFAULT-VALUE}).")
          String interval,
      @Option(
              names = "--count",
              paramLabel = "N",
              defaultValue = "0",
              description = "With --watch: end after so many looks; 0: never.")
          long count) {
    if (!watch) {
      return ask(client -> client.get("/api/v1/status"), CtlTables::status);
    }
    try {
      return watch(Durations.parse(interval, SHORTEST, LONGEST), Math.max(0, count));
    } catch (IllegalArgumentException bad) {
      return complain(ExitCode.USAGE, "--interval: " + bad.getMessage());
    }
  }

  private int watch(Duration interval, long count) {
    CtlPeer peer;
    try {
      peer = CtlPeer.of(new CtlPeer.Said(admin, config, tokenFile, ca, certificate, key));
    } catch (StartupException bad) {
      return complain(bad.exitCode(), String.valueOf(bad.getMessage()));
    }
    PrintWriter out = spec.commandLine().getOut();
    Terminal terminal = Terminal.is(Terminal.STDOUT) ? new Terminal(out) : null;
    String trouble =
        new Watch(peer.client(), peer.url(), out, interval, count, json, terminal).run();
    return trouble == null ? ExitCode.CLEAN.value() : unreachable(peer, trouble);
  }

  @Command(description = "Shows every target of every stream.", mixinStandardHelpOptions = true)
  int streams() {
    return ask(client -> client.get("/api/v1/streams"), CtlTables::streams);
  }

  @Command(description = "Stops a stream until it is resumed.", mixinStandardHelpOptions = true)
  int pause(@Parameters(paramLabel = "NAME", description = "The stream.") String name) {
    return ask(
        client -> client.post(AdminClient.streamPath(name, "pause"), ""), _ -> name + ": pausing");
  }

  @Command(description = "Lets a paused stream go on.", mixinStandardHelpOptions = true)
  int resume(@Parameters(paramLabel = "NAME", description = "The stream.") String name) {
    return ask(
        client -> client.post(AdminClient.streamPath(name, "resume"), ""),
        _ -> name + ": resuming");
  }

  @Command(description = "Changes a stream's pace.", mixinStandardHelpOptions = true)
  int rate(
      @Parameters(paramLabel = "NAME", description = "The stream.") String name,
      @Parameters(
              paramLabel = "RATE",
              arity = "1..*",
              description = "\"50 Mbit/s\", \"100000/s\" (datagrams) or unlimited.")
          List<String> words) {
    String rate = String.join(" ", words);
    try {
      Rates.parse(rate);
    } catch (IllegalArgumentException bad) {
      return complain(ExitCode.USAGE, String.valueOf(bad.getMessage()));
    }
    return ask(
        client -> client.post(AdminClient.streamPath(name, "rate"), rate), _ -> name + ": " + rate);
  }

  @Command(
      description = "Makes the daemon read its configuration again.",
      mixinStandardHelpOptions = true)
  int reload() {
    return ask(client -> client.post("/-/reload", ""), CtlTables::reloaded);
  }

  /** For {@code target}. */
  enum TargetVerb {
    ADD,
    REMOVE
  }

  @Command(
      description = "Sends a stream to one target more, or less.",
      mixinStandardHelpOptions = true)
  int target(
      @Parameters(paramLabel = "add|remove", description = "What to do.") TargetVerb verb,
      @Parameters(paramLabel = "NAME", description = "The stream.") String name,
      @Parameters(
              paramLabel = "TARGET",
              description = "HOST:PORT to add; to remove, as ctl streams names it.")
          String target) {
    if (verb == TargetVerb.ADD) {
      try {
        HostPort.parse(target, 1);
      } catch (IllegalArgumentException bad) {
        return complain(ExitCode.USAGE, String.valueOf(bad.getMessage()));
      }
    }
    String path = verb == TargetVerb.ADD ? "targets/add" : "targets/remove";
    return ask(
        client -> client.post(AdminClient.streamPath(name, path), target),
        answer -> answer.text("message"));
  }

  private int ask(Request request, Wording wording) {
    CtlPeer peer;
    try {
      peer = CtlPeer.of(new CtlPeer.Said(admin, config, tokenFile, ca, certificate, key));
    } catch (StartupException bad) {
      return complain(bad.exitCode(), String.valueOf(bad.getMessage()));
    }
    Answer answer;
    try {
      answer = request.send(peer.client());
    } catch (SSLException untrusted) {
      return complain(
          ExitCode.FAILED,
          ("no TLS with %s (%s); is admin.tls on there, do --ca FILE or --config CONF name what its"
                  + " certificate is trusted by, and does that name this address?")
              .formatted(peer.url(), untrusted.getMessage()));
    } catch (IOException unreachable) {
      return unreachable(peer, String.valueOf(unreachable.getMessage()));
    }
    if (json) {
      spec.commandLine().getOut().println(answer.body().strip());
    }
    if (!answer.isSuccess()) {
      return refused(peer.url(), answer);
    }
    if (!json) {
      try {
        spec.commandLine().getOut().println(wording.of(JsonView.parse(answer.body())));
      } catch (IOException strange) {
        return complain(
            ExitCode.FAILED, "what answers at %s is not a Millrace daemon".formatted(peer.url()));
      }
    }
    return ExitCode.CLEAN.value();
  }

  private int unreachable(CtlPeer peer, String why) {
    return complain(
        ExitCode.FAILED,
        ("no daemon answers at %s (%s); is it running, is this its admin.listen, and has it no"
                + " admin.tls? --admin HOST:PORT or https://HOST:PORT, --config CONF or $%s name"
                + " another address")
            .formatted(peer.url(), why, CtlPeer.ADDRESS_VARIABLE));
  }

  private int refused(String address, Answer answer) {
    String reason;
    String problems = "";
    try {
      JsonView json = JsonView.parse(answer.body());
      reason = json.text("error");
      problems = CtlTables.problems(json);
    } catch (IOException plain) {
      reason = answer.body();
    }
    String hint =
        answer.status() == NOT_FOUND && reason.startsWith("no such stream")
            ? "; `millrace ctl streams` shows them"
            : "";
    return complain(
        ExitCode.FAILED,
        "the daemon at %s answered %d: %s%s%s"
            .formatted(address, answer.status(), reason.strip(), hint, problems));
  }

  private int complain(ExitCode exit, String message) {
    spec.commandLine().getErr().println("millrace ctl: " + message);
    return exit.value();
  }
}

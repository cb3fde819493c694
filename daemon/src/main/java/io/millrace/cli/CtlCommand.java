package io.millrace.cli;

import io.millrace.ExitCode;
import io.millrace.StartupException;
import io.millrace.admin.AdminClient;
import io.millrace.admin.AdminClient.Answer;
import io.millrace.config.AdminSettings;
import io.millrace.config.HostPort;
import io.millrace.config.Rates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  private static final String DEFAULT_ADDRESS = "127.0.0.1:9464";
  private static final String ADDRESS_VARIABLE = "MILLRACE_ADMIN";
  private static final int NOT_FOUND = 404;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      scope = ScopeType.INHERIT,
      description =
          "The daemon's admin address; else $"
              + ADDRESS_VARIABLE
              + ", else "
              + DEFAULT_ADDRESS
              + ".")
  private @Nullable String admin;

  @Option(
      names = "--config",
      paramLabel = "CONF",
      scope = ScopeType.INHERIT,
      description = "Take the address from the daemon's configuration.")
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
  int status() {
    return ask(client -> client.get("/api/v1/status"), CtlTables::status);
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
    String address;
    String token;
    try {
      address = address();
      token = token();
    } catch (StartupException bad) {
      return complain(bad.exitCode(), String.valueOf(bad.getMessage()));
    }
    Answer answer;
    try {
      answer = request.send(new AdminClient(address, token));
    } catch (IOException unreachable) {
      return complain(
          ExitCode.FAILED,
          ("no daemon answers at %s (%s); is it running, and is this its admin.listen? --admin"
                  + " HOST:PORT, --config CONF or $%s name another address")
              .formatted(address, unreachable.getMessage(), ADDRESS_VARIABLE));
    }
    if (json) {
      spec.commandLine().getOut().println(answer.body().strip());
    }
    if (!answer.isSuccess()) {
      return refused(address, answer);
    }
    if (!json) {
      try {
        spec.commandLine().getOut().println(wording.of(JsonView.parse(answer.body())));
      } catch (IOException strange) {
        return complain(
            ExitCode.FAILED, "what answers at %s is not a Millrace daemon".formatted(address));
      }
    }
    return ExitCode.CLEAN.value();
  }

  private String address() throws StartupException {
    if (admin != null && config != null) {
      throw new StartupException(ExitCode.USAGE, "--admin and --config exclude each other");
    }
    if (config != null) {
      return address(ConfigFiles.load(config).settings().admin());
    }
    String environment = System.getenv(ADDRESS_VARIABLE);
    String text = admin != null ? admin : environment != null ? environment : DEFAULT_ADDRESS;
    try {
      return HostPort.parse(text, 1).toString();
    } catch (IllegalArgumentException bad) {
      throw new StartupException(
          ExitCode.USAGE,
          (admin != null ? "--admin: " : ADDRESS_VARIABLE + ": ") + bad.getMessage());
    }
  }

  private @Nullable String token() throws StartupException {
    Path file = tokenFile;
    if (file == null && config != null) {
      file = ConfigFiles.load(config).settings().admin().tokenFile();
    }
    if (file == null) {
      return null;
    }
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.isEmpty() ? "" : lines.getFirst().strip();
    } catch (IOException unreadable) {
      throw new StartupException(ExitCode.USAGE, "the token can't be read: " + unreadable);
    }
  }

  private static String address(AdminSettings settings) throws StartupException {
    HostPort listen = settings.listen();
    if (!settings.enabled() || listen.port() == 0) {
      throw new StartupException(
          ExitCode.USAGE,
          settings.enabled()
              ? "admin.listen has port 0, any free one; the daemon's log says which: give it with"
                  + " --admin"
              : "admin.enabled = false: this daemon can't be talked to");
    }
    return switch (listen.host()) {
      case "0.0.0.0" -> new HostPort("127.0.0.1", listen.port()).toString();
      case "::" -> new HostPort("::1", listen.port()).toString();
      default -> listen.toString();
    };
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

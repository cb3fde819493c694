package io.millrace.loadtest.harness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code /metrics} said at one moment, in the Prometheus text format. Immutable. */
public final class Metrics {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)\\})? (\\S+)");

  private static final Pattern BOUND = Pattern.compile("(?:^|,)le=\"([^\"]+)\"");

  private record Sample(String name, String labels, double value) {}

  private final List<Sample> samples = new ArrayList<>();

  Metrics(String text) {
    for (String line : text.lines().toList()) {
      Matcher matcher = SAMPLE.matcher(line);
      if (!line.startsWith("#") && matcher.matches()) {
        String labels = matcher.group(2) == null ? "" : matcher.group(2);
        samples.add(new Sample(matcher.group(1), labels, Double.parseDouble(matcher.group(3))));
      }
    }
  }

  /**
   * Asks a daemon on this machine.
   *
   * @throws HarnessException if it doesn't answer, or not with metrics
   */
  public static Metrics fetch(int port) {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
              .timeout(PATIENCE)
              .build();
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new HarnessException("/metrics answers " + response.statusCode());
      }
      return new Metrics(response.body());
    } catch (IOException failure) {
      throw new HarnessException("/metrics: " + failure, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }

  /**
   * Asks a daemon in a network namespace, on its loopback, for the samples of one name.
   *
   * @throws HarnessException if it doesn't answer
   */
  public static Metrics fetch(String namespace, int port, String name) {
    return new Metrics(
        Namespaces.ask(
            namespace,
            "bash",
            "-c",
            "exec 3<>/dev/tcp/127.0.0.1/%d; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; grep -a '^%s' <&3"
                .formatted(port, name)));
  }

  /**
   * A quantile of a histogram, all of its series together.
   *
   * @return the upper bound of the bucket that it is in; NaN if nothing was counted
   */
  public double quantile(String name, double quantile) {
    NavigableMap<Double, Double> buckets = new TreeMap<>();
    for (Sample sample : samples) {
      Matcher bound = BOUND.matcher(sample.labels);
      if (sample.name.equals(name + "_bucket") && bound.find()) {
        double le =
            bound.group(1).equals("+Inf") ? Double.MAX_VALUE : Double.parseDouble(bound.group(1));
        buckets.merge(le, sample.value, Double::sum);
      }
    }
    double all = buckets.isEmpty() ? 0 : buckets.lastEntry().getValue();
    for (Map.Entry<Double, Double> bucket : buckets.entrySet()) {
      if (all > 0 && bucket.getValue() >= quantile * all) {
        return bucket.getKey();
      }
    }
    return Double.NaN;
  }

  /** The sum over all samples of a name; 0 if there is none. */
  public double sum(String name) {
    return samples.stream()
        .filter(sample -> sample.name.equals(name))
        .mapToDouble(Sample::value)
        .sum();
  }

  /**
   * The value of the first sample of a name that has all of these labels.
   *
   * @param labels as written: {@code name="value"}
   */
  public double value(String name, String... labels) {
    for (Sample sample : samples) {
      if (sample.name.equals(name) && Stream.of(labels).allMatch(sample.labels::contains)) {
        return sample.value;
      }
    }
    throw new HarnessException("no " + name + " with " + String.join(", ", labels));
  }

  /** A label's value in the only sample of a name. */
  public String label(String name, String label) {
    Pattern pattern = Pattern.compile("(?:^|,)" + label + "=\"([^\"]*)\"");
    for (Sample sample : samples) {
      Matcher matcher = pattern.matcher(sample.labels);
      if (sample.name.equals(name) && matcher.find()) {
        return matcher.group(1);
      }
    }
    throw new HarnessException("no " + name + " with the label " + label);
  }
}
